"""How a written text is read: the one place that calls the normaliser, and what it did, span by span."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from .normalise import normalise, split_sentences


@dataclass(frozen=True)
class Reading:
    """A piece of a text and what is said for it; the `spoken` of all, joined, is the speakable text."""

    start: int
    stop: int
    written: str
    rule: str
    spoken: str
    warning: str = ""


def speakable(text: str, where: str = "text", language: str = "en") -> str:
    """The text as it is handed on to be phonemized. Raises TextError naming `where` if it cannot be spoken."""
    return normalise(text, where) if language == "en" else unicodedata.normalize("NFC", text)


def explain(text: str, language: str = "en", where: str = "text") -> list[Reading]:
    """One Reading for each word, found by laying the speakable text beside the written one."""
    spoken = speakable(text, where, language)
    old, new = _words(text), _words(spoken)
    matcher = SequenceMatcher(None, [text[a:b].lower() for a, b in old], [spoken[a:b].lower() for a, b in new], autojunk=False)
    readings: list[Reading] = []
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "equal":
            pairs = [(i, i + 1, j, j + 1) for i, j in zip(range(i1, i2), range(j1, j2))]
        else:
            pairs = [(i1, i2, j1, j2)] if j2 > j1 else []
        for a, b, c, d in pairs:
            start, stop = (old[a][0], old[b - 1][1]) if b > a else ((old[a - 1] if a else (0, 0))[1],) * 2
            upto = new[d][0] if d < len(new) else len(spoken)  # what follows a word up to the next belongs to it
            piece = spoken[new[c][0] if c else 0 : upto]
            readings.append(Reading(start, stop, text[start:stop], "as written" if kind == "equal" else "normalised", piece))
    return readings


def _words(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"\S+", text)]


_CORE = re.compile(r"[^\w$£€¥&%@#+=°]*(.*?)[^\w%°+]*", re.DOTALL)


def readings(text: str, language: str = "en", where: str = "text") -> list[Reading]:
    """`explain`, with stretches that are spoken as written taken apart into their words, and no marks around a word's place."""
    found = []
    for reading in explain(text, language, where):
        parts = [reading]
        if reading.spoken == reading.written and len(reading.written.split()) > 1:
            pieces = re.finditer(r"\s*\S+\s*\Z|\s*\S+", reading.written)
            parts = [replace(reading, start=reading.start + p.start(), stop=reading.start + p.end(), written=p[0], spoken=p[0]) for p in pieces]
        for part in parts:
            core = _CORE.fullmatch(part.written)
            if core and core[1]:
                start = part.start + core.start(1)
                part = replace(part, start=start, stop=start + len(core[1]), written=core[1])
            found.append(part)
    return found


def sentence_spans(text: str, language: str = "en") -> list[tuple[int, int]]:
    """Start and stop of each sentence of a text, none longer than LONGEST_PIECE characters."""
    spans, at = [], 0
    for piece in split_sentences(text):
        match = re.compile(r"\s+".join(map(re.escape, piece.split()))).search(text, at)
        if match:
            spans.append(match.span())
            at = match.end()
    return spans
