"""FastSpeech 2 (Ren et al. 2020) with a speaker embedding: it clones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from soundalike.core.contracts import ArchitectureSpec, LoadedPart, Synthesizer
from soundalike.core.options import Help, Range
from soundalike.core.speaking import SHARPEN
from soundalike.models.common.prompt_voice import PROMPT_VOICE, prompt_slots


@dataclass(frozen=True)
class FastSpeech2Options:
    """How to speak. Rate and pitch may also be asked for word by word, in the text; volume there is laid over
    the sound.
    """

    speed: Annotated[float, Range(0.5, 2.0, "times", "speaking rate; the pitch stays")] = 1.0
    pitch: Annotated[float, Range(-12.0, 12.0, "semitones", "pitch; the durations stay")] = 0.0
    energy: Annotated[float, Range(-12.0, 12.0, "dB", "softer or more pressed, at one loudness")] = 0.0
    seconds: Annotated[float, Help("length of the sentence, exactly; 0: as long as it takes")] = 0.0
    seed: Annotated[int, Range(0, 2**62, "", "the same seed gives the same sound")] = 0
    # How far the spread of each mel band is brought back to the reference's
    sharpen: Annotated[float, SHARPEN] = 0.5


def _assemble(parts: Mapping[str, LoadedPart]) -> Synthesizer:
    from .synthesizer import FastSpeech2Synthesizer

    return FastSpeech2Synthesizer.of_parts(parts)


SPEC = ArchitectureSpec(
    "fastspeech2",
    prompt_slots("fastspeech2"),
    FastSpeech2Options,
    PROMPT_VOICE,
    _assemble,
    capabilities=("durations", "mel", "blend", "adapt"),
)
