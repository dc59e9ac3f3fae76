"""Training of the speaker encoder: the generalized end-to-end loss (Wan et al. 2018)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.core.contracts import PartKind
from soundalike.core.types import Batch, DataFacts, Output
from soundalike.models.common.interfaces import writes_speaker_embedding
from soundalike.models.encoders.speaker.encoder import MelSpeakerEncoder

from .network import GE2E, GE2EConfig


@dataclass(frozen=True)
class GE2ESettings:
    scale: float = 10.0  # w and b of eq. 5, to begin with; both are learned
    bias: float = -5.0


def similarities(vectors: Tensor, speaker: Tensor) -> tuple[Tensor, Tensor]:
    """Cosines (B, K) of unit vectors (B, V) to the mean of each of K speakers, and which one is their own
    (B,).

    From its own speaker's mean a vector is left out (eqs. 8, 9), where that has another.
    """
    names, own = torch.unique(speaker, return_inverse=True)
    member = F.one_hot(own, len(names)).to(vectors)  # (B, K)
    sums = member.T @ vectors  # (K, V), (K,)
    counts = member.sum(0)
    cosine = vectors @ F.normalize(sums, dim=-1).T
    others = sums[own] - vectors * (counts[own] > 1)[:, None]
    without = (vectors * F.normalize(others, dim=-1)).sum(-1)
    return torch.where(member > 0, without[:, None], cosine), own


class GE2EObjective:
    """The softmax form of the loss (eq. 6): each vector nearer to its own speaker's mean than to the
    others'.
    """

    required_fields = frozenset({"mel", "speaker"})
    optimizers = ("model",)

    def __init__(self, network: GE2E, settings: GE2ESettings, facts: DataFacts):
        self._network = network
        self.settings = settings
        network.mean.copy_(facts.mel_mean)
        network.std.copy_(facts.mel_std)
        line = nn.Linear(1, 1)  # w and b
        nn.init.constant_(line.weight, settings.scale)
        nn.init.constant_(line.bias, settings.bias)
        self.all = nn.ModuleDict({"network": network, "line": line})

    def network(self) -> GE2E:
        return self._network

    def trained(self, optimizer: str) -> nn.Module:
        return self.all

    def forward(self, batch: Batch) -> Output:
        return {"vector": self._network(batch.mel, batch.mel_lengths)}

    def losses(self, optimizer: str, batch: Batch, output: Output) -> dict[str, Tensor]:
        cosine, own = similarities(output["vector"], batch.speaker)
        line = self.all["line"]
        logits = line.weight[0, 0].clamp_min(1e-6) * cosine + line.bias
        return {"ge2e": F.cross_entropy(logits, own)}


PART = PartKind(
    "speaker",
    GE2EConfig,
    GE2E,
    GE2ESettings,
    GE2EObjective,
    writes=writes_speaker_embedding,
    instrument=MelSpeakerEncoder,
)
