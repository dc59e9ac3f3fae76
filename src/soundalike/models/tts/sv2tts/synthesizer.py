"""SV2TTS assembled: a speaker encoder (GE2E in the paper), Tacotron 2, and a vocoder (WaveNet in the
paper).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch

from soundalike.audio.speech import Speech
from soundalike.core.types import IDENTITY, Attention, DataFacts, Voice
from soundalike.models.common.mel_synthesis import sharpened, sound
from soundalike.models.common.prompt_conditioning import PromptConditionedSynthesizer
from soundalike.text import Utterance, encode, phonemize

from .network import SV2TTS, Attended
from .objective import SV2TTSObjective, SV2TTSSettings
from .spec import SV2TTSOptions


class SV2TTSSynthesizer(PromptConditionedSynthesizer):
    """Takes a voice once, speaks one sentence at a time; its durations are not known beforehand."""

    most_corrections = 1
    Options = SV2TTSOptions

    acoustic: SV2TTS
    adaptation_layers = ("prenet", "frames_out", "postnet")

    def adaptation_objective(self, network: SV2TTS, facts: DataFacts) -> SV2TTSObjective:
        """A copy of the acoustic model under training, by attention forcing from its own frames."""
        return SV2TTSObjective(network, SV2TTSSettings(window=4, forced=1.0, own=1.0), facts)

    def attended(self, utterance: Utterance, voice: Voice, options: SV2TTSOptions) -> Attended:
        """The mel and durations of one sentence before the vocoder, the attention of each step, and how it
        ended. Raises CheckpointError for another model's voice.
        """
        self.check(voice)
        symbols = torch.tensor(encode(utterance.symbols), device=self.device)
        return self.acoustic_of(voice).infer(
            symbols, self.tensor(voice, IDENTITY), options.seed, options.guard
        )

    def speak(
        self, utterance: Utterance, voice: Voice, options: SV2TTSOptions | None = None
    ) -> Iterator[Speech]:
        """One sentence in the voice, with timestamps and its attention. The same seed gives the
        same samples.
        """
        options = options or SV2TTSOptions()
        made = self.attended(utterance, voice, options)
        mel = sharpened(made.frames.mel, self.tensor(voice, "prompt")[0], options.sharpen)
        yield replace(
            sound(self.vocoder, replace(made.frames, mel=mel), utterance, self.mel, options.seed),
            attention=(self._attention_of(utterance, made),),
        )

    def attention(self, utterance: Utterance, voice: Voice, options: SV2TTSOptions) -> Attention:
        """The attention of each decoder step to each symbol of one sentence."""
        return self._attention_of(utterance, self.attended(utterance, voice, options))

    def _attention_of(self, utterance: Utterance, made: Attended) -> Attention:
        step = self.acoustic.config.reduction / self.mel.frames_per_second
        return Attention(tuple(utterance.symbols), made.weights.cpu().numpy(), step)

    def synthesize_spectrograms(
        self, texts: list[str], embeds: list[np.ndarray], seed: int = 0
    ) -> list[np.ndarray]:
        """Log-mels (M, Ti) of texts in the voices of speaker embeddings (V,), as the vocoder's
        `infer_waveform` takes them.
        """
        made = []
        for text, embed in zip(texts, embeds, strict=True):
            symbols = torch.tensor(encode(phonemize(text).symbols), device=self.device)
            embedding = torch.from_numpy(np.asarray(embed, np.float32))[None].to(self.device)
            made.append(self.acoustic.infer(symbols, embedding, seed).frames.mel.T.cpu().numpy())
        return made
