"""The network that finds the watermark: from a spectrum, how likely each band of each column was turned up.

Four layers of two-dimensional convolutions with 13,000 parameters, computed in numpy. They were trained with
PyTorch by benchmarks/watermark_detector.py, which holds the same network.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from .error_correction import BANDS

WEIGHTS = Path(__file__).parents[1] / "weights" / "watermark.safetensors"
ROWS = 2  # spectra a column
WIDTH = 3  # bins of the spectrum a band
LOUDEST = 0.95  # quantile of the spectra's peaks that levels are measured from
FLOOR = -7.0  # log10 power below that level, at least
# Abramowitz and Stegun 7.1.26: the error function to 1.5e-7
ERF_SCALE = 0.3275911
ERF_TERMS = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)


class Detector:
    """Spectra to the log-odds that each band of each column was turned up."""

    def __init__(self, weights: Mapping[str, np.ndarray]):
        self._weights = {name: value.astype(np.float32) for name, value in weights.items()}

    def log_odds(self, power: np.ndarray) -> np.ndarray:
        """Log-odds (T, BANDS) of log10 power (2 T, WIDTH * (BANDS + 2)): the bands, and one beside them at
        either end.
        """
        columns = len(power) // ROWS
        power = power[: ROWS * columns]
        top = np.quantile(power.max(axis=1), LOUDEST)  # so that the volume does not matter
        level = np.maximum(power - top, FLOOR).astype(np.float32) / 1.5 + 1.5
        rows = level.reshape(columns, ROWS, BANDS + 2, WIDTH)
        x = rows.transpose(1, 3, 0, 2).reshape(ROWS * WIDTH, columns, BANDS + 2)  # (6, T, BANDS + 2)
        # What a band looks like depends on its place: low bands are not as high ones
        x = gelu(self._convolved("begin", x, (2, 0)) + self._weights["place"][0])  # (D, T, BANDS)
        for layer in ("middle.0", "middle.1"):
            x = x + gelu(self._convolved(layer, x, (1, 1)))
        return self._convolved("end", x, (0, 0))[0]

    def _convolved(self, layer: str, x: np.ndarray, padding: tuple[int, int]) -> np.ndarray:
        """One layer's convolution of (C, H, W), padded with zeros in height and width: (D, H', W')."""
        weight = self._weights[f"{layer}.weight"]  # (D, C, height, width)
        x = np.pad(x, ((0, 0), (padding[0], padding[0]), (padding[1], padding[1])))
        channels, height, width = x.shape
        rows = height - weight.shape[2] + 1
        # Rows laid end to end: a step down is a shift by `width`, and what runs over an edge is cut off after
        flat = x.reshape(channels, -1)
        length = rows * width - weight.shape[3] + 1
        out = np.zeros((len(weight), rows * width), np.float32)
        for down, across in np.ndindex(*weight.shape[2:]):
            shift = down * width + across
            out[:, :length] += weight[:, :, down, across] @ flat[:, shift : shift + length]
        kept = out.reshape(len(weight), rows, width)[:, :, : width - weight.shape[3] + 1]
        return kept + self._weights[f"{layer}.bias"][:, None, None]


def gelu(x: np.ndarray) -> np.ndarray:
    """Gaussian error linear unit, element by element."""
    size = np.abs(x) * np.float32(0.5**0.5)
    step = 1.0 / (1.0 + np.float32(ERF_SCALE) * size)
    series = np.zeros_like(size)
    for term in reversed(ERF_TERMS):
        series = (series + np.float32(term)) * step
    erf = np.copysign(1.0 - series * np.exp(-size * size), x)
    return 0.5 * x * (1.0 + erf)


@functools.lru_cache(maxsize=1)
def detector() -> Detector:
    """The trained network."""
    from safetensors.numpy import load_file

    return Detector(load_file(WEIGHTS))
