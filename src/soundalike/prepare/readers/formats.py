"""The readers by name, and which of them a source is for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from soundalike.core.errors import DataError

from . import corpora, emotions, json_lists, kaldi, lists, recordings
from .checks import checked
from .clips import SOUNDS, Clip, Fault
from .places import sounds_in

Read = Callable[[Path], Iterator[Clip | Fault]]


@dataclass(frozen=True)
class Reader:
    """One layout: what to look for in a folder, and how to read it."""

    index: tuple[str, ...]  # patterns of files it is known by, for messages too
    read: Read
    endings: tuple[str, ...] = ()  # of a single file it reads as well
    # Whether a folder is of this layout; without it, one with a file of a pattern of `index` is
    is_layout: Callable[[Path], bool] | None = None
    aside: tuple[str, ...] = ()  # patterns of sounds that are left out on purpose

    def fits(self, folder: Path) -> bool:
        """Whether a folder is of this layout."""
        if self.is_layout is not None:
            return self.is_layout(folder)
        return any(next(folder.glob(index), None) for index in self.index)


READERS = {  # the more particular first
    "table": Reader(("metadata.tsv",), lists.read_table, (), lists.is_table),
    "vctk": Reader(("txt/*/*.txt",), corpora.read_vctk, aside=("*_mic2.flac",)),
    "libritts": Reader(("**/*.normalized.txt",), corpora.read_libritts),
    "librispeech": Reader(("**/*.trans.txt",), corpora.read_librispeech),
    "common_voice": Reader(
        ("validated.tsv", "train.tsv"),
        corpora.read_common_voice,
        is_layout=corpora.is_common_voice,
        aside=("clips/*",),
    ),
    "ruslan": Reader(("metadata_RUSLAN*.csv",), corpora.read_ruslan),
    "mailabs": Reader(("**/by_book/*/**/metadata.csv",), corpora.read_mailabs),
    "ravdess": Reader(("**/Actor_*/*-*-*-*-*-*-*.wav",), emotions.read_ravdess),
    "crema_d": Reader(("AudioWAV/*_*_*_*.wav",), emotions.read_crema_d),
    "esd": Reader(("**/[0-9][0-9][0-9][0-9]/[0-9][0-9][0-9][0-9].txt",), emotions.read_esd),
    "csv": Reader(
        ("metadata*.csv", "metadata.txt"),
        lists.read_csv,
        (".csv", ".tsv", ".txt", ".psv"),
        lists.has_named_csv,
    ),
    "gpt_sovits": Reader(("*.list",), lists.read_gpt_sovits, (".list",)),
    "jsonl": Reader(
        ("*.jsonl", "*.json"),
        json_lists.read_json,
        (".jsonl", ".json"),
        lambda folder: bool(json_lists.json_lists(folder)),
    ),
    "kaldi": Reader(
        ("wav.scp", "*/wav.scp"), kaldi.read_kaldi, (), lambda folder: bool(kaldi.kaldi_folders(folder))
    ),
    "recordings": Reader((), recordings.read_recordings, (), lambda folder: False),
}
ALIASES = {
    "espnet": "kaldi",
    "huggingface": "csv",
    "json": "jsonl",
    "ljspeech": "csv",
    "coqui": "csv",
    "f5": "csv",
    "nemo": "jsonl",
    "piper": "csv",
    "libritts_r": "libritts",
    "m-ailabs": "mailabs",
    "crema-d": "crema_d",
}


def find_reader(source: Path, name: str | None = None) -> tuple[str, Read]:
    """The reader named, or the one whose files the source holds, with its name. What it reads is checked
    (`checks`). Raises DataError listing those there are.
    """
    found = _name_of_reader(source, name)
    reader = READERS[found]
    return found, lambda place: checked(reader.read(place), place, reader.aside)


def _name_of_reader(source: Path, name: str | None) -> str:
    if not source.exists():
        raise DataError(
            f"{source}: no such file or folder. Give a corpus, a list, or a folder of recordings."
        )
    if name is not None:
        return _named(name)
    if source.is_file():
        return _of_file(source)
    if found := _layout_of(source):
        return found
    for folder in sorted(path for path in source.iterdir() if path.is_dir()):
        if inside := _layout_of(folder):
            raise DataError(
                f"{source}: not a corpus, but {folder.name} in it is one ({inside}). Give {folder}."
            )
    if lists.csv_lists(source):
        return "csv"
    if next(sounds_in(source), None) is not None:
        return "recordings"
    known = "; ".join(
        f"{name}: {' or '.join(reader.index)}" for name, reader in READERS.items() if reader.index
    )
    raise DataError(f"{source}: no recordings here, nor a corpus of a known layout ({known}).")


def _named(name: str) -> str:
    """The reader of a name or another's name for it."""
    known = ALIASES.get(name, name)
    if known not in READERS:
        raise DataError(f"unknown reader '{name}'. Choose one of {', '.join(sorted([*READERS, *ALIASES]))}.")
    return known


def _of_file(source: Path) -> str:
    """The reader of a single file, by its ending."""
    ending = source.suffix.lower()
    for name, reader in READERS.items():
        if ending in reader.endings:
            return name
    if ending in SOUNDS:
        raise DataError(f"{source}: one recording. Put it into a folder, and give the folder.")
    endings = sorted(ending for reader in READERS.values() for ending in reader.endings)
    raise DataError(
        f"{source}: not a list that can be read. Give one that ends in {', '.join(endings)}, or a folder."
    )


def _layout_of(folder: Path) -> str | None:
    return next((name for name, reader in READERS.items() if reader.fits(folder)), None)
