"""How a text will be said: each word's place, the rule that made it, its spoken form and its phonemes."""

from __future__ import annotations

import unicodedata
from dataclasses import asdict, replace
from typing import Any

from .phonemes import in_lexicon
from .script import Script


def guessed(script: Script) -> Script:
    """The script with those words named whose phonemes are a model's guess, as no lexicon has them."""
    trace = []
    for word in script.trace:
        if not word.source and not in_lexicon(word.spoken, word.language):
            rule = "guessed" if word.rule == "as written" else f"{word.rule}; guessed"
            word = replace(word, rule=rule)
        trace.append(word)
    return replace(script, trace=trace)


def table(script: Script) -> str:
    """The trace as lines of columns: place, what is written, rule, what is said, phonemes. An empty line
    stands between sentences.
    """
    rows = [
        (
            f"{word.start}-{word.stop}",
            _short(word.written),
            word.rule,
            word.spoken,
            "".join(word.symbols),
            word.utterance,
        )
        for word in script.trace
    ]
    head = ("place", "written", "rule", "said", "sounds")
    widths = [max(_width(str(row[i])) for row in [head, *rows]) for i in range(5)]
    lines = [_line(head, widths)]
    last = 0
    for row in rows:
        if row[5] != last:
            lines.append("")
            last = row[5]
        lines.append(_line(row[:5], widths))
    return "\n".join(lines)


def as_dict(script: Script) -> dict[str, Any]:
    """The trace with the symbols, pauses and marks of each sentence, as JSON can hold it."""
    sentences = []
    for number, spoken in enumerate(script.utterances):
        words = [
            {name: value for name, value in asdict(word).items() if name != "utterance"}
            for word in script.trace
            if word.utterance == number
        ]
        for index, word in enumerate(words):
            word["symbols"] = " ".join(word["symbols"])
            word |= {
                name: values[index]
                for name in ("rate", "pitch", "volume")
                if (values := getattr(spoken, name))
            }
        sentences.append(
            {
                "text": spoken.text,
                "language": spoken.language,
                "voice": spoken.voice,
                "symbols": " ".join(spoken.symbols),
                "words": words,
                "pauses": [
                    {"after": index, "seconds": seconds} for index, seconds in sorted(spoken.pauses.items())
                ],
                "marks": [{"name": name, "before": index} for name, index in spoken.marks],
            }
        )
    return {
        "language": script.language,
        "text_language": script.text_language.to_dict(),
        "sentences": sentences,
        "warnings": script.warnings,
    }


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 32 else text[:31] + "…"


def _width(text: str) -> int:
    return sum(not unicodedata.combining(c) for c in text)


def _line(cells: tuple[Any, ...], widths: list[int]) -> str:
    return "  ".join(
        str(cell) + " " * (width - _width(str(cell))) for cell, width in zip(cells, widths, strict=True)
    ).rstrip()
