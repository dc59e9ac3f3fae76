"""What a file of speech was made from: a digest of text, voice and options, kept in the file's comment, by
which `batch` knows whether a job is to be done again.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from soundalike.audio.io import read_comment
from soundalike.audio.speech import Speech
from soundalike.checkpoints import model_store
from soundalike.checkpoints.bundle import read_model
from soundalike.core import registry
from soundalike.core.errors import SoundalikeError
from soundalike.core.types import ADAPTER, Voice
from soundalike.text import Lexicon

from . import voice_library
from .batch_conversion import wishes_of
from .job_settings import own_settings
from .option_table import own_options

if TYPE_CHECKING:
    from .batch import BatchSettings

KEY = "job"  # of the line of JSON in the comment
# Settings that a job which converts a recording is done with
OF_CONVERSIONS = ("model", "family", "quality_check", "loudness", "watermark", "c2pa_cert")
ELSEWHERE = ("device", "backend", "threads", "c2pa_key")  # settings that leave the speech as it is


class JobDigests:
    """The digests of the jobs of one file, by the settings they are all done with."""

    def __init__(self, settings: BatchSettings):
        self._given = settings
        given = dataclasses.asdict(settings)
        folder = model_store.chosen(settings.model, settings.family)
        family = registry.architecture(read_model(folder)["family"])
        given["quality"] = settings.quality or family.quality
        given["lexicon"] = Lexicon.read(settings.lexicon).to_dict() if settings.lexicon else None
        given["model"] = os.path.abspath(settings.model) if settings.model else None
        self.settings = {name: value for name, value in given.items() if name not in ELSEWHERE}

    def of(self, job: Mapping[str, Any]) -> str:
        """Sixteen hexadecimal digits of what a job asks for. Raises SoundalikeError and OSError where its
        voice cannot be read.
        """
        if "source" in job:
            return self._of_conversion(job)
        language = job.get("language") or self.settings["language"]
        asked = {**self.settings, "text": job["text"], "language": language}
        if job.get("text_format"):
            asked["text_format"] = job["text_format"]
        asked |= own_options(job) | own_settings(job)
        asked["voice"] = _voice_digest(os.path.abspath("."), job["reference"])
        return _digest(json.dumps(asked, sort_keys=True, ensure_ascii=False).encode())[:16]

    def _of_conversion(self, job: Mapping[str, Any]) -> str:
        """The digest of a job that converts a recording, by the recording's bytes."""
        kept = {name: self.settings[name] for name in OF_CONVERSIONS}
        asked = {
            **kept,
            **own_settings(job),
            **wishes_of(job, self._given),
            "source": _digest_of_file(job["source"]),
        }
        asked["voice"] = _voice_digest(os.path.abspath("."), job["reference"])
        return _digest(json.dumps(asked, sort_keys=True, ensure_ascii=False).encode())[:16]

    def is_done(self, job: Mapping[str, Any]) -> bool:
        """Whether the file of a job is what it asks for; also where that cannot be known: of a file that
        holds no digest, or a voice that is there no more.
        """
        kept = digest_in(job["wav"])
        try:
            return kept is None or kept == self.of(job)
        except (SoundalikeError, OSError):
            return True


def with_digest(audio: Speech, digest: str) -> Speech:
    """Speech whose files will say what they were made from."""
    return dataclasses.replace(audio, origin=f"{audio.origin}\n{digest_note(digest)}")


def digest_note(digest: str) -> str:
    """The line of a file's comment that says what it was made from."""
    return json.dumps({KEY: digest})


def digest_in(path: str | os.PathLike) -> str | None:
    """The digest that a file holds; None where it holds none."""
    for line in read_comment(path).splitlines():
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict) and isinstance(found.get(KEY), str):
            return found[KEY]
    return None


@functools.lru_cache(maxsize=1024)
def _voice_digest(folder: str, reference: str) -> str:
    """The digest of a recording's bytes, or of a voice but for what is learned from it again anyway. `folder`
    is what a relative path is relative to.
    """
    found = voice_library.find(reference)
    return _digest_of_voice(found) if isinstance(found, Voice) else _digest_of_file(found)


def _digest_of_file(path: str) -> str:
    """The digest of a file's bytes. Raises OSError."""
    sums = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            sums.update(block)
    return sums.hexdigest()


def _digest_of_voice(voice: Voice) -> str:
    learned = voice.facts.get("adapter", {}).get("method") == "prompt"
    sums = hashlib.sha256(json.dumps(voice.facts.get("lexicon"), sort_keys=True).encode())
    for name, value in sorted(voice.tensors.items()):
        if name != "source" and not (learned and name.startswith(ADAPTER)):
            sums.update(name.encode() + np.ascontiguousarray(value).tobytes())
    return sums.hexdigest()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
