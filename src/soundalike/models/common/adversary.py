"""Discriminators that a network is trained against, and what both sides are charged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from soundalike.core.contracts import Auxiliary
from soundalike.nn.discriminators import (
    adversarial_loss,
    discriminator_loss,
    matching_loss,
    published_matching_loss,
)

FOLDER = "discriminator"  # where they are saved, and the name of their optimizer


@dataclass
class Adversary:
    """Discriminators, a registered part, and the weights of the losses of the network they judge."""

    part: str  # their registered name
    network: nn.Module
    config: Any  # theirs
    adversarial: float
    matching: float
    # Whether losses are summed over the discriminators as those of HiFi-GAN are; else they are means, and
    # the distance of features is relative to these
    summed: bool = False

    @property
    def auxiliary(self) -> Auxiliary:
        """The discriminators as a part that is saved with the network."""
        return Auxiliary(self.part, self.config, self.network)

    def telling(self, made: Tensor, real: Tensor) -> dict[str, Tensor]:
        """Of the discriminators' turn: telling what is real from what is made. Chance is .5, for each where
        losses are summed.
        """
        judged = self.network(real)
        count = len(judged) if self.summed else 1
        return {FOLDER: count * discriminator_loss(judged, self.network(made.detach()))}

    def fooling(self, made: Tensor, real: Tensor) -> dict[str, Tensor]:
        """Of the network's turn: what is made should pass for real, and have its features."""
        with torch.no_grad():
            recorded = self.network(real)
        judged = self.network(made)
        matching = published_matching_loss if self.summed else matching_loss
        count = len(judged) if self.summed else 1
        return {
            "adversarial": self.adversarial * count * adversarial_loss(judged),
            "matching": self.matching * matching(recorded, judged),
        }
