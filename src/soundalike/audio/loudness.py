"""Loudness in LUFS (ITU-R BS.1770-4), and bringing sound to a level. Samples are float32 (N,) in [-1, 1]."""

from __future__ import annotations

import numpy as np

LOUDEST_PEAK = 0.98  # no sample of a levelled sound passes this
KNEE = 0.8  # peaks above this are rounded off where sound is brought to a loudness
BLOCK_SECONDS = 0.4  # length of a block whose loudness is measured
HOP_SECONDS = 0.1  # from one block to the next
K_OFFSET = -0.691  # LUFS of a mean square of one, so that a 997 Hz sine at full scale has -3.01
ABSOLUTE_GATE = -70.0  # LUFS; softer blocks are silence
RELATIVE_GATE = -10.0  # LU; blocks so much softer than the mean are pauses
LEVELLING_ROUNDS = 3  # rounding peaks off takes loudness away, so levelling is repeated
LEVELLING_ERROR = 0.1  # LU; near enough

# The K-weighting: a high shelf (the head's effect) and a high pass, each a second-order analogue filter
SHELF_HERTZ = 1681.97
SHELF_Q = 0.7072
SHELF_DB = 3.99984
SHELF_EXPONENT = 0.4996667741545416
HIGH_PASS_HERTZ = 38.1355
HIGH_PASS_Q = 0.5003


def integrated_loudness(samples: np.ndarray, rate: int) -> float:
    """Loudness in LUFS: K-weighted, of blocks of 0.4 s, pauses left out; -inf for silence."""
    scan = LoudnessScan(rate)
    scan.add(samples)
    return scan.loudness()


class LoudnessScan:
    """Takes the parts of a sound one after the other, and tells the loudness of the whole."""

    def __init__(self, rate: int):
        self._size = int(BLOCK_SECONDS * rate)
        self._hop = int(HOP_SECONDS * rate)
        self._weight = k_weighting(np.fft.rfftfreq(self._size, 1 / rate))
        self._powers: list[float] = []
        self._rest = np.zeros(0, np.float32)

    def add(self, samples: np.ndarray) -> None:
        """The next samples (N,)."""
        samples = np.concatenate([self._rest, samples]) if len(self._rest) else samples
        count = (len(samples) - self._size) // self._hop + 1
        if count > 0:
            self._measure(samples)
            samples = samples[count * self._hop :]
        self._rest = samples.copy()

    def loudness(self, gain: float = 1.0) -> float:
        """Loudness in LUFS of all that was added, louder by a factor; -inf for silence."""
        if not self._powers:  # shorter than a block
            self._measure(np.pad(self._rest, (0, self._size - len(self._rest))))
        return gated_loudness(np.array(self._powers) * gain**2)

    def _measure(self, samples: np.ndarray) -> None:
        """Mean square of each block behind the K-weighting, by Parseval's theorem."""
        blocks = np.lib.stride_tricks.sliding_window_view(samples, self._size)[:: self._hop]
        scale = 2.0 / self._size**2
        for block in blocks:
            spectrum = np.fft.rfft(block)
            self._powers.append(float((spectrum.real**2 + spectrum.imag**2) @ self._weight * scale))


def gated_loudness(power: np.ndarray) -> float:
    """Loudness in LUFS of the K-weighted mean squares (B,) of a sound's blocks; -inf for silence."""
    # First gate: silence does not count
    level = 10 * np.log10(power + 1e-20) + K_OFFSET
    kept = power[level > ABSOLUTE_GATE]
    if not len(kept):
        return -float("inf")
    # Second gate: nor do pauses, well below the mean of the rest
    gate = 10 * np.log10(kept.mean()) + K_OFFSET + RELATIVE_GATE
    kept = kept[10 * np.log10(kept) + K_OFFSET > gate]
    return float(10 * np.log10(kept.mean()) + K_OFFSET)


def level_to_loudness(samples: np.ndarray, rate: int, lufs: float) -> np.ndarray:
    """The samples scaled to a loudness in LUFS; silence as it is.

    Peaks that would pass 0.98 are rounded off, so that a lively voice is no quieter than a flat one.
    """
    scan = LoudnessScan(rate)
    scan.add(samples)
    loudness = scan.loudness()
    if loudness == -float("inf"):
        return samples
    peak = float(np.abs(samples).max())
    gain = 1.0
    made = samples
    for _ in range(LEVELLING_ROUNDS):
        gain *= 10 ** ((lufs - loudness) / 20)
        made = soft_clip(samples * gain).astype(np.float32)
        # Where no peak was bent, it is known without measuring it again
        loudness = scan.loudness(gain) if peak * gain <= KNEE else integrated_loudness(made, rate)
        if abs(loudness - lufs) < LEVELLING_ERROR:
            break
    return made


def soft_clip(samples: np.ndarray) -> np.ndarray:
    """The samples with those above KNEE bent (tanh) so that none reaches LOUDEST_PEAK."""
    samples = samples.copy()
    over = np.abs(samples) > KNEE
    rest = LOUDEST_PEAK - KNEE
    samples[over] = np.sign(samples[over]) * (KNEE + rest * np.tanh((np.abs(samples[over]) - KNEE) / rest))
    return samples


def normalise_active_level(samples: np.ndarray, active: np.ndarray, db: float) -> np.ndarray:
    """The samples scaled so that those of the mask `active` (at most N,) have `db` dBFS RMS.

    All samples count where none is active. The peak stays below 0.98. Silence is given back as it is.
    """
    chosen = samples[: len(active)][active] if active.any() else samples
    rms = float(np.sqrt((chosen.astype(np.float64) ** 2).mean())) if len(chosen) else 0.0
    peak = float(np.abs(samples).max()) if len(samples) else 0.0
    if rms <= 0 or peak <= 0:
        return samples
    gain = min(10 ** (db / 20) / rms, LOUDEST_PEAK / peak)
    return (samples * gain).astype(np.float32)


def k_weighting(hertz: np.ndarray) -> np.ndarray:
    """Power gain of the K-weighting at each frequency: the high shelf and the high pass of ITU-R BS.1770-4,
    in the analogue domain.
    """
    s = 2j * np.pi * hertz
    gain = 10 ** (SHELF_DB / 20)
    w = 2 * np.pi * SHELF_HERTZ
    q = SHELF_Q
    shelf = (gain * s**2 + gain**SHELF_EXPONENT * w / q * s + w**2) / (s**2 + w / q * s + w**2)
    w = 2 * np.pi * HIGH_PASS_HERTZ
    q = HIGH_PASS_Q
    return np.abs(shelf * s**2 / (s**2 + w / q * s + w**2)) ** 2
