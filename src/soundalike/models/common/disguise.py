"""Log-mels as if another person had spoken in another room, for training that must not know who spoke."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from soundalike.audio.mel import MelSpec
from soundalike.nn.spectral import mel_filters

NOISY = 0.3  # share of clips with noise
QUIETEST, LOUDEST = -9.0, -2.5  # nats of the noise's level against the clip's loudest frames
TILT = 2.0  # nats by which the noise falls or rises over the bands, at most
ROOMS = 0.2  # share of clips with reverberation
SHORTEST, LONGEST = 0.15, 0.6  # seconds in which it falls by 60 dB
DRY = 0.02, 0.15  # power of its first frame, against the direct sound


def disguised(mel: Tensor, mask: Tensor, spec: MelSpec, warp: float) -> Tensor:
    """Log-mels (B, T, M) with a mask (B, T), each with its spectrum stretched by a random factor, formants
    and harmonics alike, of 1 / (1 + warp) to 1 + warp; some in a room, some in noise. Timing and level stay.
    """
    octaves = (2 * torch.rand(len(mel), device=mel.device) - 1) * math.log2(1 + warp)
    made = reverberated(stretched(mel, 2.0**octaves, spec), spec)
    return noisy(made, mask, spec).clamp_min(spec.silence) * mask[..., None]


def stretched(mel: Tensor, factor: Tensor, spec: MelSpec) -> Tensor:
    """Log-mels (B, T, M) with everything at `factor` (B,) times its frequency; what lies beyond the highest
    band is that band's.
    """

    centres = _centres(spec).to(mel.device)
    wanted = centres[None] / factor[:, None]  # (B, M) hertz
    above = torch.searchsorted(centres, wanted).clamp(1, spec.n_mels - 1)
    low, high = centres[above - 1], centres[above]
    source = above - 1 + (wanted - low) / (high - low)  # (B, M) places among the bands
    source = source.clamp(0, spec.n_mels - 1)
    below = source.floor().clamp_max(spec.n_mels - 2).long()
    share = (source - below)[:, None].to(mel.dtype)
    below = below[:, None].expand_as(mel)
    return torch.lerp(mel.gather(2, below), mel.gather(2, below + 1), share)


def _centres(spec: MelSpec) -> Tensor:
    """The middle of each band (M,) in hertz."""
    filters = mel_filters(spec)
    hertz = torch.arange(filters.shape[1]) * (spec.sample_rate / spec.n_fft)
    return (filters @ hertz) / filters.sum(1).clamp_min(1e-9)


def reverberated(mel: Tensor, spec: MelSpec) -> Tensor:
    """Log-mels (B, T, M), some of them with a diffuse tail of exponential decay."""
    B, T, M = mel.shape
    chosen = torch.rand(B, device=mel.device) < ROOMS
    if not bool(chosen.any()):
        return mel
    seconds = SHORTEST + (LONGEST - SHORTEST) * torch.rand(B, device=mel.device)
    size = min(T, int(LONGEST * spec.frames_per_second))
    time = torch.arange(1, size + 1, device=mel.device) / spec.frames_per_second
    first = DRY[0] + (DRY[1] - DRY[0]) * torch.rand(B, device=mel.device)
    tail = first[:, None] * (10.0 ** (-6 * time[None] / seconds[:, None])) * chosen[:, None]  # (B, K)
    kernel = torch.cat([tail.flip(1), torch.ones(B, 1, device=mel.device)], 1)
    power = F.pad((2 * mel).exp().transpose(1, 2).transpose(0, 1), (size, 0))  # (M, B, K + T)
    heard = F.conv1d(power, kernel[:, None], groups=B)  # (M, B, T)
    return torch.where(chosen[:, None, None], heard.transpose(0, 1).transpose(1, 2).log() / 2, mel)


def noisy(mel: Tensor, mask: Tensor, spec: MelSpec) -> Tensor:
    """Log-mels (B, T, M), some of them with steady noise of a random level and tilt."""
    B, _, M = mel.shape
    chosen = torch.rand(B, device=mel.device) < NOISY
    loudest = mel.mean(2).masked_fill(mask == 0, spec.silence).amax(1)
    level = loudest + QUIETEST + (LOUDEST - QUIETEST) * torch.rand(B, device=mel.device)
    slope = TILT * (2 * torch.rand(B, device=mel.device) - 1)
    bands = torch.linspace(-0.5, 0.5, M, device=mel.device)
    noise = (level[:, None] + slope[:, None] * bands)[:, None] + 0.25 * torch.randn_like(mel)
    return torch.where(chosen[:, None, None], torch.logaddexp(2 * mel, 2 * noise) / 2, mel)
