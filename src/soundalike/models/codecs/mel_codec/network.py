"""A codec of log-mels: convolutions at half their frame rate, and a residual quantizer between them.

The encoder and the decoder are ConvNeXt blocks as in Vocos (Siuzdak 2023). The pitch goes through the codec
beside the mel, as a vocoder needs it more exactly than the bands of a mel tell. The first codebook is
distilled towards phonetic content: a linear layer tells from its codes alone which sound is said (Zhang et
al. 2023, "SpeechTokenizer", with the aligner's phones in place of HuBERT's features).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.audio.mel import MelSpec
from soundalike.audio.pitch import PITCH_CEILING, PITCH_FLOOR
from soundalike.nn.conv import Conv, ConvNeXtBlock
from soundalike.nn.masks import length_mask
from soundalike.nn.normalizer import MelNormalizer
from soundalike.nn.quantize import ResidualQuantizer
from soundalike.text.alphabet import PHONES

MIDDLE_OCTAVE = 7.5  # log2 hertz that the pitch is told relative to
OCTAVE = 4.0  # what an octave counts as much as, in standard deviations of a band of the mel
VOICING = 8.0  # log-odds between voiced and unvoiced
PITCH_INPUTS = 2  # octaves, and whether it is voiced


@dataclass(frozen=True)
class MelCodecConfig:
    """Sizes of the network."""

    width: int = 256
    encoder_blocks: int = 4
    decoder_blocks: int = 4
    kernel: int = 7
    expansion: int = 3  # of the inner layers of a block
    stride: int = 2  # frames of the mel that a frame of codes stands for
    code_width: int = 64  # numbers in a code's vector
    levels: int = 8  # codebooks
    codes: int = 1024  # in each codebook
    phones: int = len(PHONES) + 1  # sounds that the first level is taught to tell apart
    # Add what the networks make to a linear transform, which begins as principal components
    linear: bool = False


class DecodedFrames(NamedTuple):
    """What a mel codec makes of codes."""

    mel: Tensor  # (B, T, M) normalised
    octave: Tensor  # (B, T) log2 hertz
    voicing: Tensor  # (B, T) log-odds


class MelCodec(MelNormalizer):
    """Log-mel (B, T, M) and pitch (B, T) to codes (B, T', Q), and these to a log-mel and a pitch again."""

    def __init__(self, config: MelCodecConfig, mel: MelSpec):
        super().__init__(mel.n_mels)
        self.config = config
        self.mel = mel
        frame = (mel.n_mels + PITCH_INPUTS) * config.stride
        width = config.width
        self.encoder = _Stack(frame, width, config.code_width, config.encoder_blocks, config)
        self.quantizer = ResidualQuantizer(config.levels, config.codes, config.code_width)
        self.decoder = _Stack(config.code_width, width, frame, config.decoder_blocks, config)
        self.phone_head = nn.Linear(config.code_width, config.phones)
        if config.linear:
            self.analysis = nn.Linear(frame, config.code_width)
            self.synthesis = nn.Linear(config.code_width, frame)
            for stack in (self.encoder, self.decoder):
                nn.init.zeros_(stack.last.weight)
                nn.init.zeros_(stack.last.bias)

    @property
    def _octave(self) -> float:
        return OCTAVE if self.config.linear else 1.0

    @property
    def frames_per_second(self) -> float:
        """Frames of codes a second."""
        return self.mel.frames_per_second / self.config.stride

    def code_lengths(self, lengths: Tensor) -> Tensor:
        """Frames of codes (B,) of so many frames of mel (B,)."""
        return (lengths + self.config.stride - 1) // self.config.stride

    def frames(self, mel: Tensor, pitch: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """What a frame of codes stands for (B, T', stride * (M + 2)), normalised, of a log-mel (B, T, M) and
        a pitch (B, T) in hertz; and its mask (B, T').
        """
        mask = length_mask(lengths, mel.shape[1])
        voiced = (pitch > 0).float()
        octave = torch.where(pitch > 0, pitch.clamp_min(1.0).log2() - MIDDLE_OCTAVE, 0.0)
        told = torch.stack([octave * self._octave, voiced], -1)
        frames = torch.cat([self.normalised(mel), told], -1) * mask[..., None]
        stride = self.config.stride
        frames = F.pad(frames, (0, 0, 0, -frames.shape[1] % stride))
        together = frames.unflatten(1, (-1, stride)).flatten(2)
        return together, length_mask(self.code_lengths(lengths), together.shape[1])

    def encode(self, frames: Tensor, mask: Tensor) -> Tensor:
        """What is quantized (B, T', D) of such frames."""
        made = self.encoder(frames, mask)
        return (made + self.analysis(frames)) * mask[..., None] if self.config.linear else made

    def latent(self, mel: Tensor, pitch: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """What is quantized (B, T', D) of a log-mel (B, T, M) and a pitch (B, T) in hertz, and its mask."""
        frames, mask = self.frames(mel, pitch, lengths)
        return self.encode(frames, mask), mask

    @torch.no_grad()
    def start(self, frames: Tensor, mask: Tensor) -> None:
        """Begin the linear transform, where there is one, as the principal components of some frames."""
        if not self.config.linear:
            return
        points = frames[mask > 0]
        mean = points.mean(0)
        components = torch.linalg.eigh(torch.cov(points.T)).eigenvectors[:, -self.config.code_width :]
        self.analysis.weight.copy_(components.T)
        self.analysis.bias.copy_(-mean @ components)
        self.synthesis.weight.copy_(components)
        self.synthesis.bias.copy_(mean)

    def codes(self, mel: Tensor, pitch: Tensor, lengths: Tensor) -> Tensor:
        """The codes (B, T', Q) of a log-mel (B, T, M) and a pitch (B, T) in hertz; zero in the padding."""
        latent, mask = self.latent(mel, pitch, lengths)
        return self.quantizer(latent, mask).codes

    def decoded(self, values: Tensor, lengths: Tensor, frames: int) -> DecodedFrames:
        """So many frames of mel and pitch of quantized vectors (B, T', D); lengths (B,) in frames of mel."""
        mask = length_mask(self.code_lengths(lengths), values.shape[1])
        values = values * mask[..., None]
        made = self.decoder(values, mask)
        if self.config.linear:
            made = made + self.synthesis(values)
        made = made.unflatten(2, (self.config.stride, -1)).flatten(1, 2)
        made = made[:, :frames] * length_mask(lengths, frames)[..., None]
        # The flag of voicing is one or zero where it is decoded linearly
        voicing = VOICING * (made[..., -1] - 0.5) if self.config.linear else made[..., -1]
        return DecodedFrames(made[..., :-2], MIDDLE_OCTAVE + made[..., -2] / self._octave, voicing)

    def forward(self, codes: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """The log-mel (B, T, M) and the pitch (B, T) in hertz, 0 where unvoiced, of the codes (B, T', q) of
        the first q levels; lengths (B,) in frames of mel.
        """
        frames = int(lengths.max())
        made = self.decoded(self.quantizer.decode(codes), lengths, frames)
        mask = length_mask(lengths, frames)
        hertz = (2.0**made.octave).clamp(PITCH_FLOOR, PITCH_CEILING)
        return self.denormalised(made.mel) * mask[..., None], torch.where(made.voicing > 0, hertz, 0.0) * mask


class _Stack(nn.Module):
    """A convolution, ConvNeXt blocks, and a linear layer: (B, T, D) to (B, T, D')."""

    def __init__(self, inputs: int, width: int, outputs: int, blocks: int, config: MelCodecConfig):
        super().__init__()
        self.first = Conv(inputs, width, config.kernel)
        self.blocks = nn.ModuleList(
            [ConvNeXtBlock(width, config.kernel, config.expansion) for _ in range(blocks)]
        )
        self.norm = nn.LayerNorm(width)
        self.last = nn.Linear(width, outputs)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = self.first(x) * mask[..., None]
        for block in self.blocks:
            x = block(x, mask)
        return self.last(self.norm(x)) * mask[..., None]
