"""What units are compared by: cepstra of the log-mel, energy and pitch, frame by frame and at borders."""

from __future__ import annotations

import functools

import numpy as np

CEPSTRA = 12  # coefficients of the smoothed spectrum, without its mean
FINENESS = 32.0  # steps to a nat in which cepstra and energies are kept
UNVOICED = -9.0  # octaves: the pitch of what has none
LEAST_VOICED = 0.5  # share of a unit's frames that are voiced in a voiced unit


@functools.lru_cache(maxsize=4)
def cosines(bands: int) -> np.ndarray:
    """The rows (CEPSTRA + 1, bands) of the discrete cosine transform, scaled so that distances of cepstra are
    root mean square distances of log spectra.
    """
    place = (np.arange(bands) + 0.5) * np.pi / bands
    rows = np.cos(np.arange(CEPSTRA + 1)[:, None] * place[None]) * np.sqrt(2.0)
    rows[0] = 1.0
    return (rows / bands).astype(np.float32)


def frame_features(mel: np.ndarray) -> np.ndarray:
    """Energy and cepstra (T, 1 + CEPSTRA), in nats, of a log-mel (T, M)."""
    return np.asarray(mel, np.float32) @ cosines(mel.shape[1]).T


def log_pitch(hertz: np.ndarray) -> np.ndarray:
    """The base-two logarithm (T,) of a pitch in hertz; UNVOICED where there is none."""
    found = np.full(len(hertz), UNVOICED, np.float32)
    voiced = hertz > 0
    found[voiced] = np.log2(hertz[voiced])
    return found


def unit_pitch(octaves: np.ndarray) -> float:
    """The mean log pitch of a unit's frames; UNVOICED where most of them have none."""
    voiced = octaves[octaves > UNVOICED]
    return float(voiced.mean()) if len(voiced) and len(voiced) >= LEAST_VOICED * len(octaves) else UNVOICED


def middle_of(features: np.ndarray, first: int, stop: int) -> int:
    """The frame at which a phone of frames `first` to `stop` is cut in two: where it changes least, in its
    middle part.
    """
    size = stop - first
    if size < 4:
        return first + size // 2
    low = first + max(1, round(0.3 * size))
    high = max(low + 1, first + round(0.7 * size))
    steps = np.abs(features[low : high + 1] - features[low - 1 : high]).sum(1)
    return low + int(steps.argmin())


def quantised(values: np.ndarray) -> np.ndarray:
    """Cepstra and energies as int8, in steps of 1 / FINENESS nat; an energy is taken from -4 nats."""
    moved = np.array(values, np.float32)
    moved[..., 0] = (moved[..., 0] + 5.0) / 2
    return np.clip(np.round(moved * FINENESS), -127, 127).astype(np.int8)


def restored(values: np.ndarray) -> np.ndarray:
    """What `quantised` was given, rounded."""
    moved = values.astype(np.float32) / FINENESS
    moved[..., 0] = 2 * moved[..., 0] - 5.0
    return moved
