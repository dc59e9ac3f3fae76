"""A train of pulses that follows a pitch: the source of a vocoder that filters one.

`nn.pulses` gives the same to networks under training, on tensors.
"""

from __future__ import annotations

import math

import numpy as np

USUAL = 150.0  # hertz before the first voiced frame
AT_ONCE = 4096  # samples; what fits into a processor's cache is computed faster


def pulses(pitch: np.ndarray, hop_length: int, sample_rate: int) -> np.ndarray:
    """Band-limited pulse train ((T - 1) * hop,) float32 following a pitch (T,) in hertz, silent where it is
    0; unit power when voiced.

    A sum of all harmonics below the Nyquist frequency with cosine phase, in closed form (the Dirichlet
    kernel).
    """
    voiced = pitch > 0
    place = np.maximum.accumulate(np.where(voiced, np.arange(1, len(pitch) + 1), 0))
    # The last voiced pitch is held through unvoiced stretches
    held = np.concatenate([[np.float32(USUAL)], pitch.astype(np.float32)])[place]
    hertz = _per_sample(held, hop_length).astype(np.float64)  # long sounds gather many cycles
    phase = np.cumsum(hertz / sample_rate)
    phase -= np.floor(phase)
    gate = _per_sample(voiced.astype(np.float32), hop_length)
    made = np.empty(len(phase), np.float32)
    for start in range(0, len(phase), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        made[some] = _kernel(phase[some], np.floor(0.5 * sample_rate / hertz[some])) * gate[some]
    return made


def _kernel(phase: np.ndarray, harmonics: np.ndarray) -> np.ndarray:
    """The sum of so many harmonics (n,) at a phase (n,) in cycles, of unit power, float32."""
    phase = phase - np.rint(phase)  # so near to nothing that sines of single precision, much faster, will do
    top = (harmonics + 0.5) * phase
    top = np.sin((2 * math.pi * (top - np.rint(top))).astype(np.float32))
    bottom = np.sin((math.pi * phase).astype(np.float32))
    flat = np.abs(bottom) < 1e-6
    kernel = np.where(flat, 2 * harmonics + 1, top / np.where(flat, np.float32(1.0), bottom))
    return ((kernel - 1) / np.sqrt(2 * harmonics)).astype(np.float32)


def _per_sample(values: np.ndarray, hop_length: int) -> np.ndarray:
    """Values (T,) float32 of frames at every sample between them, interpolated: ((T - 1) * hop,)."""
    share = (np.arange(hop_length) / hop_length).astype(np.float32)
    return (values[:-1, None] * (1 - share) + values[1:, None] * share).reshape(-1)
