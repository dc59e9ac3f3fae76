"""A convolutional speaker encoder: log-mel to a speaker embedding of unit length.

Convolutions with attentive statistics pooling (Okabe et al. 2018), trained to classify speakers with an
additive angular margin (Deng et al. 2019) and, where a clip has one, to agree with a teacher's embedding.
Bands above 7.6 kHz are left out: they depend on the recording more than on the speaker.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.audio.mel import MelSpec
from soundalike.nn.conv import ConvNeXtBlock
from soundalike.nn.masks import length_mask
from soundalike.nn.normalizer import MelNormalizer
from soundalike.nn.spectral import mel_filters

from .config import TDNNConfig

HIGHEST = 7600.0  # hertz


class TDNN(MelNormalizer):
    """Log-mel (B, T, M) to speaker embeddings (B, V) of unit length."""

    def __init__(self, config: TDNNConfig, mel: MelSpec):
        super().__init__(mel.n_mels)
        peaks = mel_filters(mel).argmax(1) * mel.sample_rate / mel.n_fft
        self.mel = mel
        self.bands = int((peaks < HIGHEST).sum())
        self.first = nn.Conv1d(self.bands, config.width, 5, stride=2, padding=2)
        self.blocks = nn.ModuleList([ConvNeXtBlock(config.width, 7) for _ in range(config.blocks)])
        self.norm = nn.LayerNorm(config.width)
        self.attention = nn.Sequential(nn.Linear(config.width, 64), nn.Tanh(), nn.Linear(64, config.width))
        self.last = nn.Linear(2 * config.width, config.vector)

    def forward(self, mel: Tensor, lengths: Tensor) -> Tensor:
        """The embeddings (B, V) of log-mels (B, T, M) of so many frames (B,)."""
        mask = length_mask(lengths, mel.shape[1])
        x = self.normalised(mel, mask)[..., : self.bands]
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
