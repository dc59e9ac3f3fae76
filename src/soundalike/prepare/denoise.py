"""Taking steady noise out of a recording: what sounds on in a band while nobody speaks is taken off it while
somebody does.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from soundalike.audio.audio import Audio
from soundalike.nn.spectral import istft, stft

# Seconds looked at together, and those that two neighbours fade over: noise may change in an hour
BLOCK = 30.0
SHARED = 1.0
WINDOW = 0.032  # seconds of a spectrum
QUIETEST = 0.1  # share of the frames whose power in a band is taken to be noise
ABOVE = 2.5  # times that much is taken off: the quietest tenth of noise lies below its mean
LEFT = 0.1  # of a magnitude, at least: what is taken out whole leaves holes that ring
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
    hop = max(1, int(WINDOW * rate) // 4)
    padded = np.pad(samples, (4 * hop, 8 * hop))  # whole frames, and edges that are windowed like the rest
    spectrum = stft(torch.from_numpy(padded)[None], 4 * hop, hop)
    bands, frames = AROUND
    power = torch.nn.functional.avg_pool2d(
        spectrum.abs().square()[:, None],
        AROUND,
        stride=1,
        padding=(bands // 2, frames // 2),
        count_include_pad=False,
    )[:, 0]
    utterance = power[:, :, 4 : 4 + max(1, len(samples) // hop)]  # without the padding, which is silent
    noise = ABOVE * utterance.quantile(QUIETEST, 2, keepdim=True)
    gain = (1 - noise / power.clamp_min(1e-20)).clamp_min(LEFT**2).sqrt()
    made = istft(spectrum * gain, 4 * hop, hop)[0].numpy()
    return np.ascontiguousarray(made[4 * hop : 4 * hop + len(samples)])
