"""Which emotion is heard in a recording, by the classifier of the model store."""

from __future__ import annotations

from dataclasses import dataclass

from soundalike.audio.audio import Audio
from soundalike.audio.voicing import LEAST_SPEECH, holds_speech
from soundalike.checkpoints.instruments import emotion_encoder
from soundalike.core.emotions import EMOTIONS
from soundalike.core.errors import AudioError

from .recordings import Recording, name_of, open_recording

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
