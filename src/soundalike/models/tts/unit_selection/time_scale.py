"""Faster or slower speech of the same pitch: waveform similarity overlap-add (Verhelst & Roelands 1993)."""

from __future__ import annotations

import numpy as np

WINDOW = 0.03  # seconds
SEARCH = 0.01  # seconds either way in which the most similar window is looked for


def time_scaled(samples: np.ndarray, rate: int, speed: float) -> np.ndarray:
    """Samples (N,) that take `speed` times less long: (N / speed,). At speed one they are as they were."""
    if speed == 1.0 or len(samples) < 4 * round(WINDOW * rate):
        return samples
    half = round(WINDOW * rate / 2)
    search = round(SEARCH * rate)
    size = round(len(samples) / speed)
    padded = np.pad(samples, (half + search, 3 * half + search))
    window = np.hanning(2 * half + 1)[:-1].astype(np.float32)
    made = np.zeros(size + 4 * half, np.float32)
    weight = np.zeros_like(made)
    natural = half + search  # where the window before would go on
    for at in range(0, size + half, half):
        wanted = min(half + search + round(at * speed), len(padded) - 2 * half - search)
        begin = wanted if at == 0 else most_similar(padded, wanted, natural, half, search)
        made[at : at + 2 * half] += padded[begin : begin + 2 * half] * window
        weight[at : at + 2 * half] += window
        natural = min(begin + half, len(padded) - 2 * half)
    return (made / np.maximum(weight, 1e-3))[:size]


def most_similar(samples: np.ndarray, wanted: int, natural: int, half: int, search: int) -> int:
    """The place, within `search` of the wanted one, whose window is most like the one that would go on."""
    one = samples[natural : natural + 2 * half]
    low = max(0, wanted - search)
    views = np.lib.stride_tricks.sliding_window_view(samples[low : wanted + search + 2 * half], 2 * half)
    likeness = views @ one / np.sqrt((views**2).sum(1) + 1e-6)
    return low + int(likeness.argmax())
