"""The contour of a pitch: how lively it is about its line of declination, and where it ends."""

from __future__ import annotations

import numpy as np

FEWEST = 20  # voiced frames whose spread says something
NARROWEST, WIDEST = 0.8, 1.8  # factors within which a predicted spread is brought to a wanted one
LEAST_SPREAD = 0.01  # octaves


def reshaped(octave: np.ndarray, voiced: np.ndarray, spread: np.ndarray, rise: np.ndarray) -> np.ndarray:
    """A pitch (T,) in octaves, `spread` (T,) times as far from the straight line that fits the voiced frames
    best, and `rise` (T,) higher at the end of these against their beginning; its mean stays about as it was.

    The rise grows with the square of the time, as a question's or an exclamation's does.
    """
    place = _places(voiced)
    line = _line(octave, voiced, place)
    return line + (octave - line) * spread + rise * (place**2 - 1 / 3)


def spread_of(octave: np.ndarray, voiced: np.ndarray) -> float | None:
    """How far a pitch (T,) in octaves moves in its voiced frames: half of the distance from their 16th to
    their 84th percentile, which octave errors hardly change; None where few are voiced.
    """
    heard = octave[voiced > 0]
    if len(heard) < FEWEST:
        return None
    low, high = np.percentile(heard, (16, 84))
    return float(high - low) / 2


def widening(predicted: float | None, wanted: float | None, amount: float) -> float:
    """The factor by which a pitch of a predicted spread is widened about its mean, so that it moves as far as
    is wanted; an `amount` of 0 leaves it as it is, 1 goes all the way, within bounds. 1 where either is not
    known.
    """
    if predicted is None or wanted is None:
        return 1.0
    ratio = max(wanted, LEAST_SPREAD) / max(predicted, LEAST_SPREAD)
    return min(WIDEST, max(NARROWEST, ratio**amount))


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
