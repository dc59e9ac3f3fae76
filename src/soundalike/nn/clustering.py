"""k-means: the nearest of some centroids to each of many points, and the rounds that place them."""

from __future__ import annotations

import torch
from torch import Tensor

CHUNK = 8192  # points whose distances are worked out together


def nearest(points: Tensor, centroids: Tensor) -> tuple[Tensor, Tensor]:
    """Which centroid (N,) is nearest to each point (N, D), and its squared distance (N,)."""
    found = [
        (torch.cdist(chunk, centroids, compute_mode="donot_use_mm_for_euclid_dist") ** 2).min(1)
        for chunk in points.split(CHUNK)
    ]
    return torch.cat([each.indices for each in found]), torch.cat([each.values for each in found])


def plus_plus(points: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """So many of the points (K, D), each drawn by its squared distance to the nearest one before it."""
    chosen = points[torch.randint(len(points), (1,), generator=generator)]
    away = ((points - chosen) ** 2).sum(1)
    while len(chosen) < count:
        # Where all points are chosen already, any will do
        weight = away if bool((away > 0).any()) else torch.ones_like(away)
        place = torch.searchsorted(
            weight.double().cumsum(0), torch.rand(1, generator=generator).double() * weight.double().sum()
        )
        point = points[place.clamp_max(len(points) - 1)]
        chosen = torch.cat([chosen, point])
        away = torch.minimum(away, ((points - point) ** 2).sum(1))
    return chosen


def lloyd_round(points: Tensor, centroids: Tensor) -> tuple[Tensor, float]:
    """The mean (K, D) of the points nearest to each centroid, and the mean squared distance to the centroids
    before. One without points moves to the point that is farthest from its own.
    """
    own, away = nearest(points, centroids)
    counts = torch.bincount(own, minlength=len(centroids))
    moved = torch.zeros_like(centroids).index_add_(0, own, points) / counts.clamp_min(1)[:, None]
    dead = (counts == 0).nonzero()[:, 0]
    moved[dead] = points[away.topk(len(dead)).indices]
    return moved, float(away.mean())
