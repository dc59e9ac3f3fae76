"""Frequent words that gruut's lexicons have wrong, as people say them."""

from __future__ import annotations

import pytest

from soundalike.text import corrections
from soundalike.text.phonemes import installed, phonemize

SAID = {
    "fr": {
        "Je ne sais pas.": "ʒə nə sɛ pa.",
        "Ce sont les gens.": "sə sɔ̃ le ʒɑ̃.",
        "Rapidement, maintenant.": "ʁapidmˈɑ̃,mɛ̃tnˈɑ̃.",
        "Samedi, il appelait.": "samdˈi,il aplˈɛ.",
        "Vendredi, devant.": "vɑ̃dʁədˈi,dəvˈɑ̃.",
        "Gouvernement.": "ɡuvɛʁnəmˈɑ̃.",
    },
    "es": {
        "Muy bien, hoy estoy.": "muj bjen,oj estˈoj.",
        "La ley de información.": "la lej de imfoɾmaθjˈon.",
        "Yo ayer desayuno.": "ʝo aʝˈeɾ desaʝˈuno.",
        "Una inyección.": "ˈuna iɲjekθjˈon.",
    },
    "it": {
        "Due mele.": "dˈue mˈele.",
        "Me le fate presto.": "me le fˈate prˈɛsto.",
        "C'è, c’era.": "t͡ʃˈɛ,t͡ʃˈera.",
        "Amici, necessaria.": "ˈamit͡ʃi,net͡ʃessˈarja.",
        "Un account, un bar.": "un ɛkˈaont,un bˈar.",
        "Perché la scienza?": "perkˈe la ʃʃˈɛnt͡sa?",
    },
    "nl": {"Moeilijk, elf.": "mˈujlək,ˈɛlf.", "Soep.": "sup."},
    "cs": {"Jsou ale v.": "sˈou ʔˈalɛ v.", "A takhle jsem.": "ʔa tˈakɦlɛ sɛm."},
}


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language in SAID for text in SAID[language]]
)
def test_a_frequent_word_is_said_as_people_say_it(language, text):
    if not installed(language):
        pytest.skip(f"gruut's lexicon of {language} is not installed")
    symbols = "".join(phonemize(text, language=language).symbols).removeprefix("^").replace("_", " ")
    assert symbols == SAID[language][text]


@pytest.mark.parametrize(
    ("found", "spelled", "same"),
    [
        ("k ˈɔ z a", "k ˈɔ s a", True),
        ("ʃ ʃ ˈɛ n a", "ʃ ˈe n a", True),
        ("ɡ r ˈa t t͡s j e", "ɡ r ˈa t͡s j e", True),
        ("m i", "m e", False),
        ("t a d", "t ˈe n d e", False),
    ],
)
def test_a_reading_of_italian_spelling_may_differ_in_what_spelling_does_not_tell(found, spelled, same):
    assert corrections.is_italian(found.split(), spelled.split()) is same
