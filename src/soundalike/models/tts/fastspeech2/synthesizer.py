"""FastSpeech 2 assembled: an acoustic model, a vocoder and a speaker encoder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch

from soundalike.audio.speech import Speech
from soundalike.core.types import IDENTITY, AcousticOutput, DataFacts, Voice
from soundalike.models.common.mel_synthesis import prosody_of, sharpened, sound
from soundalike.models.common.prompt_conditioning import PromptConditionedSynthesizer
from soundalike.text import Utterance, encode

from .network import FastSpeech2
from .objective import FastSpeech2Objective, FastSpeech2Settings
from .spec import FastSpeech2Options


class FastSpeech2Synthesizer(PromptConditionedSynthesizer):
    """Takes a voice once, speaks one sentence at a time."""

    most_corrections = 1
    Options = FastSpeech2Options

    acoustic: FastSpeech2
    adaptation_layers = ("decoder", "out")

    def adaptation_objective(self, network: FastSpeech2, facts: DataFacts) -> FastSpeech2Objective:
        """A copy of the acoustic model under training, with the usual weights of the losses."""
        return FastSpeech2Objective(network, FastSpeech2Settings(), facts)

    def seconds(self, utterance: Utterance, voice: Voice, options: FastSpeech2Options) -> float:
        """How long the sentence would be."""
        self.check(voice)
        symbols = torch.tensor(encode(utterance.symbols), device=self.device)
        exact = self.acoustic_of(voice).lengths(symbols, self.tensor(voice, IDENTITY))[1]
        return (
            float((exact / prosody_of(utterance, options, self.mel, self.device).tempo).sum())
            / self.mel.frames_per_second
        )

    def acoustic_output(
        self, utterance: Utterance, voice: Voice, options: FastSpeech2Options
    ) -> AcousticOutput:
        """The mel, pitch and durations of one sentence, before the vocoder. Raises CheckpointError for
        another model's voice.
        """
        self.check(voice)
        symbols = torch.tensor(encode(utterance.symbols), device=self.device)
        prosody = prosody_of(utterance, options, self.mel, self.device)
        made = self.acoustic_of(voice).infer(
            symbols, self.tensor(voice, IDENTITY), self.tensor(voice, "prompt_pitch"), prosody
        )
        return replace(made, mel=sharpened(made.mel, self.tensor(voice, "prompt")[0], options.sharpen))

    def speak(
        self, utterance: Utterance, voice: Voice, options: FastSpeech2Options | None = None
    ) -> Iterator[Speech]:
        """One sentence in the voice, with timestamps. The same seed gives the same samples."""
        options = options or FastSpeech2Options()
        yield sound(
            self.vocoder, self.acoustic_output(utterance, voice, options), utterance, self.mel, options.seed
        )
