"""Training of WaveNet: the likelihood of each next sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F

from soundalike.core.contracts import PartKind
from soundalike.core.types import Batch, Output
from soundalike.models.common.interfaces import reads_mel, writes_waveform
from soundalike.models.common.objective import SingleOptimizerObjective, zero_padding
from soundalike.nn.masks import length_mask, masked_mean

from .network import WaveNet, WaveNetConfig


@dataclass(frozen=True)
class WaveNetSettings:
    """Nothing to choose: cross-entropy."""


class WaveNetObjective(SingleOptimizerObjective[WaveNet, WaveNetSettings]):
    """Cross-entropy of each sample's class, given all before it."""

    required_fields = frozenset({"mel", "samples"})

    def forward(self, batch: Batch) -> Output:
        """The log-odds of each next sample's classes."""
        net = self._network
        size = (batch["mel"].shape[1] - 1) * net.mel.hop_length
        samples = F.pad(batch["samples"], (0, max(0, size - batch["samples"].shape[1])))[:, :size]
        classes = net.classes_of(
            net.prediction.excite(samples, batch["mel"]) if net.config.order else samples
        )
        return {"logits": net.logits(batch["mel"], batch.lengths("mel"), classes), "classes": classes}

    def losses(self, optimizer: str, batch: Batch, output: Output, step: int) -> dict[str, Tensor]:
        """The cross-entropy."""
        mask = length_mask(self._samples(batch), output["classes"].shape[1])
        loss = F.cross_entropy(output["logits"].transpose(1, 2), output["classes"], reduction="none")
        return {"cross_entropy": masked_mean(loss, mask)}

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """The log-odds of each next sample's classes; the samples themselves are taken, not an excitation."""
        net = self._network
        samples = batch["samples"][:, : (batch["mel"].shape[1] - 1) * net.mel.hop_length]
        logits = net.logits(batch["mel"], batch.lengths("mel"), net.classes_of(samples))
        return {"logits": zero_padding(logits, self._samples(batch))}

    def _samples(self, batch: Batch) -> Tensor:
        """How many samples (B,) each clip has."""
        return (batch.lengths("mel") - 1) * self._network.mel.hop_length


PART = PartKind(
    "vocoder",
    WaveNetConfig,
    WaveNet,
    WaveNetSettings,
    WaveNetObjective,
    reads=reads_mel,
    writes=writes_waveform,
)
