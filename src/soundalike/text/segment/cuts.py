"""Where a sentence that is too long is cut: at its marks, then before a conjunction or relative word."""

from __future__ import annotations

import functools
import re

from .conventions import MARKS, Conventions
from .stops import Stop, judged

LONG = 180  # characters; a longer sentence is cut where it has a mark for it
LONGEST_PIECE = 300  # characters; a longer sentence is cut even where it has none
_EDGE = 0.15  # of a stretch: nearer to its ends it is not cut


def pieces(text: str, start: int, stop: int, table: Conventions) -> list[tuple[int, int]]:
    """A sentence without the space around it, in pieces of at most LONGEST_PIECE characters.

    A piece but the last ends in the middle of its sentence, unless it `ends` with a mark of its own.
    """
    found: list[tuple[int, int]] = []
    waiting = [(start, stop)]
    while waiting:
        a, b = _trimmed(text, *waiting.pop())
        if a == b:
            continue
        place = _place(text, a, b, table) if b - a > LONG else None
        if place is None:
            found.append((a, b))
        else:
            waiting += [(place, b), (a, place)]
    return found


def ends(text: str, a: int, b: int, table: Conventions) -> bool:
    """Whether a piece of a sentence has a mark at its end that is heard as a full stop or a question."""
    for mark in MARKS.finditer(text, max(a, b - 48), b):
        if mark.end() == b and "…" not in mark[0] and ".." not in mark[0]:
            return _is_inside(text, mark, table)
    return False


def _is_inside(text: str, mark: re.Match, table: Conventions) -> bool:
    return judged(text, mark.start(), mark.end(), table) is Stop.INSIDE


def _trimmed(text: str, a: int, b: int) -> tuple[int, int]:
    while a < b and text[a].isspace():
        a += 1
    while b > a and text[b - 1].isspace():
        b -= 1
    return a, b


def _place(text: str, a: int, b: int, table: Conventions) -> int | None:
    """Where to cut: near the middle, but within two pieces of the start so that long texts take linear time;
    None where the stretch is best left whole.
    """
    is_too_long = b - a > LONGEST_PIECE
    b = min(b, a + 2 * LONGEST_PIECE)
    part = text[a:b]
    marks, words = _patterns(table.code, table.clauses)
    place = _nearest(part, [m.end() for m in MARKS.finditer(part) if _is_inside(part, m, table)])
    if place is not None:
        return a + place
    for pattern in marks:
        place = _nearest(part, [m.end() for m in pattern.finditer(part)])
        if place is not None:
            return a + place
    if not is_too_long:
        return None
    before_words = [m.end() for m in words.finditer(part) if m[1].lower() not in table.leaning]
    for places in (before_words, [m.end() for m in re.finditer(r"\s", part)]):
        place = _nearest(part, places)
        if place is not None:
            return a + place
    return a + LONGEST_PIECE


def _nearest(part: str, places: list[int]) -> int | None:
    """The place nearest the middle, of those that are not too near an end and leave words on either side."""
    size = len(part)
    first = next((place for place, c in enumerate(part) if c.isalnum()), None)
    if first is None or not places:
        return None
    last = next(place for place in range(size - 1, -1, -1) if part[place].isalnum())
    low = max(_EDGE * size, first + 0.5)
    high = min((1 - _EDGE) * size, last + 0.5)
    inner = [place for place in places if low < place < high]
    return min(inner, key=lambda place: abs(2 * place - size), default=None)


@functools.lru_cache(maxsize=16)
def _patterns(code: str, clauses: frozenset[str]) -> tuple[tuple[re.Pattern, ...], re.Pattern]:
    """The places of marks, strongest first, and those before the words that begin a clause."""
    clause = rf"(?:{'|'.join(sorted(clauses, key=len, reverse=True))})\b"
    marks = (
        re.compile(r"[;:]\s+|\s[–—]\s+|—"),
        re.compile(rf",[\"'”’»)]*\s+(?={clause})", re.IGNORECASE),
        re.compile(r",[\"'”’»)]*\s+"),
    )
    # Only from the beginning of a word, so that a long word is gone through once
    return marks, re.compile(rf"(?<![^\W\d_])([^\W\d_]+)\s+(?={clause})", re.IGNORECASE)
