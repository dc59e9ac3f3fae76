"""Fundamental frequency by normalised cross-correlation and a Viterbi path."""

from __future__ import annotations

import numpy as np

from soundalike.core.types import USUAL_OCTAVE

from .mel import MelSpec

PITCH_FLOOR = 60.0  # hertz: adult bass to child
PITCH_CEILING = 550.0  # hertz

# Samples of sound to one of those looked at: nothing above 6 kHz helps
DECIMATION = 2
WINDOW = 300  # decimated samples that are compared: 25 ms at 12 kHz
FRAMES_AT_ONCE = 64  # whose spectra are held: some megabytes
CANDIDATES = 6  # peaks of the correlation that are followed at each frame

# Costs of the path, against a candidate's own cost of one less its correlation (0 for a perfect match)
UNVOICED_COST = 0.55  # of a frame without pitch
VOICING_CHANGE_COST = 0.12  # of a step from voiced to unvoiced, or back
OCTAVE_JUMP_COST = 0.9  # of a step by an octave; smaller ones in proportion
LONG_PERIOD_PENALTY = 0.1  # share of its correlation that a candidate at the longest period loses
IMPOSSIBLE_COST = 1e3  # of a candidate that is no peak

NO_PEAK = -1.0  # score of a period that is no peak of the correlation
FAINT = 1e-4  # added to a product of energies, so that silence correlates with nothing


def pitch(samples: np.ndarray, spec: MelSpec) -> np.ndarray:
    """Fundamental frequency in hertz at each mel frame (T,) float32; 0 where the sound is not voiced.

    Normalised cross-correlation candidates (Talkin 1995, "RAPT") and a Viterbi path with costs for jumps and
    for changes of voicing. `samples` (N,) at the spec's rate.
    """
    rate = spec.sample_rate // DECIMATION
    shortest = int(rate / PITCH_CEILING)
    longest = int(rate / PITCH_FLOOR) + 2
    correlation = _correlations(samples, spec.hop_length, longest)  # (T, longest)
    scores, periods = _candidates(correlation, shortest)  # (T, CANDIDATES) each
    log_hertz = np.log2(rate / periods)
    path = _cheapest_path(_local_costs(scores), log_hertz)  # (T,)
    # The state after the last candidate is unvoiced
    chosen = log_hertz[np.arange(len(path)), np.minimum(path, CANDIDATES - 1)]
    return np.where(path < CANDIDATES, 2.0**chosen, 0.0).astype(np.float32)


def _correlations(samples: np.ndarray, hop_length: int, longest: int) -> np.ndarray:
    """Normalised correlation (T, longest) of each frame's window with the sound 0 to `longest` decimated
    samples later; at most 1.
    """
    # A moving average, then every second sample
    smooth = np.convolve(samples, np.ones(DECIMATION) / DECIMATION, mode="same")[::DECIMATION]
    # The stretch about each frame that holds its window and the longest period, without its mean
    span = WINDOW + longest
    padded = np.pad(smooth, (span // 2, span))
    starts = np.arange(len(samples) // hop_length + 1) * hop_length // DECIMATION
    stretches = np.lib.stride_tricks.sliding_window_view(padded, span)
    starts = np.minimum(starts, len(padded) - span)
    parts = [starts[at : at + FRAMES_AT_ONCE] for at in range(0, len(starts), FRAMES_AT_ONCE)]
    return np.concatenate([_correlated(stretches[part], longest) for part in parts])


def _correlated(block: np.ndarray, longest: int) -> np.ndarray:
    """Normalised correlation (n, longest) of the beginnings of stretches (n, WINDOW + longest) with what
    follows.
    """
    block = block - block.mean(axis=1, keepdims=True)
    # Cross-correlation of the window with the stretch, by its spectrum
    size = 1 << (block.shape[1] - 1).bit_length()
    head = np.fft.rfft(block[:, :WINDOW], size)
    cross = np.fft.irfft(np.conj(head) * np.fft.rfft(block, size), size)[:, :longest]
    # Divided by the energies of both windows
    power = np.cumsum(np.pad(block**2, ((0, 0), (1, 0))), axis=1)
    energy = power[:, WINDOW : WINDOW + longest] - power[:, :longest]
    return cross / np.sqrt(energy[:, :1] * energy + FAINT)


def _candidates(correlation: np.ndarray, shortest: int) -> tuple[np.ndarray, np.ndarray]:
    """The best periods from `shortest` up: their scores (T, CANDIDATES), and the periods themselves,
    interpolated, in decimated samples.
    """
    longest = correlation.shape[1]
    found = correlation[:, shortest:]
    # Peaks of the correlation, with a mild preference for the shorter period
    peak = np.zeros_like(found, dtype=bool)
    peak[:, 1:-1] = (found[:, 1:-1] > found[:, :-2]) & (found[:, 1:-1] >= found[:, 2:])
    lags = np.arange(shortest, longest)
    score = np.where(peak, found * (1 - LONG_PERIOD_PENALTY * lags / longest), NO_PEAK)
    # The best of them
    best = np.argpartition(-score, CANDIDATES, axis=1)[:, :CANDIDATES]
    # A parabola through a peak and its neighbours tells where between samples it stands
    inner = np.clip(best, 1, score.shape[1] - 2) + shortest
    rows = np.arange(len(score))[:, None]
    left = correlation[rows, inner - 1]
    middle = correlation[rows, inner]
    right = correlation[rows, inner + 1]
    bend = np.minimum(left - 2 * middle + right, -1e-6)
    offset = np.clip(0.5 * (left - right) / bend, -0.5, 0.5)
    return np.take_along_axis(score, best, axis=1), inner + offset


def _local_costs(scores: np.ndarray) -> np.ndarray:
    """The cost (T, CANDIDATES + 1) of each candidate by its score, and of no pitch, last."""
    costs = np.concatenate([1.0 - scores, np.full((len(scores), 1), UNVOICED_COST)], axis=1)
    costs[:, :CANDIDATES][scores < 0] = IMPOSSIBLE_COST
    return costs


def _cheapest_path(local: np.ndarray, log_hertz: np.ndarray) -> np.ndarray:
    """The state (T,) of each frame on the cheapest path: costs (T, CANDIDATES + 1), the last state unvoiced,
    and the candidates' base-two logarithms of hertz (T, CANDIDATES). Viterbi's algorithm.
    """
    frames, states = local.shape
    unvoiced = states - 1
    cost = local[0]
    back = np.zeros((frames, states), dtype=np.int64)
    for t in range(1, frames):
        # What the step from each state (rows) to each other costs
        move = np.full((states, states), VOICING_CHANGE_COST)
        jump = np.abs(log_hertz[t - 1][:, None] - log_hertz[t][None])
        move[:unvoiced, :unvoiced] = OCTAVE_JUMP_COST * jump
        move[unvoiced, unvoiced] = 0.0
        # The cheapest way into each state
        total = cost[:, None] + move
        back[t] = total.argmin(axis=0)
        cost = total.min(axis=0) + local[t]
    # Back from the cheapest end
    path = np.empty(frames, dtype=np.int64)
    path[-1] = cost.argmin()
    for t in range(frames - 1, 0, -1):
        path[t - 1] = back[t, path[t]]
    return path


def mean_octave(hertz: np.ndarray) -> float:
    """The mean log2 hertz of the voiced frames of a pitch (T,) in hertz, 0 where unvoiced."""
    voiced = hertz[hertz > 0].astype(np.float64)
    return float(np.log2(voiced).mean()) if len(voiced) else USUAL_OCTAVE
