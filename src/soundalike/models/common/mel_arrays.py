"""What models that write a mel share, on numpy arrays: the prosody asked for, the mel as it is spoken, and
timestamps. `mel_synthesis` gives the same to families whose parts hand tensors to one another.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Protocol, runtime_checkable

import numpy as np

from soundalike.audio.mel import MelSpec, band_centres
from soundalike.core.emotions import Emotion, emotion_asked, emotions_of, offsets_of
from soundalike.core.options import value_of
from soundalike.core.types import ProsodyControls, Timestamp
from soundalike.text import Utterance
from soundalike.text.alphabet import GAP, MARKS, START

DECIBEL = math.log(10) / 20  # nats
# Hertz between which a tilted spectrum rises
TILTED_FROM, TILTED_TO = 250.0, 3000.0
QUIET = 4.0  # nats below the loudest frame's mean level: quieter frames hold no speech
FEWEST = 10  # frames of speech whose spread says something
LEAST_DEVIATION = 0.1  # nats, of a band
MOST_GAIN = 1.6  # times that the deviation of a band grows at most


@runtime_checkable
class ArrayVocoder(Protocol):
    """A vocoder that is run on arrays."""

    def samples(
        self,
        mel: np.ndarray,
        pitch: np.ndarray | None,
        noise: np.ndarray,
        source: np.ndarray | None = None,
    ) -> np.ndarray:
        """The samples (N,) float32 of a log-mel (T, M) with its pitch (T,) in hertz, where that is known,
        white noise (N,), and what `VocodesStretches.source` gives (N,) where the mel is a stretch of a whole.
        """
        ...


def controls_of(utterance: Utterance, options: Any, mel: MelSpec) -> ProsodyControls:
    """What the text and the options ask for, symbol by symbol; nothing for options that a model has not."""
    words = np.maximum(np.array(utterance.word_of), 0)
    rate = _of_words(utterance.rate, words) if utterance.rate else np.ones(1, np.float32)
    semitones = _of_words(utterance.pitch, words) if utterance.pitch else np.zeros(1, np.float32)
    frames = round(options.seconds * mel.frames_per_second) + 1 if options.seconds else 0
    octaves = (semitones + value_of(options, "pitch", 0.0)) / 12
    energy = value_of(options, "energy", 0.0) * DECIBEL
    temperature = value_of(options, "temperature", 1.0)
    asked = ProsodyControls(rate * options.speed, octaves, frames, temperature, options.seed, energy)
    asked = replace(asked, expressiveness=value_of(options, "expressiveness", 0.0))
    emotion = emotion_asked(options)
    return asked if emotion is None else _with_emotion(asked, utterance, emotion, words)


def _of_words(values: list[float], words: np.ndarray) -> np.ndarray:
    """Values of words at each symbol (S,) float32, by the symbols' words (S,)."""
    return np.array(values, np.float32)[words]


def _with_emotion(
    asked: ProsodyControls, utterance: Utterance, emotion: Emotion, words: np.ndarray
) -> ProsodyControls:
    """The controls with those of the emotion of each word, by rule (core.emotions); words (S,) of symbols."""
    felt = emotions_of(utterance.emotion, len(utterance.words), emotion)
    if all(one.is_neutral for one in felt):
        return asked
    offsets = [offsets_of(one) for one in felt]
    return replace(
        asked,
        tempo=asked.tempo * _of_words([one.rate for one in offsets], words),
        octaves=asked.octaves + _of_words([one.semitones / 12 for one in offsets], words),
        spread=_of_words([one.spread for one in offsets], words),
        rise=_of_words([one.rise / 12 for one in offsets], words),
        tilt=_of_words([one.tilt * DECIBEL for one in offsets], words),
    )


def tilted(mel: np.ndarray, tilt: np.ndarray, spec: MelSpec) -> np.ndarray:
    """A log-mel (T, M) whose spectrum rises by `tilt` (T,) nats an octave, about 1 kHz, from TILTED_FROM to
    TILTED_TO.
    """
    octaves = np.log2(band_centres(spec).clip(TILTED_FROM, TILTED_TO) / 1000)  # (M,)
    return np.maximum(mel + tilt[:, None] * octaves, np.float32(spec.silence))


def sharpened(mel: np.ndarray, prompt: np.ndarray, amount: float) -> np.ndarray:
    """A regressed mel (T, M) whose over-smooth bands vary more as those of a prompt (T', M) do.

    Global variance compensation (Toda & Tokuda 2007), over the frames that hold speech.
    """
    if amount <= 0:
        return mel
    ours = speech_frames(mel)
    theirs = speech_frames(prompt)
    if len(ours) < FEWEST or len(theirs) < FEWEST:
        return mel
    spread = theirs.std(0, ddof=1) / np.maximum(ours.std(0, ddof=1), LEAST_DEVIATION)
    gain = spread.clip(1.0, MOST_GAIN) ** amount
    mean = ours.mean(0)
    return np.where(_holds_speech(mel)[:, None], mean + (mel - mean) * gain, mel)


def speech_frames(mel: np.ndarray) -> np.ndarray:
    """The frames of a log-mel (T, M) that are not quiet."""
    return mel[_holds_speech(mel)]


def _holds_speech(mel: np.ndarray) -> np.ndarray:
    level = mel.mean(1)
    return level > level.max() - QUIET


def timestamps_of(utterance: Utterance, ends: np.ndarray) -> tuple[Timestamp, ...]:
    """When each word and phoneme is said, of the end (S,) of each symbol in seconds."""
    starts = np.concatenate([[0.0], ends[:-1]])
    timestamps = []
    words: dict[int, Timestamp] = {}
    for symbol, word, start, stop in zip(
        utterance.symbols, utterance.word_of, starts.tolist(), ends.tolist()
    ):
        if symbol in MARKS:
            if word in words and symbol not in (START, GAP):
                words[word] = replace(words[word], after=symbol)
            continue
        timestamps.append(Timestamp("phoneme", symbol, start, stop))
        span = utterance.spans[word] if utterance.spans else (0, 0)
        words[word] = Timestamp(
            "word", utterance.words[word], words[word].start if word in words else start, stop, span
        )
    return tuple(
        sorted(
            [*words.values(), *timestamps],
            key=lambda timestamp: (timestamp.start, timestamp.kind == "phoneme"),
        )
    )
