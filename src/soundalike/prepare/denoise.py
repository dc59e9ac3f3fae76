"""Denoising: the steady noise of each band, measured in the pauses, is subtracted from its power."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.mel import stft

# Seconds of a block, and those that two neighbours crossfade over: noise may change in an hour
BLOCK = 30.0
SHARED = 1.0
WINDOW = 0.032  # seconds of a spectrum
QUIETEST = 0.1  # share of the frames whose power in a band is taken to be noise
ABOVE = 2.5  # times that much is taken off: the quietest tenth of noise lies below its mean
LEFT = 0.1  # of a magnitude, at least: bands that are emptied sound like musical noise
AROUND = (3, 5)  # bands and frames over which power is averaged before it is judged


def without_noise(sound: Audio) -> Audio:
    """The recording less its steady noise: spectral subtraction (Boll 1979) with power averaged over
    neighbours. Its length stays.
    """
    size = int(BLOCK * sound.rate)
    shared = int(SHARED * sound.rate)
    if len(sound.samples) <= size:
        return replace(sound, samples=_cleaned(sound.samples, sound.rate))
    made = np.zeros_like(sound.samples)
    for start in range(0, len(sound.samples) - shared, size - shared):
        piece = _cleaned(sound.samples[start : start + size], sound.rate)
        if start:
            piece[:shared] *= np.linspace(0, 1, shared, dtype=np.float32)
        if start + size < len(sound.samples):
            piece[-shared:] *= np.linspace(1, 0, shared, dtype=np.float32)
        made[start : start + len(piece)] += piece
    return replace(sound, samples=made)


def _cleaned(samples: np.ndarray, rate: int) -> np.ndarray:
    """One block (N,) less its steady noise."""
    hop = max(1, int(WINDOW * rate) // 4)
    padded = np.pad(samples, (4 * hop, 8 * hop))  # whole frames, and edges that are windowed like the rest
    spectrum = stft(padded, 4 * hop, hop)  # (T, F)
    power = _smoothed(np.abs(spectrum) ** 2)
    inside = power[4 : 4 + max(1, len(samples) // hop)]  # without the padding, which is silent
    noise = ABOVE * np.quantile(inside, QUIETEST, axis=0, keepdims=True)  # (1, F)
    gain = np.sqrt(np.maximum(1 - noise / np.maximum(power, 1e-20), LEFT**2))
    made = _inverse(spectrum * gain, 4 * hop, hop)
    return np.ascontiguousarray(made[4 * hop : 4 * hop + len(samples)], dtype=np.float32)


def _smoothed(power: np.ndarray) -> np.ndarray:
    """Power (T, F) averaged over its neighbours (AROUND); at the edges over those there are."""
    bands, frames = AROUND
    for axis, width in ((0, frames), (1, bands)):
        size = power.shape[axis]
        sums = np.concatenate([np.zeros_like(power.take([0], axis)), power.cumsum(axis)], axis)
        first = np.clip(np.arange(size) - width // 2, 0, size)
        last = np.clip(np.arange(size) + width // 2 + 1, 0, size)
        count = (last - first).reshape(-1, 1) if axis == 0 else last - first
        power = (sums.take(last, axis) - sums.take(first, axis)) / count
    return power


def _inverse(spectrum: np.ndarray, n_fft: int, hop: int) -> np.ndarray:
    """Samples whose windowed frames best fit a spectrum (T, F), the inverse of `audio.mel.stft` (Griffin and
    Lim 1984, eq. 6), from the middle of the first frame to the middle of the last.
    """
    window = np.hanning(n_fft + 1)[:-1]
    frames = np.fft.irfft(spectrum, n_fft, axis=1) * window
    size = (len(frames) - 1) * hop + n_fft
    samples = np.zeros(size)
    weight = np.zeros(size)
    for number, frame in enumerate(frames):
        samples[number * hop : number * hop + n_fft] += frame
        weight[number * hop : number * hop + n_fft] += window**2
    return (samples / np.maximum(weight, 1e-11))[n_fft // 2 : size - n_fft // 2]
