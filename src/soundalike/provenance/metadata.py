"""Where a sound comes from: the watermark and the note put on speech, and reading both back.

The note is a line of JSON for each voice, in the comment of a file: LIST/INFO ICMT of wav, Vorbis comment of
flac, ogg and opus, ID3 of mp3, the metadata of m4a.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timezone
from typing import Any

import numpy as np

from soundalike import __version__
from soundalike.audio.audio import Audio
from soundalike.audio.io import read_comment
from soundalike.audio.speech import Speech
from soundalike.core.types import Voice

from . import c2pa, watermark
from .error_correction import Mark

MADE_BY = "soundalike"  # a note is one of ours by this
COPY = "0" * 12  # in the place of a voice's id: a recording that a codec gives back
LONGEST = 100  # characters of a field of a note
FIELDS = {"synthesised_by": str, "voice": str, "model": str, "date": str, "watermark": bool}


@dataclass(frozen=True)
class Origin:
    """What a file says of where it comes from. Notes and credentials are easily removed or forged; a
    watermark is not.
    """

    marks: list[watermark.Found] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    credentials: c2pa.Credentials | None = None

    @property
    def found(self) -> bool:
        """Whether anything says that this package made it."""
        return bool(self.marks or self.notes)


def today() -> date:
    """The day in UTC; that of $SOURCE_DATE_EPOCH where it is set, so that a file can be made again to the
    byte.
    """
    seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
    if seconds.isdigit():
        return datetime.fromtimestamp(int(seconds), timezone.utc).date()
    return datetime.now(timezone.utc).date()


def voice_id(voice: Voice) -> str:
    """Twelve hexadecimal digits that name a voice by its speaker embedding. A voice derived anew by another
    model has another id.
    """
    embedding = np.ascontiguousarray(voice.identity.astype(np.float16))
    return hashlib.sha256(embedding.tobytes()).hexdigest()[:12]


def model_id(model: Mapping[str, Any]) -> str:
    """Twelve hexadecimal digits that name a model by its facts, the package's version included."""
    return hashlib.sha256(json.dumps(dict(model), sort_keys=True).encode()).hexdigest()[:12]


def mark_of(voice: Voice, model: Mapping[str, Any], day: date | None) -> Mark:
    """The watermark's content for a voice and a model: the beginnings of their ids, and the day."""
    return _mark(voice_id(voice), model, day)


def _mark(voice: str, model: Mapping[str, Any], day: date | None) -> Mark:
    return Mark(int(voice[:4], 16), int(model_id(model)[:2], 16) >> 2, day)


def signed(
    audio: Speech,
    voice: Voice,
    model: Mapping[str, Any],
    day: date | None = None,
    mark: bool = True,
    first_sample: int = 0,
) -> Speech:
    """A piece of speech with its note and, if `mark`, its watermark.

    `model` are the model's facts; `first_sample` is the place of the piece in the whole, where the
    watermark's pattern goes on.
    """
    return _signed(audio, voice_id(voice), model, day, mark, first_sample)


def signed_copy(
    audio: Speech,
    model: Mapping[str, Any],
    day: date | None = None,
    mark: bool = True,
    first_sample: int = 0,
) -> Speech:
    """As `signed`, of a recording that a model gives back in its own voice, as a codec does: COPY stands for
    the voice.
    """
    return _signed(audio, COPY, model, day, mark, first_sample)


def _signed(
    audio: Speech, voice: str, model: Mapping[str, Any], day: date | None, mark: bool, first_sample: int
) -> Speech:
    note = {"synthesised_by": f"{MADE_BY} {__version__}", "voice": voice, "model": model_id(model)}
    if day is not None:
        note["date"] = day.isoformat()
    content = _mark(voice, model, day)
    marked = watermark.embed(audio, content, first_sample) if mark else audio
    return replace(marked, origin=json.dumps({**note, "watermark": mark}))


def encoded(audio: Speech, format: str, certificate: str | None = None, key: str | None = None) -> bytes:
    """The bytes of a file of speech, its Content Credentials in it where they are asked for."""
    data = audio.encode(format)
    if not (certificate and key):
        return data
    return c2pa.sign(data, format, certificate, key, notes_in(audio.origin))


def notes_in(comment: str) -> list[dict[str, Any]]:
    """The notes of this package in a file's comment; anything else is ignored."""
    notes = []
    for line in comment.splitlines():
        try:
            note = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(note, dict) and str(note.get("synthesised_by", "")).startswith(MADE_BY + " "):
            known = {name: note[name] for name, kind in FIELDS.items() if isinstance(note.get(name), kind)}
            notes.append({name: _printable(value) for name, value in known.items()})
    return notes


def _printable(value: str | bool) -> str | bool:
    """A field of a note, at most LONGEST printable ASCII characters where it is text."""
    return re.sub(r"[^ -~]", "?", value)[:LONGEST] if isinstance(value, str) else value


def origin_of(path: str | os.PathLike) -> Origin:
    """What a file says of its origin. Raises AudioError where it cannot be read."""
    audio = Audio.read(path)
    return Origin(watermark.find(audio), notes_in(read_comment(path)), c2pa.read(path))
