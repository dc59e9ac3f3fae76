"""How much there is to prepare, by the headers of the files."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from soundalike.prepare.readers.clips import Clip, Fault
from soundalike.prepare.readers.formats import find_reader
from soundalike.prepare.readers.recordings import SUBTITLES

LEFT = 0.2  # share of a recording that may lie in no subtitle unsaid


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
    wordless = sum(length for clip, length in zip(clips, seconds) if not clip.text)
    return Extent(len(clips), sum(seconds), wordless)


def uncovered(clips: Iterable[Clip]) -> list[Fault]:
    """A fault for every recording of which much lies in none of the subtitles beside it."""
    covered: dict[tuple[str, str], float] = {}
    for clip in clips:
        path = clip.where.partition(", line")[0]
        if clip.span is not None and Path(path).suffix.lower() in SUBTITLES:
            key = (clip.audio, path)
            covered[key] = covered.get(key, 0.0) + clip.span[1] - clip.span[0]
    faults = []
    for (audio, path), seconds in covered.items():
        rest = _header_seconds(audio) - seconds
        if rest > LEFT * (rest + seconds):
            reason = f"{rest:.1f} s of {audio} lie in no subtitle"
            faults.append(
                Fault("subtitles", path, reason, "Write what is said there, if anything is.", False)
            )
    return faults


def _seconds(clip: Clip) -> float:
    """Seconds of a clip by its header, 0 where it cannot be read."""
    return clip.span[1] - clip.span[0] if clip.span is not None else _header_seconds(clip.audio)


def _header_seconds(path: str) -> float:
    import av
    import soundfile

    try:
        return float(soundfile.info(path).duration)
    except (soundfile.LibsndfileError, OSError, RuntimeError):
        pass
    try:
        with av.open(path) as container:
            return (container.duration or 0) / 1_000_000
    except (av.FFmpegError, OSError):
        return 0.0
