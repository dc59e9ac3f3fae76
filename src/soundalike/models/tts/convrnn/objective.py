"""Training of convrnn: mean squared error of the mel; its mean absolute error is logged beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from soundalike.core.contracts import PartKind
from soundalike.core.types import Batch, Output
from soundalike.models.common.interfaces import acoustic_reads, writes_mel
from soundalike.models.common.objective import MelObjective, duration_l2, outside_prompt
from soundalike.nn.masks import length_mask, masked_mean

from .network import ConvRNN, ConvRNNConfig


@dataclass(frozen=True)
class ConvRNNSettings:
    """Weights of the losses."""

    mel: float = 1.0
    duration: float = 0.3


class ConvRNNObjective(MelObjective[ConvRNN, ConvRNNSettings]):
    """L2 on the normalised mel and on log durations; L1 of the mel is logged as "mae"."""

    required_fields = frozenset({"symbols", "durations", "mel", "prompt", "prompt_span", "speaker_embedding"})

    def forward(self, batch: Batch) -> Output:
        """The mel with the true durations, and the predicted log durations."""
        net = self._network
        voice = net.condition(batch["speaker_embedding"], batch["prompt"], batch.lengths("prompt"))
        states, log_durations = net.encode(batch["symbols"], batch.lengths("symbols"), voice)
        mel, lengths = net.decode(states, batch["durations"], voice)
        mask = outside_prompt(batch, length_mask(lengths, mel.shape[1]))
        off = mel - net.normalised(batch["mel"], mask)
        return {
            "mel": mel,
            "log_durations": log_durations,
            "off": off,
            "mask": mask,
            "measures": {"mae": masked_mean(off.detach().abs(), mask)},
        }

    def losses(self, optimizer: str, batch: Batch, output: Output, step: int) -> dict[str, Tensor]:
        """Of the mel and of the durations."""
        s = self.settings
        return {
            "mel": s.mel * masked_mean(output["off"] ** 2, output["mask"]),
            "duration": s.duration * duration_l2(output["log_durations"], batch),
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
