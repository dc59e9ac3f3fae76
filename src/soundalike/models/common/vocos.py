"""The built-in vocoder: a Vocos backbone (Siuzdak 2023) whose inverse-STFT head filters a source.

Instead of inventing the phase, the head shapes two spectra that already have one: a train of band-limited
pulses at the given pitch and white noise (harmonic plus noise, Serra & Smith 1990; learned filters, Engel et
al. 2020). The harmonic filter is minimum phase plus a learned correction. All of it is a few matrix products
per frame and one inverse STFT.

Two optional terms mend what filters cannot. A free complex residual, zero before training, is added to the
spectrum; for it the backbone also reads the spectrum of the pulses (their phase). And the samples are
corrected towards the mel (nn.spectral.MelCorrection).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from soundalike.audio.mel import MelSpec
from soundalike.models.common.pitch_reader import PitchReader
from soundalike.models.common.vocos_config import (
    BREATH,
    LOUDEST,
    MOST_CORRECTED,
    SOFTEST,
    SOURCE_BINS,
    VocodesStretches,
    VocosConfig,
)
from soundalike.nn.conv import Conv, ConvNeXtBlock
from soundalike.nn.masks import length_mask
from soundalike.nn.normalizer import MelNormalizer
from soundalike.nn.pulses import pulses
from soundalike.nn.spectral import MelCorrection, istft, stft


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


class Vocos(MelNormalizer, VocodesStretches):
    """Log-mel (B, T, M), and pitch (B, T) if known, to samples (B, (T - 1) * hop_length)."""

    log_area: Tensor

    def __init__(self, config: VocosConfig, mel: MelSpec):
        super().__init__(mel.n_mels)
        self.config = config
        self.mel = mel
        self.corrections = config.mel_corrections  # who uses the vocoder may ask for others
        bins = mel.n_fft // 2 + 1
        self.pitch_reader = PitchReader(
            mel.n_mels, config.pitch_width, config.pitch_blocks, config.pitch_classes
        )
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
        if config.mel_corrections:
            self.mel_head = _zero_linear(config.width, mel.n_mels)
        self.correction = MelCorrection(mel, MOST_CORRECTED)
        window = torch.hann_window(mel.n_fft)
        area = self.correction.filters.sum(1).log() + 0.5 * (window**2).sum().log()
        self.register_buffer("log_area", area, persistent=False)

    @property
    def context(self) -> int:
        """Frames on either side of a stretch of sound that it is made of."""
        return self.config.context

    def source(self, pitch: Tensor) -> Tensor:
        """The pulses (B, N) of a pitch (B, T) in hertz."""
        return pulses(pitch, self.mel.hop_length, self.mel.sample_rate)

    def forward(
        self,
        mel: Tensor,
        lengths: Tensor,
        pitch: Tensor | None = None,
        noise: Tensor | None = None,
        source: Tensor | None = None,
    ) -> Tensor:
        """Samples (B, (T - 1) * hop). `noise`, of that shape, is white, of unit power; drawn here if not
        given. `source`, of that shape too, are the pulses, of the pitch if not given.
        """
        mask = length_mask(lengths, mel.shape[1])
        if pitch is None:
            pitch = self.read_pitch(mel, lengths)
        if noise is None:
            noise = torch.randn(len(mel), (mel.shape[1] - 1) * self.mel.hop_length, device=mel.device)
        hop = self.mel.hop_length
        n_fft = self.mel.n_fft
        train = self.source(pitch) if source is None else source
        voiced = stft(train, n_fft, hop).transpose(1, 2)  # (B, T, F)
        x = self.states(mel, mask, pitch, self.heard(voiced))
        harmonic, turn, breath = self.head(x).chunk(3, -1)  # (B, T, F) each
        # (B, T, F): the head corrects the envelope that the mel gives
        envelope = (mel - self.log_area) @ self.correction.share
        harmonic = (envelope + harmonic).clamp(SOFTEST, LOUDEST)
        breath = (envelope - BREATH + breath).clamp(SOFTEST, LOUDEST)
        angle = minimum_phase(harmonic) + turn
        air = stft(noise, n_fft, hop).transpose(1, 2)
        spectrum = voiced * torch.polar(harmonic.exp(), angle) + air * breath.exp()
        if self.config.residual:
            residual = torch.view_as_complex(self.residual_head(x).unflatten(-1, (-1, 2)).contiguous())
            spectrum = spectrum + residual * envelope.clamp(SOFTEST, LOUDEST).exp()
        samples = istft((spectrum * mask[..., None]).transpose(1, 2), n_fft, hop)
        if self.config.mel_corrections:
            wanted = mel + self.mel_head(x)
            samples = self.correction(samples, wanted, mask, self.corrections)
        return samples

    def heard(self, source: Tensor) -> Tensor | None:
        """What a backbone with a residual reads of the pulses' spectrum (B, T, F): its lowest bins,
        compressed, real and imaginary by turns (B, T, 2 * SOURCE_BINS); nothing of one without.
        """
        if not self.config.residual:
            return None
        low = source[..., :SOURCE_BINS]
        return torch.view_as_real(low / (1 + low.abs())).flatten(2)

    def states(self, mel: Tensor, mask: Tensor, pitch: Tensor, source: Tensor | None) -> Tensor:
        """The last states (B, T, D) of the backbone, of a log-mel (B, T, M), its mask and pitch (B, T), and
        what `heard` gives of the pulses.
        """
        octave = torch.where(pitch > 0, pitch.clamp_min(1.0).log2() - 7.5, 0.0)
        x = torch.cat([self.normalised(mel, mask), octave[..., None], (pitch > 0).float()[..., None]], -1)
        x = self.first(x)
        if source is not None:
            x = x + self.source_input(source)
        x = x * mask[..., None]
        for block in self.blocks:
            x = block(x, mask)
        return self.norm(x)

    def read_pitch(self, mel: Tensor, lengths: Tensor) -> Tensor:
        """The predicted pitch (B, T) in hertz, 0 where unvoiced, of a log-mel (B, T, M)."""
        mask = length_mask(lengths, mel.shape[1])
        return self.pitch_reader.hertz(self.normalised(mel, mask), mask)
