"""Voice conversion by starling: by what is heard in a recording, or by its words."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.durations import symbol_of_frame
from soundalike.audio.noise import white_noise
from soundalike.audio.speech import Speech, join
from soundalike.core.contracts import Aligner
from soundalike.core.errors import CheckpointError
from soundalike.core.types import AcousticArrays, Reference, Voice
from soundalike.models.common.mel_arrays import sharpened, timestamps_of
from soundalike.models.common.source_sentences import SourceSentence, sentences_of
from soundalike.text import encode

from .config import reading_of
from .content_conversion import ContentConversion, Manner, Speaker, prepared
from .speaking import followed, register_of
from .spec import StarlingConversionOptions

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
    network = model.running(model.acoustic_of(voice))
    prompt = voice.tensors["prompt"].astype(np.float32)
    pitch = voice.tensors["prompt_pitch"]
    conditioning = network.condition(voice.identity, prompt, pitch)
    return Speaker(network, conditioning, register_of(pitch), prompt, pitch)


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
    sentences = sentences_of(source, aligner, model.mel, chosen.transcript, chosen.language)
    pieces = [_said(model, one, target, chosen) for one in sentences]
    speech = join(pieces)
    if chosen.transcript:
        return speech
    phones = tuple(timestamp for timestamp in speech.timestamps if timestamp.kind == "phoneme")
    return replace(speech, timestamps=phones)  # no word is known by name


def _said(
    model: StarlingSynthesizer, one: SourceSentence, target: Speaker, chosen: StarlingConversionOptions
) -> Speech:
    """One sentence of the recording with its durations and pitch, in the voice."""
    network = target.network
    reading = reading_of(network.config, one.utterance.language)
    symbols = np.array(encode(one.utterance.symbols))
    states, _ = network.encode(symbols, target.conditioning, reading)
    size = -(-int(one.durations.sum()) // network.config.patch) * network.config.patch
    index = symbol_of_frame(one.durations, size)
    patches, _, _ = network.intone(states, one.durations, index, target.conditioning)
    width = network.config.noise
    noise = np.float32(chosen.temperature) * white_noise(chosen.seed, size * width).reshape(size, width)
    octaves = one.pitch + chosen.pitch / 12
    mel, hertz = followed(network, patches, octaves, target.conditioning, target.register, noise)
    mel = sharpened(mel, target.prompt, model.Options().sharpen)
    made = AcousticArrays(mel, hertz, one.durations)
    samples = model.vocoded(made, white_noise(chosen.seed, (len(mel) - 1) * model.mel.hop_length))
    ends = one.durations.cumsum() / model.mel.frames_per_second
    return Speech(samples, model.sample_rate, timestamps_of(one.utterance, ends))
