"""SV2TTS (Jia et al. 2018): a speaker encoder, Tacotron 2 and a vocoder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from soundalike.core.contracts import ArchitectureSpec, LoadedPart, Synthesizer
from soundalike.core.options import Help, Range
from soundalike.core.speaking import FAST, SHARPEN
from soundalike.models.common.prompt_voice import PROMPT_VOICE, prompt_slots


@dataclass(frozen=True)
class SV2TTSOptions:
    """How to speak. Speaking rate and pitch cannot be set: they are those of the training voices."""

    seed: Annotated[int, Range(0, 2**62, "", "the same seed gives the same sound")] = 0
    guard: Annotated[bool, Help("keep the attention moving on, to the end of the text")] = True
    # How far the spread of each mel band is brought back to the reference's
    sharpen: Annotated[float, SHARPEN] = 1.0


def _assemble(parts: Mapping[str, LoadedPart]) -> Synthesizer:
    from .synthesizer import SV2TTSSynthesizer

    return SV2TTSSynthesizer.of_parts(parts)


SPEC = ArchitectureSpec(
    "sv2tts",
    prompt_slots("sv2tts"),
    SV2TTSOptions,
    PROMPT_VOICE,
    _assemble,
    capabilities=("blend", "adapt", "attention"),
    quality=FAST,  # prompt adaptation takes it long, and costs it words
)
