"""The stochastic duration predictor: its flow goes back, its density is one, it learns durations."""

from __future__ import annotations

import torch
from torch import nn

from soundalike.nn.duration import SplineFlow, StochasticDurationPredictor


def shaken(module: nn.Module, deviation: float = 0.5) -> nn.Module:
    torch.manual_seed(3)
    for parameter in module.parameters():
        parameter.data.add_(deviation * torch.randn_like(parameter))
    return module


def test_its_flow_goes_back_and_knows_its_log_determinant():
    torch.manual_seed(0)  # splines are of floats, and where they are steep the way back is as coarse
    flow = shaken(SplineFlow(8, 3, 2, 3), 0.2).double()
    x, mask, condition = (
        torch.randn(1, 3, 2).double(),
        torch.ones(1, 3).double(),
        torch.randn(1, 3, 8).double(),
    )
    y, log_determinant = flow(x, mask, condition)
    torch.testing.assert_close(flow.inverse(y, mask, condition), x, atol=1e-4, rtol=0)
    jacobian = torch.autograd.functional.jacobian(
        lambda z: flow(z.reshape(1, 3, 2), mask, condition)[0].flatten(), x.flatten()
    )
    by_autograd = torch.linalg.slogdet(jacobian).logabsdet
    torch.testing.assert_close(log_determinant[0], by_autograd, atol=1e-4, rtol=0)


def test_padding_adds_nothing():
    torch.manual_seed(0)
    predictor = shaken(StochasticDurationPredictor(4, 8, 2, 3, 2, 2, 0.0), 0.2)
    states, about = torch.randn(1, 5, 4), torch.randn(1, 2)
    durations = torch.tensor([[3, 0, 7, 2, 9]])
    longer = torch.cat([states, torch.zeros(1, 2, 4)], 1)
    mask = torch.tensor([[1.0, 1, 1, 1, 1, 0, 0]])
    noise = torch.randn(1, 7, 2)
    with torch.no_grad():
        long = predictor.sample(longer, mask, noise, about)
        short = predictor.sample(states, mask[:, :5], noise[:, :5], about)
        torch.testing.assert_close(long[:, :5], short)
        assert not long[:, 5:].any() and (short >= 0).all()
        assert torch.isfinite(predictor.loss(states, mask[:, :5], durations, about))


def test_it_learns_durations_and_how_they_vary():
    """Of two kinds of symbols, one lasting 2 frames always and one 4 or 12: the mean of what it draws."""
    torch.manual_seed(0)
    predictor = StochasticDurationPredictor(2, 16, 0, 3, 1, 2, 0.0)
    optimizer = torch.optim.Adam(predictor.parameters(), lr=2e-2)
    kinds = torch.tensor([0, 1]).repeat(20)[None]
    states = nn.functional.one_hot(kinds, 2).float().expand(4, -1, -1)
    mask = torch.ones(4, 40)
    for _ in range(60):
        long = 4 + 8 * (torch.rand(4, 40) < 0.5)
        durations = torch.where(kinds == 1, long, 2)
        loss = predictor.loss(states, mask, durations)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        drawn = predictor.sample(states, mask, torch.randn(4, 40, 2))
    even, uneven = drawn[:, ::2], drawn[:, 1::2]
    assert abs(float(even.median()) - 2) < 0.6
    assert 6 < float(uneven.mean()) < 14 and float(uneven.std()) > 2 * float(even.std())
