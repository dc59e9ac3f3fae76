"""Location-sensitive attention (Chorowski et al. 2015): its weights depend on the memory and on the weights
of the steps before.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class LocationSensitiveAttention(nn.Module):
    """Energies e_j = v . tanh(W q + V h_j + U f_j + b), with f the convolution of the weights summed over all
    steps so far.
    """

    def __init__(self, query: int, memory: int, width: int, filters: int, kernel: int):
        super().__init__()
        self.query = nn.Linear(query, width, bias=False)  # W
        self.keys = nn.Linear(memory, width, bias=False)  # V; applied to the whole text once
        self.look_back = nn.Conv1d(1, filters, kernel, padding=kernel // 2, bias=False)
        self.place = nn.Linear(filters, width)  # U and b
        self.score = nn.Linear(width, 1, bias=False)  # v

    def forward(
        self, query: Tensor, keys: Tensor, memory: Tensor, gone: Tensor, allowed: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The context (B, E) and the weights (B, S) of one step.

        query (B, Q); keys (B, S, A), what `self.keys` makes of the memory (B, S, E); gone (B, S) the weights
        so far, summed; allowed (B, S) is zero where the weight must be zero.
        """
        where = self.place(self.look_back(gone[:, None]).transpose(1, 2))  # (B, S, A)
        energies = self.score(torch.tanh(self.query(query)[:, None] + keys + where))[..., 0]
        weights = F.softmax(energies.masked_fill(allowed == 0, -torch.inf), 1)
        return (weights[:, None] @ memory)[:, 0], weights


class Walk:
    """A monotonic path of attention through the text, symbol by symbol.

    The weight of the present symbol at a step is the probability of staying at it, given that the path was
    there until now. The product of these over the steps is the probability of having stayed all the while;
    where that falls under a half, the path goes on: it stays the median time. (To go on only once the weight
    of another symbol is the largest at one step would stay far too long.)
    """

    REACH = 4  # symbols that one step may go on

    def __init__(self) -> None:
        self.place = 0
        self.stayed = 1.0

    def near(self, symbols: Tensor) -> Tensor:
        """Which of symbols (1, S), numbered, the next step may attend to."""
        return (symbols >= self.place) & (symbols <= self.place + self.REACH)

    def __call__(self, weights: Tensor) -> Tensor:
        """All weight (1, S) at the symbol where the path is after a step with these weights (1, S), which are
        zero outside `near`.
        """
        ahead = weights[0, self.place : self.place + self.REACH + 1]
        self.stayed *= float(ahead[0])
        if self.stayed < 0.5 and len(ahead) > 1:
            self.place = self.place + 1 + int(ahead[1:].argmax())
            self.stayed = 1.0
        return F.one_hot(torch.tensor([self.place], device=weights.device), weights.shape[1]).to(weights)
