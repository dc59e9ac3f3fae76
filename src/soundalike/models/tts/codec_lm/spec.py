"""A language model over the codes of a neural codec (VALL-E, Wang et al. 2023): it goes on speaking as the
prompt does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from soundalike.core.contracts import ArchitectureSpec, LoadedPart, Slot, Synthesizer, TensorSchema
from soundalike.core.options import Range
from soundalike.core.speaking import FAST
from soundalike.models.common.prompt_voice import PROMPT_VOICE

WHOLE = ("int16", "int32", "int64")


@dataclass(frozen=True)
class CodecLMOptions:
    """How to speak. Rate and pitch are drawn anew for each take, as the prompt has them."""

    seed: Annotated[int, Range(0, 2**62, "", "the same seed gives the same sound")] = 0
    temperature: Annotated[float, Range(0.0, 1.5, "", "how much of the fine texture is left to chance")] = 0.6
    top_p: Annotated[
        float, Range(0.05, 1.0, "", "codes are drawn of the likeliest with this probability")
    ] = 0.9


def _assemble(parts: Mapping[str, LoadedPart]) -> Synthesizer:
    from .synthesizer import CodecLMSynthesizer

    return CodecLMSynthesizer.of_parts(parts)


SPEC = ArchitectureSpec(
    "codec_lm",
    {
        "acoustic": Slot("acoustic", part="codec_lm"),  # text to codes of the first level
        "levels": Slot("levels", part="codec_levels"),  # codes of the other levels
        "codec": Slot("codec", part="mel_codec"),
        "vocoder": Slot("vocoder"),
        "speaker": Slot("speaker"),
        "aligner": Slot("aligner", paired=False),  # hears what is said in the prompt, and checks
    },
    CodecLMOptions,
    {
        **PROMPT_VOICE,
        # Where the transcript of the reference was given: its symbols, and their frames of the prompt
        "prompt_symbols": TensorSchema(1, WHOLE, required=False),
        "prompt_durations": TensorSchema(1, WHOLE, required=False),
    },
    _assemble,
    capabilities=("mel", "blend", "attention"),
    quality=FAST,
)
