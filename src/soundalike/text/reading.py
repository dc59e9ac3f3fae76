"""How a written text is read: the one place that calls the normaliser, and what it did, span by span."""

from __future__ import annotations

import re
from dataclasses import replace

from .normalise import Reading, explain, normalise, sentence_spans

__all__ = ["Reading", "readings", "sentence_spans", "speakable"]


def speakable(text: str, where: str = "text", language: str = "en") -> str:
    """The text as it is handed on to be phonemized. Raises TextError naming `where` if it cannot be
    spoken.
    """
    return normalise(text, language, where)


_CORE = re.compile(r"[^\w$£€¥&%@#+=°]*(.*?)[^\w%°+]*", re.DOTALL)


def readings(text: str, language: str = "en", where: str = "text") -> list[Reading]:
    """`explain`, with stretches that are spoken as written taken apart into their words, and no marks around
    a word's place.
    """
    found = []
    for reading in explain(text, language):
        parts = [reading]
        if reading.spoken == reading.written and len(reading.written.split()) > 1:
            pieces = re.finditer(r"\s*\S+\s*\Z|\s*\S+", reading.written)
            parts = [
                replace(
                    reading,
                    start=reading.start + p.start(),
                    stop=reading.start + p.end(),
                    written=p[0],
                    spoken=p[0],
                )
                for p in pieces
            ]
        for part in parts:
            core = _CORE.fullmatch(part.written)
            if core and core[1]:
                start = part.start + core.start(1)
                part = replace(part, start=start, stop=start + len(core[1]), written=core[1])
            found.append(part)
    return found
