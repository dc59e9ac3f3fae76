"""Training of convrnn: mean squared errors; the mean absolute error of the mel is logged beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from soundalike.core.contracts import PartKind
from soundalike.core.types import Batch, Output
from soundalike.models.common.interfaces import acoustic_reads, writes_mel
from soundalike.models.common.judged_mel import JudgedMelObjective, JudgedMelSettings
from soundalike.models.common.objective import duration_l2, outside_prompt
from soundalike.nn.masks import length_mask, masked_mean, mean_octave

from .network import ConvRNN, ConvRNNConfig


@dataclass(frozen=True)
class ConvRNNSettings(JudgedMelSettings):
    """Weights of the losses."""

    mel: float = 1.0
    duration: float = 0.3
    pitch: float = 3.0
    voicing: float = 0.3


class ConvRNNObjective(JudgedMelObjective[ConvRNN, ConvRNNSettings]):
    """L2 on the normalised mel, log durations, octaves and voicing; L1 of the mel is logged as "mae"."""

    required_fields = frozenset(
        {
            "symbols",
            "durations",
            "mel",
            "pitch",
            "prompt",
            "prompt_pitch",
            "prompt_span",
            "speaker_embedding",
        }
    )

    def forward(self, batch: Batch) -> Output:
        """The mel and pitch with the true durations, and the predicted log durations."""
        net = self._network
        voice = net.condition(batch["speaker_embedding"], batch["prompt"], batch.lengths("prompt"))
        states, log_durations = net.encode(batch["symbols"], batch.lengths("symbols"), voice)
        mel, octave, voicing, lengths = net.decode(states, batch["durations"], voice)
        mask = outside_prompt(batch, length_mask(lengths, mel.shape[1]))
        off = mel - net.normalised(batch["mel"], mask)
        voiced = (batch["pitch"] > 0).float()
        true_octave = batch["pitch"].clamp_min(1.0).log2()
        return {
            "mel": mel,
            "log_durations": log_durations,
            "off": off,
            "off_octave": octave + mean_octave(batch["prompt_pitch"])[:, None] - true_octave,
            "off_voicing": voicing - voiced,
            "voiced": voiced * mask,
            "mask": mask,
            "measures": {"mae": masked_mean(off.detach().abs(), mask)},
        }

    def regression(self, batch: Batch, output: Output) -> dict[str, Tensor]:
        """Of the mel, of the durations and of the pitch."""
        s = self.settings
        return {
            "mel": s.mel * masked_mean(output["off"] ** 2, output["mask"]),
            "duration": s.duration * duration_l2(output["log_durations"], batch),
            "octave": s.pitch * masked_mean(output["off_octave"] ** 2, output["voiced"]),
            "voicing": s.voicing * masked_mean(output["off_voicing"] ** 2, output["mask"]),
        }

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """The mel with the true durations."""
        return {"mel": self.forward(batch)["mel"]}


PART = PartKind(
    "acoustic",
    ConvRNNConfig,
    ConvRNN,
    ConvRNNSettings,
    ConvRNNObjective,
    reads=acoustic_reads,
    writes=writes_mel,
)
