"""How a text will be said: each word's place, the rule that made it, its spoken form and its sounds."""

from __future__ import annotations

import unicodedata
from dataclasses import asdict, replace
from typing import Any

from .phonemes import in_lexicon
from .script import Script


def guessed(script: Script) -> Script:
    """The same, with the words named whose sounds are a model's guess since no lexicon has them."""
    said = []
    for word in script.said:
        if not word.source and not in_lexicon(word.spoken, word.language):
            rule = "guessed" if word.rule == "as written" else f"{word.rule}; guessed"
            word = replace(word, rule=rule)
        said.append(word)
    return replace(script, said=said)


def table(script: Script) -> str:
    """Lines of columns: place, what is written, rule, what is said, sounds; an empty line between
    sentences.
    """
    rows = [
        (
            f"{said.start}-{said.stop}",
            _short(said.written),
            said.rule,
            said.spoken,
            "".join(said.symbols),
            said.utterance,
        )
        for said in script.said
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
    """The same, and the symbols, pauses and marks of each sentence, as JSON can hold it."""
    sentences = []
    for number, spoken in enumerate(script.utterances):
        words = [
            {k: v for k, v in asdict(said).items() if k not in ("utterance",)}
            for said in script.said
            if said.utterance == number
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
    return {"language": script.language, "sentences": sentences, "warnings": script.warnings}


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 32 else text[:31] + "…"


def _width(text: str) -> int:
    return sum(not unicodedata.combining(c) for c in text)


def _line(cells: tuple[Any, ...], widths: list[int]) -> str:
    return "  ".join(
        str(cell) + " " * (width - _width(str(cell))) for cell, width in zip(cells, widths)
    ).rstrip()
