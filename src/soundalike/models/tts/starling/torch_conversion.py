"""Voice conversion by starling, with PyTorch: by what is heard in a recording, or by its words."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from soundalike.audio.audio import Audio
from soundalike.audio.speech import Speech, join
from soundalike.core.contracts import Aligner
from soundalike.core.errors import CheckpointError
from soundalike.core.types import Reference, Voice
from soundalike.models.common.mel_synthesis import sharpened, sound
from soundalike.models.common.source_sentences import sentences_of
from soundalike.text import encode

from .content_conversion import ContentConversion, Manner, Speaker, prepared
from .spec import StarlingConversionOptions
from .torch_execution import TorchStarling

if TYPE_CHECKING:
    from .synthesizer import StarlingSynthesizer

LEAST_OF_SPEAKER = 0.5  # seconds of speech in a source from which on its speaker is listened to


def converted(
    model: StarlingSynthesizer,
    source: Audio,
    voice: Voice,
    options: StarlingConversionOptions,
    own: Voice | None = None,
) -> Speech:
    """What a recording says, as it says it, in the voice: `StarlingSynthesizer.convert`."""
    if model.aligner is None:
        raise CheckpointError("this model has no aligner, so it cannot convert a recording.")
    if options.transcript or model.content is None:
        return _spoken_again(model, source, voice, model.aligner, options)
    return _followed(model, source, own, voice, model.content, options)


def speaker_of(model: StarlingSynthesizer, voice: Voice) -> Speaker:
    """A voice as the model takes it. Raises CheckpointError for another model's voice."""
    model.check(voice)
    acoustic = model.acoustic_of(voice)
    prompt = voice.tensors["prompt"].astype(np.float32)
    pitch = voice.tensors["prompt_pitch"]
    conditioning = TorchStarling(acoustic).condition(voice.identity, prompt, pitch)
    return Speaker(acoustic, conditioning, torch.from_numpy(prompt).to(model.device), pitch)


def _followed(
    model: StarlingSynthesizer,
    source: Audio,
    own: Voice | None,
    voice: Voice,
    content: ContentConversion,
    options: StarlingConversionOptions,
) -> Speech:
    """The recording by what the aligner hears in it."""
    target = speaker_of(model, voice)
    size = len(source.resample(model.sample_rate).samples)
    found = prepared(source, model.mel)
    if found is None:
        warnings.warn("the source is silent, so there is nothing to convert.", stacklevel=4)
        return Speech(np.zeros(size, np.float32), model.sample_rate)
    if own is None and model.speaker_encoder is not None and source.speech_seconds() > LEAST_OF_SPEAKER:
        own = model.condition(Reference(source))
    speaker = None if own is None else speaker_of(model, own)
    manner = Manner(options.pitch, options.seed, options.temperature, model.Options().sharpen)
    pieces = content.pieces(found, speaker, target, manner)
    return Speech(np.concatenate(list(pieces))[:size], model.sample_rate)


def _spoken_again(
    model: StarlingSynthesizer,
    source: Audio,
    voice: Voice,
    aligner: Aligner,
    chosen: StarlingConversionOptions,
) -> Speech:
    """The recording by its words, or by the phones recognized in it."""
    target = speaker_of(model, voice)
    pieces = []
    for one in sentences_of(source, aligner, model.mel, chosen.transcript, chosen.language):
        made = target.acoustic.follow(
            torch.tensor(encode(one.utterance.symbols), device=model.device),
            torch.from_numpy(one.durations).to(model.device),
            torch.from_numpy(one.pitch).float().to(model.device) + chosen.pitch / 12,
            target.conditioning,
            chosen.seed,
            chosen.temperature,
            target.acoustic.reading(one.utterance.language),
        )
        made = replace(made, mel=sharpened(made.mel, target.prompt, model.Options().sharpen))
        pieces.append(sound(model.vocoder, made, one.utterance, model.mel, chosen.seed))
    speech = join(pieces)
    if chosen.transcript:
        return speech
    phones = tuple(timestamp for timestamp in speech.timestamps if timestamp.kind == "phoneme")
    return replace(speech, timestamps=phones)  # no word is known by name
