"""A normalising flow over frames: affine coupling layers whose shifts a gated convolution stack predicts.

The layers shift and do not scale, so that the flow keeps volumes: its log-determinant is zero
("volume-preserving", section 2.1.2 of Kim et al. 2021; coupling: Dinh et al. 2017).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from soundalike.core.errors import ConfigError


class GatedStack(nn.Module):
    """Gated convolutions with residual and skip connections, as in WaveNet (van den Oord et al. 2016), not
    causal; each layer may add something of a condition before its gate.
    """

    def __init__(self, width: int, kernel: int, layers: int, condition: int = 0, dilation: int = 1):
        super().__init__()
        self.width = width
        self.convs = nn.ModuleList(
            [
                nn.Conv1d(width, 2 * width, kernel, dilation=dilation**n, padding=dilation**n * (kernel // 2))
                for n in range(layers)
            ]
        )
        # What stays in the stack and what leaves it; of the last layer all leaves
        self.outs = nn.ModuleList(
            [nn.Linear(width, 2 * width if n < layers - 1 else width) for n in range(layers)]
        )
        self.condition = nn.Linear(condition, 2 * width * layers) if condition else None

    def forward(self, x: Tensor, mask: Tensor, condition: Tensor | None = None) -> Tensor:
        """(B, T, D) with a mask (B, T) and, where the stack takes one, a condition (B, T, C) or (B, 1, C), to
        (B, T, D), zero where the mask is zero.
        """
        inside = mask[..., None]
        added: Sequence[Tensor | None] = [None] * len(self.convs)
        if self.condition is not None:
            added = self.condition(condition).chunk(len(self.convs), -1)
        total = torch.zeros_like(x)
        for conv, out, more in zip(self.convs, self.outs, added):
            h = conv(x.transpose(1, 2)).transpose(1, 2)
            if more is not None:
                h = h + more
            signal, gate = h.chunk(2, -1)
            h = out(torch.tanh(signal) * torch.sigmoid(gate))
            total = total + h[..., -self.width :]
            if h.shape[-1] > self.width:
                x = (x + h[..., : self.width]) * inside
        return total * inside


class Coupling(nn.Module):
    """Shifts the second half of (B, T, L) by what a stack makes of the first half; at first by nothing."""

    def __init__(self, latent: int, width: int, kernel: int, layers: int, condition: int):
        super().__init__()
        self.split = latent // 2
        self.enter = nn.Linear(self.split, width)
        self.stack = GatedStack(width, kernel, layers, condition)
        self.shift = nn.Linear(width, latent - self.split)
        nn.init.zeros_(self.shift.weight)
        nn.init.zeros_(self.shift.bias)

    def forward(self, x: Tensor, mask: Tensor, condition: Tensor | None, sign: int) -> Tensor:
        """(B, T, L) shifted forwards with the sign 1, back with -1."""
        first, second = x[..., : self.split], x[..., self.split :]
        inside = mask[..., None]
        h = self.stack(self.enter(first) * inside, mask, condition)
        return torch.cat([first, second + sign * self.shift(h) * inside], -1)


class CouplingFlow(nn.Module):
    """Coupling layers with the order of channels reversed after each, so that every channel is shifted.

    `condition` numbers of a condition, such as a voice, may enter each layer; 0: none.
    """

    def __init__(self, latent: int, width: int, kernel: int, layers: int, couplings: int, condition: int = 0):
        super().__init__()
        if latent % 2:
            raise ConfigError(f"latent: {latent} cannot be halved for the flow. Give an even number.")
        self.couplings = nn.ModuleList(
            [Coupling(latent, width, kernel, layers, condition) for _ in range(couplings)]
        )

    def forward(self, x: Tensor, mask: Tensor, condition: Tensor | None = None) -> Tensor:
        """(B, T, L) with a mask (B, T) to (B, T, L); the log-determinant is zero."""
        for coupling in self.couplings:
            x = coupling(x, mask, condition, 1).flip(-1)
        return x

    def inverse(self, x: Tensor, mask: Tensor, condition: Tensor | None = None) -> Tensor:
        """What `forward` makes (B, T, L) of."""
        for coupling in reversed(list(self.couplings)):
            x = coupling(x.flip(-1), mask, condition, -1)
        return x


def gather_frames(values: Tensor, index: Tensor) -> Tensor:
    """The rows of values (B, S, D) at the places (B, T): (B, T, D)."""
    return values.gather(1, index[..., None].expand(-1, -1, values.shape[2]))
