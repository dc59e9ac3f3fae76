"""Monotonic alignment search (algorithm 1 of Kim et al. 2020, "Glow-TTS"): the likeliest way to say symbols
in order, each for at least one frame.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from soundalike.core.errors import DataError


def align_monotonically(scores: Tensor, frames: Tensor, symbols: Tensor, names: Sequence[str] = ()) -> Tensor:
    """Durations (B, S) int64 in frames: those of the monotonic path with the largest sum of scores (B, T, S),
    which are log-likelihoods of each frame under each symbol. A path begins at the first symbol, ends at the
    last, and leaves none out. `frames` and `symbols` (B,) are the lengths; symbols beyond them get 0.

    Raises DataError, with its name where `names` gives those of all, for a clip with more symbols than
    frames, which has no such path.
    """
    lengths = frames.cpu().numpy()
    counts = symbols.cpu().numpy()
    for clip in np.flatnonzero((counts > lengths) | (counts < 1)).tolist():
        name = names[clip] if names else f"clip {clip} of the batch"
        raise DataError(
            f"{name}: {counts[clip]} symbols cannot be aligned with {lengths[clip]} "
            "frames. Every symbol needs one at least: leave out clips that are too short for their text."
        )
    values = scores.detach().float().cpu().numpy()
    stays = _best_sums(values)
    return torch.from_numpy(_trace_back(stays, lengths, counts)).to(scores.device)


def _best_sums(values: np.ndarray) -> np.ndarray:
    """Whether the best path to each frame and symbol (B, T, S) was at that symbol the frame before."""
    batch, frames, size = values.shape
    stays = np.zeros((batch, frames, size), bool)
    best = np.full((batch, size), -np.inf, np.float64)
    best[:, 0] = values[:, 0, 0]
    for frame in range(1, frames):
        came = np.concatenate([np.full((batch, 1), -np.inf), best[:, :-1]], 1)
        stays[:, frame] = best >= came
        best = np.maximum(best, came) + values[:, frame]
    return stays


def _trace_back(stays: np.ndarray, frames: np.ndarray, symbols: np.ndarray) -> np.ndarray:
    """Durations (B, S) of the path that ends at the last symbol of each clip in its last frame."""
    batch, size = len(stays), stays.shape[2]
    durations = np.zeros((batch, size), np.int64)
    clips = np.arange(batch)
    place = symbols - 1
    for frame in range(int(frames.max()) - 1, -1, -1):
        inside = frame < frames
        durations[clips[inside], place[inside]] += 1
        # A symbol that is as far from the first as the frame must have been entered just now
        goes_back = inside & (place > 0) & (~stays[clips, frame, place] | (place == frame))
        place = place - goes_back
    return durations
