"""Lengths to masks, and means and losses that ignore padding or what is unvoiced."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from soundalike.core.types import USUAL_OCTAVE


def length_mask(lengths: Tensor, size: int | None = None) -> Tensor:
    """(B, size) float: one inside each length, zero in the padding."""
    size = int(lengths.max()) if size is None else size
    return (torch.arange(size, device=lengths.device)[None] < lengths[:, None]).float()


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean over the places where mask (B, T) is one; values (B, T) or (B, T, D)."""
    if values.dim() == 3:
        return (values * mask[..., None]).sum() / (mask.sum() * values.shape[-1]).clamp_min(1.0)
    return (values * mask).sum() / mask.sum().clamp_min(1.0)


def masked_cross_entropy(log_odds: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    """Binary cross-entropy of log-odds and truth (B, T), of zeros and ones, where the mask (B, T) is one."""
    return masked_mean(F.binary_cross_entropy_with_logits(log_odds, truth, reduction="none"), mask)


def mean_octave(pitch: Tensor) -> Tensor:
    """The mean log2 hertz (B,) of the voiced frames of a pitch (B, T) in hertz, 0 where unvoiced."""
    voiced = (pitch > 0).float()
    mean = (pitch.clamp_min(1.0).log2() * voiced).sum(1) / voiced.sum(1).clamp_min(1.0)
    return torch.where(voiced.sum(1) > 0, mean, USUAL_OCTAVE)
