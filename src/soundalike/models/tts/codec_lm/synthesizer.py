"""The codec language model assembled: two language models, a codec, a vocoder, a speaker encoder and an
aligner.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from soundalike.audio.speech import Speech
from soundalike.core.array_digest import digest
from soundalike.core.contracts import LoadedPart
from soundalike.core.types import IDENTITY, AcousticOutput, Attention, Reference, Voice
from soundalike.data.clip import said_within
from soundalike.models.common.mel_arrays import speech_frames
from soundalike.models.common.mel_synthesis import sound
from soundalike.models.common.prompt_conditioning import PromptSynthesizer
from soundalike.text import Utterance, encode, read
from soundalike.text.alphabet import GAP

from .levels_network import CodecLevels
from .network import CodecLM, Prompt
from .sampling import Sampler
from .spec import CodecLMOptions

PROMPT_SECONDS = 3.2  # of the reference that the sentence goes on from: as long as in training
KEPT = 8  # prompts held ready


@dataclass(frozen=True)
class Generated:
    """One sentence as codes, and the symbol (K,) that each step was made for."""

    codes: Tensor  # (T, L)
    places: Tensor


class CodecLMSynthesizer(PromptSynthesizer):
    """Takes a voice once, speaks one sentence at a time; each seed is a take of its own."""

    Options = CodecLMOptions

    acoustic: CodecLM
    levels: CodecLevels
    codec: Any  # a network of codes from mel and pitch, and back

    @classmethod
    def of_parts(cls, parts: Mapping[str, LoadedPart]) -> CodecLMSynthesizer:
        """The model of parts by slot."""
        made = super().of_parts(parts)
        made.levels = parts["levels"].network
        made.codec = parts["codec"].network
        for slot in ("acoustic", "levels"):
            parts[slot].network.check_codec(parts["codec"].instrument.digest, slot)
        made._prompts = {}
        made._lock = threading.Lock()
        return made

    _prompts: dict[str, Prompt]
    _lock: threading.Lock

    def condition(self, reference: Reference) -> Voice:
        """The voice of a recording. Where its transcript is given, the prompt's symbols are those of it;
        else they are recognized when it speaks.
        """
        voice = super().condition(reference)
        if reference.transcript is None or self.aligner is None:
            return voice
        utterances = read(reference.transcript, reference.language or "").utterances
        symbols = [symbol for utterance in utterances for symbol in utterance.symbols]
        # The prompt is the whole reference, but for silence at its ends, where that is short enough
        aligned = self.aligner.align_mel(voice.tensors["prompt"].astype(np.float32), symbols)
        if aligned is None:
            return voice
        said = {
            "prompt_symbols": np.array(encode(symbols), np.int16),
            "prompt_durations": aligned.durations.astype(np.int16),
        }
        return Voice({**voice.tensors, **said}, voice.facts)

    def prompt(self, voice: Voice) -> Prompt:
        """What the sentence goes on from: a stretch of the voice's prompt with the most speech."""
        key = digest(voice.tensors)
        with self._lock:
            if key not in self._prompts:
                self._prompts[key] = self._prompt_of(voice)
                for old in list(self._prompts)[:-KEPT]:
                    del self._prompts[old]
            return self._prompts[key]

    @torch.inference_mode()
    def _prompt_of(self, voice: Voice) -> Prompt:
        whole = self.tensor(voice, "prompt")[0]
        hertz = self.tensor(voice, "prompt_pitch")
        symbols, durations = self._said(voice)
        size = min(len(whole), round(PROMPT_SECONDS * self.frame_rate))
        first = loudest(whole, size)
        ids, frames = said_within(symbols, durations, first, size)
        stretch = slice(first, first + size)
        lengths = torch.tensor([size], device=whole.device)
        codes = self.codec.codes(whole[None, stretch], hertz[:, stretch], lengths)[0]
        return Prompt(
            torch.from_numpy(ids).to(codes.device), torch.from_numpy(frames).to(codes.device), codes
        )

    def _said(self, voice: Voice) -> tuple[np.ndarray, np.ndarray]:
        """The symbols of a voice's prompt and their frames: by its transcript, or as they are recognized; one
        pause where too little is.
        """
        if "prompt_symbols" in voice.tensors:
            return voice.tensors["prompt_symbols"].astype(np.int64), voice.tensors["prompt_durations"]
        mel = voice.tensors["prompt"].astype(np.float32)
        recognized = self.aligner.recognize_mel(mel) if self.aligner is not None else None
        if recognized is None:
            return np.array(encode([GAP])), np.array([len(mel)])
        symbols, frames = recognized
        return np.array(encode(symbols)), np.array(frames)

    @torch.inference_mode()
    def generated(self, utterance: Utterance, voice: Voice, options: CodecLMOptions) -> Generated:
        """The codes of one sentence. Raises CheckpointError for another model's voice."""
        self.check(voice)
        prompt = self.prompt(voice)
        symbols = torch.tensor(encode(utterance.symbols), device=self.device)
        embedding = self.tensor(voice, IDENTITY)
        sampler = Sampler(options.seed, options.temperature, options.top_p)
        steps = list(self.acoustic.generate(symbols, embedding, prompt, sampler))
        first = torch.cat([step.codes for step in steps])
        places = torch.tensor([step.place for step in steps])
        durations = torch.bincount(places, minlength=len(symbols)) * self.acoustic.frames
        return Generated(self.levels.complete(symbols, durations, first, embedding, prompt), places)

    def acoustic_output(self, utterance: Utterance, voice: Voice, options: CodecLMOptions) -> AcousticOutput:
        """The mel and durations of one sentence before the vocoder."""
        return self._decoded(utterance, self.generated(utterance, voice, options))

    @torch.inference_mode()
    def _decoded(self, utterance: Utterance, made: Generated) -> AcousticOutput:
        durations = torch.bincount(made.places, minlength=len(utterance.symbols)) * self.acoustic.frames
        mel, hertz = self.codec(made.codes[None], durations.sum()[None])
        return AcousticOutput(mel[0].clamp_min(self.mel.silence), hertz[0], durations)

    def speak(
        self, utterance: Utterance, voice: Voice, options: CodecLMOptions | None = None
    ) -> Iterator[Speech]:
        """One sentence in the voice, with timestamps and its path through the text. The same seed gives the
        same samples.
        """
        options = options or CodecLMOptions()
        made = self.generated(utterance, voice, options)
        speech = sound(self.vocoder, self._decoded(utterance, made), utterance, self.mel, options.seed)
        yield replace(speech, attention=(self._path(utterance, made),))

    def attention(self, utterance: Utterance, voice: Voice, options: CodecLMOptions) -> Attention:
        """The path through the text: the symbol that each step was made for."""
        return self._path(utterance, self.generated(utterance, voice, options))

    def _path(self, utterance: Utterance, made: Generated) -> Attention:
        weights = F.one_hot(made.places, len(utterance.symbols)).float().numpy()
        return Attention(tuple(utterance.symbols), weights, self.acoustic.frames / self.mel.frames_per_second)


def loudest(mel: Tensor, size: int) -> int:
    """The first frame of the stretch of so many frames of a log-mel (T, M) that holds the most speech."""
    floor = float(speech_frames(mel.cpu().numpy()).mean(1).min())
    active = (mel.mean(1) >= floor).float()
    sums = active.cumsum(0)
    held = sums[size - 1 :] - F.pad(sums, (1, 0))[: len(sums) - size + 1]
    return int(held.argmax())
