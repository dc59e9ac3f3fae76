"""Fundamental frequency by normalised cross-correlation and a Viterbi path."""

from __future__ import annotations

import numpy as np

from .mel import MelSpec

PITCH_FLOOR = 60.0  # hertz: adult bass to child
PITCH_CEILING = 550.0


def pitch(samples: np.ndarray, spec: MelSpec) -> np.ndarray:
    """Fundamental frequency in hertz at each mel frame (T,) float32; 0 where the sound is not voiced.

    Normalised cross-correlation candidates (Talkin 1995, "RAPT") and a Viterbi path with costs for jumps and
    for changes of voicing. `samples` (N,) at the spec's rate.
    """
    step = 2  # halve the rate: nothing above 6 kHz helps
    rate = spec.sample_rate // step
    smooth = np.convolve(samples, np.ones(step) / step, mode="same")[::step]
    longest = int(rate / PITCH_FLOOR) + 2
    shortest = int(rate / PITCH_CEILING)
    window = 300  # samples compared: 25 ms at 12 kHz
    span = window + longest
    frames = len(samples) // spec.hop_length + 1
    padded = np.pad(smooth, (span // 2, span))
    starts = np.arange(frames) * spec.hop_length // step
    block = np.lib.stride_tricks.sliding_window_view(padded, span)[np.minimum(starts, len(padded) - span)]
    block = block - block.mean(axis=1, keepdims=True)
    size = 2048
    head = np.fft.rfft(block[:, :window], size)
    cross = np.fft.irfft(np.conj(head) * np.fft.rfft(block, size), size)[:, :longest]
    power = np.cumsum(np.pad(block**2, ((0, 0), (1, 0))), axis=1)
    energy = power[:, window : window + longest] - power[:, :longest]
    correlation = cross / np.sqrt(energy[:, :1] * energy + 1e-4)
    score = correlation[:, shortest:].copy()
    peak = np.zeros_like(score, dtype=bool)
    peak[:, 1:-1] = (score[:, 1:-1] > score[:, :-2]) & (score[:, 1:-1] >= score[:, 2:])
    lags = np.arange(shortest, longest)
    # A mild preference for the shorter period
    score = np.where(peak, score * (1 - 0.1 * lags / longest), -1.0)
    count = 6
    best = np.argpartition(-score, count, axis=1)[:, :count]
    value = np.take_along_axis(score, best, axis=1)
    inner = np.clip(best, 1, score.shape[1] - 2) + shortest
    rows = np.arange(frames)[:, None]
    left = correlation[rows, inner - 1]
    mid = correlation[rows, inner]
    right = correlation[rows, inner + 1]
    bend = np.minimum(left - 2 * mid + right, -1e-6)
    exact = inner + np.clip(0.5 * (left - right) / bend, -0.5, 0.5)
    log_hertz = np.log2(rate / exact)
    local = np.concatenate([1.0 - value, np.full((frames, 1), 0.55)], axis=1)  # last state: unvoiced
    local[:, :count][value < 0] = 1e3
    cost = local[0]
    back = np.zeros((frames, count + 1), dtype=np.int64)
    for t in range(1, frames):
        move = np.full((count + 1, count + 1), 0.12)
        move[:count, :count] = 0.9 * np.abs(log_hertz[t - 1][:, None] - log_hertz[t][None])
        move[count, count] = 0.0
        total = cost[:, None] + move
        back[t] = total.argmin(axis=0)
        cost = total.min(axis=0) + local[t]
    path = np.empty(frames, dtype=np.int64)
    path[-1] = cost.argmin()
    for t in range(frames - 1, 0, -1):
        path[t - 1] = back[t, path[t]]
    voiced = path < count
    hertz = np.where(voiced, 2.0 ** log_hertz[np.arange(frames), np.minimum(path, count - 1)], 0.0)
    return hertz.astype(np.float32)
