"""Training of WaveNet: the likelihood of each next sample."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.core.contracts import PartKind
from soundalike.core.types import Batch, DataFacts, Output
from soundalike.models.common.interfaces import reads_mel, writes_waveform
from soundalike.nn.masks import length_mask, masked_mean

from .network import WaveNet, WaveNetConfig


@dataclass(frozen=True)
class WaveNetSettings:
    """Nothing to choose: cross-entropy."""


class WaveNetObjective:
    """Cross-entropy of each sample's class, told all before it."""

    required_fields = frozenset({"mel", "samples"})
    optimizers = ("model",)

    def __init__(self, network: WaveNet, settings: WaveNetSettings, facts: DataFacts):
        self._network = network
        network.mean.copy_(facts.mel_mean)
        network.std.copy_(facts.mel_std)

    def network(self) -> WaveNet:
        return self._network

    def trained(self, optimizer: str) -> nn.Module:
        return self._network

    def forward(self, batch: Batch) -> Output:
        net = self._network
        size = (batch.mel.shape[1] - 1) * net.mel.hop_length
        samples = F.pad(batch.samples, (0, max(0, size - batch.samples.shape[1])))[:, :size]
        classes = net.classes_of(net.prediction.excite(samples, batch.mel) if net.config.order else samples)
        return {"logits": net.logits(batch.mel, batch.mel_lengths, classes), "classes": classes}

    def losses(self, optimizer: str, batch: Batch, output: Output) -> dict[str, Tensor]:
        mask = length_mask((batch.mel_lengths - 1) * self._network.mel.hop_length, output["classes"].shape[1])
        loss = F.cross_entropy(output["logits"].transpose(1, 2), output["classes"], reduction="none")
        return {"cross_entropy": masked_mean(loss, mask)}


PART = PartKind(
    "vocoder",
    WaveNetConfig,
    WaveNet,
    WaveNetSettings,
    WaveNetObjective,
    reads=reads_mel,
    writes=writes_waveform,
)
