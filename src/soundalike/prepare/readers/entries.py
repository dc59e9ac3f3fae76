"""What the readers of lists share: where lists lie, and the clip that an entry of a list describes."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

from .clips import SOUNDS, Clip, Fault
from .places import Places, likened

SPLITS = {  # what lists and folders call the splits
    "train": "train",
    "training": "train",
    "dev": "dev",
    "development": "dev",
    "valid": "dev",
    "validation": "dev",
    "val": "dev",
    "eval": "dev",
    "evaluation": "dev",
    "test": "test",
    "testing": "test",
}
BESIDE = ("filelists", "filelist", "lists", "transcripts", "metadata")  # folders of lists beside the sounds


def list_folders(source: Path) -> Iterator[list[Path]]:
    """Where the lists of a source may lie, the likeliest first: in it, in a folder for lists, in folders
    called as splits are.
    """
    inside = [path for path in sorted(source.iterdir()) if path.is_dir()]
    yield [source]
    yield [path for path in inside if likened(path.name) in BESIDE]
    yield [path for path in inside if likened(path.name) in SPLITS]


def root_of(path: Path, source: Path) -> Path:
    """The folder that the paths in a list start from, beside the list's own."""
    if source.is_dir():
        return source
    return path.parent.parent if likened(path.parent.name) in BESIDE else path.parent


def clip_of(entry: Mapping[str, str], places: list[Places], where: str) -> Clip | Fault:
    """The clip of an entry with the keys of `tables.NAMES`; its sound is looked for in one place after the
    other.
    """
    root = places[-1].root.resolve()
    own = root.name
    name = unicodedata.normalize("NFC", entry.get("audio", "").strip().replace("\\", "/"))
    if not name:
        return Fault("columns", where, "names no sound", "Give the name of its file.", False)
    span = _span(entry)
    if isinstance(span, str):
        return Fault("columns", where, span, "Give seconds, the end after the start.", False)
    foreign = name.startswith("/") or name[1:2] == ":"  # a whole path, maybe of another machine
    plain = name.rsplit("/", 1)[-1] if foreign else name.removeprefix("wavs/")
    stem = plain[: plain.rindex(".")] if Path(plain).suffix.lower() in SOUNDS else plain
    id = entry.get("id", "").strip() or (f"{stem}_{int(span[0] * 1000):08d}" if span else stem)
    place = next((one for one in places if one.holds(name)), places[-1])
    given = entry.get("speaker", "").strip()
    # A single person's clips may lie in several splits; then they are all for training
    folder_split = SPLITS.get(likened(places[0].root.name), "") if given and len(places) > 1 else ""
    return Clip(
        id,
        place.find(name),
        entry.get("text", "").strip(),
        given or own,
        where,
        entry.get("language", ""),
        entry.get("split", "").strip() or folder_split,
        entry.get("corpus") or own,
        entry.get("licence", ""),
        entry.get("emotion", "").lower(),
        span=span,
    )


def _span(entry: Mapping[str, str]) -> tuple[float, float] | str | None:
    """Which seconds of its recording an entry means; None: all; a reason where they cannot be."""
    if not entry.get("start", "").strip():
        return None
    try:
        start = float(entry["start"])
        stop = float(entry["stop"]) if entry.get("stop") else start + float(entry["seconds"])
    except (KeyError, ValueError):
        return (
            None if entry["start"].strip() in ("0", "0.0") else "says where it starts but not where it ends"
        )
    if not (math.isfinite(start) and math.isfinite(stop) and 0 <= start < stop):
        return f"starts at {start:g} s and ends at {stop:g} s"
    return start, stop
