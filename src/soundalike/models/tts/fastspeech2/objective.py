"""Training of FastSpeech 2: the mel told its true durations, pitch and energy, and predictors of these."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.core.contracts import PartKind
from soundalike.core.types import Batch, DataFacts, Output
from soundalike.models.common.interfaces import acoustic_reads, writes_mel
from soundalike.nn.length_regulator import regulate
from soundalike.nn.masks import length_mask, masked_mean

from .network import FastSpeech2, FastSpeech2Config


@dataclass(frozen=True)
class FastSpeech2Settings:
    mel: float = 1.0
    duration: float = 0.3
    pitch: float = 3.0
    voicing: float = 0.1
    energy: float = 3.0


class FastSpeech2Objective:
    """L1 on the normalised mel; L2 on log durations, octaves and energy; cross-entropy on voicing (section
    2.3 of Ren et al. 2020).
    """

    required_fields = frozenset({"symbols", "durations", "mel", "pitch", "prompt", "vector"})
    optimizers = ("model",)

    def __init__(self, network: FastSpeech2, settings: FastSpeech2Settings, facts: DataFacts):
        self._network = network
        self.settings = settings
        network.mean.copy_(facts.mel_mean)
        network.std.copy_(facts.mel_std)

    def network(self) -> FastSpeech2:
        return self._network

    def trained(self, optimizer: str) -> nn.Module:
        return self._network

    def forward(self, batch: Batch) -> Output:
        net = self._network
        states, log_durations = net.encode(batch.symbols, batch.symbol_lengths, batch.vector)
        x, lengths = regulate(states, batch.durations)
        mask = length_mask(lengths, x.shape[1])
        base = net.octave_of(batch.prompt_pitch)[:, None]
        voiced = (batch.pitch > 0).float()
        octave = batch.pitch.clamp_min(1.0).log2()
        loudness = net.energy_of(batch.mel)
        made_octave, voicing = net.intone(x, mask)
        x = net.with_pitch(x, mask, octave, voiced)
        made_loudness = net.loudness(x, mask)
        x = net.with_energy(x, mask, loudness)
        return {
            "mel": net.decode(x, mask),
            "log_durations": log_durations,
            "made_octave": made_octave,
            "voicing": voicing,
            "made_loudness": made_loudness,
            "octave": octave - base,
            "voiced": voiced * mask,
            "loudness": loudness,
            "mask": mask,
        }

    def losses(self, optimizer: str, batch: Batch, output: Output) -> dict[str, Tensor]:
        s = self.settings
        mask = output["mask"]
        symbols = length_mask(batch.symbol_lengths, batch.symbols.shape[1])
        target = self._network.normalised(batch.mel, mask)
        return {
            "mel": s.mel * masked_mean((output["mel"] - target).abs(), mask),
            "duration": s.duration
            * masked_mean((output["log_durations"] - (batch.durations + 1.0).log()) ** 2, symbols),
            "octave": s.pitch
            * masked_mean((output["made_octave"] - output["octave"]) ** 2, output["voiced"]),
            "voicing": s.voicing
            * masked_mean(
                F.binary_cross_entropy_with_logits(output["voicing"], output["voiced"], reduction="none"),
                mask,
            ),
            "energy": s.energy * masked_mean((output["made_loudness"] - output["loudness"]) ** 2, mask),
        }


PART = PartKind(
    "acoustic",
    FastSpeech2Config,
    FastSpeech2,
    FastSpeech2Settings,
    FastSpeech2Objective,
    reads=acoustic_reads,
    writes=writes_mel,
)
