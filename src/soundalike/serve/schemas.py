"""What clients send, checked: OpenAI's speech request with fields of our own."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    create_model,
    model_validator,
)

from soundalike.core.errors import ConfigError
from soundalike.core.options import Option, check_value, options_of
from soundalike.core.speaking import QUALITIES, STREAM_QUALITY
from soundalike.core.text_options import CodeBlocks, Emoji, TextFormat, TextOptions
from soundalike.inference.conversion import read_pitch
from soundalike.inference.option_table import option_table

from .encode import MEDIA
from .errors import Refusal
from .models import DEFAULT, DEFAULT_NAMES, current_name
from .request_options import FASTEST, LARGEST_SEED, LOUDNESS_OPTION, SLOWEST, request_options


def one_of(choices: Iterable[str]) -> Callable[[str], str]:
    """A check that a value is one of some words; its message lists them."""
    words = [repr(choice) for choice in choices]
    known = set(choices)

    def check(value: str) -> str:
        if value not in known:
            raise ValueError(f"Input should be {', '.join(words[:-1])} or {words[-1]}")
        return value

    return check


def within(option: Option) -> Callable[[Any], Any]:
    """A check that a value is one that an option may have; its message says the range, or the words."""

    def check(value: Any) -> Any:
        try:
            check_value(option, value)
        except ConfigError as error:
            raise ValueError(str(error).removesuffix(".")) from None
        return value

    return check


def option_schema(option: Option) -> dict[str, Any]:
    """The JSON schema of an option: a number and its range, or one of some words."""
    if option.choices:
        return {"type": "string", "enum": list(option.choices)}
    schema: dict[str, Any] = {"type": "number"}
    if option.range is not None:
        schema |= {"minimum": option.range.low, "maximum": option.range.high}
    return schema


def option_type(option: Option) -> Any:
    """The type of a field for an option: a finite number in its range, or one of its words."""
    if option.choices:
        check = AfterValidator(within(option))
        return Annotated[str, BeforeValidator(_lowered), check, WithJsonSchema(option_schema(option))]
    return Annotated[
        float,
        Field(allow_inf_nan=False),
        AfterValidator(within(option)),
        WithJsonSchema(option_schema(option)),
    ]


def _choices(words: Iterable[str]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(words)})


def _lowered(value: Any) -> Any:
    """A word in lower case; what is no word stays as it is."""
    return value.lower() if isinstance(value, str) else value


def _pitch(value: str) -> str:
    """A pitch of a conversion that can be had."""
    try:
        return str(read_pitch(value))
    except ConfigError as error:
        raise ValueError(str(error).removesuffix(".")) from None


Format = Annotated[str, BeforeValidator(_lowered), AfterValidator(one_of(MEDIA)), _choices(MEDIA)]
Quality = Annotated[str, AfterValidator(one_of(QUALITIES)), _choices(QUALITIES)]
Speed = Annotated[
    float,
    Field(
        ge=SLOWEST,
        le=FASTEST,
        allow_inf_nan=False,
        description=f"{option_table()['speed'].help}: {SLOWEST:g} to {FASTEST:g} times",
    ),
]
Seed = Annotated[int, Field(ge=0, le=LARGEST_SEED, description=option_table()["seed"].help)]
Model = Annotated[
    str,
    Field(max_length=100, description="A name that GET /v1/models lists."),
    AfterValidator(current_name),
]
Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*$")]
Pitch = Annotated[str, AfterValidator(_pitch)]
EmotionWord = option_type(request_options()["emotion"])
Intensity = option_type(request_options()["intensity"])
Transcript = Annotated[str, Field(max_length=4096)]


class VoiceId(BaseModel):
    """OpenAI's other way to name a voice."""

    model_config = ConfigDict(extra="forbid", strict=True)
    id: Annotated[str, Field(max_length=200)]


_TEXT = options_of(TextOptions)
# A field for each option of the architectures; None: as the model has it
_options: dict[str, Any] = {
    option.name: (
        option_type(option) | None,
        Field(None, description=f"{option.help}: {option.span}; of models that have it."),
    )
    for option in request_options().values()
    if option.name != "speed"
}
OptionFields = create_model("OptionFields", **_options)


# Fields for which clients send "" where nothing was chosen
BLANK_IS_ABSENT = ("model", "voice", "response_format", "stream_format", "language", "quality", "emotion")


class TextRequest(OptionFields):  # type: ignore[misc, valid-type]  # its fields come from the option table
    """A text, the voice that speaks it, and how. A field that is null counts as left out; fields of similar
    servers that this one does not have are ignored.
    """

    model_config = ConfigDict(extra="allow")
    model: Model = DEFAULT
    input: str = Field(description="The text, plain or SSML.")
    voice: Annotated[str, Field(max_length=200)] | VoiceId | None = Field(
        None,
        description="A voice's name or id. Without it, and without ref_audio, a bundled voice speaks.",
    )
    response_format: Format = "mp3"
    speed: Speed = 1.0
    instructions: Annotated[str, Field(max_length=4096)] | None = Field(
        None, description="Accepted for OpenAI's clients, and not followed."
    )
    ref_audio: str | None = Field(
        None, description="A recording of the voice in base64, bare or as a data: URI; wins over `voice`."
    )
    ref_text: Transcript | None = Field(
        None, description="What is said in ref_audio, to be compared with the recording."
    )
    seed: Seed = 0
    language: Language | None = None
    quality: Quality | None = Field(
        None,
        description="best adapts to the voice, makes each sentence three times and keeps the clearest: the "
        "default of /voice-cloning and of jobs; fast is that of /v1/audio/speech, which streams.",
    )
    text_format: TextFormat = Field("auto", description=_TEXT["text_format"].help)
    code_blocks: CodeBlocks = Field("announce", description=_TEXT["code_blocks"].help)
    emoji: Emoji = Field("drop", description=_TEXT["emoji"].help)
    # Its type is built from its Option, which mypy cannot follow
    loudness: option_type(LOUDNESS_OPTION) | None = Field(  # type: ignore[valid-type]
        None, description=f"{LOUDNESS_OPTION.help}: {LOUDNESS_OPTION.span}."
    )

    @model_validator(mode="before")
    @classmethod
    def _absent(cls, given: Any) -> Any:
        """What was given without the fields that stand for nothing."""
        if not isinstance(given, dict):
            return given
        return {
            name: value
            for name, value in given.items()
            if value is not None and not (value == "" and name in BLANK_IS_ABSENT)
        }

    @property
    def ignored(self) -> list[str]:
        """The names of fields that were given and are not known here."""
        return sorted(self.model_extra or {})

    @property
    def chosen_quality(self) -> str | None:
        """The quality that was given, else the one that the model's name stands for; None: the default of the
        model.
        """
        return self.quality or DEFAULT_NAMES.get(self.model)

    @property
    def options(self) -> dict[str, float | str]:
        """The architecture's own options that were given, but for the speed."""
        values = {name: getattr(self, name) for name in request_options() if name != "speed"}
        return {name: value for name, value in values.items() if value is not None}

    @property
    def text_options(self) -> TextOptions:
        """How the text is written."""
        return TextOptions(self.text_format, self.code_blocks, self.emoji)

    @property
    def voice_name(self) -> str | None:
        """The name or id of the voice."""
        return self.voice.id if isinstance(self.voice, VoiceId) else self.voice

    def reference(self, most: int) -> bytes | None:
        """The bytes of ref_audio. Raises Refusal for what is not base64, or more than `most` bytes."""
        return None if self.ref_audio is None else decode_base64(self.ref_audio, "ref_audio", most)


class StreamedRequest(TextRequest):
    """A request whose first sound is sent before the rest is made."""

    stream: bool | None = Field(
        None,
        description="true: the first sentence is sent in pieces, each as it is made, so that its first sound "
        "comes sooner; before it only its mel is checked, and what the check of its sound doubts is told at "
        "the end. Otherwise a sentence is sent once it is checked.",
    )

    @property
    def chosen_quality(self) -> str:
        """As of other requests, but `fast` by default."""
        return super().chosen_quality or STREAM_QUALITY


class SpeechRequest(StreamedRequest):
    """POST /v1/audio/speech."""

    stream_format: Literal["audio", "sse"] = "audio"
    stream: bool | None = Field(
        None,
        description="false: the whole answer at once, with its true length. Otherwise sound is sent as it is "
        "made, sentence by sentence, except short wav and flac answers, which are sent whole. true: the "
        "first sentence is sent in pieces, so that its first sound comes sooner; before it only its mel is "
        "checked, and what the check of its sound doubts is told at the end, with stream_format sse.",
    )
    timestamps: bool = Field(
        False, description="With sse: each delta also carries its words and when they are said."
    )


class JobRequest(TextRequest):
    """POST /v1/audio/jobs."""


class StreamStart(StreamedRequest):
    """The first message of /v1/audio/stream: how its text is to be spoken."""

    type: Literal["start"]
    input: str = Field("", description="Text to begin with.")
    response_format: Format = "pcm"
    timestamps: bool = Field(False, description="Each delta also carries its words and when they are said.")


def check_text(text: str, most: int, param: str = "input") -> None:
    """Raise Refusal for a text that is empty or too long."""
    if not text.strip():
        raise Refusal(400, "invalid_text", f"{param}: the text is empty. Give a sentence to speak.", param)
    check_size(len(text), most, param)


def check_size(characters: int, most: int, param: str = "input") -> None:
    """Raise Refusal for a text of more characters than are spoken."""
    if characters > most:
        raise Refusal(
            400, "text_too_long", f"{param}: {characters} characters, at most {most} are spoken here.", param
        )


def decode_base64(text: str, param: str, most: int) -> bytes:
    """Bytes of base64, bare or as a data: URI. Raises Refusal for a URL, a path or anything else."""
    if text.startswith("data:"):
        head, comma, text = text.partition(",")
        if not comma or not head.endswith(";base64"):
            raise Refusal(400, "invalid_audio", f"{param}: a data: URI must be of base64.", param)
    try:
        joined = "".join(text.split()) if any(sign in text for sign in "\r\n ") else text
        data = base64.b64decode(joined, validate=True)
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
