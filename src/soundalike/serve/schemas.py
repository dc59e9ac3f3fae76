"""What clients send, checked: OpenAI's speech request with our extensions."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from .errors import Refusal
from .models import DEFAULT, OPTIONS, OWN_NAMES

Format = Literal["mp3", "opus", "aac", "flac", "wav", "pcm"]
Quality = Literal["fast", "best"]
Speed = Annotated[float, Field(ge=0.25, le=4.0, allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0, le=2**53)]  # as many as JavaScript keeps apart
Number = Annotated[float, Field(allow_inf_nan=False)]
Model = Annotated[str, Field(max_length=100, description="A name that GET /v1/models lists.")]
Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*$")]


class VoiceId(BaseModel):
    """OpenAI's other way to name a voice."""

    model_config = ConfigDict(extra="forbid", strict=True)
    id: Annotated[str, Field(max_length=200)]


class Wanted(BaseModel):
    """What is to be said, and how."""

    model_config = ConfigDict(extra="forbid")
    model: Model = DEFAULT
    input: str = Field(description="The text, plain or SSML.")
    voice: Annotated[str, Field(max_length=200)] | VoiceId | None = Field(
        None, description="A voice's name or id. Not needed with ref_audio."
    )
    response_format: Format = "mp3"
    speed: Speed = 1.0
    instructions: Annotated[str, Field(max_length=4096)] | None = Field(
        None, description="Taken for the sake of OpenAI's clients; not followed."
    )
    ref_audio: str | None = Field(
        None, description="A recording of the voice in base64, bare or as a data: URI; wins over `voice`."
    )
    ref_text: Annotated[str, Field(max_length=4096)] | None = Field(
        None, description="What is said in ref_audio, to be compared."
    )
    seed: Seed = 0
    language: Language | None = None
    quality: Quality | None = Field(
        None, description="best makes each sentence three times and keeps the clearest."
    )
    pitch: Number | None = Field(None, description="Semitones up or down; of models that have it.")
    temperature: Number | None = Field(
        None, description="How much of the fine texture is left to chance; of models that have it."
    )
    energy: Number | None = Field(None, description="dB: softer or more pressed; of models that have it.")
    loudness: Number | None = Field(None, description="LUFS.")

    @property
    def chosen_quality(self) -> str:
        return self.quality or OWN_NAMES.get(self.model, "fast")

    @property
    def options(self) -> dict[str, float]:
        """The model's own options that were given."""
        return {
            name: value for name in OPTIONS if name != "speed" and (value := getattr(self, name)) is not None
        }

    @property
    def voice_name(self) -> str | None:
        return self.voice.id if isinstance(self.voice, VoiceId) else self.voice

    def reference(self, most: int) -> bytes | None:
        """The bytes of ref_audio. Raises Refusal for what is not base64, or more than `most` bytes."""
        return None if self.ref_audio is None else decode_base64(self.ref_audio, "ref_audio", most)


class SpeechRequest(Wanted):
    """POST /v1/audio/speech."""

    stream_format: Literal["audio", "sse"] = "audio"
    timestamps: bool = Field(
        False, description="With sse: each delta also carries its words and when they are said."
    )


class JobRequest(Wanted):
    """POST /v1/audio/jobs."""


def check_text(text: str, most: int, param: str = "input") -> None:
    """Raise Refusal for a text that is empty or too long."""
    if not text.strip():
        raise Refusal(400, "invalid_text", f"{param}: the text is empty. Give a sentence to speak.", param)
    if len(text) > most:
        raise Refusal(
            400, "text_too_long", f"{param}: {len(text)} characters, at most {most} are spoken here.", param
        )


def decode_base64(text: str, param: str, most: int) -> bytes:
    """Bytes of base64, bare or as a data: URI. Raises Refusal for a URL, a path or anything else."""
    if text.startswith("data:"):
        head, comma, text = text.partition(",")
        if not comma or not head.endswith(";base64"):
            raise Refusal(400, "invalid_audio", f"{param}: a data: URI must be of base64.", param)
    try:
        data = base64.b64decode(
            "".join(text.split()) if any(sign in text for sign in "\r\n ") else text, validate=True
        )
    except (binascii.Error, ValueError):
        raise Refusal(
            400,
            "invalid_audio",
            f"{param}: not base64. Give the recording itself; addresses and paths are not opened.",
            param,
        ) from None
    if len(data) > most:
        raise Refusal(413, "too_large", f"{param}: {len(data)} bytes, at most {most} are taken.", param)
    return data
