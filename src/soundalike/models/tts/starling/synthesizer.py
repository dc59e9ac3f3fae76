"""The regression family assembled: an acoustic model, a vocoder and a speaker encoder that share one mel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from soundalike.audio.speech import Speech
from soundalike.core.types import AcousticOutput, DataFacts, ProsodyControls, Voice
from soundalike.models.common.mel_synthesis import prosody_of, sharpened, sound
from soundalike.models.common.prompt_conditioning import PromptConditionedSynthesizer
from soundalike.text import Utterance, encode

from .discriminator import MelDiscriminator
from .network import Starling, VoiceConditioning
from .objective import JUDGED, StarlingObjective


@dataclass(frozen=True)
class StarlingOptions:
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

    acoustic: Starling  # as adapted to the voice
    symbols: torch.Tensor  # (S,)
    conditioning: VoiceConditioning
    prompt: torch.Tensor  # (T, M)
    # States (1, S, D); frames (S,) at the natural pace, not rounded
    lengths: tuple[torch.Tensor, torch.Tensor]


class StarlingSynthesizer(PromptConditionedSynthesizer):
    """Listens once, speaks one sentence at a time."""

    Options = StarlingOptions

    acoustic: Starling
    adversary: MelDiscriminator | None = None  # of a model that can practise

    @property
    def adaptation_layers(self) -> tuple[str, ...]:
        return ("decoder", "depth", "looks", "hear") if self.adversary is not None else ()

    def adaptation_objective(self, network: Starling, facts: DataFacts) -> StarlingObjective:
        return StarlingObjective(network, JUDGED, facts, self.adversary)

    def conditioning(self, acoustic: Starling, voice: Voice) -> tuple[VoiceConditioning, torch.Tensor]:
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

    def prosody(self, utterance: Utterance, options: StarlingOptions) -> ProsodyControls:
        return prosody_of(utterance, options, self.mel, self.device)

    def plan(self, utterance: Utterance, voice: Voice) -> Plan:
        """A sentence thought out, for as many takes as may be wanted. Raises CheckpointError for another
        model's voice.
        """
        symbols = torch.tensor(encode(utterance.symbols), device=self.device)
        acoustic = self.acoustic_of(voice)
        conditioning, prompt = self.conditioning(acoustic, voice)
        return Plan(acoustic, symbols, conditioning, prompt, acoustic.lengths(symbols, conditioning))

    def seconds(
        self, utterance: Utterance, voice: Voice, options: StarlingOptions, plan: Plan | None = None
    ) -> float:
        """How long the sentence would be."""
        exact = (plan or self.plan(utterance, voice)).lengths[1] / self.prosody(utterance, options).tempo
        return float(exact.sum()) / self.mel.frames_per_second

    def frames(
        self, utterance: Utterance, voice: Voice, options: StarlingOptions, plan: Plan | None = None
    ) -> AcousticOutput:
        """The mel, pitch and durations of one sentence, before the vocoder. Raises CheckpointError for
        another model's voice.
        """
        plan = plan or self.plan(utterance, voice)
        made = plan.acoustic.infer(
            plan.symbols, plan.conditioning, self.prosody(utterance, options), plan.lengths
        )
        return AcousticOutput(sharpened(made.mel, plan.prompt, options.sharpen), made.pitch, made.durations)

    def speak(
        self,
        utterance: Utterance,
        voice: Voice,
        options: StarlingOptions | None = None,
        plan: Plan | None = None,
    ) -> Iterator[Speech]:
        """One sentence in the voice, as one Speech with its cues. The same seed gives the same samples."""
        options = options or StarlingOptions()
        yield sound(
            self.vocoder, self.frames(utterance, voice, options, plan), utterance, self.mel, options.seed
        )
