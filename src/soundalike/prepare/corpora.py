"""Readers: a corpus in its own layout to rows."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

from ..data import DataError, Row

COLUMNS = ("file", "speaker", "language", "emotion", "seconds", "split", "corpus", "licence", "text")


def read_ljspeech(source: Path) -> Iterator[Row]:
    """`metadata.csv` with `ID|raw|normalised` (or `ID|text`), no header, and `wavs/ID.wav`. One speaker."""
    import soundfile

    with open(source / "metadata.csv", encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            fields = line.rstrip("\r\n").split("|")
            if len(fields) < 2:
                raise DataError(f"{source / 'metadata.csv'}, line {number}: expected `id|text`, found {line.strip()!r}.")
            audio = source / "wavs" / f"{fields[0]}.wav"
            if not audio.is_file():
                raise DataError(f"{source / 'metadata.csv'}, line {number}: there is no {audio}.")
            try:
                seconds = soundfile.info(str(audio)).duration
            except soundfile.LibsndfileError:
                seconds = 0.0  # listed as rejected when its sound is read
            yield Row(fields[0], str(audio.resolve()), fields[-1], source.name, "en", round(seconds, 3), "train", source.name)


def read_table(source: Path) -> Iterator[Row]:
    """`metadata.tsv` with a header naming file, speaker, language, seconds, split, corpus, licence, text; `audio/FILE`."""
    with open(source / "metadata.tsv", encoding="utf-8") as file:
        reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        missing = set(COLUMNS) - set(reader.fieldnames or ())
        if missing:
            raise DataError(f"{source / 'metadata.tsv'}, line 1: lacks the columns {', '.join(sorted(missing))}. It needs {', '.join(COLUMNS)}.")
        for number, row in enumerate(reader, 2):
            audio = source / "audio" / row["file"]
            if not audio.is_file():
                raise DataError(f"{source / 'metadata.tsv'}, line {number}: there is no {audio}.")
            yield Row(
                id=row["file"].rsplit(".", 1)[0], audio=str(audio.resolve()), text=row["text"], speaker=row["speaker"],
                language=row["language"], seconds=float(row["seconds"]), split=row["split"], corpus=row["corpus"],
                licence=row["licence"].split(" ")[0], emotion=row["emotion"],
            )  # fmt: skip


READERS: dict[str, tuple[str, Callable[[Path], Iterator[Row]]]] = {
    "ljspeech": ("metadata.csv", read_ljspeech),
    "table": ("metadata.tsv", read_table),
}


def find_reader(source: Path, name: str | None = None) -> Callable[[Path], Iterator[Row]]:
    """The reader named, or the one whose index file lies in the folder. Raises DataError listing the layouts known."""
    if name is not None:
        if name not in READERS:
            raise DataError(f"unknown layout '{name}'. Choose one of {', '.join(READERS)}.")
        return READERS[name][1]
    for index, reader in READERS.values():
        if (source / index).is_file():
            return reader
    known = "; ".join(f"{name}: {index}" for name, (index, _) in READERS.items())
    raise DataError(f"{source}: not a corpus of a known layout ({known}).")
