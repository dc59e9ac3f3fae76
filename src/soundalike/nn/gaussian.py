"""Diagonal Gaussians, each given by its means and the logarithms of its deviations."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def sampled_kl(latent: Tensor, log_q: Tensor, mean_p: Tensor, log_p: Tensor, mask: Tensor) -> Tensor:
    """The Kullback-Leibler divergence of a posterior q from a prior p, summed over the L dimensions, mean
    over the frames where the mask (B, T) is one (eqs. 3 and 4 of Kim et al. 2021).

    The entropy of q is exact, of its log deviations (B, T, L); the likelihood under p is that of a sample of
    q, `latent` (B, T, L), after a flow that keeps volumes. Computed in float32.
    """
    latent, log_q, mean_p, log_p = (value.float() for value in (latent, log_q, mean_p, log_p))
    each = log_p - log_q - 0.5 + 0.5 * (latent - mean_p) ** 2 * torch.exp(-2 * log_p)
    return (each.sum(-1) * mask).sum() / mask.sum().clamp_min(1.0)


def log_likelihoods(latent: Tensor, mean: Tensor, log: Tensor) -> Tensor:
    """How likely each frame of (B, T, L) is under each of S Gaussians (B, S, L): log densities (B, T, S), in
    float32.
    """
    with torch.autocast(latent.device.type, enabled=False):
        latent, mean, log = latent.float(), mean.float(), log.float()
        precision = torch.exp(-2 * log)  # (B, S, L)
        constant = -(log + 0.5 * math.log(2 * math.pi) + 0.5 * mean**2 * precision).sum(-1)
        square = -0.5 * latent**2 @ precision.transpose(1, 2)
        return square + latent @ (mean * precision).transpose(1, 2) + constant[:, None]
