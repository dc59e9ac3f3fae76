"""The contour of a pitch: how lively it is about its line of declination, and where it ends."""

from __future__ import annotations

import torch
from torch import Tensor


def reshaped(octave: Tensor, voiced: Tensor, spread: Tensor, rise: Tensor) -> Tensor:
    """A pitch (B, T) in octaves, `spread` (B, T) times as far from the straight line that fits the voiced
    frames best, and `rise` (B, T) higher at the end of these against their beginning; its mean stays about
    as it was.

    The rise grows with the square of the time, as a question's or an exclamation's does.
    """
    place = _places(voiced)
    line = _line(octave, voiced, place)
    return line + (octave - line) * spread + rise * (place**2 - 1 / 3)


def _places(voiced: Tensor) -> Tensor:
    """Of each frame (B, T) its place from the first voiced frame, 0, to the last, 1."""
    size = voiced.shape[1]
    time = torch.arange(size, device=voiced.device, dtype=torch.float32)[None]
    first = voiced.argmax(1, keepdim=True)
    last = size - 1 - voiced.flip(1).argmax(1, keepdim=True)
    return ((time - first) / (last - first).clamp_min(1)).clamp(0.0, 1.0)


def _line(octave: Tensor, voiced: Tensor, place: Tensor) -> Tensor:
    """The straight line (B, T) over the places that fits the voiced frames with the least squares."""
    count = voiced.sum(1, keepdim=True).clamp_min(1.0)
    mean_place = (place * voiced).sum(1, keepdim=True) / count
    mean = (octave * voiced).sum(1, keepdim=True) / count
    centred = (place - mean_place) * voiced
    slope = (centred * (octave - mean)).sum(1, keepdim=True) / (centred**2).sum(1, keepdim=True).clamp_min(
        1e-6
    )
    return mean + slope * (place - mean_place)
