"""Words of another language within a sentence."""

from __future__ import annotations

import pytest

from soundalike.text import Lexicon, TextOptions, read
from soundalike.text.foreign_words import with_foreign_words
from soundalike.text.formats import read_text
from soundalike.text.markup import Words


def found(text: str, language: str = "en") -> list[tuple[str, str]]:
    items, _ = read_text(text, language, "text", TextOptions("plain"))
    return [
        (item.text, item.style.language)
        for item in with_foreign_words(items, language)
        if isinstance(item, Words) and item.style.language != language
    ]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("He felt pure schadenfreude.", [("schadenfreude", "de")]),
        ("C'est la vie, she said.", [("C'est la vie", "fr")]),
        ("The Straße was empty.", [("Straße", "de")]),
        ("München's beer is good.", [("München", "de")]),
        ('They shouted "Où est la gare?" at us.', [("Où est la gare?", "fr")]),
        ("We say *guten Morgen, meine Freunde* here.", [("guten Morgen, meine Freunde", "de")]),
        ("He wrote спасибо on the card.", [("спасибо", "ru")]),
        ("Que será, será is a song.", [("Que será, será", "es")]),
        ("São Paulo and Zürich are far apart.", [("São Paulo", "pt"), ("Zürich", "de")]),
        ("She said buenas noches and left.", [("buenas noches", "es")]),
    ],
)
def test_they_are_found(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        '"Hello there, my dear," he said.',
        "The film noir had a certain déjà vu.",
        "A kindergarten in the Rio Grande valley served tiramisu and sauerkraut.",
        '"La La Land" and "Die Hard" were on.',
        "That's so gezellig-ish.",
        "The war was hot, the den was dark, the pain was fast.",
        '"Le Monde Diplomatique Anderson" is a made-up name.'.replace("Le Monde", "Les Gordon"),
        "She wrote 5 *stars* and _more_ words.",
        "In chapter д we go on.",
        '"Witaj świecie, jak się masz?" is Polish.',
    ],
)
def test_english_words_stay_english(text):
    assert found(text) == []


def in_format(text: str, form: str) -> list[tuple[str, str]]:
    items, _ = read_text(text, "en", "text", TextOptions(form))
    return [
        (item.text, item.style.language)
        for item in with_foreign_words(items, "en")
        if isinstance(item, Words) and item.style.language != "en"
    ]


GERMAN = "guten Morgen, meine Freunde"


@pytest.mark.parametrize(
    "text, form",
    [
        (f"We say *{GERMAN}* here.", "markdown"),
        (f"We say _{GERMAN}_ here.", "markdown"),
        (f"We say **{GERMAN}** here.", "markdown"),
        (f"We say ***{GERMAN}*** here.", "markdown"),
        (f"# Greetings\n\n- We say *{GERMAN}* here.\n- You do not.", "markdown"),
        (f"A [link](https://a.org) *first*, then *{GERMAN}*.", "markdown"),
        (f"We say <em>{GERMAN}</em> here.", "markdown"),
        (f"One line.\r\n\r\nWe say *{GERMAN}* here.", "markdown"),
        (f"<p>We say <i>{GERMAN}</i> here.</p>", "html"),
        (f"<p>We say <em>{GERMAN}</em> here.</p>", "html"),
        (f"<p>She <b>said <i>{GERMAN}</i></b> once.</p>", "html"),
        (f"<p>We say <cite>{GERMAN}</cite> &amp; more.</p>", "html"),
    ],
)
def test_emphasis_of_markup_tells_as_stars_in_a_plain_text_do(text, form):
    assert in_format(text, form) == [(GERMAN, "de")]


@pytest.mark.parametrize(
    "text, form",
    [
        ("She wrote 5 *stars* and **many more words** here.", "markdown"),
        ("The *je ne* is half of it, and *the war was hot*.", "markdown"),
        ("An *open star, and meine Freunde alone.", "markdown"),
        ("<p>An <i>open tag</p><p>that goes on and on.</p>", "html"),
        ("<p>No </i> tag was <b>opened</b> here.</p>", "html"),
    ],
)
def test_emphasis_of_english_words_changes_nothing(text, form):
    assert in_format(text, form) == []


def test_words_in_emphasis_keep_their_places():
    text = f"Then, *{GERMAN}*, and on."
    script = read(text, "en", options=TextOptions("markdown"))
    german = [text[word.start : word.stop] for word in script.trace if word.language == "de"]
    assert german == ["guten", "Morgen", "meine", "Freunde"]


def test_other_languages_find_theirs():
    assert found("Er sagte „Good morning, my dear friend“ und ging.", "de") == [
        ("Good morning, my dear friend", "en")
    ]
    assert found("Он сказал good morning everybody и ушёл.", "ru") == [("good morning everybody", "en")]


def test_their_sounds_are_those_of_markup():
    plain = read("The word schadenfreude is old.", "en")
    marked = read('<speak>The word <lang xml:lang="de">schadenfreude</lang> is old.</speak>', "en")
    assert plain.utterances[0].symbols == marked.utterances[0].symbols
    assert plain.trace[2].language == "de" and plain.trace[2].rule == "said in German"
    assert [plain.source[start:stop] for start, stop in plain.utterances[0].spans][2] == "schadenfreude"
    assert plain.utterances[0].language == "en"


def test_a_language_that_is_not_installed_is_left_out(monkeypatch):
    monkeypatch.setattr("soundalike.text.foreign_words.installed", lambda language: language == "en")
    assert found("He felt pure schadenfreude.") == []


def test_your_lexicon_comes_first(tmp_path):
    file = tmp_path / "mine.tsv"
    file.write_text("schadenfreude\tˈæ\n", encoding="utf-8")
    word = read("Pure schadenfreude.", "en", Lexicon.read(str(file))).trace[1]
    assert word.symbols == ["ˈæ"] and word.rule == "your lexicon"
