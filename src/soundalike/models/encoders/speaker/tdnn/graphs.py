"""The graph that the speaker encoder is exported as."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from soundalike.core.graphs import GraphPlan

from .network import TDNN


class Embed(nn.Module):
    """Log-mels of one length to speaker embeddings."""

    def __init__(self, network: TDNN):
        super().__init__()
        self.network = network

    def forward(self, mel: Tensor) -> Tensor:
        """(B, T, M) to (B, V)."""
        lengths = torch.ones_like(mel[:, 0, 0]).to(torch.int64) * mel.shape[1]
        return self.network(mel, lengths)


def graphs_of(network: TDNN) -> tuple[GraphPlan, ...]:
    """The graph `embed` of a network."""
    mel = torch.randn(2, 31, network.mel.n_mels)
    free = {"mel": {0: "clips", 1: "frames"}, "embedding": {0: "clips"}}
    return (GraphPlan("embed", Embed(network), {"mel": mel}, ("embedding",), free),)
