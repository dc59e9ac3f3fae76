"""The coupling flow: exact inverse, volume, conditions, padding; and Gaussians by known numbers."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from soundalike.core.errors import ConfigError
from soundalike.nn.flows import CouplingFlow
from soundalike.nn.gaussian import log_likelihoods, sampled_kl


def flow_of(latent: int = 6, condition: int = 3) -> CouplingFlow:
    """Not the identity that it begins as."""
    torch.manual_seed(0)
    flow = CouplingFlow(latent, 8, 3, 2, 4, condition).double()
    for parameter in flow.parameters():
        nn.init.normal_(parameter, std=0.3)
    return flow


def test_the_inverse_is_exact_and_the_flow_begins_as_the_identity():
    x, mask, condition = (
        torch.randn(2, 7, 6).double(),
        torch.ones(2, 7).double(),
        torch.randn(2, 1, 3).double(),
    )
    flow = flow_of()
    with torch.no_grad():
        y = flow(x, mask, condition)
        assert (y - x).abs().mean() > 0.1
        torch.testing.assert_close(flow.inverse(y, mask, condition), x, atol=1e-12, rtol=0)
        torch.testing.assert_close(CouplingFlow(6, 8, 3, 2, 4).double()(x, mask), x)


def test_it_keeps_volumes():
    """The determinant of its Jacobian is one, by autograd."""
    flow = flow_of(latent=4, condition=0)
    mask = torch.ones(1, 3).double()
    jacobian = torch.autograd.functional.jacobian(
        lambda x: flow(x.reshape(1, 3, 4), mask).flatten(), torch.randn(12).double()
    )
    assert abs(float(torch.linalg.det(jacobian))) == pytest.approx(1.0, abs=1e-9)
    assert (jacobian - torch.eye(12).double()).abs().max() > 0.05


def test_a_condition_and_every_channel_matter_and_padding_does_not():
    flow = flow_of()
    x, mask = torch.randn(1, 5, 6).double(), torch.ones(1, 5).double()
    one, other = torch.randn(2, 1, 1, 3).double()
    with torch.no_grad():
        assert not torch.allclose(flow(x, mask, one), flow(x, mask, other))
        padded = torch.cat([x, torch.zeros(1, 3, 6).double()], 1)
        long = flow(padded, torch.cat([mask, torch.zeros(1, 3).double()], 1), one)
        torch.testing.assert_close(long[:, :5], flow(x, mask, one))
        assert not long[:, 5:].any()
        for channel in range(6):
            moved = x.clone()
            moved[..., channel] += 1
            changed = (flow(moved, mask, one) - flow(x, mask, one)).abs().sum((0, 1)) > 1e-6
            assert changed.sum() > 1, "it is shifted by others, and shifts them"


def test_an_odd_number_cannot_be_halved():
    with pytest.raises(ConfigError, match="latent: 5 cannot be halved"):
        CouplingFlow(5, 8, 3, 1, 1)


def test_the_divergence_of_gaussians_is_the_known_one():
    """Of N(1, e^-.5) from N(0, 1) in each of two dimensions: log ratio + (variance + square) / 2 - 1 / 2."""
    known = 2 * (0.5 + (math.exp(-1) + 1) / 2 - 0.5)
    log_q = torch.full((1, 200_000, 2), -0.5)
    generator = torch.Generator().manual_seed(0)
    latent = 1 + torch.randn(log_q.shape, generator=generator) * log_q.exp()
    mask = torch.ones(1, 200_000)
    zeros = torch.zeros_like(log_q)
    assert float(sampled_kl(latent, log_q, zeros, zeros, mask)) == pytest.approx(known, abs=0.02)
    # A sample at the mean of equal Gaussians: the entropy part alone, and padding has no part in it
    halved = mask.clone()
    halved[:, 100_000:] = 0
    latent[:, 100_000:] = 1e3
    same = sampled_kl(torch.where(latent > 500, latent, 0.0), zeros, zeros, zeros, halved)
    assert float(same) == pytest.approx(2 * -0.5)


def test_likelihoods_are_those_of_torch():
    latent, mean, log = torch.randn(2, 5, 3), torch.randn(2, 4, 3), 0.3 * torch.randn(2, 4, 3)
    normal = torch.distributions.Normal(mean[:, None], log[:, None].exp())
    expected = normal.log_prob(latent[:, :, None]).sum(-1)  # (B, T, S)
    torch.testing.assert_close(log_likelihoods(latent, mean, log), expected, atol=1e-5, rtol=1e-5)
