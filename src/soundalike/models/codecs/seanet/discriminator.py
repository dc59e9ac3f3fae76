"""The discriminators that the codec of samples is trained beside: of spectra at several resolutions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from torch import Tensor, nn

from soundalike.audio.mel import MelSpec
from soundalike.core.contracts import PartKind
from soundalike.core.errors import ConfigError
from soundalike.core.types import DataFacts
from soundalike.nn.discriminators import Judgement, SpectrogramDiscriminator


@dataclass(frozen=True)
class SeanetDiscriminatorConfig:
    """Which discriminators there are, and how wide."""

    windows: tuple[int, ...] = (2048, 1024, 512, 256, 128)  # n_fft of each; its hop is a quarter
    width: int = 16


class SeanetDiscriminator(nn.Module):
    """Samples (B, N) to the judgement of every discriminator."""

    def __init__(self, config: SeanetDiscriminatorConfig, mel: MelSpec):
        super().__init__()
        self.config = config
        self.discriminators = nn.ModuleList(
            [SpectrogramDiscriminator(n_fft, config.width) for n_fft in config.windows]
        )

    def forward(self, samples: Tensor) -> list[Judgement]:
        """Scores and feature maps of each."""
        return [discriminator(samples) for discriminator in self.discriminators]


@dataclass(frozen=True)
class SeanetDiscriminatorSettings:
    """There is nothing to set: it is trained beside a codec."""


def _not_alone(
    network: SeanetDiscriminator, settings: SeanetDiscriminatorSettings, facts: DataFacts
) -> NoReturn:
    raise ConfigError(
        "a seanet_discriminator is not trained alone, but beside a codec: see the recipe codec_seanet."
    )


PART = PartKind(
    "adversary", SeanetDiscriminatorConfig, SeanetDiscriminator, SeanetDiscriminatorSettings, _not_alone
)
