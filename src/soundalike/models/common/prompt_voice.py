"""The slots and the voice schema of architectures conditioned on a prompt and a speaker embedding."""

from __future__ import annotations

from soundalike.core.contracts import Slot, TensorSchema

FLOATS = ("float16", "float32")
PROMPT_VOICE = {
    "prompt": TensorSchema(2, FLOATS),  # (T, M) log-mel
    "prompt_pitch": TensorSchema(1, FLOATS),  # (T,) hertz; 0 where unvoiced
    "vector": TensorSchema(1, FLOATS),  # (V,) speaker embedding
}


def prompt_slots(part: str) -> dict[str, Slot]:
    """The slots of an architecture whose acoustic model is `part`: text to mel to sound, a speaker encoder,
    and an aligner that checks what is said.
    """
    return {
        "acoustic": Slot("acoustic", part=part),
        "vocoder": Slot("vocoder"),
        "speaker": Slot("speaker"),
        "aligner": Slot("aligner", required=False, paired=False),
    }
