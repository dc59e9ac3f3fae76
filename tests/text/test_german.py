"""German words in sounds: by a model of g2p2, with the stress that its spelling tells."""

from __future__ import annotations

import re

import pytest

from soundalike.text import read
from soundalike.text.german import german, stressed
from soundalike.text.normalise import normalise
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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 Frau und 1 Mann", "eine frau und ein mann"),
        ("Es gibt 1 Problem, 1 Zeitung, 1 Sekunde.", "es gibt ein problem eine zeitung eine sekunde"),
        ("1 Freiheit, 1 Möglichkeit, 1 Nation", "eine freiheit eine möglichkeit eine nation"),
        ("1 Universität, 1 Figur, 1 Bäckerei", "eine universität eine figur eine bäckerei"),
        ("1 Sprung, 1 Spion, 1 Flur, 1 Ei, 1 Tee", "ein sprung ein spion ein flur ein ei ein tee"),
        ("1 Kunde, 1 Name, 1 Gewand, 1 Applaus", "ein kunde ein name ein gewand ein applaus"),
        ("1 Bank, 1 Nadel, 1 Milch, 1 E-Mail", "eine bank eine nadel eine milch eine e mail"),
        ("1 kleine Katze", "eine kleine katze"),
        ("Du hast 1 neues Problem.", "du hast ein neues problem"),
        ("Du hast 1 neuen Kunden.", "du hast einen neuen kunden"),
        ("mit 1 Auto und mit 1 alten Frau", "mit einem auto und mit einer alten frau"),
        ("in 1 Stunde, vor 1 Jahr, in 1 Auto", "in einer stunde vor einem jahr in ein auto"),
        ("nach 1 Uhr, um 1 Uhr 15", "nach ein uhr um ein uhr fünfzehn"),
        ("1 bis 2 Wochen, 1-2 Tage", "ein bis zwei wochen ein bis zwei tage"),
        ("1 oder 2 Tage", "ein oder zwei tage"),
        ("Seite 1, Kapitel 1 bis 2, Platz 1 Frau", "seite eins kapitel eins bis zwei platz eins frau"),
        ("Es steht 1 gegen Peter, das ist 1.", "es steht eins gegen peter das ist eins"),
        ("Die Lösung ist 1, nicht 2.", "die lösung ist eins nicht zwei"),
    ],
)
def test_one_is_an_article_before_its_noun(text, said):
    assert " ".join(re.findall(r"\w+", normalise(text, "de").lower())) == said


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
