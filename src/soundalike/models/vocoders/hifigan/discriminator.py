"""The discriminators that HiFi-GAN is trained beside; they are saved with its run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from torch import Tensor, nn

from soundalike.audio.mel import MelSpec
from soundalike.core.contracts import PartKind
from soundalike.core.errors import ConfigError
from soundalike.core.types import DataFacts
from soundalike.nn.discriminators import (
    PUBLISHED_GROWTH,
    Judgement,
    PeriodDiscriminator,
    ScaleDiscriminator,
)


@dataclass(frozen=True)
class HifiGanDiscriminatorConfig:
    """Which discriminators there are, and how wide; these are an eighth of the published widths."""

    periods: tuple[int, ...] = (2, 3, 5, 7, 11)  # of each multi-period discriminator
    period_width: int = 4  # of its first layer; published: 32
    scales: int = 3  # discriminators of samples, each at half the rate of the one before
    scale_width: int = 16  # of its first layer; published: 128
    spectral_norm: bool = False  # of the weights of the first of them; published: True


class HifiGanDiscriminator(nn.Module):
    """Samples (B, N) to the judgement of every discriminator."""

    def __init__(self, config: HifiGanDiscriminatorConfig, mel: MelSpec):
        super().__init__()
        self.config = config
        if config.scale_width % 16:
            raise ConfigError(
                f"scale_width: {config.scale_width} cannot be divided into 16 groups. Give a multiple of 16."
            )
        self.by_period = nn.ModuleList(
            [PeriodDiscriminator(period, config.period_width, PUBLISHED_GROWTH) for period in config.periods]
        )
        self.by_scale = nn.ModuleList(
            [
                ScaleDiscriminator(halvings, config.scale_width, config.spectral_norm and halvings == 0)
                for halvings in range(config.scales)
            ]
        )

    def forward(self, samples: Tensor) -> list[Judgement]:
        """Scores and feature maps of each."""
        return [discriminator(samples) for discriminator in [*self.by_period, *self.by_scale]]


@dataclass(frozen=True)
class HifiGanDiscriminatorSettings:
    """There is nothing to set: it is trained beside a vocoder."""


def _not_alone(
    network: HifiGanDiscriminator, settings: HifiGanDiscriminatorSettings, facts: DataFacts
) -> NoReturn:
    raise ConfigError(
        "a hifigan_discriminator is not trained alone, but beside a vocoder: "
        "see the recipe hifigan_adversarial."
    )


PART = PartKind(
    "adversary",
    HifiGanDiscriminatorConfig,
    HifiGanDiscriminator,
    HifiGanDiscriminatorSettings,
    _not_alone,
)
