"""From chosen stretches to sound: the best point of each join, and smoothing there.

Where both sides are voiced the join is pitch-synchronous: the second side is moved until its periods fall on
those of the first, and two periods are overlapped and added; elsewhere a few milliseconds are cross-faded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

WINDOW = 512  # samples of the spectra that join points are compared by
STEP = 64  # samples between join points
BANDS = 24  # of those spectra
AWAY = 0.25  # nats that the farthest join point must be better by than the nearest
FADE = 0.005  # seconds of a cross-fade where unvoiced
PERIODS = 2  # that are overlapped where voiced
LOWEST = 60.0  # hertz, of periods that are aligned
MOST_GAIN = 2.0  # by which the sides of a join are brought to one level
RAMP = 0.04  # seconds over which they are


class Reader(Protocol):
    """What gives samples of a stream of recordings."""

    def read(self, first: int, stop: int) -> np.ndarray:
        """Samples `first` to `stop` (N,) float32."""
        ...


@dataclass(frozen=True)
class Run:
    """A stretch of a recording: neighbouring units."""

    first: int  # sample in the stream
    stop: int
    reach: tuple[int, int]  # samples by which its beginning and its end may be moved, at most
    pitch: tuple[float, float]  # hertz at its beginning and its end; 0 where unvoiced


def concatenate(runs: Sequence[Run], reader: Reader, rate: int) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """The sound (N,) of runs one after the other, and for each where it begins in that sound and the sample
    of the stream that stands there.

    A single run comes as it was recorded, bit for bit.
    """
    margin = WINDOW + round(PERIODS * rate / LOWEST)
    made = reader.read(runs[0].first, runs[0].stop + margin + runs[0].reach[1])
    stop = runs[0].stop - runs[0].first  # of what counts; behind it the recording goes on
    places = [(0, runs[0].first)]
    for before, run in zip(runs, runs[1:]):
        ahead = margin + run.reach[0]
        behind = margin + run.reach[1]
        sound = reader.read(run.first - ahead, run.stop + behind)
        first = ahead  # where the run begins in what was read
        move, start = best_join(made, stop, sound, first, before.reach[1], run.reach[0])
        voiced = before.pitch[1] > 0 and run.pitch[0] > 0
        if voiced:
            period = rate / min(before.pitch[1], run.pitch[0])
            width = round(PERIODS * period)
            start = in_phase(made, move, sound, start, width, round(period / 2))
        else:
            width = round(FADE * rate)
        left, right = levelled(made[: move + width // 2 + 1], sound, start, width, round(RAMP * rate), voiced)
        made = overlapped(left, move, right, start, width)
        places.append((move, run.first - ahead + start))
        stop = move + (first + run.stop - run.first - start)
    return made[:stop], places


def best_join(
    left: np.ndarray, stop: int, right: np.ndarray, start: int, before: int, after: int
) -> tuple[int, int]:
    """Where to leave the left sound, near `stop`, and where to enter the right one, near `start`, so that the
    spectra at the join differ least. Up to `before` and `after` samples away.
    """
    ends = stop + np.arange(-(before // STEP), before // STEP + 1) * STEP
    begins = start + np.arange(-(after // STEP), after // STEP + 1) * STEP
    apart = np.sqrt(((spectra(left, ends)[:, None] - spectra(right, begins)[None]) ** 2).mean(-1))
    apart += AWAY * np.abs(ends - stop)[:, None] / max(1, before) / 2
    apart += AWAY * np.abs(begins - start)[None] / max(1, after) / 2
    at, to = np.unravel_index(int(apart.argmin()), apart.shape)
    return int(ends[at]), int(begins[to])


def spectra(samples: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Log spectra (K, BANDS) of windows centred on places (K,)."""
    padded = np.pad(samples, (WINDOW, WINDOW))
    windows = padded[places[:, None] + np.arange(WINDOW) + WINDOW // 2] * np.hanning(WINDOW)
    power = np.abs(np.fft.rfft(windows)) ** 2
    edges = np.unique(np.round(np.geomspace(3, power.shape[1], BANDS + 1)).astype(int))
    return 0.5 * np.log(np.add.reduceat(power[:, : edges[-1]], edges[:-1], axis=1) + 1e-6)


def in_phase(left: np.ndarray, stop: int, right: np.ndarray, start: int, width: int, most: int) -> int:
    """The place in the right sound, up to `most` samples from `start`, about which it is most like the left
    one about `stop`, period for period.
    """
    half = width // 2
    one = left[max(0, stop - half) : stop + half]
    low = start - most - half
    if low < 0 or len(one) < 2 * half or start + most + half > len(right):
        return start
    two = np.lib.stride_tricks.sliding_window_view(right[low : start + most + half], 2 * half)
    likeness = two @ one / np.sqrt((two**2).sum(1) + 1e-6)
    return start - most + int(likeness.argmax())


def levelled(
    left: np.ndarray, right: np.ndarray, start: int, width: int, ramp: int, voiced: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Both sounds with the level at the join brought to the mean of theirs, over a ramp; the left one ends
    half a width behind the join.
    """
    if not voiced:
        return left, right
    half = width // 2
    one = float(np.sqrt((left[-width:] ** 2).mean() + 1e-8))
    two = float(np.sqrt((right[max(0, start - half) : start + half] ** 2).mean() + 1e-8))
    gain = np.clip(np.sqrt(two / one), 1 / MOST_GAIN, MOST_GAIN)
    left = left.copy()
    right = right.copy()
    size = min(ramp, len(left))
    left[-size:] *= np.linspace(1.0, gain, size, dtype=np.float32)
    tail = right[max(0, start - half) :][: ramp + width]
    tail *= np.linspace(1 / gain, 1.0, len(tail), dtype=np.float32)
    return left, right


def overlapped(left: np.ndarray, stop: int, right: np.ndarray, start: int, width: int) -> np.ndarray:
    """The left sound up to `stop`, then the right one from `start`, overlapped about the join."""
    half = min(width // 2, stop, start, len(left) - stop)
    rise = (0.5 - 0.5 * np.cos(np.pi * (np.arange(2 * half) + 0.5) / max(1, 2 * half))).astype(np.float32)
    mixed = left[stop - half : stop + half] * (1 - rise) + right[start - half : start + half] * rise
    return np.concatenate([left[: stop - half], mixed, right[start + half :]])
