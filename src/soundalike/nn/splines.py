"""Monotonic rational-quadratic splines (Durkan et al. 2019, "Neural Spline Flows"): invertible curves."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

NARROWEST = 1e-3  # share of the interval that a bin takes at least, in width and in height
FLATTEST = 1e-3  # slope at a knot, at least
LEVEL = math.log(math.expm1(1 - FLATTEST))  # so that a slope given as 0 is 1


def rational_quadratic(
    x: Tensor, widths: Tensor, heights: Tensor, slopes: Tensor, bound: float = 5.0, inverse: bool = False
) -> tuple[Tensor, Tensor]:
    """The spline's values at x (...), and the logarithms of its slopes there.

    Between -bound and bound it has K bins of widths and heights (..., K), both before a softmax, and slopes
    (..., K - 1) at the knots between them, before a softplus; outside it is the identity. Zeros everywhere
    give the identity. The `inverse` goes back from values to places; its slopes are those of the inverse.
    Eqs. 4 to 8 of the paper.
    """
    inside = x.abs() < bound
    place = torch.where(inside, x, 0.0)
    across = _knots(widths, bound)  # (..., K + 1)
    up = _knots(heights, bound)
    slope = F.pad(F.softplus(slopes + LEVEL) + FLATTEST, (1, 1), value=1.0)
    bin = _bin_of(place, up if inverse else across)
    left, right = _ends(across, bin)
    low, high = _ends(up, bin)
    first, second = _ends(slope, bin)
    width, height = right - left, high - low
    mean = height / width
    bend = first + second - 2 * mean
    if inverse:
        share = _share(place - low, height, mean, first, bend)
    else:
        share = (place - left) / width
    product = share * (1 - share)
    below = mean + bend * product
    log_slope = (
        2 * mean.log()
        + (second * share**2 + 2 * mean * product + first * (1 - share) ** 2).log()
        - 2 * below.log()
    )
    if inverse:
        value = left + share * width
        log_slope = -log_slope
    else:
        value = low + height * (mean * share**2 + first * product) / below
    return torch.where(inside, value, x), torch.where(inside, log_slope, 0.0)


def _knots(sizes: Tensor, bound: float) -> Tensor:
    """Where bins of sizes (..., K), before a softmax, begin and end: (..., K + 1) from -bound to bound."""
    bins = sizes.shape[-1]
    shares = NARROWEST + (1 - NARROWEST * bins) * sizes.softmax(-1)
    ends = F.pad(shares.cumsum(-1), (1, 0))
    knots = (2 * ends - 1) * bound
    # The sum is one but for roundings
    return torch.cat([knots[..., :-1], torch.full_like(knots[..., :1], bound)], -1)


def _bin_of(x: Tensor, knots: Tensor) -> Tensor:
    """The bin (..., 1) in which each x (...) lies."""
    return (x[..., None] >= knots[..., 1:-1]).sum(-1, keepdim=True)


def _ends(values: Tensor, bin: Tensor) -> tuple[Tensor, Tensor]:
    """Of values (..., K + 1) at the knots those at either end of a bin (..., 1): (...) each."""
    return values.gather(-1, bin)[..., 0], values.gather(-1, bin + 1)[..., 0]


def _share(rise: Tensor, height: Tensor, mean: Tensor, first: Tensor, bend: Tensor) -> Tensor:
    """How far into its bin, 0 to 1, the spline has risen so much: the root of a quadratic (eqs. 6 to 8)."""
    a = height * (mean - first) + rise * bend
    b = height * first - rise * bend
    c = -mean * rise
    return 2 * c / (-b - (b**2 - 4 * a * c).clamp_min(0.0).sqrt())
