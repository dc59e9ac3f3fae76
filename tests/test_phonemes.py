"""Phonemes: heteronyms by context, names, no word dropped; the language of a text."""

from __future__ import annotations

from pathlib import Path

import pytest

from soundalike.text import phonemize
from soundalike.text.alphabet import SYMBOLS, spell_ipa
from soundalike.text.letters import letter_name, sound_out
from soundalike.text.phonemes import LANGUAGES, Spoken

DATA = Path(__file__).parent / "data"


def rows(name: str) -> list[list[str]]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def sounds(spoken: Spoken, word: int) -> list[str]:
    return [s for s, of in zip(spoken.symbols, spoken.word_of) if of == word and s not in "^_,.?!"]


def test_heteronyms_are_read_by_their_context():
    wrong, all_rows = [], rows("heteronyms.tsv")
    for sentence, word, ipa in all_rows:
        spoken = phonemize(sentence)
        if sounds(spoken, spoken.words.index(word)) != spell_ipa(ipa):
            wrong.append((sentence, word))
    assert len(all_rows) >= 60 and len({word for _, word, _ in all_rows}) >= 25
    assert len(wrong) <= 0.1 * len(all_rows), wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_letter_by_letter_leaves_no_word_out(language):
    for word in ("h", "zrk", "straße", "Жмеринка", "ъ", "ß", "щ", "αβγ"):
        symbols = sound_out(word, language)
        assert symbols and all(symbol in SYMBOLS for symbol in symbols), word
    for letter in "abcdefghijklmnopqrstuvwxyzабвгдеёжзийклмнопрстуфхцчшщъыьэюя":
        assert all(symbol in SYMBOLS for symbol in spell_ipa(letter_name(letter, language))), letter


def test_softening_letters_soften_the_consonant_before():
    assert "".join(sound_out("тюк", "ru")) == "tʲˈuk"
    assert "".join(sound_out("яма", "ru")) == "jˈama"
