"""Training of the speaker encoder: the generalized end-to-end loss (Wan et al. 2018)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.core.contracts import PartKind
from soundalike.core.types import Batch, DataFacts, Output
from soundalike.models.common.interfaces import writes_speaker_embedding
from soundalike.models.common.objective import SingleOptimizerObjective
from soundalike.models.encoders.speaker.encoder import MelSpeakerEncoder

from .network import GE2E, GE2EConfig


@dataclass(frozen=True)
class GE2ESettings:
    """The scale and the bias of the cosines."""

    scale: float = 10.0  # w and b of eq. 5, to begin with; both are learned
    bias: float = -5.0


def similarities(embeddings: Tensor, speaker: Tensor) -> tuple[Tensor, Tensor]:
    """Cosines (B, K) of embeddings (B, V) to the mean of each of K speakers, and which one is their own (B,).

    An embedding is left out of its own speaker's mean (eqs. 8, 9), where that has another.
    """
    names, own = torch.unique(speaker, return_inverse=True)
    member = F.one_hot(own, len(names)).to(embeddings)  # (B, K)
    sums = member.T @ embeddings  # (K, V), (K,)
    counts = member.sum(0)
    cosine = embeddings @ F.normalize(sums, dim=-1).T
    others = sums[own] - embeddings * (counts[own] > 1)[:, None]
    without = (embeddings * F.normalize(others, dim=-1)).sum(-1)
    return torch.where(member > 0, without[:, None], cosine), own


class GE2EObjective(SingleOptimizerObjective[GE2E, GE2ESettings]):
    """The softmax form of the loss (eq. 6): each embedding nearer to its own speaker's mean than to
    others'.
    """

    required_fields = frozenset({"mel", "speaker"})

    def __init__(self, network: GE2E, settings: GE2ESettings, facts: DataFacts):
        super().__init__(network, settings, facts)
        self.line = nn.Linear(1, 1)  # w and b
        nn.init.constant_(self.line.weight, settings.scale)
        nn.init.constant_(self.line.bias, settings.bias)
        self.all = nn.ModuleDict({"network": network, "line": self.line})

    def trained(self, optimizer: str) -> nn.Module:
        """The network, and w and b."""
        return self.all

    def forward(self, batch: Batch) -> Output:
        """Embeddings of the clips."""
        return {"embedding": self._network(batch["mel"], batch.lengths("mel"))}

    def losses(self, optimizer: str, batch: Batch, output: Output, step: int) -> dict[str, Tensor]:
        """The loss, named ge2e."""
        cosine, own = similarities(output["embedding"], batch["speaker"])
        logits = self.line.weight[0, 0].clamp_min(1e-6) * cosine + self.line.bias
        return {"ge2e": F.cross_entropy(logits, own)}

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """The embeddings."""
        return {"embedding": self._network(batch["mel"], batch.lengths("mel"))}


PART = PartKind(
    "speaker",
    GE2EConfig,
    GE2E,
    GE2ESettings,
    GE2EObjective,
    writes=writes_speaker_embedding,
    instrument=MelSpeakerEncoder,
)
