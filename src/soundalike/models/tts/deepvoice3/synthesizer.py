"""Deep Voice 3 assembled: an acoustic model, a vocoder and a speaker encoder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch

from soundalike.audio.speech import Speech
from soundalike.core.types import IDENTITY, Attention, DataFacts, Voice
from soundalike.models.common.mel_synthesis import sharpened, sound
from soundalike.models.common.prompt_conditioning import PromptConditionedSynthesizer
from soundalike.text import Utterance, encode

from .network import Attended, DeepVoice3
from .objective import DeepVoice3Objective, DeepVoice3Settings
from .spec import DeepVoice3Options


class DeepVoice3Synthesizer(PromptConditionedSynthesizer):
    """Takes a voice once, speaks one sentence at a time; its durations are not known beforehand."""

    most_corrections = 1
    Options = DeepVoice3Options

    acoustic: DeepVoice3
    adaptation_layers = ("frames_out", "converter_in", "converter", "converter_out")

    def adaptation_objective(self, network: DeepVoice3, facts: DataFacts) -> DeepVoice3Objective:
        """A copy of the acoustic model under training, by attention forcing from its own frames."""
        return DeepVoice3Objective(network, DeepVoice3Settings(window=4, forced=1.0, own=1.0), facts)

    def attended(self, utterance: Utterance, voice: Voice, options: DeepVoice3Options) -> Attended:
        """The mel and durations of one sentence before the vocoder, the attention of each step, and how it
        ended. Raises CheckpointError for another model's voice.
        """
        self.check(voice)
        symbols = torch.tensor(encode(utterance.symbols), device=self.device)
        return self.acoustic_of(voice).infer(symbols, self.tensor(voice, IDENTITY), options.guard)

    def speak(
        self, utterance: Utterance, voice: Voice, options: DeepVoice3Options | None = None
    ) -> Iterator[Speech]:
        """One sentence in the voice, with timestamps and its attention. The same seed gives the same
        samples.
        """
        options = options or DeepVoice3Options()
        made = self.attended(utterance, voice, options)
        mel = sharpened(made.frames.mel, self.tensor(voice, "prompt")[0], options.sharpen)
        yield replace(
            sound(self.vocoder, replace(made.frames, mel=mel), utterance, self.mel, options.seed),
            attention=(self._attention_of(utterance, made),),
        )

    def attention(self, utterance: Utterance, voice: Voice, options: DeepVoice3Options) -> Attention:
        """The attention of each decoder step to each symbol of one sentence."""
        return self._attention_of(utterance, self.attended(utterance, voice, options))

    def _attention_of(self, utterance: Utterance, made: Attended) -> Attention:
        step = self.acoustic.config.reduction / self.mel.frames_per_second
        return Attention(tuple(utterance.symbols), made.weights.cpu().numpy(), step)
