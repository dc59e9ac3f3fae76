"""FastSpeech 2 assembled: an acoustic model, a vocoder and a speaker encoder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch

from soundalike.audio.speech import Speech
from soundalike.core.types import AcousticOutput, DataFacts, Voice
from soundalike.models.common.mel_synthesis import prosody_of, sharpened, sound
from soundalike.models.common.prompt_conditioning import PromptConditionedSynthesizer
from soundalike.text import Utterance, encode

from .network import FastSpeech2
from .objective import FastSpeech2Objective, FastSpeech2Settings


@dataclass(frozen=True)
class FastSpeech2Options:
    """How to speak. Rate and pitch may also be asked for word by word, in the text; volume there is laid over
    the sound.
    """

    speed: float = 1.0  # 0.5 (half as fast) to 2; changes durations, not pitch
    pitch: float = 0.0  # semitones, -12 to 12; changes pitch, not durations
    # DB, -12 to 12, of the energy the decoder is told: softer or more pressed, at one loudness
    energy: float = 0.0
    seconds: float = 0.0  # of the sentence, exactly; 0: as long as it takes
    seed: int = 0
    sharpen: float = 0.5  # 0 to 1: how far the spread of each mel band is brought back to the reference's


class FastSpeech2Synthesizer(PromptConditionedSynthesizer):
    """Listens once, speaks one sentence at a time."""

    Options = FastSpeech2Options

    acoustic: FastSpeech2
    adaptation_layers = ("decoder", "out")

    def adaptation_objective(self, network: FastSpeech2, facts: DataFacts) -> FastSpeech2Objective:
        return FastSpeech2Objective(network, FastSpeech2Settings(), facts)

    def seconds(self, utterance: Utterance, voice: Voice, options: FastSpeech2Options) -> float:
        """How long the sentence would be."""
        self.check(voice)
        symbols = torch.tensor(encode(utterance.symbols), device=self.device)
        exact = self.acoustic_of(voice).lengths(symbols, self._tensor(voice, "vector"))[1]
        return (
            float((exact / prosody_of(utterance, options, self.mel, self.device).tempo).sum())
            / self.mel.frames_per_second
        )

    def frames(self, utterance: Utterance, voice: Voice, options: FastSpeech2Options) -> AcousticOutput:
        """The mel, pitch and durations of one sentence, before the vocoder. Raises CheckpointError for
        another model's voice.
        """
        self.check(voice)
        symbols = torch.tensor(encode(utterance.symbols), device=self.device)
        prosody = prosody_of(utterance, options, self.mel, self.device)
        made = self.acoustic_of(voice).infer(
            symbols, self._tensor(voice, "vector"), self._tensor(voice, "prompt_pitch"), prosody
        )
        return replace(made, mel=sharpened(made.mel, self._tensor(voice, "prompt")[0], options.sharpen))

    def speak(
        self, utterance: Utterance, voice: Voice, options: FastSpeech2Options | None = None
    ) -> Iterator[Speech]:
        """One sentence in the voice, as one Speech with its cues. The same seed gives the same samples."""
        options = options or FastSpeech2Options()
        yield sound(self.vocoder, self.frames(utterance, voice, options), utterance, self.mel, options.seed)

    def _tensor(self, voice: Voice, name: str) -> torch.Tensor:
        return voice.tensors[name].float()[None].to(self.device)
