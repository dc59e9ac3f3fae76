"""FastSpeech 2 assembled: an acoustic model, a vocoder and a speaker encoder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch

from soundalike.audio.audio import Audio
from soundalike.core.types import DataFacts, Frames, Voice
from soundalike.models.common.mel_synthesis import manner_of, sharpened, sound
from soundalike.models.common.prompt_conditioning import Assembled
from soundalike.text import Spoken, encode

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


class FastSpeech2Cloner(Assembled):
    """Listens once, speaks one sentence at a time."""

    Options = FastSpeech2Options

    acoustic: FastSpeech2
    practice_layers = ("decoder", "out")

    def taught(self, network: FastSpeech2, facts: DataFacts) -> FastSpeech2Objective:
        return FastSpeech2Objective(network, FastSpeech2Settings(), facts)

    def seconds(self, spoken: Spoken, voice: Voice, options: FastSpeech2Options) -> float:
        """How long the sentence would be."""
        self.check(voice)
        symbols = torch.tensor(encode(spoken.symbols), device=self.device)
        exact = self.acoustic_of(voice).lengths(symbols, self._tensor(voice, "vector"))[1]
        return (
            float((exact / manner_of(spoken, options, self.mel, self.device).tempo).sum())
            / self.mel.frames_per_second
        )

    def frames(self, spoken: Spoken, voice: Voice, options: FastSpeech2Options) -> Frames:
        """The mel, pitch and durations of one sentence, before the vocoder. Raises CheckpointError for
        another model's voice.
        """
        self.check(voice)
        symbols = torch.tensor(encode(spoken.symbols), device=self.device)
        manner = manner_of(spoken, options, self.mel, self.device)
        made = self.acoustic_of(voice).infer(
            symbols, self._tensor(voice, "vector"), self._tensor(voice, "prompt_pitch"), manner
        )
        return replace(made, mel=sharpened(made.mel, self._tensor(voice, "prompt")[0], options.sharpen))

    def speak(
        self, spoken: Spoken, voice: Voice, options: FastSpeech2Options | None = None
    ) -> Iterator[Audio]:
        """One sentence in the voice, as one Audio with its cues. The same seed gives the same samples."""
        options = options or FastSpeech2Options()
        yield sound(self.vocoder, self.frames(spoken, voice, options), spoken, self.mel, options.seed)

    def _tensor(self, voice: Voice, name: str) -> torch.Tensor:
        return voice.tensors[name].float()[None].to(self.device)
