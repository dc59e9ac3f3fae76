"""Stutters, drawn-out words and heaps of consonants."""

from __future__ import annotations

import pytest

from soundalike.text import read


def sounds(text: str) -> list[tuple[str, str]]:
    return [(word.spoken, "".join(word.symbols)) for word in read(text, "en").trace]


@pytest.mark.parametrize(
    "text, first",
    [
        ("St-stop!", "stə"),
        ("b-b-but", "bə"),
        ("w-what", "wə"),
        ("th-that", "ðə"),
        ("N-no", "nə"),
        ("meh", "mˈɛ"),
        ("sooooo", "sˈoʊ"),
        ("heyyy", "hˈeɪ"),
        ("nth", "ˈɛnθ"),
        ("re-read", "ɹˈi"),
        ("Shh!", "ʃ"),
    ],
)
def test_the_sounds_of_a_word_nobody_writes_in_books(text, first):
    assert sounds(text)[0][1] == first


def test_a_stutter_is_no_abbreviation():
    assert [word for word, _ in sounds("St-stop! Dr. Ng waits.")] == ["St", "stop", "Doctor", "Ng", "waits"]


@pytest.mark.parametrize("text", ["sdkfjhsdf", "bcdfghjk", "asdfghjkl", "Use -v"])
def test_what_nobody_can_say_is_spelled(text):
    word, said = sounds(text)[-1]
    assert sum(said.count(vowel) for vowel in "iɪeɛæɑɔoʊuəʌɚa") >= len(word)


def test_long_words_of_the_language_are_said_as_words():
    assert dict(sounds("strengths Knightsbridge rhythm")).keys() == {"strengths", "Knightsbridge", "rhythm"}
    assert all(len(said) < 18 for _, said in sounds("strengths Knightsbridge rhythm"))
