"""Where sentences end: tables of texts in every language, line breaks, cuts, and that no word is lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.core.errors import TextError
from soundalike.inference.long_text import sections
from soundalike.text import LANGUAGES, read, segments, sentence_spans
from soundalike.text.alphabet import COMMA, EXCLAMATION, QUESTION, STOP
from soundalike.text.normalise import explain, table_of
from soundalike.text.normalise import normalise as normalised
from soundalike.text.segment.conventions import conventions_of
from soundalike.text.segment.cuts import LONG, LONGEST_PIECE

TABLES = Path(__file__).parents[1] / "data" / "sentences"
ESCAPES = {"\\n": "\n", "\\r": "\r", "\\u2028": "\u2028", "\\u2029": "\u2029"}


def rows(language: str) -> list[tuple[str, list[str]]]:
    """Texts, and the sentences that each is to be taken apart into."""
    found = []
    for line in (TABLES / f"{language}.txt").read_text("utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        for escape, character in ESCAPES.items():
            line = line.replace(escape, character)
        parts = [" ".join(part.split()) for part in line.split("|")]
        found.append((line.replace("|", ""), [part for part in parts if any(c.isalnum() for c in part)]))
    return found


def heard(text: str, language: str = "en") -> str:
    """What is said, with the mark after each word, and | between utterances."""
    said = []
    for utterance in read(text, language).utterances:
        marks = dict.fromkeys(range(len(utterance.words)), "")
        for symbol, word in zip(utterance.symbols, utterance.word_of):
            if symbol in (COMMA, STOP, QUESTION, EXCLAMATION):
                marks[word] = symbol
        said.append(" ".join(word + marks[number] for number, word in enumerate(utterance.words)))
    return " | ".join(said)


def _plain(sentence: str) -> str:
    return " ".join(sentence.replace("*", " ").split())


def test_the_tables_are_large_enough():
    assert {path.stem for path in TABLES.glob("*.txt")} == set(LANGUAGES)
    for language in LANGUAGES:
        assert len(rows(language)) >= (200 if language == "en" else 40), language


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_of_the_table(language):
    wrong = []
    for text, sentences in rows(language):
        found = [_plain(text[one.start : one.stop]) for one in segments(text, language)]
        if found != [_plain(sentence) for sentence in sentences]:
            wrong.append((text, found))
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_in_one_go_has_the_stops_of_its_sentences(language):
    for text, sentences in rows(language):
        if re.match(r"(1\)|•)[^\n]*$", text):
            continue  # a list in one line is taken apart only where utterances are made
        together = re.sub(r"[^.!?]", "", normalised(text, language))
        assert len(together) >= len(sentences) - 1, (text, normalised(text, language))


@pytest.mark.parametrize(
    "language, text, said",
    [
        ("en", "1. Wash the rice\n2. Boil the water", "one, Wash the rice. | two, Boil the water."),
        ("en", "He got an A. She got a B.", "He got an A. | She got a B."),
        ("en", "We met at 5 p.m. Tuesday.", "We met at five P M Tuesday."),
        ("en", "See Eq. (4) and Ch. 7.", "See Equation four, and Chapter seven."),
        ("en", "Fr. Ted lives on Ave. B.", "Father Ted lives on Avenue B."),
        (
            "en",
            "DR. KING AND MRS. JONES MET IN ST. LOUIS. THEY TALKED.",
            "Doctor king and Missus jones met in Saint louis. | they talked.",
        ),
        ("en", "ACME INC. SUES BOB. MR. SMITH LEFT.", "acme Incorporated sues bob. | Mister smith left."),
        ("en", "VOTE NO. 1 TODAY. SEE FIG. 3 NOW.", "vote Number one today. | see Figure three now."),
        (
            "en",
            "I SAID NO. BOB LEFT. COME IN. BOB IS HERE.",
            "I said No. | bob left. | come in. | bob is here.",
        ),
        (
            "en",
            "Prep: 15 min. Cook: 1 hr. 20 min. Total: 2 hr. 15 min.",
            "Prep, fifteen minutes. | Cook, one hour twenty minutes. | Total, two hours fifteen minutes.",
        ),
        ("en", "She is from Fresno, CA. Mark is not.", "She is from Fresno, California. | Mark is not."),
        ("en", "I ran 5 mi. 2 days ago it rained.", "I ran five miles. | two days ago it rained."),
        ("en", "He is 6 ft. 2 in. tall.", "He is six feet two inches tall."),
        ("en", "An 8 lb. 6 oz. baby.", "An eight pounds six ounces baby."),
        ("en", "Bake 20 min. Remove.", "Bake twenty minutes. | Remove."),
        ("en", "E! News reported it. SOME! They did.", "E News reported it. | some! | They did."),
        ("en", '"What is it?" she asked.', "What is it? she asked."),
        ("en", "Yahoo! is a company.", "Yahoo is a company."),
        ("en", "Jeopardy! airs at seven.", "Jeopardy airs at seven."),
        ("en", "Oh! is it you?", "Oh! is it you?"),
        ("en", "He paused (was it safe?) and went on.", "He paused, was it safe? and went on."),
        ("en", "Mjr. Tom and Dr. Who met.", "Mjr Tom and Doctor Who met."),
        ("de", "Sie wohnt Hauptstr. 12a.", "Sie wohnt Hauptstrasse zwölf ah."),
        ("es", "Los EE. UU. ganaron.", "Los Estados Unidos ganaron."),
        ("it", "Chiama Tel. 06 123.", "Chiama telefono zero sei, uno due tre."),
    ],
)
def test_what_is_heard_at_the_marks(language, text, said):
    assert heard(text, language) == said


WHOLE = (
    "The committee that had been appointed by the governor to look into the causes of the great fire on "
    "the eastern side of the harbour decided on Thursday that the owners of the old warehouse should pay "
    "for most of the damage."
)


def test_a_long_sentence_without_marks_stays_whole():
    assert LONG < len(WHOLE) <= LONGEST_PIECE
    assert len(read(WHOLE, "en").utterances) == 1


def test_a_very_long_sentence_is_cut_before_a_conjunction_and_the_voice_does_not_fall():
    text = " and ".join(f"the man number {i} walked along the road to the town" for i in range(12)) + "."
    utterances = read(text, "en").utterances
    assert len(utterances) > 2
    assert all(u.symbols[-1] == COMMA and u.goes_on for u in utterances[:-1])
    assert utterances[-1].symbols[-1] == STOP and not utterances[-1].goes_on
    assert all(u.words[0] == "and" for u in utterances[1:])


def test_a_long_sentence_is_cut_at_its_semicolon_first():
    text = (
        "He came in, sat down, and read the letter that had come that morning from his sister in the north; "
    )
    text += "then he got up, put on his coat, his hat and his gloves, and went out into the rain."
    first, second = segments(text)
    assert text[first.start : first.stop].endswith("north;") and first.ending == "clause"
    assert second.ending == "paragraph"


def test_text_without_capitals_is_cut_at_its_stops():
    text = "i went home. " * 40
    found = segments(text)
    assert len(found) > 2 and {one.ending for one in found} <= {"sentence", "paragraph"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_abbreviation_that_is_read_is_known(language):
    table = conventions_of(table_of(language))
    known = table.titles | table.numbered | table.final | table.loose
    assert {name for name in table_of(language).abbreviations if name.endswith(".")} <= known


def test_sections_of_a_wrapped_text_are_read_as_the_whole():
    line = "The harbour was quiet that night, and the boats of the fishermen of\nOld Haven lay still. "
    text = "Chapter One\nThe Harbour\n" + line * 20 + "\n\nThe End\nof it all"
    whole = [utterance.words for utterance in read(text, "en").utterances]
    parts = list(sections(text, "en"))
    assert len(parts) > 2
    assert [u.words for part in parts for u in read(part.text, "en").utterances] == whole
    assert all(len(part.text) == len(text[part.start :][: len(part.text)]) for part in parts)


WORDS = st.sampled_from(
    "the Then it cat Mary Dr. Mr. e.g. U.S. p.m. 5 12. 3.5 No. I A and which St. etc. z. B. usw. г. M. Sr. "
    "che Yahoo! what? “no!” (so?) (Oh!) … ... — - • 1. 2) a) one, two; three: “ ” « » \" ' Ave. ÉTÉ x".split()
)
GAPS = st.sampled_from([" ", " ", " ", "\n", "\n\n", "\r\n", "  ", "\u2028", "\u2029", "\t", " \n"])
TEXTS = st.lists(st.tuples(WORDS, GAPS), min_size=1, max_size=80).map(
    lambda pairs: "".join(word + gap for word, gap in pairs)
)


@settings(max_examples=150, deadline=None)
@given(TEXTS | st.text(max_size=400), st.sampled_from(LANGUAGES))
def test_no_word_is_lost_or_said_twice(text, language):
    spans = sentence_spans(text, language)
    assert all(stop - start <= LONGEST_PIECE for start, stop in spans)
    assert all(a[1] <= b[0] for a, b in zip(spans[:-1], spans[1:]))
    kept = "".join(text[start:stop] for start, stop in spans)
    # What lies between is neither letter nor figure
    assert [c for c in kept if c.isalnum()] == [c for c in text if c.isalnum()]


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_utterances_hold_all_words_in_order(text):
    try:
        script = read(text, "en")
    except TextError:
        assert not any(c.isalnum() for c in text)
        return
    places = [span for utterance in script.utterances for span in utterance.spans]
    assert places == sorted(places)
    spoken = {place for start, stop in places for place in range(start, stop)}
    left = "".join(c for place, c in enumerate(text) if place not in spoken and c.isalnum())
    assert not left, explain(text)


def test_work_on_a_list_in_one_line_grows_with_its_length_only(monkeypatch):
    from soundalike.text.segment import split

    looked = []
    original = split._is_number
    monkeypatch.setattr(split, "_is_number", lambda text: looked.append(len(text)) or original(text))
    items = " ".join(f"{number}. Wash it. Dry it." for number in range(1, 100))
    text = items + " Then it rained." * 2000
    found = split.split_sentences(text, "en")
    assert found[:4] == ["1. Wash it.", "Dry it.", "2. Wash it.", "Dry it."] and len(found) == 2 * 99 + 2000
    assert sum(looked) <= len(text)


@pytest.mark.parametrize("unit", ["U.S. ", "A. ", "a", "1. ", "«", "(", "Fig. ", "? ", "x 1. 2) "])
def test_work_on_a_monotonous_text_grows_with_its_length_only(unit, monkeypatch):
    """Marks judged and characters looked at while cutting, at two lengths: ten times the text, about ten
    times the work.
    """
    from soundalike.text.segment import cuts, split

    def work(size):
        counts = {"judged": 0, "cut": 0}

        def judging(original):
            def count(*given):
                counts["judged"] += 1
                return original(*given)

            return count

        def nearest(part, places, original=cuts._nearest):
            counts["cut"] += len(part)
            return original(part, places)

        with monkeypatch.context() as patch:
            patch.setattr(split, "judged", judging(split.judged))
            patch.setattr(cuts, "judged", judging(cuts.judged))
            patch.setattr(cuts, "_nearest", nearest)
            split.segments((unit * size)[:size], "en")
        return counts

    short = work(1_000)
    long = work(10_000)
    for kind, count in long.items():
        assert count <= 13 * short[kind] + 2_000, (kind, short, long)
    assert long["judged"] <= 4 * 10_000


@pytest.mark.parametrize(
    ("language", "text", "sentences"),
    [
        ("ru", "Родился в 1950 г. Умер в 2000 г. Он был врач.", 3),
        ("ru", "В 1950 г. Иванов умер.", 1),
        ("ru", "Он живёт в г. Москва давно.", 1),
        ("de", "Das Hotel hat im V. Stock Zimmer.", 1),
        ("de", "Sie hat ein Dipl. Sie ist gut.", 2),
        ("de", "Das ist von Hrsg. Müller und Fam. Krause.", 1),
        ("es", "El Pdte. Kennedy y los Hnos. Pérez.", 1),
        ("cs", "Stojí 3 mil. Kč a 2 mld. Kč.", 1),
        ("it", "Sono 3 mln. Poi basta.", 2),
    ],
)
def test_sentences_of_other_languages_end_where_they_do(language: str, text: str, sentences: int) -> None:
    assert len(sentence_spans(text, language)) == sentences
