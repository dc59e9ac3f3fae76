"""The readers by name, and which of them a source is for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from soundalike.core.errors import DataError

from . import corpora, emotions, lists
from .clips import Clip, Fault, sounds_in

Read = Callable[[Path], Iterator[Clip | Fault]]


@dataclass(frozen=True)
class Reader:
    """One layout: what to look for in a folder, and how to read it."""

    index: tuple[str, ...]  # patterns of files it is known by
    read: Read
    ending: str = ""  # of a single file it reads as well


READERS = {  # the more particular first
    "table": Reader(("metadata.tsv",), lists.read_table),
    "vctk": Reader(("txt/*/*.txt",), corpora.read_vctk),
    "libritts": Reader(("**/*.normalized.txt",), corpora.read_libritts),
    "librispeech": Reader(("**/*.trans.txt",), corpora.read_librispeech),
    "common_voice": Reader(("validated.tsv", "train.tsv"), corpora.read_common_voice),
    "ruslan": Reader(("metadata_RUSLAN*.csv",), corpora.read_ruslan),
    "mailabs": Reader(("**/by_book/*/**/metadata.csv",), corpora.read_mailabs),
    "ravdess": Reader(("**/Actor_*/*-*-*-*-*-*-*.wav",), emotions.read_ravdess),
    "crema_d": Reader(("AudioWAV/*_*_*_*.wav",), emotions.read_crema_d),
    "esd": Reader(("**/[0-9][0-9][0-9][0-9]/[0-9][0-9][0-9][0-9].txt",), emotions.read_esd),
    "csv": Reader(("metadata*.csv", "metadata.txt"), lists.read_csv, ".csv"),
    "gpt_sovits": Reader(("*.list",), lists.read_gpt_sovits, ".list"),
    "jsonl": Reader(("*.jsonl",), lists.read_jsonl, ".jsonl"),
    "recordings": Reader((), lists.read_recordings),
}
ALIASES = {
    "ljspeech": "csv",
    "coqui": "csv",
    "f5": "csv",
    "piper": "csv",
    "libritts_r": "libritts",
    "m-ailabs": "mailabs",
    "crema-d": "crema_d",
}


def find_reader(source: Path, name: str | None = None) -> tuple[str, Read]:
    """The reader named, or the one whose files the source holds, with its name. Raises DataError listing
    those there are.
    """
    if not source.exists():
        raise DataError(
            f"{source}: no such file or folder. Give a corpus, a list, or a folder of recordings."
        )
    if name is not None:
        return _named(name)
    if source.is_file():
        return _of_file(source)
    if found := _layout_of(source):
        return found, READERS[found].read
    for folder in sorted(path for path in source.iterdir() if path.is_dir()):
        if inside := _layout_of(folder):
            raise DataError(
                f"{source}: not a corpus, but {folder.name} in it is one ({inside}). Give {folder}."
            )
    if next(sounds_in(source), None) is not None:
        return "recordings", lists.read_recordings
    known = "; ".join(
        f"{name}: {' or '.join(reader.index)}" for name, reader in READERS.items() if reader.index
    )
    raise DataError(f"{source}: no recordings here, nor a corpus of a known layout ({known}).")


def _named(name: str) -> tuple[str, Read]:
    """The reader of a name or another's name for it."""
    known = ALIASES.get(name, name)
    if known not in READERS:
        raise DataError(f"unknown reader '{name}'. Choose one of {', '.join(sorted([*READERS, *ALIASES]))}.")
    return known, READERS[known].read


def _of_file(source: Path) -> tuple[str, Read]:
    """The reader of a single file, by its ending."""
    for name, reader in READERS.items():
        if reader.ending and source.suffix.lower() == reader.ending:
            return name, reader.read
    raise DataError(
        f"{source}: not a list that can be read. "
        "Give one that ends in .csv, .list, .jsonl or .txt, or a folder."
    )


def _layout_of(folder: Path) -> str | None:
    return next(
        (
            name
            for name, reader in READERS.items()
            if any(next(folder.glob(index), None) for index in reader.index)
        ),
        None,
    )
