"""Durations of symbols in frames: whole ones out of predicted ones, and from symbols to frames.

`nn.length_regulator` gives the same functions to networks, on tensors.
"""

from __future__ import annotations

import numpy as np

LEAST = 2.0  # frames a phoneme lasts at least
LONGEST = 120.0  # frames a symbol lasts at most
# Frames of quiet at most before the first phoneme and after the last: recordings have any amount
OPENING = 31.0
CLOSING = 40.0
# A mean duration over the exponential of the mean logarithm, measured on training clips
STRETCH = 1.05
HALVINGS = 60  # of an interval that holds a scale: more than the digits of a float


def natural(log_durations: np.ndarray, marks: np.ndarray) -> np.ndarray:
    """Durations (S,) in frames, not rounded, of predicted log(1 + frames) (S,), bounded as `bounded` does."""
    return bounded((np.exp(log_durations) - 1) * STRETCH, marks)


def bounded(exact: np.ndarray, marks: np.ndarray) -> np.ndarray:
    """Durations (S,) in frames, none longer than is natural.

    `marks` (S,) bool says which symbols are no phonemes; none lasts longer than LONGEST, and a mark at the
    start or the end no longer than OPENING or CLOSING.
    """
    longest = np.full_like(exact, LONGEST)
    longest[0] = OPENING
    longest[-1] = CLOSING
    exact = exact.clip(0, LONGEST)
    return np.where(marks, np.minimum(exact, longest), exact)


def whole(exact: np.ndarray, sounded: np.ndarray, frames: int = 0) -> np.ndarray:
    """Whole durations (S,) int64 of exact ones (S,). Symbols that are `sounded` (S,) last LEAST frames or
    more. The sum is `frames` where that is given.
    """
    least = np.where(sounded, LEAST, 0.0).astype(exact.dtype)
    return fitted(exact, least, frames) if frames else np.maximum(exact, least).round().astype(np.int64)


def fitted(exact: np.ndarray, least: np.ndarray, frames: int) -> np.ndarray:
    """Whole durations (S,) int64 in proportion to exact ones (S,), none under its least (S,), whose sum is
    `frames`, or the sum of the least where that is more.
    """
    frames = max(frames, int(least.sum()))
    exact = exact.astype(np.float64)
    low = 0.0
    high = frames / max(float(exact.sum()), 1e-3) + 1e3
    # The scale at which the durations sum to so many frames: their sum grows with it, so halve the interval
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if float(np.maximum(exact * middle, least).sum()) < frames:
            low = middle
        else:
            high = middle
    scaled = np.maximum(exact * high, least)
    # Ends are rounded, not durations, so that roundings do not add up
    ends = (scaled.cumsum() * (frames / scaled.sum())).round().astype(np.int64)
    return np.diff(ends, prepend=0)


def symbol_of_frame(durations: np.ndarray, size: int) -> np.ndarray:
    """The index of the symbol at each of `size` frames, of whole durations (S,). Beyond their sum it is the
    last one.
    """
    index = np.repeat(np.arange(len(durations)), durations)
    return np.pad(index, (0, size - len(index)), constant_values=len(durations) - 1)


def of_frames(values: np.ndarray, durations: np.ndarray, size: int, pad: float = 0.0) -> np.ndarray:
    """Values (S,) of symbols, each repeated for its frames (S,): (size,)."""
    repeated = np.repeat(values, durations)
    return np.pad(repeated, (0, size - len(repeated)), constant_values=pad)
