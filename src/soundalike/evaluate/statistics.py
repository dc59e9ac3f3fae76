"""Statistics: how sure a number is, and whether two systems differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

DRAWS = 2000
LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A mean or pooled ratio with its bootstrap interval; no interval from fewer than two jobs."""

    value: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class Paired:
    """The second system less the first over the same jobs."""

    difference: Estimate
    more: int  # jobs in which the second has the higher value
    less: int
    ties: int
    p: float  # exact two-sided sign test, ties left out


def _drawn(weights: Sequence[np.ndarray], draws: int, seed: int) -> list[np.ndarray]:
    """Sums (draws,) of each array over the same resampled jobs."""
    n = len(weights[0])
    rng = np.random.default_rng(seed)
    table = np.stack(weights, 1)  # (n, k)
    sums: list[np.ndarray] = []
    for _ in range(0, draws, 100):
        counts = rng.multinomial(n, np.full(n, 1 / n), size=min(100, draws - 100 * len(sums)))
        sums.append(counts @ table)
    return list(np.concatenate(sums).T)


def _interval(values: np.ndarray) -> tuple[float | None, float | None]:
    values = values[np.isfinite(values)]
    if not len(values):
        return None, None
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def pooled(
    parts: Sequence[float], wholes: Sequence[float] | None = None, draws: int = DRAWS, seed: int = 0
) -> Estimate | None:
    """sum(parts) / sum(wholes), with the 95 % percentile interval of a bootstrap over jobs; the mean of
    `parts` without wholes.

    None when there is nothing to pool.
    """
    above = np.asarray(parts, dtype=np.float64)
    below = np.ones_like(above) if wholes is None else np.asarray(wholes, dtype=np.float64)
    if not len(above) or below.sum() <= 0:
        return None
    value = float(above.sum() / below.sum())
    if len(above) < 2:
        return Estimate(value, None, None, 1)
    top, bottom = _drawn([above, below], draws, seed)
    return Estimate(
        value, *_interval(np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 0)), len(above)
    )


def sign_test(more: int, less: int) -> float:
    """Two-sided probability of so uneven a split, or a more uneven one, when either side is equally likely:
    exact.
    """
    n = more + less
    tail = sum(math.comb(n, k) for k in range(min(more, less) + 1))
    return min(1.0, 2 * tail / 2**n)


def compare(
    first: Sequence[tuple[float, float]],
    second: Sequence[tuple[float, float]],
    draws: int = DRAWS,
    seed: int = 0,
) -> Paired | None:
    """Two systems over the same jobs, each job a (part, whole); whole is 1 for plain means. None when there
    is nothing to compare.
    """
    a = np.asarray(first, dtype=np.float64).reshape(-1, 2)
    b = np.asarray(second, dtype=np.float64).reshape(-1, 2)
    if not len(a) or a[:, 1].sum() <= 0 or b[:, 1].sum() <= 0:
        return None
    value = float(b[:, 0].sum() / b[:, 1].sum() - a[:, 0].sum() / a[:, 1].sum())
    low = high = None
    if len(a) > 1:
        sums = _drawn([a[:, 0], a[:, 1], b[:, 0], b[:, 1]], draws, seed)
        fine = (sums[1] > 0) & (sums[3] > 0)
        low, high = _interval(sums[2][fine] / sums[3][fine] - sums[0][fine] / sums[1][fine])
    gap = b[:, 0] * a[:, 1] - a[:, 0] * b[:, 1]  # its sign is that of b's ratio less a's
    more = int((gap > 1e-12).sum())
    less = int((gap < -1e-12).sum())
    return Paired(Estimate(value, low, high, len(a)), more, less, len(a) - more - less, sign_test(more, less))
