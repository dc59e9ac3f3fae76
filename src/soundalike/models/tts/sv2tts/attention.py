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
