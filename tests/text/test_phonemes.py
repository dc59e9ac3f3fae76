"""Phonemes: heteronyms by context, names, no word dropped; the language of a text."""

from __future__ import annotations

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from soundalike.core.errors import ConfigError
from soundalike.core.installation import install_command
from soundalike.text import LANGUAGES, detect_language, phonemize, read
from soundalike.text.alphabet import SYMBOLS, spell_ipa
from soundalike.text.corrections import WORDS
from soundalike.text.gruut_data import data_folder
from soundalike.text.gruut_reading import looked_up
from soundalike.text.letters import letter_name, sound_out
from soundalike.text.names import NAMES
from soundalike.text.phonemes import Utterance, in_lexicon

DATA = Path(__file__).parents[1] / "data"


def rows(name: str) -> list[list[str]]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def sounds(spoken: Utterance, word: int) -> list[str]:
    return [s for s, of in zip(spoken.symbols, spoken.word_of) if of == word and s not in "^_,.?!"]


def test_heteronyms_are_read_by_their_context():
    wrong = []
    all_rows = rows("heteronyms.tsv")
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


NAMES_IN_LEXICON = (
    "James Mary Michael Jennifer David Elizabeth Siobhan Niamh Sean Ian Xavier Joaquin Jose Juan Miguel "
    "Nguyen Kowalski Dubois Schmidt Nietzsche "
    "Hermione Chloe Zoe Phoebe Penelope Yvonne Jacques Giovanni Luigi Ahmed Mohammed Fatima Singh Patel "
    "Tanaka Suzuki Worcester Leicester "
    "Edinburgh Greenwich Thames Arkansas Illinois Versailles Tucson Albuquerque Houston"
).split()


def test_names_have_a_stress_and_sound_like_themselves():
    expected = {
        "Siobhan": "ʃɪvˈɔn",
        "Leicester": "lˈɛstɚ",
        "Camila": "kəmˈilə",
        "Goethe": "ɡˈɚtə",
        "Kwame": "kwˈɑmeɪ",
        "Zelensky": "zəlˈɛnski",
        "Bezos": "bˈɛzoʊz",
        "Messi": "mˈɛsi",
        "Macron": "məkɹˈoʊn",
        "Ngozi": "ŋɡˈoʊzi",
        "Djokovic": "d͡ʒˈoʊkəvɪt͡ʃ",
    }
    names = [*dict.fromkeys([*NAMES_IN_LEXICON, *expected, *(name.capitalize() for name in NAMES)])]
    assert len(names) >= 60
    spoken = phonemize(", ".join(names))
    found = {name: "".join(sounds(spoken, i)) for i, name in enumerate(spoken.words)}
    assert all("ˈ" in found[name] for name in names)
    assert {name: found[name] for name in expected} == expected


def test_an_owner_of_something_keeps_their_name():
    spoken = phonemize("Camila's book")
    assert "".join(sounds(spoken, 0)) == "kəmˈiləz"


def test_the_language_of_a_text_is_found():
    wrong = [
        (text, language, detect_language(text))
        for text, language in rows("languages.tsv")
        if detect_language(text) != language
    ]
    assert {language for _, language in rows("languages.tsv")} == set(LANGUAGES)
    assert len(wrong) <= 3, wrong


@pytest.mark.parametrize(
    "text", ["", "Hello", "OK", "5 km", "Maria Garcia", "!?", "Pizza Margherita", "Wait, what?"]
)
def test_short_texts_are_taken_for_english(text):
    assert detect_language(text) == "en"


def test_eight_threads_read_heteronyms_as_one_does():
    texts = [f"I have read {i} books. <b> They read {i} more." for i in range(16)]
    alone = [[u.symbols for u in read(text, "en").utterances] for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: [u.symbols for u in read(text, "en").utterances], texts)) == alone


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lexicon_in_memory_says_what_its_file_says(language):
    words = {
        word.strip(".,?!¿¡:;").lower()
        for text, name in rows("languages.tsv")
        if name == language
        for word in text.split()
    }
    words -= set(WORDS.get(language, {}))
    filed = sqlite3.connect(data_folder(language) / "lexicon.db")
    order = "SELECT phonemes FROM word_phonemes WHERE word = ? ORDER BY role != '', pron_order LIMIT 1"
    expected = {word: filed.execute(order, (word,)).fetchone() for word in words}
    expected = {word: found[0].split() for word, found in expected.items() if found}
    assert len(expected) > 0.4 * len(words)
    assert {word: looked_up(word, language) for word in expected} == expected
    assert all(in_lexicon(word, language) for word in expected)
    assert not in_lexicon("qzxqzx", language)


@pytest.mark.parametrize(
    "plain, language, words",
    [
        ("Print it on A4 paper", "en", "Print it on A four paper"),
        ("Um 12:30", "de", "Um zwölf Uhr dreissig"),
        ("la h muda", "es", "la h muda"),
        ("один - два", "ru", "один два"),
    ],
)
def test_no_word_is_dropped(plain, language, words):
    spoken = phonemize(plain, language=language)
    assert " ".join(spoken.words) == words
    assert set(spoken.word_of) == {-1, *range(len(spoken.words))}, "every word has a sound"


def test_a_language_without_its_lexicon_is_named(monkeypatch):
    monkeypatch.setattr("soundalike.text.phonemes.installed", lambda language: language == "en")
    monkeypatch.setattr("soundalike.text.language_choice.installed", lambda language: language == "en")
    monkeypatch.setattr("soundalike.text.foreign_words.installed", lambda language: language == "en")
    with pytest.raises(
        ConfigError,
        match=re.escape(f"lexicon of language 'de' is not installed: {install_command('de')}") + "$",
    ):
        phonemize("Guten Abend.", language="de")
    script = read("Guten Abend, ich möchte zwei Brötchen kaufen.")
    assert (
        script.language == "en"
        and "seems to be in 'de', whose lexicon is not installed: read as English" in script.warnings[0]
    )
