"""Convolutions and a bidirectional LSTM, with Griffin-Lim as the vocoder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from soundalike.core.contracts import ArchitectureSpec, LoadedPart, Synthesizer
from soundalike.core.options import Help, Range
from soundalike.core.speaking import SHARPEN
from soundalike.models.common.prompt_voice import PROMPT_VOICE, prompt_slots


@dataclass(frozen=True)
class ConvRNNOptions:
    """How to speak."""

    speed: Annotated[float, Range(0.5, 2.0, "times", "speaking rate; the pitch stays")] = 1.0
    seconds: Annotated[float, Help("length of the sentence, exactly; 0: as long as it takes")] = 0.0
    seed: Annotated[int, Range(0, 2**62, "", "the same seed gives the same sound")] = 0
    # How far the spread of each mel band is brought back to the reference's
    sharpen: Annotated[float, SHARPEN] = 1.0


def _assemble(parts: Mapping[str, LoadedPart]) -> Synthesizer:
    from .synthesizer import ConvRNNSynthesizer

    return ConvRNNSynthesizer.of_parts(parts)


SPEC = ArchitectureSpec(
    "convrnn",
    prompt_slots("convrnn"),
    ConvRNNOptions,
    PROMPT_VOICE,
    _assemble,
    capabilities=("durations", "mel", "blend", "adapt"),
)
