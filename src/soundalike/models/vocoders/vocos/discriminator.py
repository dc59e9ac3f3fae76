"""The discriminators of sound that a vocoder is trained beside; they are saved with its run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from torch import Tensor, nn

from soundalike.audio.mel import MelSpec
from soundalike.core.contracts import PartKind
from soundalike.core.errors import ConfigError
from soundalike.core.types import DataFacts
from soundalike.nn.discriminators import Judgement, PeriodDiscriminator, SpectrogramDiscriminator


@dataclass(frozen=True)
class SoundDiscriminatorConfig:
    """Which discriminators there are, and how wide."""

    windows: tuple[int, ...] = (128, 256, 512)  # n_fft of each that sees log magnitudes; its hop is a quarter
    width: int = 16
    periods: tuple[int, ...] = ()  # of each multi-period discriminator; published are 2 3 5 7 11
    period_width: int = 8


class SoundDiscriminator(nn.Module):
    """Samples (B, N) to the judgement of every discriminator."""

    def __init__(self, config: SoundDiscriminatorConfig, mel: MelSpec):
        super().__init__()
        self.config = config
        by_spectrum = [SpectrogramDiscriminator(n_fft, config.width) for n_fft in config.windows]
        by_period = [PeriodDiscriminator(period, config.period_width) for period in config.periods]
        self.discriminators = nn.ModuleList([*by_spectrum, *by_period])

    def forward(self, samples: Tensor) -> list[Judgement]:
        """Scores and feature maps of each."""
        return [discriminator(samples) for discriminator in self.discriminators]


@dataclass(frozen=True)
class SoundDiscriminatorSettings:
    """There is nothing to set: it is trained beside a vocoder."""


def _not_alone(
    network: SoundDiscriminator, settings: SoundDiscriminatorSettings, facts: DataFacts
) -> NoReturn:
    raise ConfigError(
        "a sound_discriminator is not trained alone, but beside a vocoder: "
        "see the recipe vocoder_adversarial."
    )


PART = PartKind(
    "adversary", SoundDiscriminatorConfig, SoundDiscriminator, SoundDiscriminatorSettings, _not_alone
)
