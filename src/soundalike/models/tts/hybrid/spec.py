"""The hybrid: a language model makes tokens of what is said of text, a VITS decoder sound of these (the way
of GPT-SoVITS).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from soundalike.core.contracts import ArchitectureSpec, LoadedPart, Slot, Synthesizer, TensorSchema
from soundalike.core.options import Help, Range
from soundalike.core.speaking import FAST, SHARPEN
from soundalike.models.common.prompt_voice import PROMPT_VOICE

WHOLE = ("int16", "int32", "int64")
NOISE = Range(0.0, 1.5, "", "how much of the sound of a token is left to chance")
SEED = Range(0, 2**62, "", "the same seed gives the same sound")


@dataclass(frozen=True)
class HybridOptions:
    """How to speak. Timing is drawn anew for each take, as the prompt has it; the pitch is predicted."""

    speed: Annotated[float, Range(0.5, 2.0, "times", "speaking rate; the pitch stays")] = 1.0
    pitch: Annotated[float, Range(-12.0, 12.0, "semitones", "pitch; the durations stay")] = 0.0
    seconds: Annotated[float, Help("length of the sentence, exactly; 0: as long as it takes")] = 0.0
    seed: Annotated[int, SEED] = 0
    temperature: Annotated[float, Range(0.0, 1.5, "", "how much of the fine texture is left to chance")] = 0.8
    top_p: Annotated[
        float, Range(0.05, 1.0, "", "codes are drawn of the likeliest with this probability")
    ] = 0.9
    noise: Annotated[float, NOISE] = 0.0
    sharpen: Annotated[float, SHARPEN] = 1.0


@dataclass(frozen=True)
class HybridConversionOptions:
    """How to give a recording another voice."""

    transcript: Annotated[str, Help("what the recording says; empty: its sounds are recognized")] = ""
    language: Annotated[str, Help("of the transcript; empty: found")] = ""
    pitch: Annotated[float, Range(-12.0, 12.0, "semitones", "beside the voice's own mean pitch")] = 0.0
    seed: Annotated[int, SEED] = 0
    noise: Annotated[float, NOISE] = 0.0
    sharpen: Annotated[float, SHARPEN] = 1.0


def _assemble(parts: Mapping[str, LoadedPart]) -> Synthesizer:
    from .synthesizer import HybridSynthesizer

    return HybridSynthesizer.of_parts(parts)


SPEC = ArchitectureSpec(
    "hybrid",
    {
        "acoustic": Slot("acoustic", part="hybrid"),  # text to tokens
        "decoder": Slot("decoder", part="hybrid_decoder"),  # tokens to sound
        "codec": Slot("codec", part="content_tokens"),  # sound to tokens
        "speaker": Slot("speaker"),
        "aligner": Slot("aligner", paired=False),  # hears what is said in the prompt, and checks
    },
    HybridOptions,
    {
        **PROMPT_VOICE,
        # Where the transcript of the reference was given: its symbols, and their frames of the prompt
        "prompt_symbols": TensorSchema(1, WHOLE, required=False),
        "prompt_durations": TensorSchema(1, WHOLE, required=False),
        # Where these are told from samples, which a voice does not keep
        "prompt_tokens": TensorSchema(1, WHOLE, required=False),
    },
    _assemble,
    capabilities=("blend", "attention", "convert"),
    quality=FAST,
)
