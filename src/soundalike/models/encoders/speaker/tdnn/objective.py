"""Training of the speaker encoder: additive margin softmax over the training speakers."""

from __future__ import annotations

import math
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

from .config import TDNNConfig
from .graphs import graphs_of
from .network import TDNN


@dataclass(frozen=True)
class SpeakerSettings:
    """Weights of the losses, and how the clips are varied."""

    margin: float = 0.2  # radians
    scale: float = 25.0
    teacher: float = 8.0  # weight of one minus the cosine to the teacher's embedding
    classify: float = 0.5
    tilt: float = 0.5  # spread of a random spectral slope and level, in log-mel: another microphone


class SpeakerObjective(SingleOptimizerObjective[TDNN, SpeakerSettings]):
    """Classify the training speakers, and agree with the teacher."""

    required_fields = frozenset({"mel", "speaker", "target_embedding", "target_embedding_known"})

    def __init__(self, network: TDNN, settings: SpeakerSettings, facts: DataFacts):
        super().__init__(network, settings, facts)
        self.classes = nn.Linear(network.last.out_features, facts.speakers, bias=False)
        self.all = nn.ModuleDict({"network": network, "classes": self.classes})

    def trained(self, optimizer: str) -> nn.Module:
        """The network and the classifier of the training speakers."""
        return self.all

    def forward(self, batch: Batch) -> Output:
        """Embeddings of the clips, each with a random spectral slope and level."""
        mel = batch["mel"]
        slope = torch.linspace(-1, 1, mel.shape[2], device=mel.device)
        random = torch.randn(len(mel), 2, device=mel.device) * self.settings.tilt
        mel = (mel + random[:, :1, None] + random[:, 1:, None] * slope).clamp_min(self._network.mel.silence)
        return {"embedding": self._network(mel, batch.lengths("mel"))}

    def losses(self, optimizer: str, batch: Batch, output: Output, step: int) -> dict[str, Tensor]:
        """Of classifying the speakers, and of the angle to the teacher's embeddings."""
        s = self.settings
        embedding = output["embedding"]
        # (B, speakers)
        cosine = F.linear(embedding, F.normalize(self.classes.weight, dim=-1)).clamp(-0.9999, 0.9999)
        rows = torch.arange(len(embedding), device=embedding.device)
        angle = torch.acos(cosine[rows, batch["speaker"]]) + s.margin
        logits = cosine.clone()
        logits[rows, batch["speaker"]] = torch.cos(angle.clamp_max(math.pi))
        known = batch["target_embedding_known"]
        teacher = (1 - (embedding * F.normalize(batch["target_embedding"], dim=-1)).sum(-1)) * known
        return {
            "classify": s.classify * F.cross_entropy(s.scale * logits, batch["speaker"]),
            "teacher": s.teacher * (teacher.sum() / known.sum().clamp_min(1.0)).float(),
        }

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """The embeddings."""
        return {"embedding": self._network(batch["mel"], batch.lengths("mel"))}


PART = PartKind(
    "speaker",
    TDNNConfig,
    TDNN,
    SpeakerSettings,
    SpeakerObjective,
    writes=writes_speaker_embedding,
    instrument=MelSpeakerEncoder,
    graphs=graphs_of,
)
