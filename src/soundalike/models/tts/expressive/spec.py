"""The expressive transformer: it clones, and speaks with emotions that it has learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from soundalike.core.contracts import ArchitectureSpec, LoadedPart, Synthesizer
from soundalike.core.emotions import EMOTION, INTENSITY, USUAL_INTENSITY, EmotionName
from soundalike.core.options import Range
from soundalike.core.speaking import FAST, SHARPEN
from soundalike.models.common.prompt_voice import PROMPT_VOICE, prompt_slots


@dataclass(frozen=True)
class ExpressiveOptions:
    """How to speak. Speaking rate and pitch cannot be set: they are those of the voice and its emotion."""

    emotion: Annotated[EmotionName, EMOTION] = "neutral"
    intensity: Annotated[float, INTENSITY] = USUAL_INTENSITY
    seed: Annotated[int, Range(0, 2**62, "", "the same seed gives the same sound")] = 0
    # How far the spread of each mel band is brought back to the reference's
    sharpen: Annotated[float, SHARPEN] = 1.0


def _assemble(parts: Mapping[str, LoadedPart]) -> Synthesizer:
    from .synthesizer import ExpressiveSynthesizer

    return ExpressiveSynthesizer.of_parts(parts)


SPEC = ArchitectureSpec(
    "expressive",
    prompt_slots("expressive"),
    ExpressiveOptions,
    PROMPT_VOICE,
    _assemble,
    capabilities=("blend", "adapt", "attention", "emotion"),
    quality=FAST,
)
