"""A train of pulses that follows a pitch: the source of a vocoder that filters one."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from .masks import length_mask

SOURCES = 2  # pulses and noise


def pulses(pitch: Tensor, hop_length: int, sample_rate: int) -> Tensor:
    """Band-limited pulse train (B, (T - 1) * hop) following pitch (B, T) in hertz, silent where it is 0; unit
    power when voiced.

    A sum of all harmonics below the Nyquist frequency with cosine phase, in closed form (the Dirichlet
    kernel).
    """
    hertz, gate = _per_sample(pitch, hop_length)
    phase = _phase(hertz, sample_rate)
    harmonics = torch.floor(0.5 * sample_rate / hertz)
    half = math.pi * phase
    bottom = torch.sin(half)
    kernel = torch.where(
        bottom.abs() < 1e-6,
        2 * harmonics + 1,
        torch.sin((2 * harmonics + 1) * half) / bottom.where(bottom.abs() >= 1e-6, 1.0),
    )
    return ((kernel - 1) / torch.sqrt(2 * harmonics)).float() * gate


def cycles(pitch: Tensor, hop_length: int, sample_rate: int) -> tuple[Tensor, Tensor]:
    """The phase in cycles, from 0 to 1, and the voicing from 0 to 1, (B, (T - 1) * hop) each, of a voice of
    pitch (B, T) in hertz, 0 where it is unvoiced: the pulses of `pulses` are where the phase is 0.
    """
    hertz, gate = _per_sample(pitch, hop_length)
    return _phase(hertz, sample_rate).to(gate), gate


def pulses_and_noise(
    pitch: Tensor, lengths: Tensor, hop_length: int, sample_rate: int, noise: Tensor | None = None
) -> Tensor:
    """Pulses that follow a pitch (B, T) of clips of these lengths (B,), and white noise of unit power, (B,
    SOURCES, (T - 1) * hop), zero beyond the end of each clip. The noise (B, (T - 1) * hop) is drawn here if
    not given.
    """
    size = (pitch.shape[1] - 1) * hop_length
    if noise is None:
        noise = torch.randn(len(pitch), size, device=pitch.device)
    train = pulses(pitch, hop_length, sample_rate)
    return torch.stack([train, noise], 1) * length_mask((lengths - 1) * hop_length, size)[:, None]


def _phase(hertz: Tensor, sample_rate: int) -> Tensor:
    return torch.cumsum(hertz / sample_rate, 1) % 1.0


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
