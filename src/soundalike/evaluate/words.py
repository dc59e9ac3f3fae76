"""Intelligibility: the words that a recogniser transcribes, and how many of them are wrong."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np

from soundalike.core.errors import TextError
from soundalike.text.normalise import normalise


def plain_words(text: str, language: str = "en") -> list[str]:
    """The words of a text as they are compared: numbers spelled out, lower case, no punctuation; none where
    nothing can be spoken.
    """
    try:
        utterance = normalise(text, language)
    except TextError:
        return []
    kept = re.sub(r"['’]", "", unicodedata.normalize("NFC", utterance).lower())
    return re.sub(r"[^\w]+|_", " ", kept).split()


def _costs(wanted, heard) -> np.ndarray:
    """Least number of edits between every two beginnings: (len(wanted) + 1, len(heard) + 1)."""
    index: dict = {}
    a = np.array([index.setdefault(x, len(index)) for x in wanted], dtype=np.int64)
    b = np.array([index.setdefault(x, len(index)) for x in heard], dtype=np.int64)
    columns = np.arange(len(b) + 1)
    table = np.empty((len(a) + 1, len(b) + 1), dtype=np.int64)
    table[0] = columns
    for i, symbol in enumerate(a, 1):
        row = table[i - 1] + 1  # one of the wanted missing
        row[1:] = np.minimum(row[1:], table[i - 1, :-1] + (b != symbol))
        table[i] = np.minimum.accumulate(row - columns) + columns  # then any number of extra ones
    return table


def distance(wanted, heard) -> int:
    """Least number of items changed, missing or extra that turn one sequence into the other."""
    return int(_costs(wanted, heard)[-1, -1])


def edits(wanted: list[str], heard: list[str]) -> list[tuple[str, str, str]]:
    """How the words wanted became those heard: ("same" | "changed" | "missing" | "extra", wanted, heard) in
    order.
    """
    table = _costs(wanted, heard)
    steps = []
    i = len(wanted)
    j = len(heard)
    while i or j:
        if i and j and table[i, j] == table[i - 1, j - 1] + (wanted[i - 1] != heard[j - 1]):
            i = i - 1
            j = j - 1
            steps.append(("same" if wanted[i] == heard[j] else "changed", wanted[i], heard[j]))
        elif i and table[i, j] == table[i - 1, j] + 1:
            i -= 1
            steps.append(("missing", wanted[i], ""))
        else:
            j -= 1
            steps.append(("extra", "", heard[j]))
    return steps[::-1]


@dataclass(frozen=True)
class WordScore:
    """Errors of one recording, to be pooled over many."""

    heard: str
    word_errors: int
    words: int
    character_errors: int
    characters: int


def score_words(text: str, heard: str, language: str = "en") -> WordScore:
    """The errors of a transcript against the text that should be said."""
    wanted = plain_words(text, language)
    got = plain_words(heard, language)
    letters = " ".join(wanted)
    letters_got = " ".join(got)
    return WordScore(heard, distance(wanted, got), len(wanted), distance(letters, letters_got), len(letters))
