"""What readers give: clips as a corpus describes them, and faults of its lists; how lists are read and sounds
are found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SOUNDS = (".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".aac", ".webm", ".mp4", ".mkv", ".aif", ".aiff")
FOLDERS = ("", "wavs", "wav", "clips", "audio")  # where the sounds of a list usually lie


@dataclass(frozen=True)
class Clip:
    """One recording as its corpus describes it, before it is opened."""

    id: str
    audio: str  # a path; it need not exist
    text: str  # empty where the corpus gives none
    speaker: str
    where: str  # what names it, for messages: a list and its line, or a file
    language: str = ""  # empty: the one asked for
    split: str = ""  # empty: to be dealt
    corpus: str = ""
    licence: str = ""
    emotion: str = ""
    long: bool = False  # to be cut at its pauses where it is longer than a clip should be


@dataclass(frozen=True)
class Fault:
    """Something wrong with a list itself: `prepare` stops at a fatal one, `lint` reports all."""

    check: str
    where: str
    reason: str
    remedy: str
    fatal: bool = True

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}. {self.remedy}"


def read_lines(path: Path) -> tuple[list[tuple[int, str]], list[Fault]]:
    """The numbered lines of a text file that hold something, and the faults of its encoding. BOMs are
    dropped.

    What is not UTF-8 is read as Windows-1252, so that the rest can still be looked at.
    """
    data = path.read_bytes()
    faults = []
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
        faults.append(Fault("encoding", str(path), "the file is UTF-16", "Save it as UTF-8."))
    else:
        if data.startswith(b"\xef\xbb\xbf"):
            faults.append(
                Fault(
                    "bom",
                    f"{path}, line 1",
                    "the file begins with a byte order mark (BOM)",
                    "Save it as UTF-8 without one.",
                    False,
                )
            )
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            reason = f"byte 0x{data[error.start]:02x} is not UTF-8; the file looks like Windows-1252"
            faults.append(Fault("encoding", f"{path}, line {line}", reason, "Save it as UTF-8."))
            text = data.decode("cp1252", errors="replace")
    lines = ((number, line.rstrip("\r")) for number, line in enumerate(text.split("\n"), 1))
    return [(number, line) for number, line in lines if line.strip()], faults


class Places:
    """Where the sounds of a source lie: by path, with or without an ending, in the usual folders, at last by
    name alone.
    """

    def __init__(self, root: Path):
        self.root = root

    def find(self, name: str) -> str:
        """The path of a sound; of one that is nowhere, the path where it would be expected."""
        plain = name.strip().replace("\\", "/")
        known = Path(plain).suffix.lower() in SOUNDS
        for folder in FOLDERS:
            for ending in ("",) if known else ("", *SOUNDS):
                path = self.root / folder / f"{plain}{ending}"
                if path.is_file():
                    return str(path.resolve())
        last = Path(plain).name if known else Path(plain).name + ".wav"
        found = self._by_name.get(Path(last).name, []) if known else self._by_stem.get(Path(plain).name, [])
        return (
            str(found[0].resolve())
            if len(found) == 1
            else str(self.root / (plain if known else f"{plain}.wav"))
        )

    @cached_property
    def _all(self) -> list[Path]:
        return list(sounds_in(self.root))

    @cached_property
    def _by_name(self) -> dict[str, list[Path]]:
        return _grouped((path.name, path) for path in self._all)

    @cached_property
    def _by_stem(self) -> dict[str, list[Path]]:
        return _grouped((path.stem, path) for path in self._all)


def sounds_in(folder: Path) -> Iterator[Path]:
    """Every sound file under a folder, in order of its path; hidden ones are left out."""
    for path in sorted(folder.rglob("*")):
        if (
            path.suffix.lower() in SOUNDS
            and path.is_file()
            and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        ):
            yield path


def _grouped(pairs: Iterator[tuple[str, Path]]) -> dict[str, list[Path]]:
    groups: dict[str, list[Path]] = {}
    for name, path in pairs:
        groups.setdefault(name, []).append(path)
    return groups
