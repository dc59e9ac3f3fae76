"""The fields of a batch: what each is of a clip, along which axis it is padded, and how it is loaded.

`register` adds a field; a model's room may bring its own beside those of this page. Fields are loaded in the
order they were registered in, so that the random numbers of one never depend on those after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from soundalike.core.emotions import ACTED_EMOTIONS
from soundalike.core.errors import ConfigError
from soundalike.text.alphabet import encode, phone_classes

from .clip import Clip, Source

# Ids of emotions, and of these languages, are places in tables that are only ever appended to; 0: not known.
# The id of any other language is told by the letters of its code, so that no machine need know of it
LANGUAGES = ("", "en", "cs", "de", "es", "fr", "it", "nl", "pt", "ru", "sv", "zh", "ja", "ko")
EMOTIONS = ACTED_EMOTIONS
_LETTERS = " abcdefghijklmnopqrstuvwxyz"
LANGUAGE_IDS = len(LANGUAGES) + len(_LETTERS) ** 3  # ids are below
UNKNOWN_PHONE = -1  # of a frame of a clip without durations
TARGET_WIDTH = 256  # of a target embedding that is not known


@dataclass(frozen=True)
class Field:
    """One thing a batch can hold of its clips."""

    name: str
    # What its first dimension runs over: "symbols", "frames", "samples", "codec frames", "content frames",
    # "prompt frames", "prompt symbols", "prompt codec frames"; None: a clip has one value, padded nowhere
    axis: str | None
    pad: float  # what padding is filled with
    dtype: Any  # of numpy
    load: Callable[[Clip], Any]  # the array of a clip, cut to its window
    available: Callable[[Source], bool] = lambda source: True  # clips without it are left out


FIELDS: dict[str, Field] = {}


def register(field: Field) -> Field:
    """Make a field known by its name. Raises ConfigError for a name that another field has."""
    if FIELDS.setdefault(field.name, field) != field:
        raise ConfigError(f"there is a field '{field.name}' already. Give this one another name.")
    return field


def fields_of(names: Iterable[str]) -> list[Field]:
    """The fields of these names, in the order they are loaded. Raises ConfigError for an unknown one."""
    wanted = set(names)
    unknown = sorted(wanted - FIELDS.keys())
    if unknown:
        raise ConfigError(f"there is no field '{unknown[0]}'. Choose among {', '.join(FIELDS)}.")
    return [field for name, field in FIELDS.items() if name in wanted]


def language_id(code: str) -> int:
    """The id in batches of a language by its code of two or three letters, a region left aside; 0 for what is
    no such code.
    """
    base = code.split("-")[0]
    if base in LANGUAGES:
        return LANGUAGES.index(base)
    if not 2 <= len(base) <= 3 or not set(base) <= set(_LETTERS[1:]):
        return 0
    first, second, third = (_LETTERS.index(letter) for letter in base.ljust(3))
    return len(LANGUAGES) + (first * len(_LETTERS) + second) * len(_LETTERS) + third


def language_of_id(id: int) -> str:
    """The code that `language_id` made an id of; empty for 0."""
    if id < len(LANGUAGES):
        return LANGUAGES[id]
    rest, third = divmod(id - len(LANGUAGES), len(_LETTERS))
    return "".join(_LETTERS[place] for place in (*divmod(rest, len(_LETTERS)), third)).strip()


def stored(kind: str) -> Callable[[Source], bool]:
    """Whether a clip has an array of a kind in its feature store."""
    return lambda source: source.has(kind)


def _is_transcribed(source: Source) -> bool:
    return bool(source.row.phonemes)


def _is_aligned(source: Source) -> bool:
    return _is_transcribed(source) and source.has("durations")


def _mel(clip: Clip) -> np.ndarray:
    config = clip.config
    # Drawn whether or not the clip has such a mel: what others draw does not depend on that
    is_gta = bool(config.gta) and clip.rng.random() < config.gta and clip.source.has("gta")
    return clip.frames_of(clip.source.read("gta") if is_gta else clip.mel)


def _heard(clip: Clip) -> np.ndarray:
    share = clip.config.degraded_heard
    if not (share and clip.rng.random() < share and clip.source.has("degraded_mel")):
        return clip.frames_of(clip.mel)
    whole = clip.mel.copy()
    poor = clip.source.read("degraded_mel")[: len(whole)]
    whole[: len(poor)] = poor
    return clip.frames_of(whole)


def _samples(clip: Clip) -> np.ndarray:
    return clip.cut(clip.source.read("samples"), clip.mel_spec.sample_rate) / np.float32(32768)


def _target_embedding(clip: Clip) -> np.ndarray:
    known = clip.source.has("target_embedding")
    return clip.source.read("target_embedding") if known else np.zeros(TARGET_WIDTH, np.float32)


def _quality(clip: Clip) -> Any:
    return clip.source.read("quality") if clip.source.has("quality") else np.nan


def _language(clip: Clip) -> int:
    return language_id(clip.row.language)


def _emotion(clip: Clip) -> int:
    name = clip.row.emotion.split("-")[0]  # "happy-strong" is happy
    name = "fearful" if name == "fear" else name
    return EMOTIONS.index(name) if name in EMOTIONS else 0


def _phones(clip: Clip) -> np.ndarray:
    if not _is_aligned(clip.source):
        return np.full(len(clip.frames_of(clip.mel)), UNKNOWN_PHONE)
    classes = np.array(phone_classes())[encode(clip.row.phonemes, clip.row.id)]
    sounding = np.repeat(classes, clip.source.read("durations"))
    whole = np.full(len(clip.mel), UNKNOWN_PHONE)
    whole[: len(sounding)] = sounding[: len(whole)]
    return clip.frames_of(whole)


BUILT_IN = (
    Field("symbols", "symbols", 0, np.int64, lambda c: encode(c.row.phonemes, c.row.id), _is_transcribed),
    Field("durations", "symbols", 0, np.int64, lambda c: c.source.read("durations"), _is_aligned),
    Field("mel", "frames", 0, np.float32, _mel, stored("mel")),
    # The mel, or that of a poor recording of the clip, of the same frames
    Field("heard", "frames", 0, np.float32, _heard),
    Field("pitch", "frames", 0, np.float32, lambda c: c.frames_of(c.source.read("pitch"))),
    # What sounds in each frame, a class of text.alphabet.phone_classes; UNKNOWN_PHONE where not known
    Field("phones", "frames", UNKNOWN_PHONE, np.int64, _phones),
    Field("samples", "samples", 0, np.float32, _samples, stored("samples")),
    Field("speaker", None, 0, np.int64, lambda c: c.speaker),
    # Of another encoder, where its embeddings are distilled; known is 1 where there is one
    Field("target_embedding", None, 0, np.float32, _target_embedding),
    Field("target_embedding_known", None, 0, np.float32, lambda c: c.source.has("target_embedding")),
    # Predicted mean opinion score of the clip, 1 to 5; NaN where not known
    Field("quality", None, 0, np.float32, _quality),
    Field("language", None, 0, np.int64, _language),
    Field("emotion", None, 0, np.int64, _emotion),
    # (T', C) of a codec's C codebooks, and (T'', D) of what is said, at frame rates of their own
    Field(
        "codes", "codec frames", 0, np.int64, lambda c: c.cut_whole(c.source.read("codes")), stored("codes")
    ),
    Field(
        "content",
        "content frames",
        0,
        np.float32,
        lambda c: c.cut_whole(c.source.read("content")),
        stored("content"),
    ),
    # The prompt: a stretch of another clip of the speaker, or of the same where there is no other
    Field("prompt", "prompt frames", 0, np.float32, lambda c: c.prompt.mel),
    Field("prompt_pitch", "prompt frames", 0, np.float32, lambda c: c.prompt.frames_of("pitch")),
    # (2,) first and last-plus-one frame of the clip that its own prompt was cut from; 0, 0 of another clip
    Field("prompt_span", None, 0, np.int64, lambda c: c.prompt.span),
    Field("prompt_symbols", "prompt symbols", 0, np.int64, lambda c: c.prompt.symbols, _is_aligned),
    # How many frames of the prompt each of these symbols takes
    Field("prompt_durations", "prompt symbols", 0, np.int64, lambda c: c.prompt.durations, _is_aligned),
    Field(
        "prompt_codes",
        "prompt codec frames",
        0,
        np.int64,
        lambda c: c.prompt.cut_whole("codes"),
        stored("codes"),
    ),
    # (V,) of the prompt's clip
    Field(
        "speaker_embedding",
        None,
        0,
        np.float32,
        lambda c: c.prompt.speaker_embedding,
        stored("speaker_embedding"),
    ),
)
for _field in BUILT_IN:
    register(_field)
