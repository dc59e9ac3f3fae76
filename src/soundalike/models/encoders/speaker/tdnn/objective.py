"""Training of the speaker encoder: additive margin softmax over the training speakers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.core.contracts import PartKind
from soundalike.core.types import Batch, DataFacts, Output
from soundalike.models.common.interfaces import writes_speaker_embedding
from soundalike.models.encoders.speaker.encoder import MelSpeakerEncoder

from .network import TDNN, TDNNConfig


@dataclass(frozen=True)
class SpeakerSettings:
    margin: float = 0.2  # radians
    scale: float = 25.0
    teacher: float = 8.0  # weight of one minus the cosine to the teacher's vector
    classify: float = 0.5
    tilt: float = 0.5  # spread of a random spectral slope and level, in log-mel: another microphone


class SpeakerObjective:
    """Tell the training speakers apart, and agree with the teacher."""

    required_fields = frozenset({"mel", "speaker", "target_vector"})
    optimizers = ("model",)

    def __init__(self, network: TDNN, settings: SpeakerSettings, facts: DataFacts):
        self._network = network
        self.settings = settings
        network.mean.copy_(facts.mel_mean)
        network.std.copy_(facts.mel_std)
        self.all = nn.ModuleDict(
            {"network": network, "classes": nn.Linear(network.last.out_features, facts.speakers, bias=False)}
        )

    def network(self) -> TDNN:
        return self._network

    def trained(self, optimizer: str) -> nn.Module:
        return self.all

    def forward(self, batch: Batch) -> Output:
        mel = batch.mel
        slope = torch.linspace(-1, 1, mel.shape[2], device=mel.device)
        random = torch.randn(len(mel), 2, device=mel.device) * self.settings.tilt
        mel = (mel + random[:, :1, None] + random[:, 1:, None] * slope).clamp_min(self._network.mel.silence)
        return {"vector": self._network(mel, batch.mel_lengths)}

    def losses(self, optimizer: str, batch: Batch, output: Output) -> dict[str, Tensor]:
        s = self.settings
        vector = output["vector"]
        # (B, speakers)
        cosine = F.linear(vector, F.normalize(self.all["classes"].weight, dim=-1)).clamp(-0.9999, 0.9999)
        rows = torch.arange(len(vector), device=vector.device)
        angle = torch.acos(cosine[rows, batch.speaker]) + s.margin
        logits = cosine.clone()
        logits[rows, batch.speaker] = torch.cos(angle.clamp_max(math.pi))
        teacher = (1 - (vector * F.normalize(batch.target_vector, dim=-1)).sum(-1)) * batch.target_known
        return {
            "classify": s.classify * F.cross_entropy(s.scale * logits, batch.speaker),
            "teacher": s.teacher * (teacher.sum() / batch.target_known.sum().clamp_min(1.0)).float(),
        }


PART = PartKind(
    "speaker",
    TDNNConfig,
    TDNN,
    SpeakerSettings,
    SpeakerObjective,
    writes=writes_speaker_embedding,
    instrument=MelSpeakerEncoder,
)
