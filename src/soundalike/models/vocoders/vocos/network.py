"""The built-in vocoder: a Vocos backbone (Siuzdak 2023) whose inverse-STFT head filters a source.

Instead of inventing the phase, the head shapes two spectra that already have one: a train of band-limited
pulses at the given pitch and white noise (harmonic plus noise, Serra & Smith 1990; learned filters, Engel et
al. 2020). The harmonic filter is minimum phase plus a learned correction. All of it is a few matrix products
per frame and one inverse STFT.

A filter is constant within a frame. Two optional terms, both zero before training, add what it cannot
express: noise whose amplitude is modulated at the pitch and its harmonics, and a free complex residual, for
which the backbone also reads the spectrum of the pulses (their phase).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.audio.mel import MelSpec
from soundalike.audio.pitch import PITCH_CEILING, PITCH_FLOOR
from soundalike.core.types import ADDED_LATER
from soundalike.nn.conv import Conv, ConvNeXtBlock
from soundalike.nn.masks import length_mask
from soundalike.nn.normalizer import MelNormalizer
from soundalike.nn.spectral import istft, mel_filters, stft

SOURCE_BINS = 128  # lowest bins of the pulses' spectrum that a backbone with a residual reads: up to 3 kHz


@dataclass(frozen=True)
class VocosConfig:
    """Sizes of the network."""

    width: int = 256
    blocks: int = 6
    kernel: int = 7
    pitch_width: int = 128  # of the small network that predicts pitch from a mel
    # Add a free complex spectrum to the filtered source
    residual: bool = field(default=False, metadata=ADDED_LATER)
    # Harmonics of the pitch that modulate the noise; 0: its amplitude is constant in a frame
    noise_harmonics: int = field(default=0, metadata=ADDED_LATER)


class PitchReader(nn.Module):
    """A pitch predictor: normalised log-mel (B, T, M) to log2 hertz and the log-odds of voicing, (B,
    T) each.
    """

    def __init__(self, n_mels: int, width: int):
        super().__init__()
        self.first = Conv(n_mels, width, 5)
        self.blocks = nn.ModuleList([ConvNeXtBlock(width, 7, 2) for _ in range(2)])
        self.last = nn.Linear(width, 2)

    def forward(self, mel: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Log2 hertz and log-odds of voicing of a normalised mel (B, T, M) with a mask (B, T)."""
        x = self.first(mel) * mask[..., None]
        for block in self.blocks:
            x = block(x, mask)
        octave, voicing = self.last(x).unbind(-1)
        return 7.5 + octave, voicing


def pulses(pitch: Tensor, hop_length: int, sample_rate: int) -> Tensor:
    """Band-limited pulse train (B, (T - 1) * hop) following pitch (B, T) in hertz, silent where it is 0; unit
    power when voiced.

    A sum of all harmonics below the Nyquist frequency with cosine phase, in closed form (the Dirichlet
    kernel).
    """
    hertz, gate = _per_sample(pitch, hop_length)
    phase = torch.cumsum(hertz / sample_rate, 1) % 1.0
    harmonics = torch.floor(0.5 * sample_rate / hertz)
    half = math.pi * phase
    bottom = torch.sin(half)
    kernel = torch.where(
        bottom.abs() < 1e-6,
        2 * harmonics + 1,
        torch.sin((2 * harmonics + 1) * half) / bottom.where(bottom.abs() >= 1e-6, 1.0),
    )
    return ((kernel - 1) / torch.sqrt(2 * harmonics)).float() * gate


def pitch_harmonics(pitch: Tensor, harmonics: int, hop_length: int, sample_rate: int) -> Tensor:
    """Cosines and sines (B, 2 H, (T - 1) * hop) of the first harmonics, in phase with `pulses`; 0 where
    unvoiced.
    """
    hertz, gate = _per_sample(pitch, hop_length)
    phase = torch.cumsum(hertz / sample_rate, 1) % 1.0
    orders = torch.arange(1, harmonics + 1, device=pitch.device)[:, None]
    angle = 2 * math.pi * phase[:, None] * orders  # (B, H, N)
    return torch.cat([angle.cos(), angle.sin()], 1).float() * gate[:, None]


def _per_sample(pitch: Tensor, hop_length: int) -> tuple[Tensor, Tensor]:
    """Pitch in hertz and voicing from 0 to 1, (B, (T - 1) * hop) each, of a pitch (B, T) that is 0 where
    unvoiced.
    """
    size = (pitch.shape[1] - 1) * hop_length
    voiced = (pitch > 0).float()
    count = torch.cumsum(voiced, 1).long()  # hold the last voiced pitch through unvoiced stretches
    held = torch.cat([torch.full_like(pitch[:, :1], 150.0), pitch], 1)
    place = torch.cummax(
        torch.where(pitch > 0, torch.arange(1, pitch.shape[1] + 1, device=pitch.device), 0), 1
    ).values
    filled = held.gather(1, torch.where(count > 0, place, 0))
    hertz = F.interpolate(filled[:, None], size=size + 1, mode="linear", align_corners=True)[:, 0, :-1]
    if pitch.device.type != "mps":
        hertz = hertz.double()  # long sounds gather many cycles
    gate = F.interpolate(voiced[:, None], size=size + 1, mode="linear", align_corners=True)[:, 0, :-1]
    return hertz, gate


def minimum_phase(log_gain: Tensor) -> Tensor:
    """Phase (..., F) in radians of the minimum-phase filter with that log gain (..., F): its Hilbert
    transform.
    """
    bins = log_gain.shape[-1]
    cepstrum = torch.fft.irfft(log_gain, 2 * (bins - 1))
    fold = torch.zeros(2 * (bins - 1), device=log_gain.device)
    fold[1 : bins - 1] = 1.0
    fold[bins:] = -1.0
    return torch.fft.rfft(cepstrum * fold).imag


def _zero_linear(inputs: int, outputs: int) -> nn.Linear:
    """A linear layer that gives nothing before it is trained."""
    linear = nn.Linear(inputs, outputs)
    nn.init.zeros_(linear.weight)
    nn.init.zeros_(linear.bias)
    return linear


class Vocos(MelNormalizer):
    """Log-mel (B, T, M), and pitch (B, T) if known, to samples (B, (T - 1) * hop_length)."""

    log_area: Tensor
    share: Tensor

    def __init__(self, config: VocosConfig, mel: MelSpec):
        super().__init__(mel.n_mels)
        self.config = config
        self.mel = mel
        bins = mel.n_fft // 2 + 1
        self.pitch_reader = PitchReader(mel.n_mels, config.pitch_width)
        self.first = Conv(mel.n_mels + 2, config.width, config.kernel)
        self.blocks = nn.ModuleList(
            [ConvNeXtBlock(config.width, config.kernel, 3) for _ in range(config.blocks)]
        )
        self.norm = nn.LayerNorm(config.width)
        self.head = nn.Linear(config.width, 3 * bins)
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)
        if config.residual:
            self.source_input = _zero_linear(2 * SOURCE_BINS, config.width)
            self.residual_head = _zero_linear(config.width, 2 * bins)
        if config.noise_harmonics:
            self.modulation_head = _zero_linear(config.width, 2 * config.noise_harmonics * bins)
        filters = mel_filters(mel)  # (M, F)
        window = torch.hann_window(mel.n_fft)
        self.register_buffer(
            "log_area", filters.sum(1).log() + 0.5 * (window**2).sum().log(), persistent=False
        )
        share = filters / filters.sum(0).clamp_min(1e-3)
        # Below the first peak and above the last the end bands hold on
        share[0, : int(filters[0].argmax())] = 1.0
        share[-1, int(filters[-1].argmax()) :] = 1.0
        self.register_buffer("share", share / share.sum(0), persistent=False)

    def forward(
        self, mel: Tensor, lengths: Tensor, pitch: Tensor | None = None, noise: Tensor | None = None
    ) -> Tensor:
        """Samples (B, (T - 1) * hop). `noise`, of that shape, is white, of unit power; drawn here if not
        given.
        """
        mask = length_mask(lengths, mel.shape[1])
        if pitch is None:
            pitch = self.read_pitch(mel, lengths)
        if noise is None:
            noise = torch.randn(len(mel), (mel.shape[1] - 1) * self.mel.hop_length, device=mel.device)
        hop = self.mel.hop_length
        n_fft = self.mel.n_fft
        source = stft(pulses(pitch, hop, self.mel.sample_rate), n_fft, hop).transpose(1, 2)  # (B, T, F)
        x = self._states(mel, mask, pitch, source)
        harmonic, turn, breath = self.head(x).chunk(3, -1)  # (B, T, F) each
        # (B, T, F): the head corrects the envelope that the mel gives
        envelope = (mel - self.log_area) @ self.share
        harmonic = (envelope + harmonic).clamp(-14, 6)
        breath = (envelope - 1.0 + breath).clamp(-14, 6)
        angle = minimum_phase(harmonic) + turn
        air = stft(noise, n_fft, hop).transpose(1, 2)
        spectrum = source * torch.polar(harmonic.exp(), angle) + air * breath.exp()
        if self.config.noise_harmonics:
            spectrum = spectrum + breath.exp() * self._modulation(x, pitch, noise)
        if self.config.residual:
            residual = torch.view_as_complex(self.residual_head(x).unflatten(-1, (-1, 2)).contiguous())
            spectrum = spectrum + residual * envelope.clamp(-14, 6).exp()
        return istft((spectrum * mask[..., None]).transpose(1, 2), n_fft, hop)

    def _states(self, mel: Tensor, mask: Tensor, pitch: Tensor, source: Tensor) -> Tensor:
        """The last states (B, T, D) of the backbone; one with a residual reads the pulses' spectrum too."""
        octave = torch.where(pitch > 0, pitch.clamp_min(1.0).log2() - 7.5, 0.0)
        x = torch.cat([self.normalised(mel, mask), octave[..., None], (pitch > 0).float()[..., None]], -1)
        x = self.first(x)
        if self.config.residual:
            low = source[..., :SOURCE_BINS]
            x = x + self.source_input(torch.view_as_real(low / (1 + low.abs())).flatten(2))
        x = x * mask[..., None]
        for block in self.blocks:
            x = block(x, mask)
        return self.norm(x)

    def _modulation(self, x: Tensor, pitch: Tensor, noise: Tensor) -> Tensor:
        """Spectrum (B, T, F) of the noise times each harmonic, weighted by the depths that the states (B, T,
        D) ask for.
        """
        hop = self.mel.hop_length
        harmonics = pitch_harmonics(pitch, self.config.noise_harmonics, hop, self.mel.sample_rate)
        modulated = stft((harmonics * noise[:, None]).flatten(0, 1), self.mel.n_fft, hop)
        modulated = modulated.unflatten(0, harmonics.shape[:2]).permute(0, 3, 1, 2)  # (B, T, 2 H, F)
        depths = self.modulation_head(x).unflatten(-1, (harmonics.shape[1], -1))
        return (modulated * depths).sum(2)

    def read_pitch(self, mel: Tensor, lengths: Tensor) -> Tensor:
        """The predicted pitch (B, T) in hertz, 0 where unvoiced, of a log-mel (B, T, M)."""
        mask = length_mask(lengths, mel.shape[1])
        octave, voicing = self.pitch_reader(self.normalised(mel, mask), mask)
        return torch.where(voicing > 0, (2.0**octave).clamp(PITCH_FLOOR, PITCH_CEILING), 0.0) * mask
