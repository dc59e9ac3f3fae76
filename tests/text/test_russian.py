"""Russian words whose sounds their spelling does not tell, or their lexicon has wrong."""

from __future__ import annotations

import pytest

from soundalike.text import read
from soundalike.text.phonemes import installed
from soundalike.text.russian import with_genitive, with_written_stress, with_yo

pytestmark = pytest.mark.skipif(not installed("ru"), reason="gruut's lexicon of Russian is not installed")
A = "\u0301"


def said(text: str) -> list[str]:
    """Each word's symbols, run together."""
    return ["".join(word.symbols) for word in read(text, "ru").trace]


def test_a_written_stress_is_followed_and_cuts_no_word():
    script = read(f"За{A}мок и замо{A}к. Слова{A} и сло{A}ва!", "ru")
    words = ["".join(word.symbols) for word in script.trace]
    assert words == ["zˈamok", "ˈi", "zamˈok", "slovˈa", "ˈi", "slˈova"]
    assert script.trace[0].written == f"За{A}мок" and script.trace[0].rule == "written stress"
    assert [(word.start, word.stop) for word in script.trace[:3]] == [(0, 6), (7, 8), (9, 15)]
    assert len(script.utterances) == 2 and not script.warnings


@pytest.mark.parametrize("text", [f"«Я{A}»", f"ё{A}лка", f"ЗАМО{A}К", f"кто{A}-то", f"при{A}ве{A}т"])
def test_odd_places_of_a_stress_are_read(text):
    assert "ˈ" in said(text)[0]


def test_it_is_followed_beside_a_lexicon_of_ones_own(tmp_path):
    from soundalike.text import Lexicon

    file = tmp_path / "mine.tsv"
    file.write_text("Орфей\tarfʲˈej\n", encoding="utf-8")
    script = read(f"Орфей и замо{A}к Орфея", "ru", lexicon=Lexicon.read(file))
    words = ["".join(word.symbols) for word in script.trace]
    assert words[0] == "arfʲˈej" and words[2] == "zamˈok" and len(words) == 4


def test_stress_moves_only_where_letters_and_vowels_agree():
    assert with_written_stress(f"замо{A}к", ["z", "ˈa", "m", "o", "k"]) == ["z", "a", "m", "ˈo", "k"]
    assert with_written_stress(f"замо{A}к", ["z", "ˈa", "m", "k"]) == ["z", "ˈa", "m", "k"]


def test_yo_is_found_where_it_is_not_written():
    assert said("еще идет моё, мое, ее")[1:2] == ["idʲˈot"]
    assert said("еще") == said("ещё") and said("ее") == said("её") and said("мое") == said("моё")
    known = {"осёл", "все", "осел", "пёс", "перёд", "пеерёд"}.__contains__
    assert with_yo("пес", known) == "пёс" and with_yo("осел", known) == "осел"
    assert with_yo("лес", known) == "лес"


def test_a_genitive_is_said_with_v_and_other_words_with_g():
    assert said("нового его сегодня") == ["nˈovovo", "jevˈo", "sʲevˈodnʲa"]
    assert [word[-2:] for word in said("много строго дорого")] == ["ɡo"] * 3
    assert with_genitive("большегогося", ["ɡ", "o", "ɡ", "o", "sʲ", "a"])[2] == "v"


def test_words_that_the_lexicon_has_wrong():
    assert said("Все что") == ["vsʲˈe", "ʂtˈo"]
    assert said("Конечно, солнце") == ["konʲˈeʂno", "sˈont͡se"]
