"""How the classifier of emotions is fitted."""

from __future__ import annotations

from dataclasses import dataclass

from soundalike.audio.mel import MelSpec
from soundalike.core.contracts import PartKind
from soundalike.core.emotions import EMOTIONS
from soundalike.core.types import Interface

from .encoder import MelEmotionEncoder
from .network import EmotionClassifier, EmotionConfig


@dataclass(frozen=True)
class EmotionSettings:
    """How the measures' covariance is estimated."""

    shrinkage: float = 0.15  # share of it that is taken from its diagonal


def _writes(config: EmotionConfig, mel: MelSpec) -> tuple[Interface, ...]:
    return (Interface("emotion", {"emotions": " ".join(EMOTIONS)}),)


PART = PartKind(
    "emotion",
    EmotionConfig,
    EmotionClassifier,
    EmotionSettings,
    None,
    writes=_writes,
    instrument=MelEmotionEncoder,
)
