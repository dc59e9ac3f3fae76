"""Content encoders that others published, of samples: HuBERT (Hsu et al. 2021), wav2vec 2.0 (Baevski et al.
2020), ContentVec (Qian et al. 2022). They share one network; their weights are read from the user's disk.

    samples at 16 kHz -> strided convolutions, 50 times a second -> convolution for positions -> transformer
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.audio.mel import MelSpec
from soundalike.core.contracts import PartKind
from soundalike.core.types import Interface
from soundalike.models.common.content import content
from soundalike.nn.attention import attend

RATE = 16_000  # hertz of what it reads
ZERO_CROSSINGS = 16  # of the filter's side when samples are brought to that rate


@dataclass(frozen=True)
class Wav2Vec2Config:
    """Sizes as a published checkpoint has them; these are those of the base networks."""

    width: int = 768
    layers: int = 12
    heads: int = 12
    inner: int = 3072
    channels: tuple[int, ...] = (512,) * 7
    kernels: tuple[int, ...] = (10, 3, 3, 3, 3, 2, 2)
    strides: tuple[int, ...] = (5, 2, 2, 2, 2, 2, 2)
    conv_bias: bool = False
    norms_each: bool = False  # a norm behind each convolution; else behind the first alone
    norms_first: bool = False  # the transformer's norms stand before its layers; else behind them
    position_kernel: int = 128
    position_groups: int = 16
    normalizes: bool = True  # samples have mean 0 and deviation 1
    used: int = 0  # of the layers, whose states are the features; 0: all


class Wav2Vec2(nn.Module):
    """Samples (B, N) at the mel's rate to features (B, T', D), 50 a second."""

    reads_field = "samples"

    def __init__(self, config: Wav2Vec2Config, mel: MelSpec):
        super().__init__()
        c = config
        self.config = config
        self.mel = mel
        self.feature_width = c.width
        self.frames_per_second = features_per_second(c)
        sizes = zip((1, *c.channels), c.channels, c.kernels, c.strides)
        self.convs = nn.ModuleList(
            [nn.Conv1d(i, o, kernel, stride, bias=c.conv_bias) for i, o, kernel, stride in sizes]
        )
        if c.norms_each:
            self.conv_norms = nn.ModuleList([nn.LayerNorm(channels) for channels in c.channels])
        else:
            self.conv_norms = nn.ModuleList([nn.GroupNorm(c.channels[0], c.channels[0])])
        self.project_norm = nn.LayerNorm(c.channels[-1])
        self.project = nn.Linear(c.channels[-1], c.width)
        self.position = nn.Conv1d(
            c.width, c.width, c.position_kernel, padding=c.position_kernel // 2, groups=c.position_groups
        )
        self.norm = nn.LayerNorm(c.width)
        self.layers = nn.ModuleList([Layer(c) for _ in range(c.layers)])

    def feature_lengths(self, lengths: Tensor) -> Tensor:
        """How many features (B,) so many samples (B,) have."""
        up, down = _ratio(self.mel.sample_rate)
        sizes = (lengths * up + down - 1) // down
        for kernel, stride in zip(self.config.kernels, self.config.strides):
            sizes = (sizes - kernel) // stride + 1
        return sizes.clamp_min(1)

    def features(self, values: Tensor, lengths: Tensor) -> Tensor:
        """Features (B, T', D) of samples (B, N) of some lengths (B,); zero in the padding. Each clip is read
        by itself, as norms over a whole clip would count its padding.
        """
        made = [self(row[:size]) for row, size in zip(values, lengths.tolist())]
        return nn.utils.rnn.pad_sequence(made, batch_first=True)

    def forward(self, samples: Tensor) -> Tensor:
        """Features (T', D) of one clip's samples (N,)."""
        samples = resampled(samples, *_ratio(self.mel.sample_rate))
        samples = F.pad(samples, (0, max(0, _least(self.config) - len(samples))))
        if self.config.normalizes:
            samples = (samples - samples.mean()) / (samples.var(correction=0) + 1e-7).sqrt()
        x = samples[None, None]
        for number, conv in enumerate(self.convs):
            x = conv(x)
            if self.config.norms_each:
                x = self.conv_norms[number](x.transpose(1, 2)).transpose(1, 2)
            elif not number:
                x = self.conv_norms[0](x)
            x = F.gelu(x)
        x = self.project(self.project_norm(x.transpose(1, 2)))  # (1, T', D)
        x = x + F.gelu(self.position(x.transpose(1, 2))[..., : x.shape[1]]).transpose(1, 2)
        if not self.config.norms_first:
            x = self.norm(x)
        used = self.config.used or self.config.layers
        for layer in self.layers[:used]:
            x = layer(x)
        if self.config.norms_first and used == self.config.layers:
            x = self.norm(x)
        return x[0]


class Layer(nn.Module):
    """Self-attention and two linear layers, their norms before or behind them."""

    def __init__(self, config: Wav2Vec2Config):
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.norms_first = config.norms_first
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.attention_norm = nn.LayerNorm(width)
        self.wide = nn.Linear(width, config.inner)
        self.narrow = nn.Linear(config.inner, width)
        self.feed_norm = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, D) to (B, T, D)."""
        if self.norms_first:
            x = x + self._attended(self.attention_norm(x))
            return x + self._fed(self.feed_norm(x))
        x = self.attention_norm(x + self._attended(x))
        return self.feed_norm(x + self._fed(x))

    def _attended(self, x: Tensor) -> Tensor:
        query, key, value = (
            linear(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for linear in (self.query, self.key, self.value)
        )
        found = attend(query, key, value)
        return self.out(found.transpose(1, 2).flatten(2))

    def _fed(self, x: Tensor) -> Tensor:
        return self.narrow(F.gelu(self.wide(x)))


def features_per_second(config: Wav2Vec2Config) -> float:
    """Features a second."""
    return RATE / math.prod(config.strides)


def _least(config: Wav2Vec2Config) -> int:
    """The fewest samples at RATE that have a feature."""
    size = 1
    for kernel, stride in zip(reversed(config.kernels), reversed(config.strides)):
        size = (size - 1) * stride + kernel
    return size


def _ratio(rate: int) -> tuple[int, int]:
    """By how much samples at a rate are brought up and then down to have RATE."""
    common = math.gcd(RATE, rate)
    return RATE // common, rate // common


def resampled(samples: Tensor, up: int, down: int) -> Tensor:
    """Samples (N,) at up / down times their rate, by a windowed sinc."""
    if up == down:
        return samples
    widest = max(up, down)
    side = ZERO_CROSSINGS * widest
    time = torch.arange(-side, side + 1, device=samples.device) / widest
    kernel = torch.sinc(time) * torch.cos(time * math.pi / (2 * ZERO_CROSSINGS)).square() * (up / widest)
    spread = samples.new_zeros(len(samples), up)
    spread[:, 0] = samples
    return F.conv1d(F.pad(spread.flatten(), (side, side))[None, None], kernel[None, None], stride=down)[0, 0]


@dataclass(frozen=True)
class Wav2Vec2Settings:
    """Nothing: it is not trained here."""


def _writes(config: Wav2Vec2Config, mel: MelSpec) -> tuple[Interface, ...]:
    return (content(config.width, features_per_second(config)),)


PART = PartKind("content", Wav2Vec2Config, Wav2Vec2, Wav2Vec2Settings, None, writes=_writes)
