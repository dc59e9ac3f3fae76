"""German words in sounds: by a model of g2p2, with the stress that its spelling tells."""

from __future__ import annotations

import pytest

from soundalike.text import read
from soundalike.text.german import german, stressed
from soundalike.text.phonemes import installed, phonemize

pytestmark = pytest.mark.skipif(not installed("de"), reason="the German models are not installed")


@pytest.mark.parametrize(
    ("word", "sounds"),
    [
        ("Problem", "pʁoblˈeːm"),
        ("gekommen", "ɡəkˈɔmən"),
        ("Schlüssel", "ʃlˈʏsəl"),
        ("studieren", "ʃtudˈiːʁən"),
        ("Universität", "univɛʁzitˈɛːt"),
        ("verfügbar", "fɛɐfˈyːkbaːɐ"),
        ("Mädchen", "mˈɛːtçən"),
        ("manchmal", "mˈançmaːl"),
        ("damit", "damˈɪt"),
        ("Straße", "ʃtʁˈaːsə"),
        ("und", "ʊnt"),
    ],
)
def test_a_word_has_its_sounds_and_its_stress(word, sounds):
    assert "".join(german(word)) == sounds


def test_double_letters_are_one_sound_in_words_of_no_lexicon():
    said = [
        "".join(word.symbols) for word in read("Bratkartoffeln, Produktschlüssel, Telefonnetz", "de").trace
    ]
    assert all("ff" not in sounds and "ss" not in sounds for sounds in said)


def test_a_small_word_is_no_name_where_it_begins_a_sentence():
    for word in ("Die", "Man", "Am", "Dies", "Manche", "Seine"):
        assert german(word) == german(word.lower())


def test_a_sound_that_the_alphabet_has_not_stops_no_sentence():
    for text in ("Wir essen heute Sushi.", "Brr, ist das kalt!"):
        assert all(word.symbols for word in read(text, "de").trace)


def test_a_word_without_a_full_vowel_has_no_stress():
    assert stressed("be", ["b", "ə"]) == ["b", "ə"] and stressed("pst", ["p", "s", "t"]) == ["p", "s", "t"]


def test_every_word_of_a_sentence_is_said():
    said = phonemize("Der Notruf ihres Bruders kam per Internet, Xyz!", language="de")
    assert len(said.words) == 8 and set(said.word_of) == {-1, *range(8)}
