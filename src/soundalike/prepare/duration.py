"""How much there is to prepare, by the headers of the files."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from soundalike.prepare.readers.clips import Clip
from soundalike.prepare.readers.formats import find_reader


@dataclass(frozen=True)
class Extent:
    """How much a source holds."""

    clips: int
    seconds: float  # of those recordings whose headers can be read
    wordless: float  # of these seconds, those without a text


def extent_of(source: str | os.PathLike, layout: str | None = None) -> Extent:
    """How much a source holds that `prepare` would read. No sound is decoded. Raises DataError where nothing
    can be read.
    """
    place = Path(source)
    clips = [entry for entry in find_reader(place, layout)[1](place) if isinstance(entry, Clip)]
    seconds = [_seconds(clip) for clip in clips]
    return Extent(len(clips), sum(seconds), _sum_where(clips, seconds))


def _sum_where(clips: Iterable[Clip], seconds: Iterable[float]) -> float:
    return sum(length for clip, length in zip(clips, seconds) if not clip.text)


def _seconds(clip: Clip) -> float:
    """Seconds of a clip by its header, 0 where it cannot be read."""
    import av
    import soundfile

    if clip.span is not None:
        return clip.span[1] - clip.span[0]
    try:
        return float(soundfile.info(clip.audio).duration)
    except (soundfile.LibsndfileError, OSError, RuntimeError):
        pass
    try:
        with av.open(clip.audio) as container:
            return (container.duration or 0) / 1_000_000
    except (av.FFmpegError, OSError):
        return 0.0
