"""Normalising, sentences, phonemes: what is written is what is said."""

from __future__ import annotations

import random
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest

from soundalike.core.errors import TextError
from soundalike.text import SYMBOLS, encode, phonemize, split_sentences
from soundalike.text.alphabet import MARKS
from soundalike.text.normalise import normalise
from soundalike.text.segment.cuts import LONGEST_PIECE


@pytest.mark.parametrize(
    "written, words",
    [
        ("I have 3 cats.", "I have three cats"),
        ("It costs $3.5 million.", "It costs three point five million dollars"),
        ("WE CALL IT BEAR", "we call it bear"),
        ("“Smart” quotes — and dashes…", "Smart quotes and dashes"),
        ("5% of A & B", "five percent of A and B"),
        ("Dr. Smith left.", "Doctor Smith left"),
        ("Smile 😀 now!", "Smile now"),
        ("Don't stop.", "Don't stop"),
        ("5½ feet of rope", "five and one half feet of rope"),
        ("2/3 of a cup", "two thirds of a cup"),
        ("open 24/7", "open twenty four seven"),
        ("10² is 100", "ten squared is one hundred"),
        ("3 × 4, ¥500", "three times four five hundred yen"),
        ("Café Łódź, naïve straße", "Cafe Lodz naive strasse"),
    ],
)
def test_spoken_words(written, words):
    assert " ".join(phonemize(written).words) == words


def test_symbols_are_in_the_alphabet_and_belong_to_words():
    spoken = phonemize("The quick, brown fox? Jumps!")
    assert len(spoken.symbols) == len(spoken.word_of)
    assert all(symbol in SYMBOLS for symbol in spoken.symbols)
    assert [s for s in spoken.symbols if s in MARKS] == ["^", "_", ",", "_", "?", "!"]
    assert 0 not in encode(spoken.symbols)


def test_the_end_is_always_marked():
    assert [phonemize(text).symbols[-1] for text in ("Yes", "Yes,", "Yes?", "Yes!")] == [".", ".", "?", "!"]


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "note.txt: the text is empty"),
        (" \n\t", "the text is empty"),
        ("...?!", "nothing that can be spoken"),
        ("😀", "nothing that can be spoken"),
        ("\u200b\u00ad", "nothing that can be spoken"),
        ("()[]{}", "note.txt: the text holds nothing"),
    ],
)
def test_texts_that_cannot_be_spoken(text, message):
    with pytest.raises(TextError, match=message):
        normalise(text, where="note.txt")


def test_unknown_symbols_are_named():
    with pytest.raises(TextError, match="clip7: the alphabet has no symbol 'ʘ'"):
        encode(["ʘ"], "clip7")


def test_sentences():
    text = 'Dr. Smith went home. "Really?" she asked! It was 3.5 miles.\n\nNew paragraph without a stop'
    assert split_sentences(text) == [
        "Dr. Smith went home.",
        '"Really?" she asked!',
        "It was 3.5 miles.",
        "New paragraph without a stop",
    ]


def test_long_sentences_are_cut_without_losing_a_word():
    text = ", ".join(f"clause number {i} of a very long sentence" for i in range(30)) + "."
    pieces = split_sentences(text)
    assert max(map(len, pieces)) <= LONGEST_PIECE
    assert " ".join(pieces).split() == text.split()


def test_any_string_is_spoken_or_refused():
    rng = random.Random(0)
    for _ in range(300):
        text = "".join(
            chr(
                rng.choice(
                    [rng.randrange(32, 127), rng.randrange(160, 0x2FFF), rng.randrange(0x1F300, 0x1F6FF)]
                )
            )
            for _ in range(30)
        )
        try:
            plain = normalise(text)
        except TextError:
            continue
        assert all(unicodedata.category(c)[0] != "C" for c in plain)
        assert any(c.isalnum() for c in plain)


def test_eight_threads_give_what_one_gives():
    texts = [f"Sentence {i} has {i * 17} words and costs ${i}." for i in range(24)]
    alone = [phonemize(text).symbols for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: phonemize(text).symbols, texts)) == alone
