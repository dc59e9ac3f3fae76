"""A convolutional speaker encoder: log-mel to one unit vector, the closer the more alike two voices are.

Convolutions with attentive statistics pooling (Okabe et al. 2018), trained to tell speakers apart with an additive
angular margin (Deng et al. 2019) and, where a clip has one, to agree with a teacher's vector. Bands above 7.6 kHz are not
looked at: they tell the recording, not the person.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..contract import Batch, DataFacts, Output, PartKind
from ..features import MelSpec, mel_filters
from ..nets.conv import ConvNeXtBlock
from ..nets.masks import length_mask

HIGHEST = 7600.0  # hertz


@dataclass(frozen=True)
class TDNNConfig:
    width: int = 256
    blocks: int = 4
    vector: int = 256


class TDNN(nn.Module):
    """Log-mel (B, T, M) to unit vectors (B, vector)."""

    def __init__(self, config: TDNNConfig, mel: MelSpec):
        super().__init__()
        peaks = mel_filters(mel).argmax(1) * mel.sample_rate / mel.n_fft
        self.mel = mel
        self.bands = int((peaks < HIGHEST).sum())
        self.first = nn.Conv1d(self.bands, config.width, 5, stride=2, padding=2)
        self.blocks = nn.ModuleList([ConvNeXtBlock(config.width, 7) for _ in range(config.blocks)])
        self.norm = nn.LayerNorm(config.width)
        self.attention = nn.Sequential(nn.Linear(config.width, 64), nn.Tanh(), nn.Linear(64, config.width))
        self.last = nn.Linear(2 * config.width, config.vector)
        self.register_buffer("mean", torch.zeros(mel.n_mels))
        self.register_buffer("std", torch.ones(mel.n_mels))

    def forward(self, mel: Tensor, lengths: Tensor) -> Tensor:
        mask = length_mask(lengths, mel.shape[1])
        x = ((mel - self.mean) / self.std * mask[..., None])[..., : self.bands]
        x = self.first(x.transpose(1, 2)).transpose(1, 2)  # (B, T/2, D)
        mask = length_mask((lengths + 1) // 2, x.shape[1])
        x = x * mask[..., None]
        for block in self.blocks:
            x = block(x, mask)
        x = self.norm(x)
        weight = (self.attention(x) + (mask[..., None] - 1) * 1e4).softmax(1)
        mean = (weight * x).sum(1)
        spread = ((weight * x**2).sum(1) - mean**2).clamp_min(1e-5).sqrt()
        return F.normalize(self.last(torch.cat([mean, spread], -1)), dim=-1)


@dataclass(frozen=True)
class SpeakerSettings:
    margin: float = 0.2  # radians
    scale: float = 25.0
    teacher: float = 8.0  # weight of one minus the cosine to the teacher's vector
    classify: float = 0.5
    tilt: float = 0.5  # spread of a random spectral slope and level, in log-mel: another microphone


class SpeakerObjective:
    """Tell the training speakers apart, and agree with the teacher."""

    wants = frozenset({"mel", "speaker", "target_vector"})
    turns = ("model",)

    def __init__(self, network: TDNN, settings: SpeakerSettings, facts: DataFacts):
        self._network, self.settings = network, settings
        network.mean.copy_(facts.mel_mean)
        network.std.copy_(facts.mel_std)
        self.all = nn.ModuleDict({"network": network, "classes": nn.Linear(network.last.out_features, facts.speakers, bias=False)})

    def network(self) -> TDNN:
        return self._network

    def trained(self, turn: str) -> nn.Module:
        return self.all

    def forward(self, batch: Batch) -> Output:
        mel = batch.mel
        slope = torch.linspace(-1, 1, mel.shape[2], device=mel.device)
        random = torch.randn(len(mel), 2, device=mel.device) * self.settings.tilt
        mel = (mel + random[:, :1, None] + random[:, 1:, None] * slope).clamp_min(self._network.mel.silence)
        return {"vector": self._network(mel, batch.mel_lengths)}

    def losses(self, turn: str, batch: Batch, output: Output) -> dict[str, Tensor]:
        s, vector = self.settings, output["vector"]
        cosine = F.linear(vector, F.normalize(self.all["classes"].weight, dim=-1)).clamp(-0.9999, 0.9999)  # (B, speakers)
        rows = torch.arange(len(vector), device=vector.device)
        angle = torch.acos(cosine[rows, batch.speaker]) + s.margin
        logits = cosine.clone()
        logits[rows, batch.speaker] = torch.cos(angle.clamp_max(math.pi))
        teacher = (1 - (vector * F.normalize(batch.target_vector, dim=-1)).sum(-1)) * batch.target_known
        return {
            "classify": s.classify * F.cross_entropy(s.scale * logits, batch.speaker),
            "teacher": s.teacher * (teacher.sum() / batch.target_known.sum().clamp_min(1.0)).float(),
        }


PART = PartKind("speaker", TDNNConfig, TDNN, SpeakerSettings, SpeakerObjective)
