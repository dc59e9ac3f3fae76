"""The codec language model assembled: two language models, a codec, a vocoder, a speaker encoder and an
aligner.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from soundalike.audio.speech import Speech
from soundalike.core.contracts import LoadedPart
from soundalike.core.types import IDENTITY, AcousticOutput, Attention, Voice
from soundalike.models.common.code_prompt import CodePromptSynthesizer
from soundalike.models.common.mel_synthesis import sound
from soundalike.models.common.sampling import Sampler
from soundalike.text import Utterance, encode

from .levels_network import CodecLevels
from .spec import CodecLMOptions


@dataclass(frozen=True)
class Generated:
    """One sentence as codes, and the symbol (K,) that each step was made for."""

    codes: Tensor  # (T, L)
    places: Tensor


class CodecLMSynthesizer(CodePromptSynthesizer):
    """Takes a voice once, speaks one sentence at a time; each seed is a take of its own."""

    Options = CodecLMOptions
    learned_of_codes = ("acoustic", "levels")

    levels: CodecLevels

    @classmethod
    def of_parts(cls, parts: Mapping[str, LoadedPart]) -> CodecLMSynthesizer:
        """The model of parts by slot. Raises CheckpointError for one that learned from another codec."""
        made = super().of_parts(parts)
        made.levels = parts["levels"].network
        return made

    def stretch_codes(self, voice: Voice, first: int, size: int) -> Tensor:
        """The codes (T', L) of a stretch of a voice's prompt, by its first frame and how many it has."""
        stretch = slice(first, first + size)
        mel = self.tensor(voice, "prompt")[:, stretch]
        hertz = self.tensor(voice, "prompt_pitch")[:, stretch]
        return self.codec.codes(mel, hertz, torch.tensor([size], device=mel.device))[0]

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
        yield replace(speech, attention=(self.path(utterance, made.places),))

    def attention(self, utterance: Utterance, voice: Voice, options: CodecLMOptions) -> Attention:
        """The path through the text: the symbol that each step was made for."""
        return self.path(utterance, self.generated(utterance, voice, options).places)
