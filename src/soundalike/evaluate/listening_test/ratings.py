"""Ratings, kept in one SQLite file: one test a file, one row for each clip that somebody judged."""

from __future__ import annotations

import csv
import io
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from soundalike.core.errors import EvaluationError
from soundalike.core.files import can_make, write_atomic

FORMAT = "soundalike-ratings-1"
TABLES = (
    "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE ratings (rater TEXT NOT NULL, trial TEXT NOT NULL, clip TEXT NOT NULL, "
    "job TEXT NOT NULL, kind TEXT NOT NULL, system TEXT NOT NULL, score REAL NOT NULL, "
    "position INTEGER NOT NULL, seconds REAL NOT NULL, at TEXT NOT NULL, "
    "PRIMARY KEY (rater, trial, clip))",
)


@dataclass(frozen=True)
class Rating:
    """What one listener gave one clip."""

    rater: str
    trial: str
    clip: str
    job: str  # key of the job: its text and reference
    kind: str  # of the clip: "system", "real", "anchor" or "other"
    system: str
    score: float
    position: int  # of the trial among those this listener heard, from 1
    seconds: float  # that the trial took
    at: str  # UTC, ISO 8601


class Ratings:
    """The file. Every call opens it anew, so that threads and processes may share it."""

    def __init__(self, path: str | os.PathLike):
        self.path = Path(path)

    @staticmethod
    def open(path: str | os.PathLike) -> Ratings:
        """An existing file. Raises EvaluationError when it is not there or is another kind of file."""
        found = Ratings(path)
        if not found.path.is_file():
            raise EvaluationError(
                f"{path}: no such file. Give the file of ratings that `soundalike listening-test` wrote."
            )
        if found.about().get("format") != FORMAT:
            raise EvaluationError(
                f"{path}: not a file of ratings ({FORMAT}). Give one that `soundalike listening-test` wrote."
            )
        return found

    @staticmethod
    def begin(path: str | os.PathLike, about: dict[str, str]) -> Ratings:
        """The file for a test, new, or as an earlier run of the same test left it. Raises EvaluationError
        when it holds another test.
        """
        place = Path(path)
        if not can_make(place.parent):
            raise EvaluationError(f"{path}: cannot be written. Choose a file in a folder you may write to.")
        place.parent.mkdir(parents=True, exist_ok=True)
        wanted = {"format": FORMAT, **about}
        if not place.exists():
            made = Ratings(place)
            with made._connected() as base:
                base.execute("BEGIN")  # all or nothing, the tables too
                for table in TABLES:
                    base.execute(table)
                base.executemany("INSERT INTO about VALUES (?, ?)", wanted.items())
            return made
        found = Ratings.open(place)
        if found.about() != wanted:
            raise EvaluationError(
                f"{path}: holds the ratings of another test, or of other clips. "
                "Choose another file with --ratings."
            )
        return found

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.path, timeout=20)) as base, base:
                yield base
        except sqlite3.Error as error:
            raise EvaluationError(
                f"{self.path}: cannot be used as a file of ratings ({error}). Choose another with --ratings."
            ) from None

    def about(self) -> dict[str, str]:
        """What the file says of its test."""
        with self._connected() as base:
            return dict(base.execute("SELECT name, value FROM about"))

    def done(self, rater: str) -> set[str]:
        """The trials this listener has judged."""
        with self._connected() as base:
            return {
                trial
                for (trial,) in base.execute("SELECT DISTINCT trial FROM ratings WHERE rater = ?", (rater,))
            }

    def add(self, rows: list[Rating]) -> None:
        """Keep the ratings of one trial, all or none. A trial is judged once: what comes again is left
        out.
        """
        with self._connected() as base:
            base.executemany(
                f"INSERT OR IGNORE INTO ratings VALUES ({', '.join('?' * len(fields(Rating)))})",
                [astuple(row) for row in rows],
            )

    def rows(self) -> list[Rating]:
        """All ratings, in the order they were given."""
        with self._connected() as base:
            return [Rating(*row) for row in base.execute("SELECT * FROM ratings ORDER BY at, rater, clip")]

    def write_csv(self, path: str | os.PathLike) -> None:
        """All ratings as a table; whole or not at all."""
        text = io.StringIO(newline="")
        table = csv.writer(text)
        table.writerow([field.name for field in fields(Rating)])
        table.writerows(
            [value.replace("\0", " | ") if isinstance(value, str) else value for value in astuple(row)]
            for row in self.rows()
        )
        write_atomic(path, text.getvalue())
