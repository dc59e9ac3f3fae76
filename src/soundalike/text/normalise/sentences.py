"""Sentences of a written text, as spans of it."""

from __future__ import annotations

import re

from .language import Language

LONGEST_PIECE = 180  # characters spoken in one breath; longer sentences are cut at commas, then at spaces
_BREAK = re.compile(r"\n[^\S\n]*\r?\n\s*|\n(?=\s{0,4}[-*•]\s)")
_STOP = re.compile(r"[.!?…][.!?…]{0,20}[\"'”’»)\]]{0,5}(?=\s)|[。！？]+[」』”]?")
_SHORT = re.compile(r"(?<![^\W_])[^\W\d_]\.$")


def sentence_spans(text: str, lang: Language) -> list[tuple[int, int]]:
    """(start, stop) of each sentence, in order, none longer than LONGEST_PIECE and each with something to
    speak.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for broken in [*_BREAK.finditer(text), None]:
        stop = broken.start() if broken else len(text)
        for match in _STOP.finditer(text, start, stop):
            if not _goes_on(text, start, match.end(), stop, lang):
                spans += _cut(text, start, match.end())
                start = match.end()
        spans += _cut(text, start, stop)
        start = broken.end() if broken else len(text)
    return [(a, b) for a, b in spans if any(c.isalnum() for c in text[a:b])] or _cut(text, 0, len(text))[:1]


def _goes_on(text: str, start: int, end: int, stop: int, lang: Language) -> bool:
    """Whether the stop before `end` belongs to an abbreviation, an initial or an ordinal figure."""
    rest = text[end : min(end + 8, stop)].lstrip()
    last = text[max(start, end - 24) : end]
    follows_small = rest[:1].islower()
    if last.endswith(("!", "?")) or not last.endswith("."):
        return False
    if last.endswith(".."):
        return follows_small
    token = re.split(r"[\s(\"“'„«]", last)[-1]
    if follows_small:
        return True
    two = " ".join(last.split()[-2:])
    if token in lang.enders or two in lang.enders:
        return False
    if token == "г." and re.search(r"\d\s?г\.$", last):
        return False  # the year's г. may end a sentence, the city's may not
    if token in lang.abbreviations or two in lang.abbreviations or token in lang.leaning:
        return bool(rest) and not (token == "No." and not rest[:1].isdecimal())
    if lang.code in ("de", "cs") and re.fullmatch(r"\d{1,2}\.", token):
        return True
    return bool(_SHORT.search(token)) or bool(re.fullmatch(r"(?:[^\W\d_]\.){2,}", token))


def _cut(text: str, start: int, stop: int) -> list[tuple[int, int]]:
    """A span without the space around it, in pieces of at most LONGEST_PIECE."""
    pieces: list[tuple[int, int]] = []
    waiting = [(start, stop)]
    while waiting:
        a, b = waiting.pop()
        while a < b and text[a].isspace():
            a += 1
        while b > a and text[b - 1].isspace():
            b -= 1
        if a == b:
            continue
        if b - a <= LONGEST_PIECE:
            pieces.append((a, b))
            continue
        place = _place(text, a, b)
        waiting += [(place, b), (a, place)]
    return pieces


def _place(text: str, a: int, b: int) -> int:
    """Where to cut: near the middle, but within two pieces of the start so that long texts take linear
    time.
    """
    b = min(b, a + 2 * LONGEST_PIECE)
    middle = (a + b) / 2
    for pattern in (r"[;:]\s", r",\s", r"\s"):
        places = [m.end() for m in re.finditer(pattern, text[a:b]) if 0.15 < m.end() / (b - a) < 0.85]
        if places:
            return a + min(places, key=lambda p: abs(a + p - middle))
    return min(b, a + LONGEST_PIECE)
