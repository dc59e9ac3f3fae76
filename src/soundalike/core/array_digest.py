"""Names of weights: digests of arrays by name."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np


def digest(arrays: Mapping[str, np.ndarray]) -> str:
    """Twelve hexadecimal digits of some arrays and their names."""
    sums = hashlib.sha256()
    for name, value in sorted(arrays.items()):
        sums.update(name.encode() + np.ascontiguousarray(value).tobytes())
    return sums.hexdigest()[:12]


def weights_digest(arrays: Mapping[str, np.ndarray]) -> str:
    """Twelve hexadecimal digits of weights, in the half precision that they are shipped in."""
    return digest(
        {
            name: value.astype(np.float16) if np.issubdtype(value.dtype, np.floating) else value
            for name, value in arrays.items()
        }
    )
