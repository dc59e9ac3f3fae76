"""Written text to spoken words: a table of cases by language, and what holds for any text."""

from __future__ import annotations

import random
import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from soundalike.core.errors import ConfigError, TextError
from soundalike.text import LANGUAGES, sentence_spans, split_sentences
from soundalike.text.normalise import explain, normalise
from soundalike.text.segment.cuts import LONGEST_PIECE

ROWS = [
    line.split("\t")
    for line in (Path(__file__).parents[1] / "data" / "normalise.tsv").read_text("utf-8").splitlines()[1:]
]


def written_form(cell: str) -> str:
    return cell.replace("\\n", "\n")


@pytest.mark.parametrize(
    "language, written, spoken, reason", ROWS, ids=[f"{row[0]}:{row[1]}" for row in ROWS]
)
def test_what_is_written_is_what_is_said(language, written, spoken, reason):
    assert normalise(written_form(written), language) == spoken, reason


def test_the_table_is_large_enough_and_repeats_nothing():
    assert len({(row[0], row[1]) for row in ROWS}) == len(ROWS) >= 650
    count = {code: sum(row[0] == code for row in ROWS) for code in LANGUAGES}
    assert all(
        count[code] >= least for code, least in {"en": 300, "de": 100, "es": 80, "fr": 80, "ru": 90}.items()
    ), count


@pytest.mark.parametrize(
    "language, written", [row[:2] for row in ROWS], ids=[f"{row[0]}:{row[1]}" for row in ROWS]
)
def test_what_is_said_stays_as_it_is(language, written):
    once = normalise(written_form(written), language)
    assert normalise(once, language) == once
    assert_only_words(once, language)


def assert_only_words(spoken: str, language: str) -> None:
    wrong = [c for c in spoken if not (c.isalpha() or c in " .,;:!?'-")]
    assert not wrong, (spoken, wrong)
    script = "CYRILLIC" if language == "ru" else "LATIN"
    assert all(unicodedata.name(c).startswith(script) for c in spoken if c.isalpha()), spoken
    assert not re.search(r"(?<![^\W_])['-]|['-](?![^\W_])|  |^[\s.,;:!?]|\s$", spoken), spoken


def anything(rng: random.Random, length: int) -> str:
    """Random characters of all kinds, with figures, marks and capitals thick among them."""
    kinds = [
        lambda: chr(rng.randrange(32, 127)),
        lambda: rng.choice("0123456789"),
        lambda: rng.choice(" .,:-/$€%'\"°&@#½²–"),
        lambda: chr(rng.randrange(160, 0x2FFF)),
        lambda: chr(
            rng.choice(
                [
                    rng.randrange(0x3000, 0xD7FF),
                    rng.randrange(0xE000, 0x11000),
                    rng.randrange(0x1F300, 0x1FAFF),
                    rng.randrange(0x110000),
                ]
            )
        ),
        lambda: rng.choice(
            [
                " II ",
                " Mr. ",
                " km ",
                "$",
                " St. ",
                "1st",
                " the ",
                " am",
                " May ",
                " руб.",
                " z. B. ",
                " FBI",
                "\n\n",
                "\ud800",
            ]
        ),
    ]
    return "".join(rng.choice(kinds)() for _ in range(length))


@pytest.mark.parametrize("language", LANGUAGES)
def test_any_string_is_spoken_or_refused(language):
    rng = random.Random(language)
    for number in range(150):
        text = anything(rng, rng.randrange(1, 40))
        spans = explain(text, language)
        assert "".join(span.written for span in spans) == text
        assert [r.start for r in spans] == [0, *(r.stop for r in spans)][: len(spans)]
        try:
            spoken = normalise(text, language)
        except TextError:
            continue
        assert spoken == "".join(span.spoken for span in spans)
        assert_only_words(spoken, language)
        assert normalise(spoken, language) == spoken, (number, text)


PLAIN = {
    "en": "The quick brown fox doesn't jump over the lazy dog, and a well-known story ends here",
    "de": "Die schöne Müllerin ging über die große Straße und hörte ein süßes Lied",
    "es": "El niño pequeño comió una manzana mañana y bebió agua del río",
    "fr": "L'été dernier nous avons mangé des crêpes à la plage où il faisait chaud",
    "ru": "Мы ещё не знаем, что будет завтра, но надеемся на лучшее",
    "it": "La città è più bella perché c'è il sole",
    "pt": "A maçã não está no chão da cozinha",
    "nl": "De kat zat op de mat en keek naar buiten",
    "sv": "Vi åker hem över ön på söndag",
    "cs": "Žluťoučký kůň úpěl ďábelské ódy",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_lost(language):
    assert normalise(PLAIN[language], language) == PLAIN[language]
    words = PLAIN[language].split()
    rng = random.Random(language)
    for _ in range(50):
        some = [rng.choice(words).strip(",") for _ in range(12)]
        text = "".join(word + rng.choice([" ", ", ", " 5 ", " - ", "! ", " $3 ", " 😀 "]) for word in some)
        spoken = iter(re.findall(r"[\w'-]+", normalise(text, language)))
        assert all(word in spoken for word in some), (text, normalise(text, language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "bit",
    [
        "1",
        "(",
        "a.a.a.",
        "1,",
        "1.",
        "1-",
        "$",
        "A.",
        "1 ",
        "@",
        "a@",
        "'",
        '"',
        "x1",
        "1/",
        "-",
        ".",
        "А.",
        "I",
        "Mr. ",
        "1:1",
        "http://",
        "é́",
        "ⅷ",
        "+1 ",
    ],
)
def test_hostile_strings_end(language, bit):
    length = 10_000 if language == "en" else 1_000
    text = (bit * length)[:length]
    spans = explain(text, language)
    assert "".join(span.written for span in spans) == text
    assert all(stop - start <= LONGEST_PIECE for start, stop in sentence_spans(text, language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "shape",
    [
        "{}",
        "-{}",
        "{},50 €",
        "${}.50",
        "{}%",
        "{} km",
        "{}.",
        "{}-й",
        "{}st",
        "{}/2",
        "{}-{}",
        "{}:{}",
        "x{}",
        "0,{}",
        "{} días",
        "{} г.",
    ],
)
def test_endless_numbers_are_read_digit_by_digit(language, shape):
    spoken = normalise(shape.format(*["7" * 5_000] * 2), language)
    assert spoken.count(normalise("7", language)) >= 5_000


def test_readings_say_which_rule_and_where():
    text = "Pay $3.5 million to Ольга 😀"
    spans = explain(text)
    assert [(r.written, r.rule) for r in spans if r.rule != "space"] == [
        ("Pay", "word"),
        ("$3.5 million", "currency"),
        ("to", "word"),
        ("Ольга", "transliterated"),
        ("😀", "skipped"),
    ]
    assert all(text[r.start : r.stop] == r.written for r in spans)
    assert "Ольга" in spans[6].warning and not any(r.warning for r in spans[:6])


def test_places_survive_characters_that_change():
    text = "ﬁne e\u0301t\u00e9 ½ ㎏ “x”"
    assert "".join(r.written for r in explain(text)) == text
    assert explain("Cafe\u0301 now")[0].written == "Cafe\u0301"


def test_languages():
    assert set(LANGUAGES) >= {"en", "de", "es", "fr", "ru", "it", "pt", "nl", "sv", "cs"}
    assert normalise("5", "en-US") == normalise("5", "en_GB") == "five"
    with pytest.raises(ConfigError, match="'tlh'.*en, de, es, fr, ru"):
        normalise("5", "tlh")


def test_threads_agree():
    texts = [
        f"On {i}/3/2021 Louis {'X' * (i % 3 + 1)} paid ${i}.50 for {i} km at {i % 12}:30 pm."
        for i in range(1, 13)
    ]
    alone = [normalise(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(normalise, texts * 4)) == alone * 4


@pytest.mark.parametrize(
    "language, text, pieces",
    [
        ("en", "Dr. Smith paid $3.50 to J. R. Smith. It was late, i.e. past 5 p.m. Then he left.", 3),
        ("en", "He said “Stop!” and ran. No. 5 is alive! Is it? Yes...", 4),
        ("en", "The U.S. Army came. See p. 5 for more. Wait... what? Ok.", 4),
        ("de", "Am 5. März kam Dr. Weber. Es war z. B. kalt, d. h. unter 0 Grad. Gut!", 3),
        ("es", "El Sr. Pérez llegó. ¿Y la Sra. López? No vino.", 3),
        ("fr", "M. Dupont est là. Mme Durand aussi, etc. Oui !", 3),
        ("ru", "В 1999 г. он жил на ул. Ленина. Это было давно, т. е. раньше. Да!", 3),
    ],
)
def test_sentences(language, text, pieces):
    spans = sentence_spans(text, language)
    assert len(spans) == pieces, split_sentences(text, language)
    assert "".join(text[a:b] for a, b in spans).replace(" ", "") == text.replace(" ", "")
