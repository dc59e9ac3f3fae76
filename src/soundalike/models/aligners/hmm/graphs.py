"""The graph that the aligner's network is exported as."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from soundalike.core.graphs import GraphPlan

from .network import Aligner


class Classify(nn.Module):
    """A log-mel to the states of its frames and to log-probabilities of the classes."""

    def __init__(self, network: Aligner):
        super().__init__()
        self.network = network

    def forward(self, mel: Tensor, mean: Tensor) -> tuple[Tensor, Tensor]:
        """(1, T, M) and the mean (1, M) of its recording to (1, T, C) and (1, T, D)."""
        lengths = torch.full((1,), 1, dtype=torch.int64) * mel.shape[1]
        states = self.network.content(mel, lengths, mean)
        return self.network.last(states).log_softmax(-1), states


def graphs_of(network: Aligner) -> tuple[GraphPlan, ...]:
    """The graph `classify` of a network."""
    bands = network.first.in_channels
    inputs = {"mel": torch.randn(1, 30, bands), "mean": torch.zeros(1, bands)}
    free = {name: {1: "frames"} for name in ("mel", "log_probs", "states")}
    return (GraphPlan("classify", Classify(network), inputs, ("log_probs", "states"), free),)
