"""Symbols and a speaker embedding to log-mel frames, in one pass (FastSpeech 2, Ren et al. 2020).

    symbols -> FFT blocks -> + voice -> length regulator -> + pitch -> + energy -> FFT blocks -> mel
                                 |            ^                ^          ^
                                 +------> durations ------> pitch ---> energy      (predicted when speaking,
                                 true in training)

The pitch is that of each frame, in octaves above the mean of the voice, with a voicing of its own; the
paper's wavelet spectrogram needs the mean and spread of each utterance to be predicted as well; here the mean
comes from the reference.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.audio.mel import MelSpec
from soundalike.audio.pitch import PITCH_CEILING, PITCH_FLOOR
from soundalike.core.types import AcousticOutput, ProsodyControls
from soundalike.nn.attention import attend, positions
from soundalike.nn.conv import Conv
from soundalike.nn.length_regulator import natural, regulate, whole
from soundalike.nn.masks import length_mask, mean_octave
from soundalike.nn.normalizer import MelNormalizer
from soundalike.nn.spectral import energy
from soundalike.text.alphabet import SYMBOLS, phone_classes

LOUDEST = 6.0  # nats: the top of the energy's bins


@dataclass(frozen=True)
class FastSpeech2Config:
    """Sizes of the network, and its dropout."""

    width: int = 192
    encoder_blocks: int = 3
    decoder_blocks: int = 4
    heads: int = 2
    filter: int = 512  # width between the two convolutions of a block
    kernel: int = 5  # of the first of them; that of the second is 1
    predictor: int = 192  # width of the variance predictors
    predictor_kernel: int = 3
    bins: int = 256  # of pitch and of energy
    dropout: float = 0.1
    predictor_dropout: float = 0.5
    speaker_vector: int = 256


class FFTBlock(nn.Module):
    """Self-attention, then two convolutions; each added to what came in and normalised (fig. 1b of Ren et al.
    2019).
    """

    def __init__(self, config: FastSpeech2Config):
        super().__init__()
        c = config
        self.heads = c.heads
        self.dropout = nn.Dropout(c.dropout)
        self.query_key_value = nn.Linear(c.width, 3 * c.width)
        self.out = nn.Linear(c.width, c.width)
        self.norm = nn.LayerNorm(c.width)
        self.first = Conv(c.width, c.filter, c.kernel)
        self.second = Conv(c.filter, c.width, 1)
        self.last_norm = nn.LayerNorm(c.width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(B, T, D) with a mask (B, T) to (B, T, D)."""
        # (B, H, T, D/H)
        split = [
            t.unflatten(-1, (self.heads, -1)).transpose(1, 2) for t in self.query_key_value(x).chunk(3, -1)
        ]
        found = attend(split[0], split[1], split[2], mask[:, None, None] > 0).transpose(1, 2).flatten(2)
        x = self.norm(x + self.dropout(self.out(found))) * mask[..., None]
        h = self.second(F.relu(self.first(x)))
        return self.last_norm(x + self.dropout(h)) * mask[..., None]


class VariancePredictor(nn.Module):
    """Two convolutions, each with ReLU, norm and dropout, and a linear layer: (B, T, D) to (B, T,
    outputs).
    """

    def __init__(self, config: FastSpeech2Config, outputs: int):
        super().__init__()
        c = config
        self.convs = nn.ModuleList(
            [
                Conv(c.width, c.predictor, c.predictor_kernel),
                Conv(c.predictor, c.predictor, c.predictor_kernel),
            ]
        )
        self.norms = nn.ModuleList([nn.LayerNorm(c.predictor) for _ in range(2)])
        self.dropout = nn.Dropout(c.predictor_dropout)
        self.out = nn.Linear(c.predictor, outputs)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(B, T, D) with a mask (B, T) to (B, T, outputs)."""
        for conv, norm in zip(self.convs, self.norms):
            x = self.dropout(norm(F.relu(conv(x)))) * mask[..., None]
        return self.out(x) * mask[..., None]


def quantised(values: Tensor, low: float, high: float, bins: int) -> Tensor:
    """Which of so many equal steps from low to high each value lies in: 0 to bins - 1."""
    return ((values - low) / (high - low) * bins).long().clamp(0, bins - 1)


class FastSpeech2(MelNormalizer):
    """Encoder, variance adaptor, decoder; its objective runs them in training, `infer` when speaking."""

    is_mark: Tensor

    def __init__(self, config: FastSpeech2Config, mel: MelSpec):
        super().__init__(mel.n_mels)
        c = config
        self.config = config
        self.mel = mel
        self.reach = (LOUDEST - mel.silence) / 2  # nats to which half the bins reach
        self.embed = nn.Embedding(len(SYMBOLS) + 1, c.width, padding_idx=0)
        self.encoder = nn.ModuleList([FFTBlock(c) for _ in range(c.encoder_blocks)])
        self.voice = nn.Linear(c.speaker_vector, c.width)
        self.duration = VariancePredictor(c, 1)
        self.pitch = VariancePredictor(c, 2)
        self.energy = VariancePredictor(c, 1)
        nn.init.constant_(self.duration.out.bias, 2.0)  # about six frames: where training would soon arrive
        self.pitch_embed = nn.Embedding(c.bins + 1, c.width)  # the last: not voiced
        self.energy_embed = nn.Embedding(c.bins, c.width)
        self.decoder = nn.ModuleList([FFTBlock(c) for _ in range(c.decoder_blocks)])
        self.out = nn.Linear(c.width, mel.n_mels)
        self.register_buffer("is_mark", torch.tensor(phone_classes()) == 0)

    def energy_of(self, mel: Tensor) -> Tensor:
        """The energy (B, T) of a log-mel (B, T, M), scaled so that the bins reach from -1, silence, to 1."""
        return (energy(mel) - LOUDEST) / self.reach + 1

    def encode(self, symbols: Tensor, lengths: Tensor, embedding: Tensor) -> tuple[Tensor, Tensor]:
        """States (B, S, D) of symbols (B, S) with a speaker embedding (B, V), and the logarithm of one plus
        their predicted frames (B, S).
        """
        mask = length_mask(lengths, symbols.shape[1])
        x = self.embed(symbols) * math.sqrt(self.config.width) + positions(
            symbols.shape[1], self.config.width, symbols.device
        )
        x = x * mask[..., None]
        for block in self.encoder:
            x = block(x, mask)
        # A unit vector's entries are small
        voice = F.softsign(self.voice(embedding * math.sqrt(embedding.shape[1])))
        x = (x + voice[:, None]) * mask[..., None]
        return x, self.duration(x, mask)[..., 0]

    def intone(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Of frames (B, T, D): octaves above the voice's mean, and log-odds of voicing, (B, T) each."""
        octave, voicing = self.pitch(x, mask).unbind(-1)
        return octave, voicing

    def with_pitch(self, x: Tensor, mask: Tensor, octave: Tensor, voiced: Tensor) -> Tensor:
        """Frames (B, T, D) at a pitch: log2 hertz and whether voiced, (B, T) each."""
        bins = quantised(octave, math.log2(PITCH_FLOOR), math.log2(PITCH_CEILING), self.config.bins)
        return (x + self.pitch_embed(torch.where(voiced > 0, bins, self.config.bins))) * mask[..., None]

    def loudness(self, x: Tensor, mask: Tensor) -> Tensor:
        """The energy (B, T), scaled as `energy_of` does, of frames (B, T, D) that have their pitch."""
        return self.energy(x, mask)[..., 0]

    def with_energy(self, x: Tensor, mask: Tensor, loudness: Tensor) -> Tensor:
        """Frames (B, T, D) with an energy (B, T), scaled as `energy_of` does."""
        return (x + self.energy_embed(quantised(loudness, -1.0, 1.0, self.config.bins))) * mask[..., None]

    def decode(self, x: Tensor, mask: Tensor) -> Tensor:
        """Normalised log-mel (B, T, M) of frames (B, T, D) with pitch and energy."""
        x = (x + positions(x.shape[1], self.config.width, x.device)) * mask[..., None]
        for block in self.decoder:
            x = block(x, mask)
        return self.out(x) * mask[..., None]

    @torch.inference_mode()
    def lengths(self, symbols: Tensor, embedding: Tensor) -> tuple[Tensor, Tensor]:
        """States (1, S, D) of an utterance, symbols (S,), and the predicted frames (S,) of each, not
        rounded.
        """
        states, log_durations = self.encode(
            symbols[None], torch.tensor([len(symbols)], device=symbols.device), embedding
        )
        return states, natural(log_durations[0], self.is_mark[symbols])

    @torch.inference_mode()
    def infer(
        self, symbols: Tensor, embedding: Tensor, prompt_pitch: Tensor, prosody: ProsodyControls
    ) -> AcousticOutput:
        """The mel and pitch of one utterance: symbols (S,), the speaker embedding (1, V) and the pitch (1,
        T') in hertz of the voice.
        """
        states, exact = self.lengths(symbols, embedding)
        durations = whole(exact / prosody.tempo, ~self.is_mark[symbols], prosody.frames)
        x, lengths = regulate(states, durations[None])
        mask = length_mask(lengths, x.shape[1])
        octave, voicing = self.intone(x, mask)
        raised = torch.repeat_interleave(prosody.octaves.expand(len(symbols)), durations)
        octave = (octave + mean_octave(prompt_pitch)[:, None] + raised).clamp(
            math.log2(PITCH_FLOOR), math.log2(PITCH_CEILING)
        )
        x = self.with_pitch(x, mask, octave, voicing > 0)
        x = self.with_energy(x, mask, self.loudness(x, mask) + prosody.energy / self.reach)
        mel = self.denormalised(self.decode(x, mask)[0])
        return AcousticOutput(mel.clamp_min(self.mel.silence), (2.0**octave * (voicing > 0))[0], durations)
