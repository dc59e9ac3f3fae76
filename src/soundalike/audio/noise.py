"""White noise of a seed: the same numbers on every machine, and those that PyTorch gives for the seed."""

from __future__ import annotations

import numpy as np

LANES = 8  # numbers that are drawn side by side
FRACTION = 24  # bits of a uniform number


def white_noise(seed: int, size: int) -> np.ndarray:
    """Numbers (size,) float32 of mean 0 and deviation 1. They are those of `torch.randn` with a generator of
    that seed on the CPU, but for the last digit: a Mersenne twister and the transform of Box and Muller
    (1958), eight pairs at a time. Fewer than sixteen are the first of sixteen.
    """
    twister = np.random.RandomState(seed & 0xFFFFFFFF)  # its numbers never change (NEP 19)
    block = 2 * LANES
    made = _normal(_uniform(twister, max(size, block)))
    if size % block and size > block:
        made = np.concatenate([made[: size - block], _normal(_uniform(twister, block))])
    return made[:size]


def _uniform(twister: np.random.RandomState, size: int) -> np.ndarray:
    """Numbers (size,) float32 from 0 up to 1."""
    drawn = twister.randint(0, 1 << 32, size, np.uint32) & np.uint32((1 << FRACTION) - 1)
    return drawn.astype(np.float32) * np.float32(2.0**-FRACTION)


def _normal(uniform: np.ndarray) -> np.ndarray:
    """Normal numbers of uniform ones, of whole blocks of them; what is left over stays out of use."""
    whole = len(uniform) // (2 * LANES) * 2 * LANES
    pairs = uniform[:whole].reshape(-1, 2, LANES)
    radius = np.sqrt(-2 * np.log(1 - pairs[:, 0]))
    angle = np.float32(2 * np.pi) * pairs[:, 1]
    normal = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).reshape(-1)
    return np.concatenate([normal, np.zeros(len(uniform) - whole, np.float32)])
