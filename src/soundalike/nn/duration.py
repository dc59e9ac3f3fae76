"""The stochastic duration predictor (section 2.2.2 of Kim et al. 2021): a flow from noise to durations.

A duration is a whole number, and one dimension is too few for a coupling flow. So a number u between 0 and
1 is drawn that makes it continuous (variational dequantisation, Ho et al. 2019), and a second number v beside
it (variational data augmentation, Chen et al. 2020), both by a flow that knows the duration. Durations of 0
occur here, of gaps between words: what is modelled is the logarithm of 1 + duration - u.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .conv import Conv
from .splines import rational_quadratic

BINS = 10  # of each spline
BOUND = 5.0  # beyond which a spline is the identity
HALF_LOG_TAU = 0.5 * math.log(2 * math.pi)


class SeparableStack(nn.Module):
    """Residual depthwise convolutions of growing dilation, each followed by a pointwise one."""

    def __init__(self, width: int, kernel: int, layers: int, dropout: float = 0.0):
        super().__init__()
        self.depthwise = nn.ModuleList(
            [Conv(width, width, kernel, kernel**n, groups=width) for n in range(layers)]
        )
        self.pointwise = nn.ModuleList([nn.Linear(width, width) for _ in range(layers)])
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(2 * layers)])
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(B, S, D) with a mask (B, S) to (B, S, D), zero where the mask is zero."""
        inside = mask[..., None]
        for number, (depthwise, pointwise) in enumerate(zip(self.depthwise, self.pointwise)):
            h = F.gelu(self.norms[2 * number](depthwise(x * inside)))
            h = F.gelu(self.norms[2 * number + 1](pointwise(h)))
            x = x + self.dropout(h)
        return x * inside


class SplineCoupling(nn.Module):
    """Bends the second of two channels (B, S, 2) by a spline that the first and a condition choose."""

    def __init__(self, width: int, kernel: int, layers: int):
        super().__init__()
        self.enter = nn.Linear(1, width)
        self.stack = SeparableStack(width, kernel, layers)
        self.out = nn.Linear(width, 3 * BINS - 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(
        self, x: Tensor, mask: Tensor, condition: Tensor, inverse: bool = False
    ) -> tuple[Tensor, Tensor]:
        """(B, S, 2) with a mask (B, S) and a condition (B, S, D) to (B, S, 2) and log-determinants (B,)."""
        first, second = x[..., 0], x[..., 1]
        made = self.out(self.stack(self.enter(first[..., None]) + condition, mask)).float()
        widths, heights, slopes = made.split((BINS, BINS, BINS - 1), -1)
        bent, log_slope = rational_quadratic(second, widths, heights, slopes, BOUND, inverse)
        return torch.stack([first, bent], -1) * mask[..., None], (log_slope * mask).sum(1)


class SplineFlow(nn.Module):
    """An affine layer, then spline couplings with the two channels exchanged after each."""

    def __init__(self, width: int, kernel: int, layers: int, couplings: int):
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(2))
        self.log_scale = nn.Parameter(torch.zeros(2))
        self.couplings = nn.ModuleList([SplineCoupling(width, kernel, layers) for _ in range(couplings)])

    def forward(self, x: Tensor, mask: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        """(B, S, 2) with a mask (B, S) and a condition (B, S, D) to (B, S, 2) and log-determinants (B,)."""
        x = (self.shift + self.log_scale.exp() * x) * mask[..., None]
        total = self.log_scale.sum() * mask.sum(1)
        for coupling in self.couplings:
            x, log_determinant = coupling(x, mask, condition)
            x = x.flip(-1)
            total = total + log_determinant
        return x, total

    def inverse(self, x: Tensor, mask: Tensor, condition: Tensor) -> Tensor:
        """What `forward` makes (B, S, 2) of."""
        for coupling in reversed(list(self.couplings)):
            x, _ = coupling(x.flip(-1), mask, condition, inverse=True)
        return (x - self.shift) * (-self.log_scale).exp() * mask[..., None]


class StochasticDurationPredictor(nn.Module):
    """Text states (B, S, D) and a condition (B, C) to durations, drawn from what is likely."""

    def __init__(
        self,
        inputs: int,
        width: int,
        condition: int,
        kernel: int,
        layers: int,
        couplings: int,
        dropout: float,
    ):
        super().__init__()
        self.enter = nn.Linear(inputs, width)
        self.condition = nn.Linear(condition, width) if condition else None
        self.stack = SeparableStack(width, kernel, layers, dropout)
        self.out = nn.Linear(width, width)
        self.flow = SplineFlow(width, kernel, layers, couplings)
        # Of the two numbers drawn beside a known duration
        self.posterior_enter = nn.Linear(1, width)
        self.posterior_stack = SeparableStack(width, kernel, layers, dropout)
        self.posterior_out = nn.Linear(width, width)
        self.posterior_flow = SplineFlow(width, kernel, layers, couplings)

    def _states(self, states: Tensor, mask: Tensor, condition: Tensor | None) -> Tensor:
        x = self.enter(states)
        if self.condition is not None:
            x = x + self.condition(condition)[:, None]
        return self.out(self.stack(x, mask)) * mask[..., None]

    def loss(
        self, states: Tensor, mask: Tensor, durations: Tensor, condition: Tensor | None = None
    ) -> Tensor:
        """The upper bound of the negative log-likelihood of durations (B, S), a mean over the symbols where
        the mask (B, S) is one (eq. 7).
        """
        h = self._states(states, mask, condition)
        known = self.posterior_stack(self.posterior_enter(durations.float()[..., None]), mask)
        known = h + self.posterior_out(known) * mask[..., None]
        noise = torch.randn(*durations.shape, 2, device=states.device) * mask[..., None]
        drawn, log_determinant = self.posterior_flow(noise, mask, known)
        before, beside = drawn[..., 0], drawn[..., 1]
        to_unit = F.logsigmoid(before) + F.logsigmoid(-before)  # log-slope of the sigmoid
        log_q = _log_normal(noise, mask) - log_determinant - (to_unit * mask).sum(1)
        log_duration = (1 + durations - torch.sigmoid(before)).clamp_min(1e-5).log() * mask
        z, log_determinant = self.flow(torch.stack([log_duration, beside], -1), mask, h)
        log_p = _log_normal(z, mask) + log_determinant - (log_duration * mask).sum(1)
        return (log_q - log_p).sum() / mask.sum().clamp_min(1.0)

    def sample(self, states: Tensor, mask: Tensor, noise: Tensor, condition: Tensor | None = None) -> Tensor:
        """Durations (B, S), not rounded, that noise (B, S, 2) stands for; of zeros near the likeliest."""
        h = self._states(states, mask, condition)
        made = self.flow.inverse(noise * mask[..., None], mask, h)[..., 0]
        # In the mean u is a half
        return (made.exp() - 0.5).clamp_min(0.0) * mask


def _log_normal(x: Tensor, mask: Tensor) -> Tensor:
    """The log density (B,) of (B, S, 2) under the standard normal, where the mask (B, S) is one."""
    return (-(HALF_LOG_TAU + 0.5 * x**2).sum(-1) * mask).sum(1)
