"""The generator of HiFi-GAN (Kong et al. 2020): from states at the rate of frames to samples, by transposed
convolutions.

After each, residual blocks of several kernel sizes and dilations read the same input, and their mean goes on
("multi-receptive-field fusion", section 2.2): every block sees patterns of another length.

    states -> conv -> [rectifier -> transposed conv (+ source) -> mean of residual blocks] x stages
           -> rectifier -> conv -> tanh -> samples

Where frames lie. A transposed convolution makes `hop` samples of each frame, from its place t * hop on, so
that their middle is at t * hop + hop / 2. Frames of this package are centred on t * hop. Half a hop is
therefore cut off at either end: T frames give the (T - 1) * hop samples from the middle of the first to that
of the last.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.core.errors import ConfigError

SLOPE = 0.1  # of the leaky rectifiers
LAST_SLOPE = 0.01  # of the one before the last convolution, as published
DEVIATION = 0.01  # of weights before training
ENDS = 7  # kernel of the first and the last convolution


@dataclass(frozen=True)
class UpsamplerSizes:
    """Sizes of the network; as they are, those of V2, but for the number of mel bands."""

    channels: int = 128  # before the first stage; each stage halves them
    rates: tuple[int, ...] = (8, 8, 2, 2)  # of each stage; their product is the hop length
    kernels: tuple[int, ...] = (16, 16, 4, 4)  # of its transposed convolution
    block_kernels: tuple[int, ...] = (3, 7, 11)  # of the residual blocks of each stage
    dilations: tuple[int, ...] = (1, 3, 5)  # of the layers of each residual block

    @property
    def hop_length(self) -> int:
        """Samples of a frame."""
        return math.prod(self.rates)

    def check(self) -> None:
        """Raise ConfigError where the sizes do not make a network."""
        if len(self.rates) != len(self.kernels) or not self.rates:
            raise ConfigError(
                f"rates {list(self.rates)} and kernels {list(self.kernels)}: give both for each stage."
            )
        for rate, kernel in zip(self.rates, self.kernels):
            if kernel < rate or (kernel - rate) % 2:
                raise ConfigError(
                    f"kernels: {kernel} does not go with a rate of {rate}. "
                    f"Give that rate or an even number more, such as {rate + 2 * ((rate + 1) // 2)}."
                )
        if self.channels % 2 ** len(self.rates):
            raise ConfigError(
                f"channels: {self.channels} cannot be halved {len(self.rates)} times. "
                f"Give a multiple of {2 ** len(self.rates)}."
            )
        if any(kernel % 2 == 0 for kernel in self.block_kernels):
            raise ConfigError(f"block_kernels: {list(self.block_kernels)}: give odd numbers.")


def _masked(x: Tensor, mask: Tensor | None) -> Tensor:
    """(B, D, N) times a mask (B, N), where there is one."""
    return x if mask is None else x * mask[:, None]


class ResidualBlock(nn.Module):
    """For each dilation: rectifier, dilated convolution, rectifier, convolution; added to what came in (B, D,
    N).
    """

    def __init__(self, width: int, kernel: int, dilations: tuple[int, ...]):
        super().__init__()
        self.dilated = nn.ModuleList(
            [
                nn.Conv1d(width, width, kernel, dilation=dilation, padding=dilation * (kernel // 2))
                for dilation in dilations
            ]
        )
        self.plain = nn.ModuleList([nn.Conv1d(width, width, kernel, padding=kernel // 2) for _ in dilations])

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """(B, D, N) with a mask (B, N), or none where there is no padding, to (B, D, N)."""
        for dilated, plain in zip(self.dilated, self.plain):
            h = dilated(_masked(F.leaky_relu(x, SLOPE), mask))
            x = x + plain(_masked(F.leaky_relu(h, SLOPE), mask))
        return x


class Stage(nn.Module):
    """Rectifier, transposed convolution, the source if there is one, the mean of the residual blocks."""

    def __init__(self, sizes: UpsamplerSizes, index: int, source: int):
        super().__init__()
        width = sizes.channels // 2 ** (index + 1)
        rate = sizes.rates[index]
        kernel = sizes.kernels[index]
        self.rate = rate
        self.up = nn.ConvTranspose1d(2 * width, width, kernel, rate, padding=(kernel - rate) // 2)
        self.blocks = nn.ModuleList(
            [ResidualBlock(width, size, sizes.dilations) for size in sizes.block_kernels]
        )
        for module in self.modules():
            if isinstance(module, (nn.Conv1d, nn.ConvTranspose1d)):
                nn.init.normal_(module.weight, std=DEVIATION)
        if source:
            # From the rate of samples down to that of this stage
            step = math.prod(sizes.rates[index + 1 :])
            self.source = nn.Conv1d(source, width, 2 * step - step % 2, step, padding=step // 2)

    def forward(self, x: Tensor, mask: Tensor | None, source: Tensor | None) -> Tensor:
        """(B, D, N) to (B, D / 2, N * rate); the mask (B, N * rate) is of what comes out, the source (B, C, T
        * hop) at the rate of the samples.
        """
        x = self.up(F.leaky_relu(x, SLOPE))
        if source is not None:
            x = x + self.source(source)
        total = self.blocks[0](x, mask)
        for block in list(self.blocks)[1:]:
            total = total + block(x, mask)
        return _masked(total / len(self.blocks), mask)


class Upsampler(nn.Module):
    """States (B, T, D) to samples (B, (T - 1) * hop), -1 to 1.

    With `condition` > 0 a vector (B, condition) is added to all states, a voice for example. With `source` >
    0     every stage reads so many signals, such as pulses and noise, which the network need then not invent
    (neural source-filter models, Wang et al. 2019).
    """

    def __init__(self, inputs: int, sizes: UpsamplerSizes, condition: int = 0, source: int = 0):
        super().__init__()
        sizes.check()
        self.rates = sizes.rates
        self.hop_length = sizes.hop_length
        self.first = nn.Conv1d(inputs, sizes.channels, ENDS, padding=ENDS // 2)
        self.condition = nn.Linear(condition, sizes.channels) if condition else None
        self.stages = nn.ModuleList([Stage(sizes, index, source) for index in range(len(sizes.rates))])
        self.last = nn.Conv1d(sizes.channels // 2 ** len(sizes.rates), 1, ENDS, padding=ENDS // 2)
        nn.init.normal_(self.last.weight, std=DEVIATION)

    def forward(
        self,
        x: Tensor,
        mask: Tensor | None = None,
        condition: Tensor | None = None,
        source: Tensor | None = None,
    ) -> Tensor:
        """Samples (B, (T - 1) * hop) of states (B, T, D), zero beyond the end of each clip. The mask (B, T)
        is one inside each clip; none where there is no padding. The source (B, C, (T - 1) * hop) is zero
        beyond the end too.
        """
        half = self.hop_length // 2
        if source is not None:
            source = F.pad(source, (half, self.hop_length - half))
        x = self.first(_masked(x.transpose(1, 2), mask))
        if self.condition is not None:
            x = x + self.condition(condition)[..., None]
        x = _masked(x, mask)
        for stage, scale in zip(self.stages, accumulate(self.rates, int.__mul__)):
            x = stage(x, None if mask is None else mask.repeat_interleave(scale, 1), source)
        samples = torch.tanh(self.last(F.leaky_relu(x, LAST_SLOPE)))[:, 0]
        if mask is not None:
            samples = samples * mask.repeat_interleave(self.hop_length, 1)
        return samples[:, half : samples.shape[1] - (self.hop_length - half)]
