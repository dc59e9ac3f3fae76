"""What is done to one clip: decode, level, trim or cut at pauses, transcribe, phonemize, features. Workers
run this, here or elsewhere.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec, log_mel
from soundalike.audio.pitch import pitch
from soundalike.core.contracts import Aligner
from soundalike.core.errors import AudioError, TextError
from soundalike.data.feature_store import FeatureStore
from soundalike.models.recognizers.whisper import Recogniser, open_recogniser
from soundalike.prepare.readers.clips import Clip
from soundalike.prepare.readers.languages import AUTO, language_of_text
from soundalike.text import find_language, is_spoken, phonemize

from .defaults import LONGEST, SHORTEST
from .denoise import without_noise
from .slicing import MARGIN, cut, speech, texts_of_spans

KINDS = ("mel", "pitch", "samples")
# Kinds that other steps add, to be made again with what they were made from
FROM_TEXT = ("durations", "gta")
FROM_SOUND = ("speaker_embedding", "target_embedding", "quality")
AROUND = 0.1  # seconds that are left about a clip whose list says where in its recording it lies
NOTHING = "[nothing]"  # the text of a piece of a long recording that none of its text falls into


@dataclass(frozen=True)
class Plan:
    """What `prepare` does to every clip."""

    mel: MelSpec = field(default_factory=MelSpec)
    kinds: tuple[str, ...] = KINDS
    denoise: bool = False  # take steady noise out first
    trim: bool = True  # leave MARGIN seconds of silence at the ends
    longest: float = LONGEST  # seconds of a piece of a long recording, at most
    shortest: float = SHORTEST  # shorter pieces are rejected
    language: str = "en"  # of clips whose corpus does not say; "auto": of what is said
    speaker: str = ""  # who speaks in all clips; empty: whom their corpus names
    vad: str = "activity"  # what finds speech in long recordings: silero or activity
    transcribe: bool = True  # where there is no text; else such clips are kept without one
    asr_model: str | None = None  # folder or name of a Whisper model


@dataclass(frozen=True)
class Job:
    """One clip to be worked on, with the kinds of features to write."""

    clip: Clip
    kinds: tuple[str, ...]
    keys: tuple[str, str]  # what its sound and its text were made from; see `keys_of`
    stale: tuple[str, ...] = ()  # kinds that no longer hold


def keys_of(clip: Clip, plan: Plan) -> tuple[str, str]:
    """Digests of all that the sound and the text of a clip are made from: while they stay, nothing is to be
    done again.
    """
    try:
        stat = os.stat(clip.audio)
        file = [stat.st_size, stat.st_mtime_ns]
    except OSError:
        file = []
    cutting = [plan.longest, plan.shortest, plan.vad, clip.text] if clip.long else list(clip.span or ())
    sound = [clip.audio, file, asdict(plan.mel), plan.trim, cutting, *(["denoised"] if plan.denoise else [])]
    words = [
        clip.text,
        clip.language or plan.language,
        plan.transcribe and not clip.text and (plan.asr_model or True),
    ]
    own = find_language((clip.language or plan.language).partition("-")[0])
    return _digest(sound), _digest([sound, words, *([own.digest] if own else [])])


def work(job: Job, plan: Plan, folder: str, aligner: Aligner | None = None) -> dict[str, Any]:
    """Work on one clip; returns its entry of the journal: `rows` (what their sounds and texts came to) and
    `rejected` with reasons.
    """
    if aligner is not None:
        import torch

        torch.set_num_threads(1)  # there is a worker for each core
    store = FeatureStore(folder, plan.mel)
    clip = job.clip
    entry: dict[str, Any] = {"id": clip.id, "keys": list(job.keys), "rows": [], "rejected": []}
    try:
        if not os.path.isfile(clip.audio):
            raise AudioError(f"{clip.where}: there is no {clip.audio}.")
        sound = _recording(clip, plan.denoise)
        pieces = _pieces(clip, sound, plan, aligner)
    except (AudioError, TextError) as error:
        entry["rejected"].append({"id": clip.id, "reason": str(error)})
        return entry
    for piece, audio in pieces:
        try:
            for kind in job.stale:
                store.path(kind, piece.id).unlink(missing_ok=True)
            entry["rows"].append(_row(piece, audio, plan, job.kinds, store, Path(folder)))
        except (AudioError, TextError) as error:
            entry["rejected"].append({"id": piece.id, "reason": str(error)})
    return entry


def _recording(clip: Clip, denoise: bool) -> Audio:
    """The recording of a clip. The last one is kept where clips are cut out of it. Raises AudioError."""
    if clip.span is None:
        return _read(clip.audio, denoise)
    return _read_once(clip.audio, os.stat(clip.audio).st_mtime_ns, denoise)


@functools.lru_cache(maxsize=1)
def _read_once(path: str, changed: int, denoise: bool) -> Audio:
    return _read(path, denoise)


def _read(path: str, denoise: bool) -> Audio:
    sound = Audio.read(path).without_low_frequencies()
    return without_noise(sound) if denoise else sound


def _cut_out(clip: Clip, sound: Audio, span: tuple[float, float]) -> Audio:
    """A span of a recording, with a little around it. Raises AudioError where the recording ends before."""
    start, stop = span
    if start >= sound.seconds:
        raise AudioError(
            f"{clip.where}: it starts at {start:.2f} s, but {clip.audio} lasts {sound.seconds:.2f} s."
        )
    first = max(0, int((start - AROUND) * sound.rate))
    return Audio(sound.samples[first : int((stop + AROUND) * sound.rate)], sound.rate)


def _pieces(clip: Clip, sound: Audio, plan: Plan, aligner: Aligner | None) -> list[tuple[Clip, Audio]]:
    """A clip by itself, or a long recording's pieces, with their sounds."""
    if clip.span is not None:
        sound = _cut_out(clip, sound, clip.span)
    if not (clip.long and sound.seconds > plan.longest):
        return [(clip, sound.trim(MARGIN) if plan.trim else sound)]
    spans = cut(sound, speech(sound, plan.vad), plan.longest)
    if not spans:
        raise AudioError(f"{clip.audio}: nobody speaks in it.")
    texts = [""] * len(spans)
    if clip.text:
        if aligner is None:
            raise TextError(
                f"{clip.where}: a text of a long recording needs an aligner to be cut. "
                "Use `soundalike data prepare`, or give pieces with texts."
            )
        shares = texts_of_spans(sound, clip.text, _language(clip, plan), spans, aligner)
        texts = [share or NOTHING for share in shares]
    pieces = []
    for (start, stop), text in zip(spans, texts):
        name = f"{clip.id}_{int(start * 1000):08d}"
        where = f"{clip.audio}, from {start:.1f} to {stop:.1f} s"
        audio = Audio(sound.samples[int(start * sound.rate) : int(stop * sound.rate)], sound.rate)
        pieces.append((replace(clip, id=name, text=text, where=where), audio))
    return pieces


def _row(
    clip: Clip, audio: Audio, plan: Plan, kinds: tuple[str, ...], store: FeatureStore, folder: Path
) -> dict[str, Any]:
    """Write the features of a clip; returns what is known of it then. Raises AudioError or TextError where it
    cannot be used.
    """
    if clip.long and audio.seconds < plan.shortest:
        raise AudioError(f"{clip.where}: only {audio.seconds:.2f} s long, under {plan.shortest:g} s.")
    if clip.text == NOTHING:
        raise TextError(f"{clip.where}: none of the text falls into it.")
    sound = audio.resample(plan.mel.sample_rate).normalised()
    if sound.speech_seconds() < 0.2:
        raise AudioError(f"{clip.where if clip.long else clip.audio}: under 0.2 s of speech")
    text, language, phonemes = _words(clip, sound, plan)
    place = clip.audio
    if clip.long or clip.span:
        place = f"clips/{clip.id}.flac"
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        sound.write(folder / place)
    _write_features(clip.id, sound.samples, plan.mel, kinds, store)
    return {
        "id": clip.id,
        "audio": place,
        "text": text,
        "language": language,
        "seconds": round(sound.seconds, 3),
        "phonemes": phonemes,
    }


def _words(clip: Clip, sound: Audio, plan: Plan) -> tuple[str, str, list[str]]:
    """What is said in a clip, written down where its corpus has no text; its language; its phonemes, none of
    a language without a lexicon. Raises TextError.
    """
    text = clip.text
    if not text and plan.transcribe:
        text = _recogniser(_language(clip, plan), plan.asr_model).transcribe(sound).strip()
        if not text:
            raise TextError(f"{clip.where}: no words were heard in it.")
    language = _language(replace(clip, text=text), plan)
    if not text or not is_spoken(language):
        return text, language, []
    return text, language, phonemize(text, clip.where, language).symbols


def _write_features(
    id: str, samples: np.ndarray, mel: MelSpec, kinds: tuple[str, ...], store: FeatureStore
) -> None:
    """Cache the kinds of features that are asked for, of samples (N,) at the mel's rate."""
    if "mel" in kinds:
        store.write("mel", id, log_mel(samples, mel).astype(np.float16))
    if "pitch" in kinds:
        store.write("pitch", id, pitch(samples, mel))
    if "samples" in kinds:
        store.write("samples", id, (samples * 32767).astype(np.int16))


def _language(clip: Clip, plan: Plan) -> str:
    language = clip.language or plan.language
    if language != AUTO:
        return language
    return language_of_text(clip.text) if clip.text else AUTO


@functools.lru_cache(maxsize=2)
def _recogniser(language: str, model: str | None) -> Recogniser:
    return open_recogniser(None if language == AUTO else language.partition("-")[0], model)


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
