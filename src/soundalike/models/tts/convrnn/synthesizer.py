"""convrnn assembled: an acoustic model, a vocoder (Griffin-Lim, as it was meant) and a speaker encoder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch

from soundalike.audio.speech import Speech
from soundalike.core.types import IDENTITY, AcousticOutput, DataFacts, Voice
from soundalike.models.common.mel_synthesis import prosody_of, sharpened, sound
from soundalike.models.common.prompt_conditioning import PromptConditionedSynthesizer
from soundalike.text import Utterance, encode

from .network import ConvRNN
from .objective import ConvRNNObjective, ConvRNNSettings
from .spec import ConvRNNOptions


class ConvRNNSynthesizer(PromptConditionedSynthesizer):
    """Takes a voice once, speaks one sentence at a time."""

    most_corrections = 1
    Options = ConvRNNOptions

    acoustic: ConvRNN
    adaptation_layers = ("decoder", "out")

    def adaptation_objective(self, network: ConvRNN, facts: DataFacts) -> ConvRNNObjective:
        """A copy of the acoustic model under training, with the usual weights of the losses."""
        return ConvRNNObjective(network, ConvRNNSettings(), facts)

    def seconds(self, utterance: Utterance, voice: Voice, options: ConvRNNOptions) -> float:
        """How long the sentence would be."""
        symbols = torch.tensor(encode(utterance.symbols), device=self.device)
        acoustic = self.acoustic_of(voice)
        exact = acoustic.lengths(symbols, self.conditioning(acoustic, voice))[1]
        return (
            float((exact / prosody_of(utterance, options, self.mel, self.device).tempo).sum())
            / self.mel.frames_per_second
        )

    def conditioning(self, acoustic: ConvRNN, voice: Voice) -> torch.Tensor:
        """A voice (1, V) as an acoustic model takes it. Raises CheckpointError for another model's voice."""
        self.check(voice)
        embedding = self.tensor(voice, IDENTITY)
        prompt = self.tensor(voice, "prompt")
        with torch.inference_mode():
            return acoustic.condition(embedding, prompt, torch.tensor([prompt.shape[1]], device=self.device))

    def acoustic_output(self, utterance: Utterance, voice: Voice, options: ConvRNNOptions) -> AcousticOutput:
        """The mel, pitch and durations of one sentence, before the vocoder. Raises CheckpointError for
        another model's voice.
        """
        symbols = torch.tensor(encode(utterance.symbols), device=self.device)
        acoustic = self.acoustic_of(voice)
        made = acoustic.infer(
            symbols,
            self.conditioning(acoustic, voice),
            self.tensor(voice, "prompt_pitch"),
            prosody_of(utterance, options, self.mel, self.device),
        )
        return replace(made, mel=sharpened(made.mel, self.tensor(voice, "prompt")[0], options.sharpen))

    def speak(
        self, utterance: Utterance, voice: Voice, options: ConvRNNOptions | None = None
    ) -> Iterator[Speech]:
        """One sentence in the voice, with timestamps. The same seed gives the same samples."""
        options = options or ConvRNNOptions()
        yield sound(
            self.vocoder, self.acoustic_output(utterance, voice, options), utterance, self.mel, options.seed
        )
