"""Which parts of each family are finetuned to one voice, how, and how long."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from soundalike.core import registry
from soundalike.core.errors import ConfigError
from soundalike.models.common.recognition import RecognitionSettings
from soundalike.models.tts.hybrid.decoder_network import HybridDecoderConfig
from soundalike.models.tts.hybrid.decoder_objective import HybridDecoderSettings
from soundalike.models.tts.hybrid.objective import HybridSettings
from soundalike.models.tts.starling.objective import JUDGED, StarlingSettings

from .finetune_settings import FinetuneSchedule, choose


@dataclass(frozen=True)
class FinetunePart:
    """One part of a family, and how it is finetuned."""

    slot: str  # of the family's parts
    # The settings of its objective for its network's config, against its own discriminator or without one
    objective: Callable[[Any, bool], Any]
    prompt_frames: int = 400
    minutes: float = 1.0  # share of the minutes
    # Beginnings of names of parameters, and what their rate is multiplied with
    slow: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class FinetunePlan:
    """What is finetuned of a family."""

    parts: tuple[FinetunePart, ...]
    schedule: FinetuneSchedule | None = None  # the only one; None: chosen by method
    learns_of_codes: bool = False  # the clips are encoded first, by the model's own codec

    def chosen(self, method: str, seconds: float, minutes: float) -> FinetuneSchedule:
        """The schedule for so much speech and so many minutes. Raises ConfigError for a method that the
        family has not.
        """
        if self.schedule is None:
            return choose(method, seconds, minutes)
        if method not in ("auto", self.schedule.method):
            raise ConfigError(
                f"method '{method}': this family has only {self.schedule.method}. Leave --method out."
            )
        return self.schedule


def _starling(config: Any, has_discriminator: bool) -> StarlingSettings:
    return JUDGED if has_discriminator else StarlingSettings()


def _hybrid_decoder(config: HybridDecoderConfig, has_discriminator: bool) -> HybridDecoderSettings:
    if config.decoder != "builtin":
        return HybridDecoderSettings(kl=0.1, window=48, train_decoder=False)
    # Its latent frames are mels, and these can be recognised
    recognition = RecognitionSettings(speaker=6.0, phones=1.5)
    return HybridDecoderSettings(kl=0.05, kl_warmup=0, train_sound=False, recognition=recognition)


# Of the hybrid, what reads the text is moved at .4 of the rate, as GPT-SoVITS has it: a minute of speech
# tells much of a voice and little of a language
TEXT = 0.4
PLANS = {
    "starling": FinetunePlan((FinetunePart("acoustic", _starling),)),
    "hybrid": FinetunePlan(
        (
            FinetunePart("acoustic", lambda *_: HybridSettings(), 300, 0.4, {"encoder.": TEXT}),
            FinetunePart(
                "decoder",
                _hybrid_decoder,
                300,
                0.6,
                {"embed.": TEXT, "text_in.": TEXT, "text.": TEXT, "attention.": TEXT},
            ),
        ),
        FinetuneSchedule("full", 16, 2e-4, 120, 1.0),
        learns_of_codes=True,
    ),
}


def plan_of(family: str) -> FinetunePlan:
    """What is finetuned of a family. Raises ConfigError for one that cannot be."""
    name = registry.current(family)
    if name not in PLANS:
        raise ConfigError(
            f"the family {name} cannot be adapted to a voice, only {' and '.join(PLANS)}. "
            "Leave --model and --family out for the built-in one."
        )
    return PLANS[name]
