"""A transformer encoder whose attention knows how far apart two places are (Shaw et al. 2018)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .conv import Conv


class RelativeAttention(nn.Module):
    """Attention of several heads among the places of (B, S, D); keys and values get something added by their
    distance from the query, of up to `reach` places to either side.
    """

    def __init__(self, width: int, heads: int, reach: int):
        super().__init__()
        self.heads = heads
        self.reach = reach
        self.enter = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        deviation = (width // heads) ** -0.5
        self.key_of_distance = nn.Parameter(torch.randn(2 * reach + 1, width // heads) * deviation)
        self.value_of_distance = nn.Parameter(torch.randn(2 * reach + 1, width // heads) * deviation)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(B, S, D) with a mask (B, S) to (B, S, D)."""
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in self.enter(x).chunk(3, -1)
        )  # (B, H, S, D / H) each
        query = query * query.shape[-1] ** -0.5
        place = torch.arange(x.shape[1], device=x.device)
        distance = place[None] - place[:, None]  # (S, S)
        is_near = distance.abs() <= self.reach
        index = (distance.clamp(-self.reach, self.reach) + self.reach).expand(*query.shape[:2], -1, -1)
        by_distance = (query @ self.key_of_distance.T).gather(-1, index) * is_near
        energies = query @ key.transpose(-1, -2) + by_distance
        weights = energies.float().masked_fill(mask[:, None, None] == 0, -torch.inf).softmax(-1).to(value)
        near = torch.zeros_like(by_distance[..., :1]).expand(*weights.shape[:3], 2 * self.reach + 1)
        near = near.to(weights).scatter_add(-1, index, weights * is_near)
        made = weights @ value + near @ self.value_of_distance
        return self.out(made.transpose(1, 2).flatten(2))


class TransformerBlock(nn.Module):
    """Relative attention, then two convolutions; each added to what came in, and normed after that."""

    def __init__(self, width: int, hidden: int, heads: int, kernel: int, reach: int, dropout: float):
        super().__init__()
        self.attention = RelativeAttention(width, heads, reach)
        self.first_norm = nn.LayerNorm(width)
        self.wide = Conv(width, hidden, kernel)
        self.narrow = Conv(hidden, width, kernel)
        self.second_norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(B, S, D) with a mask (B, S) to (B, S, D), zero where the mask is zero."""
        inside = mask[..., None]
        x = self.first_norm(x + self.dropout(self.attention(x, mask)))
        h = self.dropout(F.relu(self.wide(x * inside)))
        return self.second_norm(x + self.dropout(self.narrow(h * inside))) * inside
