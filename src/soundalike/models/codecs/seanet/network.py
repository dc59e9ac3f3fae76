"""A codec of samples: the SEANet encoder and decoder of EnCodec (Défossez et al. 2022), and a residual
quantizer between them.

    samples -> conv -> [residual block -> rectifier -> strided conv] x ratios -> LSTM -> conv -> quantizer
    quantizer -> conv -> LSTM -> [rectifier -> transposed conv -> residual block] x ratios -> conv -> samples

Widths double with every stride. Unlike in the paper, what lies beyond a clip is zero, not mirrored, so that
padding changes nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.audio.mel import MelSpec
from soundalike.core.errors import ConfigError
from soundalike.nn.masks import length_mask
from soundalike.nn.quantize import ResidualQuantizer
from soundalike.nn.weight_norm import add_weight_norm
from soundalike.text.alphabet import PHONES

ENDS = 7  # kernel of the first and the last convolution
RESIDUAL = 3  # kernel of a residual block


@dataclass(frozen=True)
class SeanetConfig:
    """Sizes of the network; as published: 32 filters and 2 layers of LSTM."""

    filters: int = 16  # of the first convolution
    ratios: tuple[int, ...] = (8, 5, 4, 2)  # strides of the decoder; their product is the hop of the codes
    lstm: int = 0  # layers
    code_width: int = 128  # numbers in a code's vector
    levels: int = 8  # codebooks
    codes: int = 1024  # in each codebook
    phones: int = len(PHONES) + 1  # sounds that the first level is taught to tell apart

    @property
    def hop_length(self) -> int:
        """Samples from one frame of codes to the next."""
        return math.prod(self.ratios)

    def check(self) -> None:
        """Raise ConfigError where the sizes do not make a network."""
        if not self.ratios or min(self.ratios) < 2:
            raise ConfigError(f"ratios: {list(self.ratios)}: give strides of 2 and more.")


class Seanet(nn.Module):
    """Samples (B, N) to codes (B, T', Q) and these to samples (B, T' * hop)."""

    def __init__(self, config: SeanetConfig, mel: MelSpec):
        super().__init__()
        config.check()
        self.config = config
        self.mel = mel
        self.encoder = _Encoder(config)
        self.quantizer = ResidualQuantizer(config.levels, config.codes, config.code_width)
        self.decoder = _Decoder(config)
        self.phone_head = nn.Linear(config.code_width, config.phones)
        add_weight_norm(self.encoder)
        add_weight_norm(self.decoder)

    @property
    def frames_per_second(self) -> float:
        """Frames of codes a second."""
        return self.mel.sample_rate / self.config.hop_length

    def code_lengths(self, lengths: Tensor) -> Tensor:
        """Frames of codes (B,) of so many samples (B,)."""
        hop = self.config.hop_length
        return (lengths + hop - 1) // hop

    def latent(self, samples: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """What is quantized (B, T', D) of samples (B, N), zero beyond their lengths (B,), and its mask."""
        samples = F.pad(samples, (0, -samples.shape[1] % self.config.hop_length))
        mask = length_mask(self.code_lengths(lengths), samples.shape[1] // self.config.hop_length)
        return self.encoder(samples[:, None], mask), mask

    def codes(self, samples: Tensor, lengths: Tensor) -> Tensor:
        """The codes (B, T', Q) of samples (B, N), zero beyond their lengths (B,); zero in the padding."""
        latent, mask = self.latent(samples, lengths)
        return self.quantizer(latent, mask).codes

    def forward(self, codes: Tensor, lengths: Tensor) -> Tensor:
        """The samples (B, T' * hop) of the codes (B, T', q) of the first q levels; lengths (B,) in frames of
        codes.
        """
        mask = length_mask(lengths, codes.shape[1])
        return self.decoder(self.quantizer.decode(codes) * mask[..., None], mask)


class _Encoder(nn.Module):
    """Samples (B, 1, N) with a mask (B, N / hop) to vectors (B, N / hop, D)."""

    def __init__(self, config: SeanetConfig):
        super().__init__()
        width = config.filters
        self.hop_length = config.hop_length
        self.first = nn.Conv1d(1, width, ENDS, padding=ENDS // 2)
        self.ratios = config.ratios[::-1]
        self.blocks = nn.ModuleList()
        self.downs = nn.ModuleList()
        for ratio in self.ratios:
            self.blocks.append(_ResidualBlock(width))
            self.downs.append(nn.Conv1d(width, 2 * width, 2 * ratio, ratio))
            width *= 2
        self.memory = _Memory(width, config.lstm)
        self.last = nn.Conv1d(width, config.code_width, ENDS, padding=ENDS // 2)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        step = self.hop_length  # samples to a frame at the rate of x
        x = self.first(x) * _stretched(mask, step)
        for ratio, block, down in zip(self.ratios, self.blocks, self.downs):
            x = F.elu(block(x, _stretched(mask, step)))
            # Half a stride on either side, so that T samples give T / ratio
            x = down(F.pad(x, (ratio // 2, ratio - ratio // 2)))
            step //= ratio
            x = x * _stretched(mask, step)
        x = F.elu(self.memory(x)) * mask[:, None]
        return (self.last(x) * mask[:, None]).transpose(1, 2)


class _Decoder(nn.Module):
    """Vectors (B, T', D) with a mask (B, T') to samples (B, T' * hop)."""

    def __init__(self, config: SeanetConfig):
        super().__init__()
        width = config.filters * 2 ** len(config.ratios)
        self.first = nn.Conv1d(config.code_width, width, ENDS, padding=ENDS // 2)
        self.memory = _Memory(width, config.lstm)
        self.ratios = config.ratios
        self.ups = nn.ModuleList()
        self.blocks = nn.ModuleList()
        for ratio in self.ratios:
            self.ups.append(nn.ConvTranspose1d(width, width // 2, 2 * ratio, ratio))
            width //= 2
            self.blocks.append(_ResidualBlock(width))
        self.last = nn.Conv1d(width, 1, ENDS, padding=ENDS // 2)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = self.first(x.transpose(1, 2)) * mask[:, None]
        x = self.memory(x) * mask[:, None]
        step = 1
        for ratio, up, block in zip(self.ratios, self.ups, self.blocks):
            x = up(F.elu(x))
            x = x[..., ratio // 2 : x.shape[2] - (ratio - ratio // 2)]
            step *= ratio
            x = x * _stretched(mask, step)
            x = block(x, _stretched(mask, step))
        return (self.last(F.elu(x)) * _stretched(mask, step))[:, 0]


class _ResidualBlock(nn.Module):
    """Rectifier, convolution to half the width, rectifier, pointwise convolution; added to a pointwise
    convolution of what came in.
    """

    def __init__(self, width: int):
        super().__init__()
        self.narrow = nn.Conv1d(width, width // 2, RESIDUAL, padding=RESIDUAL // 2)
        self.wide = nn.Conv1d(width // 2, width, 1)
        self.shortcut = nn.Conv1d(width, width, 1)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(B, D, N) with a mask (B, 1, N)."""
        h = F.elu(self.narrow(F.elu(x)))
        return (self.shortcut(x) + self.wide(h)) * mask


class _Memory(nn.Module):
    """Layers of LSTM, added to what came in (B, D, T); without layers nothing is changed."""

    def __init__(self, width: int, layers: int):
        super().__init__()
        self.lstm = nn.LSTM(width, width, layers, batch_first=True) if layers else None

    def forward(self, x: Tensor) -> Tensor:
        if self.lstm is None:
            return x
        return x + self.lstm(x.transpose(1, 2))[0].transpose(1, 2)


def _stretched(mask: Tensor, step: int) -> Tensor:
    """A mask (B, T) of frames, for each of `step` places of a frame: (B, 1, T * step)."""
    return mask.repeat_interleave(step, 1)[:, None]
