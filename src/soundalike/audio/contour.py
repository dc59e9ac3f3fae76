"""The contour of a pitch: how lively it is about its line of declination, and where it ends."""

from __future__ import annotations

import numpy as np


def reshaped(octave: np.ndarray, voiced: np.ndarray, spread: np.ndarray, rise: np.ndarray) -> np.ndarray:
    """A pitch (T,) in octaves, `spread` (T,) times as far from the straight line that fits the voiced frames
    best, and `rise` (T,) higher at the end of these against their beginning; its mean stays about as it was.

    The rise grows with the square of the time, as a question's or an exclamation's does.
    """
    place = _places(voiced)
    line = _line(octave, voiced, place)
    return line + (octave - line) * spread + rise * (place**2 - 1 / 3)


def _places(voiced: np.ndarray) -> np.ndarray:
    """Of each frame (T,) its place from the first voiced frame, 0, to the last, 1."""
    size = len(voiced)
    first = voiced.argmax()
    last = size - 1 - voiced[::-1].argmax()
    places = (np.arange(size) - first) / max(1, last - first)
    return places.clip(0.0, 1.0).astype(np.float32)


def _line(octave: np.ndarray, voiced: np.ndarray, place: np.ndarray) -> np.ndarray:
    """The straight line (T,) over the places that fits the voiced frames with the least squares."""
    count = max(1.0, float(voiced.sum()))
    mean_place = float((place * voiced).sum()) / count
    mean = float((octave * voiced).sum()) / count
    centred = (place - mean_place) * voiced
    slope = float((centred * (octave - mean)).sum()) / max(1e-6, float((centred**2).sum()))
    return mean + slope * (place - mean_place)
