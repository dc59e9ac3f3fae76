"""The discriminators that HiFi-GAN is trained beside; they are saved with its run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from soundalike.core.contracts import PartKind
from soundalike.core.errors import ConfigError
from soundalike.core.types import DataFacts
from soundalike.nn.discriminators import HifiGanDiscriminator, HifiGanDiscriminatorConfig


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
