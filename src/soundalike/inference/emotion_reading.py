"""Which emotion is heard in a recording, by the classifier of the model store."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec
from soundalike.audio.pitch import pitch
from soundalike.audio.quiet import may_be_speech
from soundalike.checkpoints import model_store
from soundalike.checkpoints.part import load_part
from soundalike.core.contracts import EmotionEncoder
from soundalike.core.emotions import EMOTIONS
from soundalike.core.errors import AudioError, ConfigError

from .recordings import Recording, name_of, open_recording

PART = "emotion"  # its name, and that of its folder in a model store
LEAST_SPEECH = 0.5  # seconds by which an emotion is told
LEAST_VOICED = 0.2  # share of the speech that has a pitch
LEAST_MOVEMENT = 0.01  # octaves by which the pitch of speech moves: that of a tone does not
LONGEST_READ = 20.0  # seconds of a recording that are listened to


@dataclass(frozen=True)
class EmotionReading:
    """The emotion that is heard in a recording."""

    probabilities: tuple[float, ...]  # of each of `core.emotions.EMOTIONS`

    @property
    def name(self) -> str:
        """The likeliest."""
        return EMOTIONS[self.probabilities.index(max(self.probabilities))]

    def __str__(self) -> str:
        return f"{self.name} ({100 * max(self.probabilities):.0f} % sure)"


def read_emotion(recording: Recording, rate: int | None = None) -> EmotionReading:
    """The emotion of a recording: a file, an Audio, or samples at `rate` hertz. Raises AudioError where it
    holds no speech, ConfigError where the classifier is not installed.
    """
    encoder = emotion_encoder()
    opened = open_recording(recording, rate, highest_rate=encoder.mel.sample_rate)
    audio = opened.audio.trim()
    audio = Audio(audio.samples[: round(LONGEST_READ * audio.rate)], audio.rate)
    if opened.silent or not holds_speech(audio):
        raise AudioError(
            f"{name_of(recording)}: no speech is heard in it, so no emotion either. "
            f"Give a recording with at least {LEAST_SPEECH:g} s of speech."
        )
    return EmotionReading(tuple(encoder.probabilities(encoder.measure(audio)).tolist()))


def holds_speech(audio: Audio) -> bool:
    """Whether a sound has the changing level of speech, and enough of it has a pitch that moves."""
    if audio.speech_seconds() < LEAST_SPEECH or not may_be_speech(audio.frame_power()):
        return False
    spec = MelSpec()
    hertz = pitch(audio.resample(spec.sample_rate).samples, spec)
    voiced = hertz[hertz > 0]
    share = len(voiced) / spec.frames_per_second / audio.speech_seconds()
    return share > LEAST_VOICED and float(np.log2(voiced).std()) > LEAST_MOVEMENT


def emotion_encoder() -> EmotionEncoder:
    """The classifier of emotions. Raises ConfigError where it is not installed."""
    folder = model_store.find_part(PART)
    if folder is None:
        raise ConfigError(
            "the classifier of emotions is not installed. Copy models/emotion of the repository to "
            f"{model_store.library() / PART}, or fit it: `soundalike train emotion --out "
            f"{model_store.library() / PART}`."
        )
    return _loaded(folder)


@functools.lru_cache(maxsize=2)
def _loaded(folder: Path) -> EmotionEncoder:
    return load_part(folder, PART).instrument
