"""What models that write a mel share: the prosody asked for, and from mel to sound with timestamps."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from soundalike.audio.mel import MelSpec, band_centres
from soundalike.audio.speech import Speech
from soundalike.core.emotions import Emotion, emotion_asked, emotions_of, offsets_of
from soundalike.core.options import value_of
from soundalike.core.types import AcousticOutput, ProsodyControls, Timestamp
from soundalike.text import Utterance
from soundalike.text.alphabet import GAP, MARKS, START

from .prompt_conditioning import speech_frames

DECIBEL = math.log(10) / 20  # nats
# Hertz between which a tilted spectrum rises
TILTED_FROM, TILTED_TO = 250.0, 3000.0


def prosody_of(utterance: Utterance, options: Any, mel: MelSpec, device: torch.device) -> ProsodyControls:
    """What the text and the options ask for, symbol by symbol; nothing for options that a model has not."""
    words = torch.tensor(utterance.word_of).clamp_min(0)
    rate = torch.tensor(utterance.rate)[words] if utterance.rate else torch.ones(1)
    semitones = torch.tensor(utterance.pitch)[words] if utterance.pitch else torch.zeros(1)
    frames = round(options.seconds * mel.frames_per_second) + 1 if options.seconds else 0
    octaves = (semitones + value_of(options, "pitch", 0.0)) / 12
    energy = value_of(options, "energy", 0.0) * DECIBEL
    temperature = value_of(options, "temperature", 1.0)
    asked = ProsodyControls(
        (rate * options.speed).to(device), octaves.to(device), frames, temperature, options.seed, energy
    )
    emotion = emotion_asked(options)
    return asked if emotion is None else _with_emotion(asked, utterance, emotion, words.to(device))


def _with_emotion(
    asked: ProsodyControls, utterance: Utterance, emotion: Emotion, words: Tensor
) -> ProsodyControls:
    """The controls with those of the emotion of each word, by rule (core.emotions); words (S,) of symbols."""
    felt = emotions_of(utterance.emotion, len(utterance.words), emotion)
    if all(one.is_neutral for one in felt):
        return asked
    offsets = [offsets_of(one) for one in felt]

    def of_symbols(values: list[float]) -> Tensor:
        return torch.tensor(values, device=words.device)[words]  # (S,)

    return replace(
        asked,
        tempo=asked.tempo * of_symbols([one.rate for one in offsets]),
        octaves=asked.octaves + of_symbols([one.semitones / 12 for one in offsets]),
        spread=of_symbols([one.spread for one in offsets]),
        rise=of_symbols([one.rise / 12 for one in offsets]),
        tilt=of_symbols([one.tilt * DECIBEL for one in offsets]),
    )


def tilted(mel: Tensor, tilt: Tensor, spec: MelSpec) -> Tensor:
    """A log-mel (T, M) whose spectrum rises by `tilt` (T,) nats an octave, about 1 kHz, from TILTED_FROM to
    TILTED_TO.
    """
    centres = torch.tensor(band_centres(spec), device=mel.device)
    octaves = (centres.clamp(TILTED_FROM, TILTED_TO) / 1000).log2()  # (M,)
    return (mel + tilt[:, None] * octaves).clamp_min(spec.silence)


def sharpened(mel: Tensor, prompt: Tensor, amount: float) -> Tensor:
    """A regressed mel (T, M) whose over-smooth bands vary more as those of a prompt (T', M) do.

    Global variance compensation (Toda & Tokuda 2007), over the frames that hold speech.
    """
    if amount <= 0:
        return mel
    ours = speech_frames(mel)
    theirs = speech_frames(prompt)
    if len(ours) < 10 or len(theirs) < 10:
        return mel
    gain = (theirs.std(0) / ours.std(0).clamp_min(0.1)).clamp(1.0, 1.6) ** amount
    mean = ours.mean(0)
    return torch.where((mel.mean(1) > mel.mean(1).max() - 4.0)[:, None], mean + (mel - mean) * gain, mel)


@torch.inference_mode()
def sound(vocoder: nn.Module, made: AcousticOutput, utterance: Utterance, mel: MelSpec, seed: int) -> Speech:
    """The mel of one sentence through a vocoder, with timestamps. The same seed gives the same samples."""
    size = (len(made.mel) - 1) * mel.hop_length
    device = made.mel.device
    noise = torch.randn(1, size, generator=torch.Generator().manual_seed(seed))
    pitch = made.pitch[None] if made.pitch is not None else None
    lengths = torch.tensor([len(made.mel)], device=device)
    samples = vocoder(made.mel[None], lengths, pitch, noise.to(device))[0].cpu()
    ends = made.durations.cumsum(0).cpu().numpy() / mel.frames_per_second
    return Speech(samples.numpy().astype(np.float32), mel.sample_rate, timestamps_of(utterance, ends))


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
