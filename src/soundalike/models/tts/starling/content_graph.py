"""The graph that the content part is exported as."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from soundalike.core.graphs import GraphPlan

from .content import StarlingContent


class Patch(nn.Module):
    """An aligner's states and the mel that they are of to the decoder's patches, for one recording."""

    def __init__(self, network: StarlingContent):
        super().__init__()
        self.network = network

    def forward(self, states: Tensor, mel: Tensor, length: Tensor, voice: Tensor, mean: Tensor) -> Tensor:
        """(1, T, H), (1, T, M), (1,), (1, V) and (1, M) to (1, P, patch * (D + 3)); T is a whole number of
        patches, of which `length` frames count.
        """
        made: Tensor = self.network(states, mel, length, voice, mean)[0]
        return made


def graphs_of(network: StarlingContent) -> tuple[GraphPlan, ...]:
    """The graph `patch` of a network."""
    c = network.config
    frames = 12 * c.patch
    inputs = {
        "states": torch.zeros(1, frames, c.states),
        "mel": torch.zeros(1, frames, network.mel.n_mels),
        "length": torch.tensor([frames - 1]),
        "voice": torch.zeros(1, c.voice),
        "mean": torch.zeros(1, network.mel.n_mels),
    }
    free = {"states": {1: "frames"}, "mel": {1: "frames"}, "patches": {1: "patches"}}
    return (GraphPlan("patch", Patch(network), inputs, ("patches",), free),)
