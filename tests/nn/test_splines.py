"""Rational-quadratic splines: slopes by autograd, the inverse, hand-sized values."""

from __future__ import annotations

import pytest
import torch

from soundalike.nn.splines import rational_quadratic


def made_spline(seed: int, size: int = 60):
    generator = torch.Generator().manual_seed(seed)
    widths, heights = (torch.randn(size, 6, generator=generator, dtype=torch.float64) for _ in range(2))
    slopes = torch.randn(size, 5, generator=generator, dtype=torch.float64)
    x = torch.linspace(-4.0, 4.0, size, dtype=torch.float64)  # some of it outside of the bound
    return x, widths, heights, slopes


@pytest.mark.parametrize("inverse", [False, True])
def test_log_slopes_are_those_of_autograd(inverse):
    x, *shape = made_spline(0)
    x.requires_grad_()
    y, log_slope = rational_quadratic(x, *shape, bound=3.0, inverse=inverse)
    slope = torch.autograd.grad(y.sum(), x)[0]
    torch.testing.assert_close(log_slope, slope.log(), atol=1e-9, rtol=1e-9)
    assert (log_slope.detach()[x.abs() > 3.0] == 0).all() and (log_slope.detach()[x.abs() < 3.0] != 0).any()


def test_the_inverse_goes_back():
    x, *shape = made_spline(1)
    y, log_slope = rational_quadratic(x, *shape, bound=3.0)
    back, log_back = rational_quadratic(y, *shape, bound=3.0, inverse=True)
    torch.testing.assert_close(back, x, atol=1e-9, rtol=0)
    torch.testing.assert_close(log_back, -log_slope, atol=1e-8, rtol=0)


def test_zeros_are_the_identity_and_it_always_rises():
    x = torch.linspace(-6, 6, 25)
    zeros = torch.zeros(25, 4)
    y, log_slope = rational_quadratic(x, zeros, zeros, torch.zeros(25, 3), bound=5.0)
    torch.testing.assert_close(y, x)
    torch.testing.assert_close(log_slope, torch.zeros(25), atol=1e-6, rtol=0)
    grid = torch.linspace(-3, 3, 1001)
    one = [part[:1].float().expand(1001, -1) for part in made_spline(2)[1:]]
    assert (rational_quadratic(grid, *one, bound=3.0)[0].diff() > 0).all()


def test_two_bins_by_hand():
    """Two bins of half the width each, the first rising a quarter of the height, slope 1 at the knot between:
    the middle of the first bin, by eq. 4 with s = 1/2, slopes 1 and 1 and a share of 1/2.
    """
    heights = torch.tensor([[0.25, 0.75]]).log()
    y, _ = rational_quadratic(torch.tensor([-1.0]), torch.zeros(1, 2), heights, torch.zeros(1, 1), bound=2.0)
    # Low -2, height 1, mean slope .5: -2 + 1 * (.5 / 4 + 1 / 4) / (.5 + (1 + 1 - 1) / 4)
    torch.testing.assert_close(y, torch.tensor([-1.5]), atol=5e-3, rtol=0)
