"""Vectors on the unit sphere: how alike two speaker embeddings are."""

from __future__ import annotations

import numpy as np

SHORTEST = 1e-12  # length below which a vector has no direction


def unit(vector: np.ndarray) -> np.ndarray:
    """The vector (V,) scaled to length one, float64; zeros stay zeros."""
    exact = np.asarray(vector, dtype=np.float64)
    return exact / max(float(np.linalg.norm(exact)), SHORTEST)


def cosine(first: np.ndarray, second: np.ndarray) -> float:
    """The cosine of the angle between two vectors (V,): 1 of one direction, -1 of opposites."""
    return float(unit(first) @ unit(second))
