"""A discriminator of mels that a network may be trained beside, against smoothed mels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from torch import Tensor, nn

from soundalike.audio.mel import MelSpec
from soundalike.core.contracts import PartKind
from soundalike.core.errors import ConfigError
from soundalike.core.types import DataFacts
from soundalike.models.common.interfaces import reads_mel
from soundalike.nn.discriminators import Judgement, PictureDiscriminator


@dataclass(frozen=True)
class MelPictureConfig:
    """Its size."""

    width: int = 16


class MelPictureDiscriminator(nn.Module):
    """Normalised log-mels (B, T, M) to the judgement of one discriminator."""

    def __init__(self, config: MelPictureConfig, mel: MelSpec):
        super().__init__()
        self.config = config
        self.mel = mel
        self.picture = PictureDiscriminator(config.width)

    def forward(self, mel: Tensor) -> list[Judgement]:
        """Scores and feature maps, the only ones of a list."""
        return [self.picture(mel)]


@dataclass(frozen=True)
class MelPictureSettings:
    """There is nothing to set: it is trained beside what makes mels."""


def _not_alone(network: MelPictureDiscriminator, settings: MelPictureSettings, facts: DataFacts) -> NoReturn:
    raise ConfigError(
        "a picture_discriminator is not trained alone, but beside what makes mels: "
        "see the recipe codec_adversarial."
    )


PART = PartKind(
    "adversary",
    MelPictureConfig,
    MelPictureDiscriminator,
    MelPictureSettings,
    _not_alone,
    reads=reads_mel,
)
