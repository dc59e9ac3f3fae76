"""Pitch in octaves: the mean of a voice, which predicted pitches are relative to."""

from __future__ import annotations

import torch
from torch import Tensor

USUAL_OCTAVE = 7.3  # log2 hertz of a voice none of whose frames is voiced


def mean_octave(pitch: Tensor) -> Tensor:
    """The mean log2 hertz (B,) of the voiced frames of a pitch (B, T) in hertz, 0 where unvoiced."""
    voiced = (pitch > 0).float()
    mean = (pitch.clamp_min(1.0).log2() * voiced).sum(1) / voiced.sum(1).clamp_min(1.0)
    return torch.where(voiced.sum(1) > 0, mean, USUAL_OCTAVE)
