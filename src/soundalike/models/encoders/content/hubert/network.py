"""A content encoder: log-mels to features of what is said, learned by telling what is hidden (HuBERT, Hsu et
al. 2021).

    log-mel, without its clip's mean -> two frames as one -> [some hidden] -> convolutions -> transformer
                                                                                                  |
                          clusters of an aligner's states, of the clip as it was <-- told by -- features

HuBERT clusters cepstra first, and its own states after that. Here a trained aligner gives the states, which
saves the first rounds (Chen et al. 2023, "Reducing Barriers to Self-Supervised Learning: HuBERT Pre-training
with Academic Compute", begin from a recognizer's states in the same way).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.audio.mel import MelSpec
from soundalike.nn.attention import RotaryBlock, attended
from soundalike.nn.conv import ConvBlock
from soundalike.nn.masks import length_mask
from soundalike.nn.normalizer import MelNormalizer
from soundalike.nn.quantize import ResidualQuantizer

KERNEL = 5  # places that a convolution reads


@dataclass(frozen=True)
class HubertConfig:
    """Sizes of the network, and its dropout."""

    width: int = 256
    convolutions: int = 2
    blocks: int = 6
    heads: int = 4
    stride: int = 2  # frames of the mel that a feature lasts
    dropout: float = 0.1
    clusters: int = 512  # of the aligner's states
    states: int = 256  # numbers of each of these states


class Hubert(MelNormalizer):
    """Log-mels (B, T, M) to features (B, T', D), one for each `stride` frames."""

    reads_field = "mel"

    def __init__(self, config: HubertConfig, mel: MelSpec):
        super().__init__(mel.n_mels)
        c = config
        self.config = config
        self.mel = mel
        self.feature_width = c.width
        self.frames_per_second = mel.frames_per_second / c.stride
        self.enter = nn.Linear(c.stride * mel.n_mels, c.width)
        self.hidden = nn.Parameter(torch.randn(c.width))  # in the place of what is hidden
        self.convolutions = nn.ModuleList([ConvBlock(c.width, KERNEL) for _ in range(c.convolutions)])
        self.blocks = nn.ModuleList(
            [RotaryBlock(c.width, c.heads, dropout=c.dropout) for _ in range(c.blocks)]
        )
        self.norm = nn.LayerNorm(c.width)
        self.head = nn.Linear(c.width, c.clusters)
        # What is told: the nearest of these to an aligner's state
        self.teacher = ResidualQuantizer(1, c.clusters, c.states)
        self.register_buffer("steps_seen", torch.zeros((), dtype=torch.int64))

    def feature_lengths(self, lengths: Tensor) -> Tensor:
        """How many features (B,) mels of so many frames (B,) have."""
        return (lengths + self.config.stride - 1) // self.config.stride

    def features(self, values: Tensor, lengths: Tensor) -> Tensor:
        """Features (B, T', D) of log-mels (B, T, M) of so many frames (B,); zero in the padding."""
        return self(values, lengths)

    def forward(self, mel: Tensor, lengths: Tensor, hidden: Tensor | None = None) -> Tensor:
        """As `features`, with the places hidden where `hidden` (B, T') is true."""
        frames = length_mask(lengths, mel.shape[1])[..., None]
        mean = (mel * frames).sum(1, keepdim=True) / lengths[:, None, None]
        x = self.enter(self.together((mel - mean) / self.std * frames))
        mask = length_mask(self.feature_lengths(lengths), x.shape[1])
        if hidden is not None:
            x = torch.where(hidden[..., None], self.hidden.to(x.dtype), x)
        x = x * mask[..., None]
        for block in self.convolutions:
            x = block(x, mask)
        return self.norm(attended(self.blocks, x, mask)) * mask[..., None]

    def together(self, values: Tensor) -> Tensor:
        """Each `stride` places of values (B, T, D) as one: (B, T', stride * D)."""
        stride = self.config.stride
        return F.pad(values, (0, 0, 0, -values.shape[1] % stride)).unflatten(1, (-1, stride)).flatten(2)
