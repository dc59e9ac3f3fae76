"""Mels to mean 0 and deviation 1 and back."""

from __future__ import annotations

import torch

from soundalike.core.types import DataFacts
from soundalike.nn.normalizer import MelNormalizer


class Network(MelNormalizer):
    def __init__(self):
        super().__init__(3)
        self.layer = torch.nn.Linear(3, 3)


def test_statistics_are_part_of_the_network_under_their_old_names():
    network = Network()
    assert list(network.state_dict()) == ["mean", "std", "layer.weight", "layer.bias"]
    mel = torch.randn(2, 5, 3) * 4 - 7
    assert torch.equal(network.normalised(mel), mel) and torch.equal(network.denormalised(mel), mel)
    network.set_statistics(DataFacts(1, mel.mean((0, 1)), mel.std((0, 1))))
    normalised = network.normalised(mel)
    torch.testing.assert_close(normalised.mean((0, 1)), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(normalised.std((0, 1)), torch.ones(3))
    torch.testing.assert_close(network.denormalised(normalised), mel)
    mask = torch.tensor([[1.0] * 5, [1.0] * 3 + [0.0] * 2])
    assert not network.normalised(mel, mask)[1, 3:].any()
