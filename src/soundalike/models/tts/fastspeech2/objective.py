"""Training of FastSpeech 2: the mel from the true durations, pitch and energy, and predictors of these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from soundalike.core.contracts import PartKind
from soundalike.core.types import Batch, Output
from soundalike.models.common.interfaces import acoustic_reads, writes_mel
from soundalike.models.common.judged_mel import JudgedMelObjective, JudgedMelSettings
from soundalike.models.common.objective import (
    duration_l2,
    mel_l1,
    zero_padding,
)
from soundalike.nn.length_regulator import regulate
from soundalike.nn.masks import length_mask, masked_cross_entropy, masked_mean, mean_octave

from .network import FastSpeech2, FastSpeech2Config


@dataclass(frozen=True)
class FastSpeech2Settings(JudgedMelSettings):
    """Weights of the losses."""

    mel: float = 1.0
    duration: float = 0.3
    pitch: float = 3.0
    voicing: float = 0.1
    energy: float = 3.0


class FastSpeech2Objective(JudgedMelObjective[FastSpeech2, FastSpeech2Settings]):
    """L1 on the normalised mel; L2 on log durations, octaves and energy; cross-entropy on voicing (section
    2.3 of Ren et al. 2020).
    """

    required_fields = frozenset(
        {"symbols", "durations", "mel", "pitch", "prompt", "prompt_pitch", "speaker_embedding"}
    )

    def forward(self, batch: Batch) -> Output:
        """The mel from the true durations, pitch and energy, and the predictions of these."""
        net = self._network
        states, log_durations = net.encode(
            batch["symbols"], batch.lengths("symbols"), batch["speaker_embedding"]
        )
        x, lengths = regulate(states, batch["durations"])
        mask = length_mask(lengths, x.shape[1])
        base = mean_octave(batch["prompt_pitch"])[:, None]
        voiced = (batch["pitch"] > 0).float()
        octave = batch["pitch"].clamp_min(1.0).log2()
        loudness = net.energy_of(batch["mel"])
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

    def regression(self, batch: Batch, output: Output) -> dict[str, Tensor]:
        """Of the mel and of each predictor."""
        s = self.settings
        mask = output["mask"]
        voiced = output["voiced"]
        target = self._network.normalised(batch["mel"], mask)
        return {
            "mel": s.mel * mel_l1(output["mel"], target, mask),
            "duration": s.duration * duration_l2(output["log_durations"], batch),
            "octave": s.pitch * masked_mean((output["made_octave"] - output["octave"]) ** 2, voiced),
            "voicing": s.voicing * masked_cross_entropy(output["voicing"], voiced, mask),
            "energy": s.energy * masked_mean((output["made_loudness"] - output["loudness"]) ** 2, mask),
        }

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """The mel from the true durations and the predicted pitch and energy."""
        net = self._network
        states, _ = net.encode(batch["symbols"], batch.lengths("symbols"), batch["speaker_embedding"])
        x, lengths = regulate(states, batch["durations"])
        mask = length_mask(lengths)
        octave, voicing = net.intone(x, mask)
        base = mean_octave(batch["prompt_pitch"])[:, None]
        x = net.with_pitch(x, mask, octave + base, (voicing > 0).float())
        mel = net.decode(net.with_energy(x, mask, net.loudness(x, mask)), mask)
        return {"mel": zero_padding(mel, lengths)}


PART = PartKind(
    "acoustic",
    FastSpeech2Config,
    FastSpeech2,
    FastSpeech2Settings,
    FastSpeech2Objective,
    reads=acoustic_reads,
    writes=writes_mel,
)
