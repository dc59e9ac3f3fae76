"""Estimates ngrams.txt of src/soundalike/text/detection: how likely runs of three letters are by language.

From the texts of a `metadata.tsv` (the table that `soundalike data prepare` reads) whose corpora allow it,
the word lists of gruut's lexicons, and the words of spoken.txt. Only frequencies of letters are kept.

usage: python benchmarks/language_ngrams.py METADATA.tsv --corpora commonvoice kathleen kerstin ljspeech
"""

from __future__ import annotations

import argparse
import csv
import importlib
import math
import random
import re
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from soundalike.text.detection.tables import FOLDER, words

LANGUAGES = tuple("en de fr es it nl pt sv cs".split())
LEXICON = 12_000  # words of a lexicon, drawn by chance
KEPT = 2000  # runs of letters, those that tell most
PSEUDOCOUNTS = (6.0, 8.0, 0.5)  # of three, two and one letters
HEAD = """# How much likelier the last of three letters is in each language, after the other two, than in
# the mean: M is as likely, each letter after M e^(1/2) times likelier. _ is a word's edge.
"""


def lexicon_words(language: str, rng: random.Random) -> list[str]:
    """Words of gruut's lexicon. None of English, whose lexicon is full of names of other languages."""
    if language == "en":
        return []
    home = Path(str(importlib.import_module(f"gruut_lang_{language}").__file__)).parent
    table = sqlite3.connect(next(home.rglob("lexicon.db")))
    last = table.execute("SELECT max(rowid) FROM word_phonemes").fetchone()[0]
    found = set()
    for row in rng.sample(range(1, last + 1), min(last, LEXICON + 4000)):
        (word,) = table.execute("SELECT word FROM word_phonemes WHERE rowid = ?", (row,)).fetchone()
        if word.isalpha() and len(word) > 2:
            found.add(word.lower())
    return sorted(found)[:LEXICON] if len(found) <= LEXICON else rng.sample(sorted(found), LEXICON)


def weighted_words(texts: Iterable[str], language: str, rng: random.Random) -> dict[str, float]:
    """Words of a language with their weights: of texts up to five, of a lexicon .6, of our list two."""
    seen = Counter(
        word
        for text in texts
        for word in re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", text.lower()))
    )
    weights = {word: min(count, 5) * (1.5 if language == "en" else 1.0) for word, count in seen.items()}
    for word in words("spoken.txt")[language].rank:
        if word.isalpha():
            weights[word] = weights.get(word, 0.0) + 2.0
    for word in lexicon_words(language, rng):
        weights[word] = weights.get(word, 0.0) + 0.6
    return weights


class Letters:
    """How likely a letter is after two others in a language, smoothed by shorter runs."""

    def __init__(self, weights: dict[str, float]):
        self.runs: list[Counter[str]] = [Counter(), Counter(), Counter()]
        self.contexts: list[Counter[str]] = [Counter(), Counter(), Counter()]
        for word, weight in weights.items():
            edged = f"__{word}_"
            for at in range(2, len(edged)):
                for size in (1, 2, 3):
                    run = edged[at - size + 1 : at + 1]
                    self.runs[size - 1][run] += weight  # type: ignore[assignment]
                    self.contexts[size - 1][run[:-1]] += weight  # type: ignore[assignment]

    def log_probability(self, run: str) -> float:
        """The logarithm of how likely the last of three letters is after the other two."""
        three, two, one = PSEUDOCOUNTS
        likely = (self.runs[0][run[2]] + one) / (self.contexts[0][""] + 60 * one)
        likely = (self.runs[1][run[1:]] + two * likely) / (self.contexts[1][run[1]] + two)
        likely = (self.runs[2][run] + three * likely) / (self.contexts[2][run[:2]] + three)
        return math.log(likely)


def table_of(models: dict[str, Letters]) -> list[str]:
    """The entries of the file, for the runs that tell most."""
    shares: Counter[str] = Counter()
    for model in models.values():
        total = sum(model.runs[2].values())
        for run, weight in model.runs[2].items():
            shares[run] += weight / total  # type: ignore[assignment]
    entries = {}
    for run, share in shares.items():
        values = [model.log_probability(run) for model in models.values()]
        apart = [value - sum(values) / len(values) for value in values]
        entries[run] = (share * math.sqrt(sum(value**2 for value in apart)), apart)
    told = sorted(sorted(entries, key=lambda run: -entries[run][0])[:KEPT])
    return [
        run + "".join(chr(ord("M") + max(-9, min(9, round(2 * value)))) for value in entries[run][1])
        for run in told
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("metadata", type=Path)
    parser.add_argument("--corpora", nargs="+", required=True, help="beginnings of the names of corpora")
    given = parser.parse_args()
    texts: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    with given.metadata.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            language = row["language"].partition("-")[0]
            if (
                language in texts
                and row["corpus"].startswith(tuple(given.corpora))
                and row["split"] == "train"
            ):
                texts[language].append(row["text"])
    rng = random.Random(0)
    models = {language: Letters(weighted_words(texts[language], language, rng)) for language in LANGUAGES}
    entries = table_of(models)
    lines = [" ".join(entries[at : at + 8]) for at in range(0, len(entries), 8)]
    head = f"{HEAD}# {' '.join(LANGUAGES)}\n"
    (FOLDER / "ngrams.txt").write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
