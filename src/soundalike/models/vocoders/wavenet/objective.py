"""Training of WaveNet: the likelihood of each next sample, and the pitch that is read off the mel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F

from soundalike.core.contracts import PartKind
from soundalike.core.types import Batch, DataFacts, Output
from soundalike.models.common.interfaces import reads_mel, writes_waveform
from soundalike.models.common.objective import SingleOptimizerObjective, zero_padding
from soundalike.models.common.pitch_reader import pitch_losses
from soundalike.nn.masks import length_mask, masked_mean

from .network import WaveNet, WaveNetConfig


@dataclass(frozen=True)
class WaveNetSettings:
    """Weights of the losses: of the samples 1."""

    pitch: float = 0.2  # of the pitch that is read off the mel, of a network that is told the phase


class WaveNetObjective(SingleOptimizerObjective[WaveNet, WaveNetSettings]):
    """Cross-entropy of each sample's class, given all before it."""

    required_fields = frozenset({"mel", "pitch", "samples"})

    def __init__(self, network: WaveNet, settings: WaveNetSettings, facts: DataFacts):
        super().__init__(network, settings, facts)
        if not network.config.harmonics:
            self.required_fields = frozenset({"mel", "samples"})

    def forward(self, batch: Batch) -> Output:
        """The log-odds of each next sample's classes."""
        net = self._network
        mel = batch["mel"]
        lengths = batch.lengths("mel")
        size = (mel.shape[1] - 1) * net.mel.hop_length
        samples = F.pad(batch["samples"], (0, max(0, size - batch["samples"].shape[1])))[:, :size]
        excitation = net.prediction.excite(samples, mel) if net.config.order else samples
        classes = net.classes_of(excitation)
        if not net.config.harmonics:
            return {"logits": net.logits(mel, lengths, classes), "classes": classes}
        mask = length_mask(lengths, mel.shape[1])
        return {
            "logits": net.logits(mel, lengths, classes, net.phase_states(batch["pitch"], excitation)),
            "classes": classes,
            "pitch_scores": net.pitch_reader.scores(net.normalised(mel, mask), mask),
            "mask": mask,
        }

    def losses(self, optimizer: str, batch: Batch, output: Output, step: int) -> dict[str, Tensor]:
        """The cross-entropy, and of the pitch."""
        mask = length_mask(self._samples(batch), output["classes"].shape[1])
        loss = F.cross_entropy(output["logits"].transpose(1, 2), output["classes"], reduction="none")
        losses = {"cross_entropy": masked_mean(loss, mask)}
        if "pitch_scores" in output:
            reader = self._network.pitch_reader
            weight = self.settings.pitch
            losses |= pitch_losses(reader, output["pitch_scores"], batch["pitch"], output["mask"], weight)
        return losses

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """The log-odds of each next sample's classes; the samples themselves are taken, not an excitation."""
        net = self._network
        samples = batch["samples"][:, : (batch["mel"].shape[1] - 1) * net.mel.hop_length]
        told = net.phase_states(batch["pitch"]) if net.config.harmonics else None
        logits = net.logits(batch["mel"], batch.lengths("mel"), net.classes_of(samples), told)
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
