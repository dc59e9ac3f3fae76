"""The regression family assembled: an acoustic model, a vocoder and a speaker encoder that share one mel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from soundalike.audio.audio import Audio
from soundalike.core.types import DataFacts, Frames, Manner, Voice
from soundalike.models.common.mel_synthesis import manner_of, sharpened, sound
from soundalike.models.common.prompt_conditioning import Assembled
from soundalike.text import Spoken, encode

from .discriminator import MelDiscriminator
from .network import Heard, Regression
from .objective import JUDGED, RegressionObjective


@dataclass(frozen=True)
class RegressionOptions:
    """How to speak."""

    speed: float = 1.0  # 0.5 (half as fast) to 2; changes durations, not pitch
    pitch: float = 0.0  # semitones, -12 to 12; changes pitch, not durations
    seconds: float = 0.0  # of the sentence, exactly; 0: as long as it takes
    seed: int = 0
    temperature: float = 1.0  # 0 to 1.5: how much of the fine texture is left to chance
    sharpen: float = 0.5  # 0 to 1: how far the spread of each mel band is brought back to the reference's


@dataclass(frozen=True)
class Plan:
    """What every take of a sentence shares, so that it is worked out once."""

    acoustic: Regression  # as adapted to the voice
    symbols: torch.Tensor  # (S,)
    heard: Heard
    prompt: torch.Tensor  # (T, M)
    # States (1, S, D); frames (S,) at the natural pace, not rounded
    lengths: tuple[torch.Tensor, torch.Tensor]


class RegressionCloner(Assembled):
    """Listens once, speaks one sentence at a time."""

    Options = RegressionOptions

    acoustic: Regression
    adversary: MelDiscriminator | None = None  # of a model that can practise

    @property
    def practice_layers(self) -> tuple[str, ...]:
        return ("decoder", "depth", "looks", "hear") if self.adversary is not None else ()

    def taught(self, network: Regression, facts: DataFacts) -> RegressionObjective:
        return RegressionObjective(network, JUDGED, facts, self.adversary)

    def heard(self, acoustic: Regression, voice: Voice) -> tuple[Heard, torch.Tensor]:
        """A voice as an acoustic model takes it, with its prompt's mel (T, M). Raises CheckpointError for
        another model's voice.
        """
        self.check(voice)
        # Batches of one
        t = {
            name: voice.tensors[name].float()[None].to(self.device)
            for name in ("vector", "prompt", "prompt_pitch")
        }
        with torch.inference_mode():
            frames = torch.tensor([t["prompt"].shape[1]], device=self.device)
            return acoustic.listen(t["vector"], t["prompt"], frames, t["prompt_pitch"]), t["prompt"][0]

    def manner(self, spoken: Spoken, options: RegressionOptions) -> Manner:
        return manner_of(spoken, options, self.mel, self.device)

    def plan(self, spoken: Spoken, voice: Voice) -> Plan:
        """A sentence thought out, for as many takes as may be wanted. Raises CheckpointError for another
        model's voice.
        """
        symbols = torch.tensor(encode(spoken.symbols), device=self.device)
        acoustic = self.acoustic_of(voice)
        heard, prompt = self.heard(acoustic, voice)
        return Plan(acoustic, symbols, heard, prompt, acoustic.lengths(symbols, heard))

    def seconds(
        self, spoken: Spoken, voice: Voice, options: RegressionOptions, plan: Plan | None = None
    ) -> float:
        """How long the sentence would be."""
        exact = (plan or self.plan(spoken, voice)).lengths[1] / self.manner(spoken, options).tempo
        return float(exact.sum()) / self.mel.frames_per_second

    def frames(
        self, spoken: Spoken, voice: Voice, options: RegressionOptions, plan: Plan | None = None
    ) -> Frames:
        """The mel, pitch and durations of one sentence, before the vocoder. Raises CheckpointError for
        another model's voice.
        """
        plan = plan or self.plan(spoken, voice)
        made = plan.acoustic.infer(plan.symbols, plan.heard, self.manner(spoken, options), plan.lengths)
        return Frames(sharpened(made.mel, plan.prompt, options.sharpen), made.pitch, made.durations)

    def speak(
        self, spoken: Spoken, voice: Voice, options: RegressionOptions | None = None, plan: Plan | None = None
    ) -> Iterator[Audio]:
        """One sentence in the voice, as one Audio with its cues. The same seed gives the same samples."""
        options = options or RegressionOptions()
        yield sound(self.vocoder, self.frames(spoken, voice, options, plan), spoken, self.mel, options.seed)
