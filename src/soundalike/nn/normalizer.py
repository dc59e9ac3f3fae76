"""Mels to mean 0 and deviation 1 and back, by the statistics of the training data."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from soundalike.audio.mel import MelSpec
from soundalike.core.types import DataFacts


class MelNormalizer(nn.Module):
    """A base of networks that read or write mels normalised band by band.

    The statistics are the buffers `mean` and `std` (M,) of the network itself, so that they are part of its
    state under these two names. Before `set_statistics` they are 0 and 1. A network derives from this and
    calls `super().__init__(n_mels)`, or, deriving from another module too, `register_statistics(n_mels)`.
    """

    mean: Tensor  # (M,)
    std: Tensor  # (M,)
    mel: MelSpec  # what it reads or makes, which the network sets

    def __init__(self, n_mels: int):
        super().__init__()
        self.register_statistics(n_mels)

    def register_statistics(self, n_mels: int) -> None:
        """Make the two buffers."""
        self.register_buffer("mean", torch.zeros(n_mels))
        self.register_buffer("std", torch.ones(n_mels))

    def set_statistics(self, facts: DataFacts) -> None:
        """Take the mean and the deviation of each band of the training data."""
        self.mean.copy_(facts.mel_mean)
        self.std.copy_(facts.mel_std)

    def normalised(self, mel: Tensor, mask: Tensor | None = None) -> Tensor:
        """A log-mel (..., M) with mean 0 and deviation 1 in each band, times a mask (...) if given."""
        made = (mel - self.mean) / self.std
        return made if mask is None else made * mask[..., None]

    def denormalised(self, mel: Tensor) -> Tensor:
        """A normalised mel (..., M) as a log-mel again."""
        return mel * self.std + self.mean
