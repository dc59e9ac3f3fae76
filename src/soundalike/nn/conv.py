"""Convolutional blocks over (B, T, D) that give zeros where the mask is zero."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Conv(nn.Conv1d):
    """A 1-D convolution over (B, T, D) that keeps the length."""

    def __init__(self, inputs: int, outputs: int, kernel: int, dilation: int = 1, groups: int = 1):
        super().__init__(
            inputs, outputs, kernel, padding=dilation * (kernel // 2), dilation=dilation, groups=groups
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, D) to (B, T, D')."""
        return super().forward(x.transpose(1, 2)).transpose(1, 2)


class ConvBlock(nn.Module):
    """Residual: convolution, layer norm, GELU."""

    def __init__(self, width: int, kernel: int, dilation: int = 1):
        super().__init__()
        self.conv = Conv(width, width, kernel, dilation)
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(B, T, D) with a mask (B, T) to (B, T, D)."""
        return (x + F.gelu(self.norm(self.conv(x)))) * mask[..., None]


class ConvNeXtBlock(nn.Module):
    """Depthwise convolution, norm, two linear layers, residual (Liu et al. 2022; in 1-D as in Vocos, Siuzdak
    2023).

    With `condition` > 0 the norm's scale and shift are predicted from a vector (B, condition).
    """

    def __init__(
        self, width: int, kernel: int = 7, expansion: int = 4, condition: int = 0, scale: float = 0.1
    ):
        super().__init__()
        self.depthwise = Conv(width, width, kernel, groups=width)
        self.norm = nn.LayerNorm(width, elementwise_affine=not condition)
        self.modulation = nn.Linear(condition, 2 * width) if condition else None
        self.wide = nn.Linear(width, expansion * width)
        self.narrow = nn.Linear(expansion * width, width)
        self.scale = nn.Parameter(torch.full((width,), scale))

    def forward(self, x: Tensor, mask: Tensor, condition: Tensor | None = None) -> Tensor:
        """(B, T, D) with a mask (B, T) and, where the block has one, a condition (B, C) to (B, T, D)."""
        h = self.norm(self.depthwise(x))
        if self.modulation is not None:
            gain, shift = self.modulation(condition)[:, None].chunk(2, dim=-1)  # (B, 1, D) each
            h = h * (1 + gain) + shift
        h = self.narrow(F.gelu(self.wide(h)))
        return (x + self.scale * h) * mask[..., None]
