"""The stretches that a sound is made in, one after the other (vocos_config.VocodesStretches)."""

from __future__ import annotations

from collections.abc import Iterator

# Frames of the first stretch of a sound that is made in stretches, and how many times longer each is than the
# one before it
FIRST_STRETCH, GROWTH = 32, 4


def stretches(frames: int) -> Iterator[tuple[int, int]]:
    """The first frame and the last plus one of the stretches that so many frames are made in."""
    start = 0
    size = FIRST_STRETCH
    while start < frames:
        stop = start + size if start + 2 * size <= frames else frames  # nothing short is left over
        yield start, stop
        start = stop
        size *= GROWTH
