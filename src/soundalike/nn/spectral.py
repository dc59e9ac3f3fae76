"""Spectra in torch, with gradients: STFT, log-mel, harmonic ripples."""

from __future__ import annotations

import functools

import numpy as np
import torch
from torch import Tensor, nn

from soundalike.audio import mel
from soundalike.audio.mel import MelSpec
from soundalike.audio.pitch import PITCH_CEILING, PITCH_FLOOR


@functools.lru_cache(maxsize=32)
def _window(n_fft: int, device: torch.device) -> Tensor:
    with torch.inference_mode(False):  # kept for later callers, who may train
        return torch.hann_window(n_fft, device=device)


def stft(samples: Tensor, n_fft: int, hop_length: int, padding: str = "reflect") -> Tensor:
    """Complex spectrum (B, F, T) of samples (B, N): Hann window, centred frames, reflected ends."""
    window = _window(n_fft, samples.device)
    return torch.stft(
        samples, n_fft, hop_length, window=window, center=True, pad_mode=padding, return_complex=True
    )


def istft(spectrum: Tensor, n_fft: int, hop_length: int) -> Tensor:
    """Samples (B, (T - 1) * hop_length) whose windowed frames best fit the spectrum (B, F, T): the inverse of
    `stft`.
    """
    return torch.istft(spectrum, n_fft, hop_length, window=_window(n_fft, spectrum.device), center=True)


@functools.lru_cache(maxsize=8)
def mel_filters(spec: MelSpec) -> Tensor:
    """Triangular filters (M, F) float32, those of `audio.mel`."""
    with torch.inference_mode(False):  # kept for later callers, who may train
        return torch.tensor(mel.mel_filters(spec))


@functools.lru_cache(maxsize=8)
def harmonic_ripple(spec: MelSpec, steps: int) -> Tensor:
    """What harmonics add to the log-mel of a flat voiced sound (P, M), for pitches from PITCH_FLOOR up in
    `steps` an octave.

    Each row is the log-mel of a pulse train (main lobes of the Hann window at every multiple of the pitch)
    less its own moving average over the width of a harmonic: ripples where the bands are fine enough, nothing
    above.
    """
    octaves = np.arange(int(steps * np.log2(PITCH_CEILING / PITCH_FLOOR)) + 2) / steps
    hertz = PITCH_FLOOR * 2.0 ** octaves[:, None]  # (P, 1)
    width = spec.sample_rate / spec.n_fft
    bins = np.arange(spec.n_fft // 2 + 1)[None] * width  # (1, F)
    offset = np.abs(bins - hertz * np.maximum(1, np.round(bins / hertz)))
    # The nearest harmonic and the next
    lobe = _hann_lobe(offset / width) + (bins > hertz) * _hann_lobe((hertz - offset) / width)
    filters = mel.mel_filters(spec).astype(np.float64)
    level = np.log(lobe @ filters.T + 0.02 * filters.sum(1))  # (P, M) over a faint noise, as speech has
    centres = filters @ bins[0] / filters.sum(1).clip(1e-9)
    # (P, M, M)
    near = (
        np.abs(centres[:, None] - centres[None])
        <= hertz[:, :, None] / 2 + np.gradient(centres)[None, :, None]
    )
    with torch.inference_mode(False):
        return torch.tensor(level - (near * level[:, None]).sum(2) / near.sum(2), dtype=torch.float32)


def _hann_lobe(x: np.ndarray) -> np.ndarray:
    """Magnitude of a Hann window's spectrum x bins from its peak, main lobe only."""
    inside = np.abs(x) < 2
    half = np.abs(np.abs(x) - 1) < 1e-6
    safe = np.where(inside & ~half, x, 0.0)
    return np.where(half, 0.5, np.where(inside, np.sinc(safe) / (1 - safe**2), 0.0))


def log_mel(samples: Tensor, spec: MelSpec) -> Tensor:
    """Log-mel spectrogram (B, T, M) of samples (B, N) at the spec's rate, as `audio.mel.log_mel` gives."""
    magnitude = stft(samples, spec.n_fft, spec.hop_length, spec.padding).abs()  # (B, F, T)
    filters = mel_filters(spec).to(magnitude.device)
    if spec.log == "power":
        return (filters @ magnitude**2).transpose(1, 2)
    bands = filters @ magnitude  # (B, M, T)
    return bands.clamp_min(spec.floor).log().transpose(1, 2)


def energy(log_mels: Tensor) -> Tensor:
    """The energy of each frame (..., T) of log-mels (..., T, M), in nats: the logarithm of the norm of its
    magnitudes.
    """
    return torch.logsumexp(2 * log_mels, -1) / 2


class MelCorrection(nn.Module):
    """Samples corrected towards a mel: their own mel is measured, and every frame is scaled band by band by
    what it lacks, by `most` nats at most.

    Random noise has louder and fainter frames of its own, which beat with those of the mel; what else a
    vocoder gets wrong in the level of a band goes too. Nothing of it is learned. `share` (M, F) says how far
    each band decides about each bin.
    """

    filters: Tensor
    share: Tensor

    def __init__(self, mel: MelSpec, most: float):
        super().__init__()
        self.mel = mel
        self.most = most
        filters = mel_filters(mel)  # (M, F)
        self.register_buffer("filters", filters.clone(), persistent=False)
        share = filters / filters.sum(0).clamp_min(1e-3)
        # Below the first peak and above the last the end bands hold on
        share[0, : int(filters[0].argmax())] = 1.0
        share[-1, int(filters[-1].argmax()) :] = 1.0
        self.register_buffer("share", share / share.sum(0), persistent=False)

    def forward(self, samples: Tensor, mel: Tensor, mask: Tensor, times: int) -> Tensor:
        """Samples (B, (T - 1) * hop) corrected so many times towards a log-mel (B, T, M) where its mask
        (B, T) is one.
        """
        for _ in range(times):
            spectrum = stft(samples, self.mel.n_fft, self.mel.hop_length)  # (B, F, T)
            bands = (self.filters @ spectrum.abs()).clamp_min(self.mel.floor).log().transpose(1, 2)
            error = (mel - bands).clamp(-self.most, self.most) * mask[..., None]
            gain = (error @ self.share).exp().transpose(1, 2)
            samples = istft(spectrum * gain, self.mel.n_fft, self.mel.hop_length)
        return samples
