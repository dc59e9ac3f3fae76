"""Attention, and how transformers are told positions: as waves beside what is read, or by rotation. Causal
blocks keep the keys and values of former steps.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SLOWEST = 10_000.0  # positions per radian of the slowest rotation


def attend(
    query: Tensor, key: Tensor, value: Tensor, allowed: Tensor | None = None, causal: bool = False
) -> Tensor:
    """What queries (B, H, N, D) find among keys and values (B, H, S, D): (B, H, N, D) (Vaswani et al. 2017,
    eq. 1).

    `allowed`, broadcast to (B, H, N, S), is true where a place may be seen; None: everywhere. In mixed
    precision on a CPU it is computed in full: its gradient in bfloat16 takes two to four times as long there.
    """
    if query.device.type == "cpu" and torch.is_autocast_enabled("cpu"):
        with torch.autocast("cpu", enabled=False):
            query, key, value = query.float(), key.float(), value.float()
            return F.scaled_dot_product_attention(query, key, value, attn_mask=allowed, is_causal=causal)
    return F.scaled_dot_product_attention(query, key, value, attn_mask=allowed, is_causal=causal)


def rotated(x: Tensor, positions: Tensor) -> Tensor:
    """Queries or keys (B, H, T, D) turned by their positions (B, T), pair by pair (RoFormer, Su et al. 2021):
    the product of two depends on how far they are from each other.
    """
    half = x.shape[-1] // 2
    rates = SLOWEST ** (-torch.arange(half, device=x.device, dtype=torch.float32) / half)
    angles = positions[:, None, :, None].float() * rates
    cosine = angles.cos().to(x)
    sine = angles.sin().to(x)
    first, second = x[..., :half], x[..., half:]
    return torch.cat([first * cosine - second * sine, first * sine + second * cosine], -1)


class KeyValues:
    """The keys and values (B, H, T, D) of the steps that an attention has seen."""

    def __init__(self) -> None:
        self.keys: Tensor | None = None
        self.values: Tensor | None = None

    def joined(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """All keys and values until now, those of further steps (B, H, T', D) behind the others."""
        self.keys = keys if self.keys is None else torch.cat([self.keys, keys], 2)
        self.values = values if self.values is None else torch.cat([self.values, values], 2)
        return self.keys, self.values


class RotaryAttention(nn.Module):
    """Scaled dot-product attention of several heads among the places of a sequence (Vaswani et al. 2017)."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.query_key_value = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(
        self, x: Tensor, positions: Tensor, allowed: Tensor | None, memory: KeyValues | None = None
    ) -> Tensor:
        """(B, T, D) at positions (B, T) to (B, T, D). `allowed`, broadcast to (B, H, T, T'), is true where a
        place may attend to another; None: everywhere.
        """
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in self.query_key_value(x).chunk(3, -1)
        )
        query = rotated(query, positions)
        key = rotated(key, positions)
        if memory is not None:
            key, value = memory.joined(key, value)
        found = attend(query, key, value, allowed)
        return self.out(found.transpose(1, 2).flatten(2))


class RotaryBlock(nn.Module):
    """Self-attention, then two linear layers; each behind a layer norm, and added to what came in.

    With `condition` > 0 scale and shift of the norms are predicted from a vector (B, condition).
    """

    def __init__(self, width: int, heads: int, expansion: int = 4, dropout: float = 0.1, condition: int = 0):
        super().__init__()
        self.norms = nn.ModuleList([nn.LayerNorm(width, elementwise_affine=not condition) for _ in range(2)])
        self.modulation = nn.Linear(condition, 4 * width) if condition else None
        if self.modulation is not None:
            nn.init.zeros_(self.modulation.weight)
            nn.init.zeros_(self.modulation.bias)
        self.attention = RotaryAttention(width, heads)
        self.wide = nn.Linear(width, expansion * width)
        self.narrow = nn.Linear(expansion * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self,
        x: Tensor,
        positions: Tensor,
        allowed: Tensor | None = None,
        condition: Tensor | None = None,
        memory: KeyValues | None = None,
    ) -> Tensor:
        """(B, T, D) at positions (B, T) to (B, T, D); `allowed` and `memory` as the attention takes them, and
        a condition (B, C) where the block has one.
        """
        changes: list[Tensor | None] = [None, None]
        if self.modulation is not None:
            changes = list(self.modulation(condition)[:, None].chunk(2, -1))  # (B, 1, 2 D) each
        h = _modulated(self.norms[0](x), changes[0])
        x = x + self.dropout(self.attention(h, positions, allowed, memory))
        h = _modulated(self.norms[1](x), changes[1])
        return x + self.dropout(self.narrow(F.gelu(self.wide(h))))


def _modulated(x: Tensor, change: Tensor | None) -> Tensor:
    """(B, T, D) scaled and shifted by a change (B, 1, 2 D), if there is one."""
    if change is None:
        return x
    gain, shift = change.chunk(2, -1)
    return x * (1 + gain) + shift


def positions_of(mask: Tensor) -> Tensor:
    """The position (B, T) of each place that the mask (B, T) holds, counted over those before it."""
    return (mask.cumsum(1) - 1).clamp_min(0)


def attended(blocks: nn.ModuleList, x: Tensor, mask: Tensor, condition: Tensor | None = None) -> Tensor:
    """(B, T, D) through blocks in which every place attends to all that the mask (B, T) holds, with a
    condition (B, C) where the blocks have one.
    """
    positions = positions_of(mask)
    allowed = mask[:, None, None] > 0
    for block in blocks:
        x = block(x, positions, allowed, condition)
    return x


def causal(mask: Tensor) -> Tensor:
    """Which places may attend to which (B, 1, T, T): to themselves and to those before that the mask (B, T)
    holds.
    """
    size = mask.shape[1]
    before = torch.ones(size, size, dtype=torch.bool, device=mask.device).tril()
    itself = torch.eye(size, dtype=torch.bool, device=mask.device)
    return ((before & (mask[:, None] > 0)) | itself)[:, None]


def positions(size: int, width: int, device: torch.device) -> Tensor:
    """Sines and cosines (size, width) of each place (Vaswani et al. 2017, section 3.5)."""
    rates = torch.exp(torch.arange(0, width, 2, device=device) * (-math.log(10_000.0) / width))
    angles = torch.arange(size, device=device)[:, None] * rates
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(1)
