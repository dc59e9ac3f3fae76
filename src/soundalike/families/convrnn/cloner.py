"""The conv/BiLSTM family assembled: an acoustic model, a vocoder (Griffin-Lim as it was meant) and a speaker encoder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn

from ... import listening
from ...audio import Audio
from ...contract import Frames, Voice
from ...features import MelSpec
from ...speaking import manner_of, sound
from ...text import Spoken, encode
from .network import ConvRNN


@dataclass(frozen=True)
class ConvRNNOptions:
    """How to speak."""

    speed: float = 1.0  # 0.5 (half as fast) to 2
    seconds: float = 0.0  # of the sentence, exactly; 0: as long as it takes
    seed: int = 0


class ConvRNNCloner:
    """Listens once, speaks one sentence at a time."""

    Options = ConvRNNOptions

    def __init__(self, acoustic: ConvRNN, vocoder: nn.Module, speaker: nn.Module, mel: MelSpec):
        self.acoustic, self.vocoder, self.speaker, self.mel = acoustic, vocoder, speaker, mel
        self.sample_rate = mel.sample_rate
        self.frame_rate = mel.frames_per_second
        self.device = acoustic.mean.device

    def listen(self, reference: Audio, transcript: str | None = None) -> Voice:
        """The voice of a recording. No transcript is needed."""
        return listening.listen(reference, self.speaker, self.mel)

    def blend(self, first: Voice, second: Voice, weight: float) -> Voice:
        """A voice `weight` of the way from the first to the second. Raises CheckpointError for another model's voice."""
        for voice in (first, second):
            self.check(voice)
        return listening.blend(first, second, weight, self.mel)

    def check(self, voice: Voice) -> None:
        """Raise CheckpointError for a voice that another model made."""
        listening.check(voice, self.mel, self.acoustic.config.speaker_vector)

    def seconds(self, spoken: Spoken, voice: Voice, options: ConvRNNOptions) -> float:
        """How long the sentence would be."""
        symbols = torch.tensor(encode(spoken.symbols), device=self.device)
        exact = self.acoustic.lengths(symbols, self.heard(voice))[1]
        return float((exact / manner_of(spoken, options, self.mel, self.device).tempo).sum()) / self.mel.frames_per_second

    def heard(self, voice: Voice) -> torch.Tensor:
        """A voice (1, V) as the acoustic model takes it. Raises CheckpointError for another model's voice."""
        self.check(voice)
        vector, prompt = (voice.tensors[name].float()[None].to(self.device) for name in ("vector", "prompt"))
        with torch.inference_mode():
            return self.acoustic.listen(vector, prompt, torch.tensor([prompt.shape[1]], device=self.device))

    def frames(self, spoken: Spoken, voice: Voice, options: ConvRNNOptions) -> Frames:
        """The mel and durations of one sentence, before the vocoder. Raises CheckpointError for another model's voice."""
        symbols = torch.tensor(encode(spoken.symbols), device=self.device)
        return self.acoustic.infer(symbols, self.heard(voice), manner_of(spoken, options, self.mel, self.device))

    def speak(self, spoken: Spoken, voice: Voice, options: ConvRNNOptions | None = None) -> Iterator[Audio]:
        """One sentence in the voice, as one Audio with its cues. The same seed gives the same samples."""
        options = options or ConvRNNOptions()
        yield sound(self.vocoder, self.frames(spoken, voice, options), spoken, self.mel, options.seed)
