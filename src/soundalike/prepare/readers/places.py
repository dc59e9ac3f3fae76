"""Where the sounds of a source lie."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

from .clips import SOUNDS

FOLDERS = ("", "wavs", "wav", "clips", "audio")  # where the sounds of a list usually lie


def likened(name: str) -> str:
    """A name in the form in which names are compared: one Unicode form, without case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def sounds_in(folder: Path) -> Iterator[Path]:
    """Every sound file under a folder, in order of its path; hidden ones are left out."""
    for path in sorted(folder.rglob("*")):
        if (
            path.suffix.lower() in SOUNDS
            and path.is_file()
            and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        ):
            yield path


class Places:
    """Where the sounds of a source lie: by path, with or without an ending, in the usual folders, at last by
    name alone. Where no name is the same, one that differs only in capitals or in its Unicode form is taken,
    if it is the only one.
    """

    def __init__(self, root: Path):
        self.root = root

    def find(self, name: str) -> str:
        """The path of a sound; of one that is nowhere, the path where it would be expected."""
        found = self._found(name)
        if found is not None:
            return str(found.resolve())
        plain = _plain(name)
        return str(self.root / (plain if _has_ending(plain) else f"{plain}.wav"))

    def holds(self, name: str) -> bool:
        """Whether a name is that of a sound."""
        return bool(_plain(name)) and self._found(name) is not None

    def similar(self, path: str) -> str:
        """The only sound whose path differs from this one in nothing but capitals and Unicode form; the path
        itself where there is none, or several.
        """
        own = Path(path)
        for root in (self.root, self.root.resolve()):
            if own.is_relative_to(root):
                found = _only(self._by_path.get(likened(own.relative_to(root).as_posix())))
                return str(found.resolve()) if found else path
        return path

    def _found(self, name: str) -> Path | None:
        plain = _plain(name)
        known = _has_ending(plain)
        endings = ("",) if known else ("", *SOUNDS)
        inside = [Path(folder, plain + ending).as_posix() for folder in FOLDERS for ending in endings]
        for place in inside:
            if _is_file(self.root / place):
                return self.root / place
        for place in inside:
            found = _only(self._by_path.get(likened(place)))
            if found:
                return found
        last = Path(plain).name
        exact, alike = (self._by_name, self._by_like_name) if known else (self._by_stem, self._by_like_stem)
        return _only(exact.get(last)) or _only(alike.get(likened(last)))

    @cached_property
    def all(self) -> list[Path]:
        """Every sound of the source."""
        return list(sounds_in(self.root))

    def _grouped(self, name_of: Callable[[Path], str]) -> dict[str, list[Path]]:
        groups: dict[str, list[Path]] = defaultdict(list)
        for path in self.all:
            groups[name_of(path)].append(path)
        return dict(groups)

    @cached_property
    def _by_path(self) -> dict[str, list[Path]]:
        return self._grouped(lambda path: likened(path.relative_to(self.root).as_posix()))

    @cached_property
    def _by_name(self) -> dict[str, list[Path]]:
        return self._grouped(lambda path: path.name)

    @cached_property
    def _by_stem(self) -> dict[str, list[Path]]:
        return self._grouped(lambda path: path.stem)

    @cached_property
    def _by_like_name(self) -> dict[str, list[Path]]:
        return self._grouped(lambda path: likened(path.name))

    @cached_property
    def _by_like_stem(self) -> dict[str, list[Path]]:
        return self._grouped(lambda path: likened(path.stem))


def _plain(name: str) -> str:
    return name.strip().replace("\\", "/")


def _has_ending(name: str) -> bool:
    return Path(name).suffix.lower() in SOUNDS


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a text in place of a name: too long, or with a null character
        return False


def _only(found: list[Path] | None) -> Path | None:
    return found[0] if found and len(found) == 1 else None
