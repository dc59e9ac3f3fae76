"""starling: durations, pitch and a regressed mel from phonemes and a prompt; the built-in model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from soundalike.core.contracts import ArchitectureSpec, LoadedPart, Slot, Synthesizer
from soundalike.core.emotions import EMOTION, INTENSITY, USUAL_INTENSITY, EmotionName
from soundalike.core.options import Help, Range
from soundalike.core.speaking import EXPRESSIVENESS, SHARPEN
from soundalike.models.common.prompt_voice import PROMPT_VOICE, prompt_slots

from .config import Accent


@dataclass(frozen=True)
class StarlingOptions:
    """How to speak."""

    speed: Annotated[float, Range(0.5, 2.0, "times", "speaking rate; the pitch stays")] = 1.0
    pitch: Annotated[float, Range(-12.0, 12.0, "semitones", "pitch; the durations stay")] = 0.0
    expressiveness: Annotated[float, EXPRESSIVENESS] = 1.0
    emotion: Annotated[EmotionName, EMOTION] = "neutral"
    intensity: Annotated[float, INTENSITY] = USUAL_INTENSITY
    accent: Annotated[
        Accent, Help("in another language than English: the language's, or the voice's own")
    ] = "native"
    seconds: Annotated[float, Help("length of the sentence, exactly; 0: as long as it takes")] = 0.0
    seed: Annotated[int, Range(0, 2**62, "", "the same seed gives the same sound")] = 0
    temperature: Annotated[float, Range(0.0, 1.5, "", "how much of the fine texture is left to chance")] = 1.0
    # How far the spread of each mel band is brought back to the reference's
    sharpen: Annotated[float, SHARPEN] = 0.5


CONVERSION_PITCH = Range(-12.0, 12.0, "semitones", "beside the voice's own mean pitch")


@dataclass(frozen=True)
class StarlingConversionOptions:
    """How to give a recording another voice."""

    transcript: Annotated[
        str, Help("what the recording says, to be spoken again; empty: its sounds are followed")
    ] = ""
    language: Annotated[str, Help("of the transcript; empty: found")] = ""
    pitch: Annotated[float, CONVERSION_PITCH] = 0.0
    seed: Annotated[int, Range(0, 2**62, "", "the same seed gives the same sound")] = 0
    temperature: Annotated[float, Range(0.0, 1.5, "", "how much of the fine texture is left to chance")] = 1.0


def _assemble(parts: Mapping[str, LoadedPart]) -> Synthesizer:
    from .synthesizer import StarlingSynthesizer

    return StarlingSynthesizer.of_parts(parts)


SPEC = ArchitectureSpec(
    "starling",
    {
        **prompt_slots("starling"),
        "adversary": Slot("adversary", required=False, part="mel_discriminator"),
        "content": Slot("content", required=False, part="starling_content", paired=False),
    },
    StarlingOptions,
    PROMPT_VOICE,
    _assemble,
    capabilities=("durations", "mel", "blend", "adapt", "emotion", "stream", "convert"),
)
