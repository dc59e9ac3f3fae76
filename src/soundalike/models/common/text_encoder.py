"""Symbols to states, and which of them sounds in a step: what both language models read of a text."""

from __future__ import annotations

from torch import Tensor, nn

from soundalike.nn.attention import RotaryBlock, attended
from soundalike.nn.conv import ConvBlock
from soundalike.nn.length_regulator import symbol_of_frame
from soundalike.nn.masks import length_mask
from soundalike.text.alphabet import SYMBOLS

KERNEL = 5  # symbols that a convolution reads


class TextEncoder(nn.Module):
    """Convolutions, then self-attention over the symbols of one text."""

    def __init__(self, width: int, convolutions: int, blocks: int, heads: int, dropout: float):
        super().__init__()
        self.embed = nn.Embedding(len(SYMBOLS) + 1, width, padding_idx=0)
        self.convolutions = nn.ModuleList([ConvBlock(width, KERNEL) for _ in range(convolutions)])
        self.blocks = nn.ModuleList([RotaryBlock(width, heads, dropout=dropout) for _ in range(blocks)])
        self.norm = nn.LayerNorm(width)

    def forward(self, symbols: Tensor, lengths: Tensor) -> Tensor:
        """States (B, S, D) of symbols (B, S)."""
        mask = length_mask(lengths, symbols.shape[1])
        x = self.embed(symbols) * mask[..., None]
        for block in self.convolutions:
            x = block(x, mask)
        return self.norm(attended(self.blocks, x, mask))


def sounding(durations: Tensor, lengths: Tensor, steps: int, frames: int) -> Tensor:
    """The index (B, K) of the symbol that sounds at the beginning of each step of so many frames of the mel,
    by durations (B, S) of symbols, of which there are `lengths` (B,).
    """
    index = symbol_of_frame(durations, steps * frames)[:, ::frames]
    return index.minimum(lengths[:, None] - 1)


def states_at(states: Tensor, places: Tensor) -> Tensor:
    """The state (B, K, D), of states (B, S, D), of the symbol at each of some places (B, K)."""
    return states.gather(1, places[..., None].expand(-1, -1, states.shape[2]))
