"""A discriminator of mel spectrograms, against the over-smoothing of a regressed mel.

Least-squares GAN with feature matching on the mel, after Yang et al. 2021 ("GANSpeech"). It is conditioned on
the text, by the encoder's states of each frame as a second channel beside the mel, and on the voice, by
projection in the last layer (Miyato & Koyama 2018).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.audio.mel import MelSpec
from soundalike.core.contracts import PartKind
from soundalike.core.errors import ConfigError
from soundalike.core.types import DataFacts
from soundalike.models.common.interfaces import reads_mel

from .config import MelDiscriminatorConfig


class MelDiscriminator(nn.Module):
    """Normalised log-mel (B, T, M), the text's states (B, T, D) and a voice's conditioning (B, V) to features
    of each layer and scores (B, T/8, M/8).
    """

    def __init__(self, config: MelDiscriminatorConfig, mel: MelSpec):
        super().__init__()
        width = config.width
        self.config = config
        self.mel = mel
        self.picture = nn.Linear(config.said, mel.n_mels)
        sizes = (2, width, 2 * width, 4 * width, 4 * width)
        self.layers = nn.ModuleList(
            [
                nn.utils.parametrizations.weight_norm(nn.Conv2d(a, b, (5, 5), (2 if i < 3 else 1), 2))
                for i, (a, b) in enumerate(zip(sizes, sizes[1:]))
            ]
        )
        self.score = nn.Conv2d(sizes[-1], 1, 3, padding=1)
        self.project = nn.Linear(config.voice, sizes[-1], bias=False)

    def forward(self, mel: Tensor, states: Tensor, voice: Tensor) -> tuple[list[Tensor], Tensor]:
        """The features of each layer, and the scores: towards one for a real mel."""
        x = torch.stack([mel, self.picture(states)], 1)
        features = []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
            features.append(x)
        projected = (x * self.project(voice)[:, :, None, None]).mean(1)
        return features, self.score(x)[:, 0] + projected


def score_mask(mask: Tensor, scores: Tensor) -> Tensor:
    """The mask (B, T) at the frame rate of the scores (B, T', M'), for each of their bands."""
    sampled = F.interpolate(mask[:, None], size=scores.shape[1])[:, 0]
    return sampled[..., None].expand_as(scores)


def discriminator_loss(real: Tensor, made: Tensor, mask: Tensor) -> Tensor:
    """Least-squares loss: real scores towards one, made ones towards zero."""
    weight = score_mask(mask, real)
    return (((real - 1) ** 2 + made**2) * weight).sum() / weight.sum().clamp_min(1.0)


def generator_losses(
    real: list[Tensor], made: list[Tensor], scores: Tensor, mask: Tensor
) -> tuple[Tensor, Tensor]:
    """How far the made scores are from one, and how far the made features are from the real ones (relative
    L1).
    """
    weight = score_mask(mask, scores)
    fooling = (((scores - 1) ** 2) * weight).sum() / weight.sum().clamp_min(1.0)
    matching = torch.stack(
        [(m - r.detach()).abs().mean() / r.detach().abs().mean().clamp_min(1e-4) for r, m in zip(real, made)]
    ).mean()
    return fooling, matching


@dataclass(frozen=True)
class MelDiscriminatorSettings:
    """There is nothing to set: it is trained beside the acoustic model."""


def _not_alone(network: MelDiscriminator, settings: MelDiscriminatorSettings, facts: DataFacts) -> NoReturn:
    raise ConfigError(
        "a mel_discriminator is not trained alone, but beside an acoustic model: "
        "see the recipe starling_adversarial."
    )


PART = PartKind(
    "adversary",
    MelDiscriminatorConfig,
    MelDiscriminator,
    MelDiscriminatorSettings,
    _not_alone,
    reads=reads_mel,
    graphs=lambda network: (),  # its weights are inputs of starling's own graph `adapt`
)
