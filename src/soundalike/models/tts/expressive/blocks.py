"""The layers of the transformer: attention of several heads, encoder and decoder layers, the postnet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from soundalike.nn.attention import attend

# Weights (B, K, S) of the taught head to those that are used in their place
Choice = Callable[[Tensor], Tensor]
Cache = tuple[Tensor, Tensor]  # keys and values (B, H, K, D/H) of the steps so far


@dataclass(frozen=True)
class Text:
    """What a layer of the decoder is given of a text."""

    states: Tensor  # (B, S, D) of the symbols
    attended: Cache  # the layer's keys and values of them
    allowed: Tensor  # (B, S): one for each symbol, zero in the padding


@dataclass(frozen=True)
class Guide:
    """How the taught head of a layer attends: where it may, and what is made of its weights."""

    near: Tensor  # (B, K, S): zero where it may not
    choice: Choice


class Attention(nn.Module):
    """The projections of scaled dot-product attention with several heads (Vaswani et al. 2017, eq. 1)."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width)

    def split(self, x: Tensor) -> Tensor:
        """(B, N, D) by heads: (B, H, N, D/H)."""
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def joined(self, x: Tensor) -> Tensor:
        """What the heads found (B, H, N, D/H), put together: (B, N, D)."""
        return self.out(x.transpose(1, 2).flatten(2))

    def memory(self, states: Tensor) -> Cache:
        """Keys and values of states (B, S, D)."""
        return self.split(self.key(states)), self.split(self.value(states))

    def forward(
        self, x: Tensor, memory: Cache, allowed: Tensor | None = None, causal: bool = False
    ) -> Tensor:
        """What x (B, N, D) finds in a memory; `allowed` (B, S) is zero for places it may not see."""
        keys, values = memory
        mask = None if allowed is None else allowed[:, None, None] > 0
        query = self.split(self.query(x))
        found = attend(query, keys, values, mask, causal)
        return self.joined(found)

    def guided(
        self, x: Tensor, memory: Cache, allowed: Tensor, guide: Guide
    ) -> tuple[Tensor, Tensor, Tensor]:
        """As `forward`, the first head by a guide; also that head's weights (B, K, S) before its choice, and
        those it used.
        """
        keys, values = memory
        scores = self.split(self.query(x)) @ keys.transpose(2, 3) * keys.shape[-1] ** -0.5  # (B, H, K, S)
        scores = scores.masked_fill(allowed[:, None, None] == 0, -torch.inf)
        first = scores[:, 0].masked_fill(guide.near == 0, -torch.inf)
        # A step whose places are all outside the text, of padding, attends as it likes
        first = torch.where(first.isfinite().any(-1, keepdim=True), first, scores[:, 0]).softmax(-1)
        chosen = guide.choice(first)
        used = torch.cat([chosen[:, None], scores[:, 1:].softmax(-1)], 1)
        return self.joined(used.to(values) @ values), first, chosen


class FeedForward(nn.Sequential):
    """Two linear layers about a rectifier, four times as wide within."""

    def __init__(self, width: int, dropout: float):
        super().__init__(
            nn.Linear(width, 4 * width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(4 * width, width)
        )


class EncoderLayer(nn.Module):
    """Self-attention and a feed-forward network, each added to what came in, normalised before."""

    def __init__(self, width: int, heads: int, dropout: float):
        super().__init__()
        self.attention = Attention(width, heads)
        self.feed = FeedForward(width, dropout)
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(2)])
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(B, S, D) with a mask (B, S)."""
        y = self.norms[0](x)
        x = x + self.dropout(self.attention(y, self.attention.memory(y), mask))
        return (x + self.dropout(self.feed(self.norms[1](x)))) * mask[..., None]


class DecoderLayer(nn.Module):
    """Causal self-attention, attention to the text, a feed-forward network. A taught layer also reads the
    whole states of what its first head looks at.
    """

    def __init__(self, width: int, heads: int, dropout: float, is_taught: bool = False):
        super().__init__()
        self.before = Attention(width, heads)
        self.text = Attention(width, heads)
        self.told = nn.Linear(width, width) if is_taught else None
        self.feed = FeedForward(width, dropout)
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(3)])
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, text: Text, guide: Guide | None) -> tuple[Tensor, Tensor]:
        """All steps (B, K, D) at once; the weights of the taught head are empty where there is no guide."""
        y = self.norms[0](x)
        x = x + self.dropout(self.before(y, self.before.memory(y), causal=True))
        return self._after(x, text, guide)

    def step(
        self, x: Tensor, cache: Cache | None, text: Text, guide: Guide | None
    ) -> tuple[Tensor, Tensor, Cache]:
        """One step (B, 1, D) after those in the cache, and the cache with it."""
        y = self.norms[0](x)
        own = self.before.memory(y)
        if cache is not None:
            own = (torch.cat([cache[0], own[0]], 2), torch.cat([cache[1], own[1]], 2))
        x = x + self.before(y, own)
        return (*self._after(x, text, guide), own)

    def _after(self, x: Tensor, text: Text, guide: Guide | None) -> tuple[Tensor, Tensor]:
        y = self.norms[1](x)
        if guide is None:
            found, weights = self.text(y, text.attended, text.allowed), x.new_zeros(0)
        else:
            found, weights, used = self.text.guided(y, text.attended, text.allowed, guide)
            if self.told is not None:
                found = found + self.told(used.to(text.states) @ text.states)
        x = x + self.dropout(found)
        return x + self.dropout(self.feed(self.norms[2](x))), weights


class Postnet(nn.Module):
    """Convolutions that see both ways, and add to the mel what they find (Shen et al. 2018)."""

    def __init__(self, n_mels: int, width: int, layers: int, dropout: float):
        super().__init__()
        sizes = [n_mels, *[width] * (layers - 1), n_mels]
        self.convs = nn.ModuleList([nn.Conv1d(a, b, 5, padding=2) for a, b in zip(sizes[:-1], sizes[1:])])
        self.dropout = nn.Dropout(dropout)

    def forward(self, mel: Tensor, mask: Tensor) -> Tensor:
        """The normalised mel (B, T, M) with a mask (B, T)."""
        mel = mel * mask[..., None]
        x = mel.transpose(1, 2)
        for number, conv in enumerate(self.convs):
            x = conv(x) * mask[:, None]
            if number + 1 < len(self.convs):
                x = self.dropout(torch.tanh(x))
        return (mel + x.transpose(1, 2)) * mask[..., None]
