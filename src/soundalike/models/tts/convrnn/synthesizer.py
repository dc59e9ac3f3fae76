"""The conv/BiLSTM family assembled: an acoustic model, a vocoder (Griffin-Lim as it was meant) and a speaker
encoder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from soundalike.audio.audio import Audio
from soundalike.core.types import DataFacts, Frames, Voice
from soundalike.models.common.mel_synthesis import manner_of, sound
from soundalike.models.common.prompt_conditioning import Assembled
from soundalike.text import Spoken, encode

from .network import ConvRNN
from .objective import ConvRNNObjective, ConvRNNSettings


@dataclass(frozen=True)
class ConvRNNOptions:
    """How to speak."""

    speed: float = 1.0  # 0.5 (half as fast) to 2
    seconds: float = 0.0  # of the sentence, exactly; 0: as long as it takes
    seed: int = 0


class ConvRNNCloner(Assembled):
    """Listens once, speaks one sentence at a time."""

    Options = ConvRNNOptions

    acoustic: ConvRNN
    practice_layers = ("decoder", "out")

    def taught(self, network: ConvRNN, facts: DataFacts) -> ConvRNNObjective:
        return ConvRNNObjective(network, ConvRNNSettings(), facts)

    def seconds(self, spoken: Spoken, voice: Voice, options: ConvRNNOptions) -> float:
        """How long the sentence would be."""
        symbols = torch.tensor(encode(spoken.symbols), device=self.device)
        acoustic = self.acoustic_of(voice)
        exact = acoustic.lengths(symbols, self.heard(acoustic, voice))[1]
        return (
            float((exact / manner_of(spoken, options, self.mel, self.device).tempo).sum())
            / self.mel.frames_per_second
        )

    def heard(self, acoustic: ConvRNN, voice: Voice) -> torch.Tensor:
        """A voice (1, V) as an acoustic model takes it. Raises CheckpointError for another model's voice."""
        self.check(voice)
        vector, prompt = (voice.tensors[name].float()[None].to(self.device) for name in ("vector", "prompt"))
        with torch.inference_mode():
            return acoustic.listen(vector, prompt, torch.tensor([prompt.shape[1]], device=self.device))

    def frames(self, spoken: Spoken, voice: Voice, options: ConvRNNOptions) -> Frames:
        """The mel and durations of one sentence, before the vocoder. Raises CheckpointError for another
        model's voice.
        """
        symbols = torch.tensor(encode(spoken.symbols), device=self.device)
        acoustic = self.acoustic_of(voice)
        return acoustic.infer(
            symbols, self.heard(acoustic, voice), manner_of(spoken, options, self.mel, self.device)
        )

    def speak(self, spoken: Spoken, voice: Voice, options: ConvRNNOptions | None = None) -> Iterator[Audio]:
        """One sentence in the voice, as one Audio with its cues. The same seed gives the same samples."""
        options = options or ConvRNNOptions()
        yield sound(self.vocoder, self.frames(spoken, voice, options), spoken, self.mel, options.seed)
