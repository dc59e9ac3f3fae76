"""Weights that are normed for training and plain in a checkpoint."""

from __future__ import annotations

import copy

import torch
from torch import nn

from soundalike.nn.weight_norm import add_weight_norm, plain_state


def small() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv1d(3, 4, 5, padding=2), nn.ConvTranspose1d(4, 2, 4, 2), nn.Linear(1, 1))


def test_lengths_and_directions_are_trained_and_the_product_is_stored():
    network = small()
    names = list(network.state_dict())
    x = torch.randn(2, 3, 9)
    before = network[:2](x)
    add_weight_norm(network)
    add_weight_norm(network)  # a second time it changes nothing
    assert len(list(network.parameters())) == 8
    assert torch.equal(network[:2](x), before)
    optimizer = torch.optim.Adam(network.parameters(), 0.1)
    for _ in range(3):
        optimizer.zero_grad()
        network[:2](x).square().mean().backward()
        optimizer.step()
    after = network[:2](x)
    assert not torch.allclose(after, before, atol=1e-2)
    state = plain_state(network)
    assert sorted(state) == sorted(names)
    plain = small()
    plain.load_state_dict(state)
    torch.testing.assert_close(plain[:2](x), after, atol=1e-6, rtol=0)
    network.load_state_dict(plain.state_dict())
    assert torch.equal(network[:2](x), plain[:2](x)), "a plain weight is taken in to the bit"


def test_the_length_is_that_of_each_slice():
    network = small()
    add_weight_norm(network)
    with torch.no_grad():
        network[0].parametrizations.weight.original0.fill_(2.0)
        network[0].parametrizations.weight.original1.mul_(7.0)
    lengths = network[0].weight.flatten(1).norm(dim=1)
    torch.testing.assert_close(lengths, torch.full((4,), 2.0))


def test_a_copy_has_weights_of_its_own():
    network = small()
    add_weight_norm(network)
    other = copy.deepcopy(network)
    with torch.no_grad():
        other[0].parametrizations.weight.original0.fill_(0.0)
    assert network[0].weight.abs().min() > 0 and other[0].weight.abs().max() == 0
    assert plain_state(other)["0.weight"].abs().max() == 0
