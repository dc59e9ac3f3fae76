"""The language of a text: short phrases, languages that are not spoken here, loans; what is said about it."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from soundalike.core.languages import LanguageStatus, TextLanguage, language_statuses
from soundalike.text import LANGUAGES, detect_language, read, reading_language
from soundalike.text.detect import detect, listed_words
from soundalike.text.normalise import table_of
from soundalike.text.segment.conventions import conventions_of

DATA = Path(__file__).parents[1] / "data"


def rows(name: str) -> list[list[str]]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def test_english_phrases_are_not_read_as_another_language():
    phrases = [text for text, language, _ in rows("phrases.tsv") if language == "en"]
    assert len(phrases) >= 500
    assert [(text, detect(text)) for text in phrases if detect(text).language != "en"] == []


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code not in ("en", "ru")])
def test_small_words_are_listed(language):
    """What tells where sentences begin and clauses end is among the commonest of a language."""
    table = conventions_of(table_of(language))
    small = {word for word in table.clauses if len(word) > 3 and word.isalpha()}
    assert len(small) >= 10 and small - listed_words(language) <= listed_words("en") | {"falls"}


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_nine_of_ten_short_phrases_are_found(language):
    lists = defaultdict(list)
    for text, own, name in rows("phrases.tsv"):
        if own == language:
            lists[name].append((text, detect(text).language))
    assert len(lists) == (6 if language in ("de", "fr", "es", "it", "pt") else 4)
    assert all(len(found) >= 20 for found in lists.values())
    for name, found in lists.items():
        right = sum(code == language for _, code in found)
        assert right >= 0.9 * len(found), (name, [pair for pair in found if pair[1] != language])


def test_languages_that_are_not_spoken_here_are_named():
    found = [(text, language, detect(text)) for text, language in rows("elsewhere.tsv")]
    assert len({language for _, language, _ in found}) >= 30
    taken = [entry for entry in found if entry[2].spoken]
    assert len(taken) <= 0.05 * len(found), taken
    near = {frozenset(("da", "no"))}
    misnamed = [
        entry
        for entry in found
        if not entry[2].spoken
        and entry[1] != entry[2].language
        and frozenset(entry[1:2] + (entry[2].language,)) not in near
    ]
    assert len(misnamed) <= 0.05 * len(found), misnamed


@pytest.mark.parametrize(
    "text",
    [
        "Come here.",
        "Come back soon.",
        "The back door is open.",
        "It is 30 degrees in Rome.",
        "Set a timer: 5 min.",
        "Her decision came as a surprise.",
        "World War I, World War II.",
        "Drive to Los Angeles.",
        "J. S. Bach and C. P. E. Bach.",
        "Sat. Jan. 5, Mon.-Fri.",
        "10m, 5kg, 6ft 2in, 12V, 500MB/s",
        "a < b and b > c; x < y",
        "La Bamba",
        "Ludwig van Beethoven",
        "Ursula von der Leyen",
        "Rio de Janeiro",
        "déjà vu",
        "Schadenfreude",
        "C'est la vie.",
        "He has a certain je ne sais quoi.",
        "NASA",
        "Mon., Tue., Wed.",
        "Mar. 5, Sat.",
        "ab@example.de",
        "www.example.de",
        "<" * 20_000,
        "Bon Jovi",
        "Bon Iver",
        "est. 1990",
        "Co.",
        "Nos. 5-7",
        "Op. cit.",
        "et al.",
        "ca. 1800",
        "ch. ix, p. xiv, vv. ii-iv",
        "non-5",
        "AI",
        "DOS",
        "MS-DOS",
        "UN",
        "I ❤️ NY",
        "CTRL+ALT+DEL",
        "sin(x) cos(y)",
        "O(n log n), f(x)=2x+1, y = mx + b, E=mc²",
    ],
)
def test_names_units_and_loans_are_no_evidence(text):
    assert detect(text).language == "en"


@pytest.mark.parametrize(
    "text, language",
    [
        ("¡Bravo, Pedro!", "es"),
        ("Guten Abend.", "de"),
        ("Straße", "en"),
        ("Wo ist die Straße?", "de"),
        ("Je t'aime.", "fr"),
        ("GUTEN MORGEN, WIE GEHT ES DIR?", "de"),
        ("Sag ihm: Hello!", "de"),
        ("Добрий вечір, як справи?", "uk"),
        ("Добрый вечер, как дела?", "ru"),
        ("今日は。", "ja"),
        ("你好，世界", "zh"),
    ],
)
def test_letters_and_words_tell(text, language):
    assert detect(text).language == language


def test_a_run_of_elided_words_is_read_through():
    assert detect("l'" * 10_000).language in ("fr", "it")


def test_only_languages_that_are_spoken_here_are_given_where_one_must_be_chosen():
    assert detect_language("Witaj świecie, jak się masz?") == "en"
    assert detect_language("Merhaba dünya, nasılsın bugün?", "de") == "de"


def test_a_text_says_which_language_it_is_read_in_and_how_that_is_known():
    assert read("Guten Abend.").text_language == TextLanguage("de", given=False)
    assert str(read("Guten Abend.").text_language) == "German (found)"
    assert str(read("Guten Abend.", "de-AT").text_language) == "German (given)"
    assert read('<speak xml:lang="fr">Bonjour, ça va ?</speak>').text_language == TextLanguage("fr", True)
    assert read("<speak>Guten Abend.</speak>").text_language == TextLanguage("de", given=False)
    assert read("Hello.").warnings == []


@pytest.mark.parametrize(
    "text", ["Witaj świecie, jak się masz?", "<speak>Witaj świecie, jak się masz?</speak>"]
)
def test_a_language_that_is_not_spoken_here_is_named_in_a_warning(text):
    script = read(text)
    assert script.language == "en" and script.text_language == TextLanguage("en", False, True, "pl")
    assert "Polish, which is not spoken here: read as English" in script.warnings[0]
    assert "--language" in script.warnings[0] and "cs" in script.warnings[0]


def test_a_doubtful_text_warns_and_names_the_option():
    chosen, notes = reading_language("Está delicioso.")
    assert not chosen.sure and chosen.code in ("es", "pt") and chosen.how == "found, not sure"
    assert "--language es" in notes[0] and "--language pt" in notes[0]
    assert reading_language("Está delicioso.", "es") == (TextLanguage("es", True), [])


def test_a_language_that_is_not_installed_is_read_as_english(monkeypatch):
    monkeypatch.setattr("soundalike.text.language_choice.installed", lambda language: language == "en")
    chosen, notes = reading_language("Guten Abend, wie geht es dir?")
    assert chosen == TextLanguage("en", False, True, "de") and "not installed" in notes[0]


def test_languages_without_a_good_measurement_are_experimental():
    found = language_statuses(("en", "de", "nl"), {"en": 0.02, "de": 0.44})
    assert [status.experimental for status in found.values()] == [False, True, True]
    assert str(found["de"]) == "German: experimental, word error 44 %"
    assert str(found["nl"]) == "Dutch: experimental, not measured"
    assert not LanguageStatus("en", None).experimental


def test_what_a_recogniser_hears_wrong_in_recordings_is_not_held_against_a_language():
    measured = {
        "de": {"word_error": 0.2, "recordings": 0.12, "hours": 1.9},
        "es": {"word_error": 0.2},
        "ru": {"word_error": 0.31, "recordings": 0.22},
        "fr": {"word_error": 0.1, "recordings": 0.02},
        "it": {"word_error": 0.4, "recordings": 0.23},
    }
    found = language_statuses(measured, measured)
    assert {code: one.level for code, one in found.items()} == {
        "de": "fair",
        "es": "fair",
        "ru": "fair",
        "fr": "good",
        "it": "experimental",
    }
    assert str(found["ru"]) == "Russian: fair, word error 31 % (recordings of people 22 %)"
    assert found["de"].to_dict()["hours"] == 1.9 and found["es"].recordings is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Miłej podróży.", "pl"),
        ("Zgaś światło.", "pl"),
        ("Tuzu uzatır mısın?", "tr"),
        ("İçeri gel.", "tr"),
        ("Lambayı söndür.", "tr"),
    ],
)
def test_a_letter_of_one_language_tells_it_where_no_word_is_known(text: str, language: str) -> None:
    assert detect(text).language == language


@pytest.mark.parametrize(
    "text", ["Łukasz won the race.", "Erdoğan, Şimşek", "I love pączki", "Ćevapi for lunch?"]
)
def test_a_foreign_name_in_english_is_no_evidence(text: str) -> None:
    assert detect(text).language == "en"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("200 g Mehl", "de"),
        ("Bisous", "fr"),
        ("Facture n° 12", "fr"),
        ("Factura n.º 12", "es"),
        ("No problem, amigo", "en"),
        ("Kim Jong-un", "en"),
        ("Danke", "de"),
        ("Gracias", "es"),
        ("Bonjour Marie", "fr"),
        ("BONJOUR", "fr"),
        ("WER IST DA", "de"),
        ("l'ONU", "fr"),
        ("в США", "ru"),
        ("hijo(s) mío(s)", "es"),
        ("La función f(x) es continua", "es"),
    ],
)
def test_what_a_word_or_two_tell(text, language):
    assert detect_language(text) == language
