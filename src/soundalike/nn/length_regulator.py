"""Symbols to frames by known durations: the length regulator, and whole durations out of predicted ones."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def symbol_of_frame(durations: Tensor, size: int) -> Tensor:
    """The index of the symbol at each frame: (B, size) int64, of whole durations (B, S). Beyond their sum it
    is the last one.
    """
    frames = torch.arange(size, device=durations.device)
    past = durations.cumsum(1)[:, None] <= frames[None, :, None]  # (B, size, S)
    return past.sum(2).clamp_max(durations.shape[1] - 1)


def place_in_symbol(durations: Tensor, index: Tensor) -> Tensor:
    """Where frames (B, T), given as the index of the symbol of each, are in symbols that last so many frames
    (B, S): the share of the symbol that is past, that to come, and the logarithm of its length, (B, T, 3).
    """
    frames = torch.arange(index.shape[1], device=index.device)
    length = durations.gather(1, index).clamp_min(1).float()
    place = frames - (durations.cumsum(1) - durations).gather(1, index)
    return torch.stack([place / length, (length - place) / length, length.log() / 3], -1)


def regulate(states: Tensor, durations: Tensor) -> tuple[Tensor, Tensor]:
    """Each state of (B, S, D) repeated for its whole duration (B, S): (B, T, D), zero in the padding, and the
    lengths (B,) in frames. The length regulator of Ren et al. 2019, eq. 1.
    """
    lengths = durations.sum(1)
    index = symbol_of_frame(durations, int(lengths.max()))
    spread = states.gather(1, index[..., None].expand(-1, -1, states.shape[2]))
    inside = torch.arange(index.shape[1], device=index.device)[None] < lengths[:, None]
    return spread * inside[..., None], lengths


def natural(log_durations: Tensor, marks: Tensor) -> Tensor:
    """Durations (S,) in frames, not rounded, of predicted log(1 + frames) (S,): `audio.durations.natural`."""
    from soundalike.audio import durations as arrays

    return _like(arrays.natural(_array(log_durations), _array(marks)), log_durations)


def bounded(exact: Tensor, marks: Tensor) -> Tensor:
    """Durations (S,) in frames, none longer than is natural: `audio.durations.bounded`."""
    from soundalike.audio import durations as arrays

    return _like(arrays.bounded(_array(exact), _array(marks)), exact)


def whole(exact: Tensor, sounded: Tensor, frames: int = 0) -> Tensor:
    """Whole durations (S,) int64 of exact ones (S,): `audio.durations.whole`."""
    from soundalike.audio import durations as arrays

    return _like(arrays.whole(_array(exact), _array(sounded), frames), exact)


def fitted(exact: Tensor, least: Tensor, frames: int) -> Tensor:
    """Whole durations (S,) int64 whose sum is `frames`: `audio.durations.fitted`."""
    from soundalike.audio import durations as arrays

    return _like(arrays.fitted(_array(exact), _array(least), frames), exact)


def _array(values: Tensor) -> np.ndarray:
    return values.detach().cpu().numpy()


def _like(values: np.ndarray, other: Tensor) -> Tensor:
    return torch.from_numpy(values).to(other.device)
