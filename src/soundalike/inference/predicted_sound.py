"""A sentence before its sound: what its mel tells of its level, and the mel as others will hear it."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from soundalike.audio.audio import active_frames
from soundalike.audio.loudness import BLOCK_SECONDS, HOP_SECONDS, gated_loudness, k_weighting
from soundalike.audio.mel import MelSpec, hann, mel_filters
from soundalike.core.types import Timestamp

# By how much the mean square of speech lies above what the mean magnitudes of its bands tell: .18 dB, of 80
# sentences in 8 voices of the built-in model, the farthest of which is .25 dB off
ABOVE_BANDS = 10**0.018


@dataclass(frozen=True)
class PredictedSound:
    """The log-mel (T, M) of a sentence by a spec, of which its (T - 1) * hop_length samples will be made, and
    when each word is to be said.
    """

    mel: np.ndarray
    spec: MelSpec
    timestamps: tuple[Timestamp, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it will last."""
        return (len(self.mel) - 1) / self.spec.frames_per_second

    def loudness(self) -> float:
        """Its loudness in LUFS, predicted; -inf for silence."""
        hop = self.spec.hop_length
        power = self._power(weighted=True)[:-1]
        sums = np.concatenate([[0.0], np.cumsum(power) * hop])  # over the samples before each frame
        block = int(BLOCK_SECONDS * self.spec.sample_rate)
        last = max(0, len(power) * hop - block)
        starts = np.arange(0, last + 1, int(HOP_SECONDS * self.spec.sample_rate))
        places = np.arange(len(sums)) * hop
        total = np.interp(starts + block, places, sums) - np.interp(starts, places, sums)
        return gated_loudness(total / block)

    def level(self) -> np.ndarray:
        """The root mean square (T,) of its sound about each frame, predicted."""
        return np.sqrt(self._power())

    def normalised_mel(self, db: float = -23.0) -> np.ndarray:
        """The mel (T, M) of its sound once the active parts of that have `db` dBFS RMS, as they have after
        `Audio.normalised`.
        """
        power = self._power()
        active = active_frames(power)
        mean = float(power[active].mean() if active.any() else power.mean())
        louder = np.float32(math.log(10) / 20 * db - math.log(max(mean, 1e-20)) / 2)
        return np.maximum(self.mel + louder, np.float32(self.spec.silence))

    def _power(self, weighted: bool = False) -> np.ndarray:
        """The mean square (T,) of the sound about each frame, K-weighted where that is asked."""
        return np.exp(2 * self.mel) @ band_power(self.spec, weighted)


@functools.lru_cache(maxsize=8)
def band_power(spec: MelSpec, weighted: bool) -> np.ndarray:
    """The mean square (M,) float32 of a sound for each band whose magnitude is one, K-weighted where that is
    asked.
    """
    filters = mel_filters(spec)
    share = filters / filters.sum(0).clip(1e-3)  # of each bin, by band
    gain = k_weighting(np.fft.rfftfreq(spec.n_fft, 1 / spec.sample_rate)) if weighted else 1.0
    bins = 2 / spec.n_fft * (share * gain).sum(1)
    return (ABOVE_BANDS * bins / filters.sum(1) ** 2 / (hann(spec.n_fft) ** 2).sum()).astype(np.float32)
