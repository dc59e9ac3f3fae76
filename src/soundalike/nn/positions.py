"""Positions in a sequence, as transformers are told them."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def positions(size: int, width: int, device: torch.device) -> Tensor:
    """Sines and cosines (size, width) of each place (Vaswani et al. 2017, section 3.5)."""
    rates = torch.exp(torch.arange(0, width, 2, device=device) * (-math.log(10_000.0) / width))
    angles = torch.arange(size, device=device)[:, None] * rates
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(1)
