"""VITS (Kim et al. 2021), multilingual, with a speaker embedding: it clones, and speaks without a vocoder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from soundalike.core.contracts import ArchitectureSpec, LoadedPart, Slot, Synthesizer
from soundalike.core.options import Help, Range
from soundalike.core.speaking import SHARPEN
from soundalike.models.common.prompt_voice import PROMPT_VOICE


@dataclass(frozen=True)
class VitsOptions:
    """How to speak. Rate and pitch may also be asked for word by word, in the text; volume there is laid over
    the sound. The pitch is moved in networks with a source; others speak at their own. Only mels are
    sharpened, not the latent frames of a HiFi-GAN.
    """

    speed: Annotated[float, Range(0.5, 2.0, "times", "speaking rate; the pitch stays")] = 1.0
    pitch: Annotated[float, Range(-12.0, 12.0, "semitones", "pitch; the durations stay")] = 0.0
    seconds: Annotated[float, Help("length of the sentence, exactly; 0: as long as it takes")] = 0.0
    seed: Annotated[int, Range(0, 2**62, "", "the same seed gives the same sound")] = 0
    sharpen: Annotated[float, SHARPEN] = 1.0
    temperature: Annotated[float, Range(0.0, 1.5, "", "how much of the fine texture is left to chance")] = 0.0
    timing: Annotated[float, Range(0.0, 1.5, "", "how much of the durations is left to chance")] = 0.3


def _assemble(parts: Mapping[str, LoadedPart]) -> Synthesizer:
    from .synthesizer import VitsSynthesizer

    return VitsSynthesizer.of_parts(parts)


SPEC = ArchitectureSpec(
    "vits",
    {
        "acoustic": Slot("acoustic", part="vits"),
        "speaker": Slot("speaker"),
        "aligner": Slot("aligner", required=False, paired=False),
    },
    VitsOptions,
    PROMPT_VOICE,
    _assemble,
    capabilities=("durations", "blend"),
)
