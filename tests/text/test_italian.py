"""Italian words that no lexicon has, by the rules of their spelling."""

from __future__ import annotations

import pytest

from soundalike.text import read
from soundalike.text.italian import italian
from soundalike.text.phonemes import installed


@pytest.mark.parametrize(
    ("word", "sounds"),
    [
        ("figli", "fˈiʎʎi"),
        ("famiglia", "famˈiʎʎa"),
        ("gnocchi", "ɲˈokki"),
        ("sogno", "sˈoɲɲo"),
        ("ceno", "t͡ʃˈeno"),
        ("cioccolato", "t͡ʃokkolˈato"),
        ("chiesa", "kjˈeza"),
        ("coraggio", "korˈadd͡ʒo"),
        ("ghiaccio", "ɡjˈatt͡ʃo"),
        ("acqua", "ˈakkwa"),
        ("guardo", "ɡwˈardo"),
        ("scena", "ʃˈena"),
        ("città", "t͡ʃittˈa"),
        ("può", "pwˈɔ"),
        ("perché", "perkˈe"),
        ("possibile", "possˈibile"),
        ("economico", "ekonˈomiko"),
        ("zio", "t͡sˈio"),
        ("radio", "rˈadjo"),
        ("svegliarsi", "zveʎʎˈarsi"),
        ("l'anno", "lˈanno"),
        ("che", "ke"),
        ("brr", "brr"),
    ],
)
def test_a_word_has_its_sounds_and_its_stress(word, sounds):
    assert "".join(italian(word)) == sounds


@pytest.mark.skipif(not installed("it"), reason="gruut's lexicon of Italian is not installed")
def test_words_of_no_lexicon_are_stressed_too():
    words = read("Pino guardò i figli dei vicini.", "it").trace
    assert [word.rule for word in words if word.written == "figli"] == ["spelling"]
    assert all("ˈ" in "".join(word.symbols) for word in words if len(word.written) > 3)
