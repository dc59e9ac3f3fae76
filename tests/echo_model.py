"""A stand-in for a model that converts, and sounds to convert: shared by tests of what stands around it."""

from __future__ import annotations

import numpy as np

from soundalike import Audio, Speech
from soundalike.core.types import Voice
from soundalike.models.tts.starling.spec import StarlingConversionOptions

RATE = 24_000
VOICE = Voice({"vector": np.ones(4, np.float32), "prompt_pitch": np.array([0, 300, 300], np.float32)})


def tones(seconds: float, every: float = 2.0, hertz: float = 150.0) -> Audio:
    """Buzzes of a pitch with pauses between them."""
    time = np.arange(int(seconds * RATE)) / RATE
    buzz = sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 12))
    return Audio((0.2 * buzz * (time % every < 0.8 * every)).astype(np.float32), RATE)


class Echo:
    """A model that converts a recording into itself, and keeps what it was asked for."""

    sample_rate = RATE
    Options = StarlingConversionOptions
    ConversionOptions = StarlingConversionOptions
    speaker_encoder = None
    aligner = None

    def __init__(self) -> None:
        self.asked: list[tuple[float, StarlingConversionOptions]] = []

    def check(self, voice) -> None: ...

    def condition(self, reference) -> Voice:
        return Voice({"vector": np.ones(4, np.float32), "prompt_pitch": np.full(9, 100.0, np.float32)})

    def speak(self, utterance, voice, options=None):
        yield Speech(np.zeros(RATE, np.float32), RATE)

    def blend(self, first, second, weight) -> Voice:
        return Voice({**second.tensors, "weight": np.array([weight])})

    def convert(self, source, voice, options=None, own=None) -> Speech:
        self.asked.append((source.seconds, options))
        self.voice = voice
        return Speech(source.samples.copy(), source.rate)
