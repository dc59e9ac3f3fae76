"""What Deep Voice 3 is made of: gated convolution blocks, position encodings, dot-product attention (section
3 of Ping et al. 2018, figures 3 and 4).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

HALF = math.sqrt(0.5)  # keeps the variance of a sum of two


class GatedConv(nn.Module):
    """A gated convolution block: (x + (a + speaker bias) sigmoid(b)) sqrt(.5), with a and b the two halves of
    the convolution's output.

    A causal one sees no later frame.
    """

    def __init__(self, width: int, kernel: int, voice: int, dropout: float, causal: bool):
        super().__init__()
        self.before = kernel - 1 if causal else kernel // 2  # frames of padding
        self.after = 0 if causal else kernel - 1 - kernel // 2
        self.conv = nn.Conv1d(width, 2 * width, kernel)
        self.bias = nn.Linear(voice, width)
        self.dropout = nn.Dropout(dropout)
        # Activations of unit variance: the gate halves it twice
        nn.init.normal_(self.conv.weight, std=math.sqrt(4 * (1 - dropout) / (kernel * width)))
        assert self.conv.bias is not None
        nn.init.zeros_(self.conv.bias)

    def speaker_bias(self, voice: Tensor) -> Tensor:
        """The bias (B, D) of a voice (B, C)."""
        return F.softsign(self.bias(voice))

    def forward(self, x: Tensor, mask: Tensor, voice: Tensor) -> Tensor:
        """(B, T, D) with a mask (B, T) and a voice (B, C) to (B, T, D), zero where the mask is zero."""
        padded = F.pad(self.dropout(x).transpose(1, 2), (self.before, self.after))
        h = self.conv(padded).transpose(1, 2)  # (B, T, 2 D)
        return self._gated(x, h, self.speaker_bias(voice)[:, None]) * mask[..., None]

    def step(self, x: Tensor, memory: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
        """One frame (B, D) of a causal block, and what it must remember for the next.

        memory (B, D, kernel - 1) are the frames before, zeros at first; bias (B, D) is the `speaker_bias`.
        """
        window = torch.cat([memory, x[..., None]], -1)
        h = F.linear(window.flatten(1), self.conv.weight.flatten(1), self.conv.bias)
        return self._gated(x, h, bias), window[..., 1:]

    def _gated(self, x: Tensor, h: Tensor, bias: Tensor) -> Tensor:
        a, b = h.chunk(2, -1)
        return (x + (a + bias) * torch.sigmoid(b)) * HALF


def position_encoding(first: int, size: int, rate: Tensor, width: int) -> Tensor:
    """Encodings (B, size, width) of the places from `first` on: sin(w i / 10000^(k / width)) for even k, the
    cosine of the angle before it for odd k, with a rate w (B,) of each clip (section 3.4).
    """
    place = torch.arange(first, first + size, device=rate.device)
    slow = torch.exp(torch.arange(0, width, 2, device=rate.device) * (-math.log(10_000.0) / width))
    angles = rate[:, None, None] * place[:, None] * slow  # (B, size, width / 2)
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(2)


class DotAttention(nn.Module):
    """Dot-product attention of decoder states to the text: softmax(W q . U k / sqrt(A)), a context of V v.

    W and U begin as the same matrix, so that with encodings of equal positions attention begins near the
    diagonal (section 3.4).
    """

    def __init__(self, width: int, attention: int):
        super().__init__()
        self.query = nn.Linear(width, attention, bias=False)  # W
        self.key = nn.Linear(width, attention, bias=False)  # U
        self.value = nn.Linear(width, attention)  # V
        self.out = nn.Linear(attention, width)
        self.key.weight.data.copy_(self.query.weight.data)

    def weights(self, query: Tensor, keys: Tensor, allowed: Tensor) -> Tensor:
        """The weights (B, K, S) of states (B, K, D) to keys (B, S, A), what `self.key` makes of the text's;
        zero where `allowed` (B, K, S) is zero.
        """
        energies = self.query(query) @ keys.transpose(1, 2) / math.sqrt(keys.shape[-1])
        return F.softmax(energies.float().masked_fill(allowed == 0, -torch.inf), -1)

    def forward(self, x: Tensor, weights: Tensor, values: Tensor) -> Tensor:
        """States (B, K, D) with the context of weights (B, K, S) over values (B, S, A), what `self.value`
        makes of the text's.
        """
        return (x + self.out(weights.to(values) @ values)) * HALF
