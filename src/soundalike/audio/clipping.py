"""Clipped samples."""

from __future__ import annotations

import numpy as np


def cut_off(samples: np.ndarray) -> np.ndarray:
    """Which samples (N,) lie in flat tops: three or more in a row at the level of the loudest, in more than a
    few places.
    """
    flat = np.zeros(len(samples), bool)
    for sign in (1, -1):
        wave = sign * samples
        at = wave >= 0.998 * wave.max()
        inner = at[1:-1] & at[:-2] & at[2:]
        tops = np.zeros(len(samples), bool)
        tops[:-2] |= inner
        tops[1:-1] |= inner
        tops[2:] |= inner
        # A wave may be flat at its highest once by chance
        if (np.diff(tops.astype(np.int8)) == 1).sum() >= 5:
            flat |= tops
    return flat
