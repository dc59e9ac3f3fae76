"""Loudness in LUFS (ITU-R BS.1770-4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    pass


KNEE = 0.8  # peaks above this are rounded off where sound is brought to a loudness


def _k_weighting(hertz: np.ndarray) -> np.ndarray:
    """Power gain of the K-weighting at each frequency: the high shelf and the high pass of ITU-R BS.1770-4,
    in the analogue domain.
    """
    s = 2j * np.pi * hertz
    w = 2 * np.pi * 1681.97
    q = 0.7072
    gain = 10 ** (3.99984 / 20)
    shelf = (gain * s**2 + gain**0.4996667741545416 * w / q * s + w**2) / (s**2 + w / q * s + w**2)
    w = 2 * np.pi * 38.1355
    q = 0.5003
    return np.abs(shelf * s**2 / (s**2 + w / q * s + w**2)) ** 2
