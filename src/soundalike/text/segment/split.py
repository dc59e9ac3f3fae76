"""A text as its sentences, each with what ends it."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from typing import Literal

from soundalike.text.normalise import table_of

from . import cuts
from .conventions import MARKS, Conventions, conventions_of
from .lines import breaks, inline_items
from .stops import Stop, judged

LABEL = 24  # characters of an item's number with the space and signs around it, at most
Ending = Literal["sentence", "line", "paragraph", "clause"]


@dataclass(frozen=True)
class Segment:
    """A stretch of text that is spoken in one go."""

    start: int  # characters
    stop: int
    ending: Ending  # "clause": its sentence goes on in the next segment


def segments(text: str, language: str = "en") -> list[Segment]:
    """The sentences of a text in order, without the space around them; those that are too long in pieces.

    None is longer than `cuts.LONGEST_PIECE` characters, and each holds something to speak, unless the text
    holds nothing of the kind. Raises ConfigError for a language not known.
    """
    table = conventions_of(table_of(language))
    found: list[Segment] = []
    start = 0
    for broken in [*breaks(text, table), None]:
        stop = broken.start if broken else len(text)
        ending: Ending = "line" if broken and not broken.is_paragraph else "paragraph"
        found += _of_line(text, start, stop, ending, table)
        start = broken.stop if broken else len(text)
    spoken = [one for one in found if any(c.isalnum() for c in text[one.start : one.stop])]
    return spoken or found[:1]


def sentence_spans(text: str, language: str = "en") -> list[tuple[int, int]]:
    """(start, stop) of each segment of the text, in order."""
    return [(segment.start, segment.stop) for segment in segments(text, language)]


def split_sentences(text: str, language: str = "en") -> list[str]:
    """The segments of a text, in order, each on one line."""
    return [" ".join(text[start:stop].split()) for start, stop in sentence_spans(text, language)]


def _of_line(text: str, start: int, stop: int, ending: Ending, table: Conventions) -> list[Segment]:
    """The sentences of text[start:stop], in which every line break is a wrap."""
    part = text[start:stop]
    ends = [m.end() for m in MARKS.finditer(part) if judged(part, m.start(), m.end(), table) is Stop.END]
    items = inline_items(part)
    ends = [end for end in ends if not _ends_label(part, items, end)]
    ends = sorted({*ends, *items})
    if not ends or any(c.isalnum() for c in part[ends[-1] :]):
        ends.append(len(part))
    found: list[Segment] = []
    begin = 0
    for end in ends:
        how = ending if end == ends[-1] else "sentence"
        found += _cut(text, start + begin, start + end, how, table)
        begin = end
    return found


def _ends_label(part: str, items: list[int], end: int) -> bool:
    """Whether a stop is that of an item's own number, which is no end. `items` are the places of items."""
    at = bisect.bisect_left(items, end) - 1
    return at >= 0 and end - items[at] <= LABEL and _is_number(part[items[at] : end])


def _is_number(text: str) -> bool:
    return text.strip(" .)\n•⁃▪●◦").isdecimal()


def _cut(text: str, start: int, stop: int, ending: Ending, table: Conventions) -> list[Segment]:
    """A sentence as one segment, or as several where it is long."""
    *parts, last = cuts.pieces(text, start, stop, table) or [(start, start)]
    if last[0] == last[1]:
        return []
    found = [Segment(a, b, "sentence" if cuts.ends(text, a, b, table) else "clause") for a, b in parts]
    return [*found, Segment(*last, ending)]
