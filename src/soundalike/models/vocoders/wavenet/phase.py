"""The place of each sample in its period of the voice, which tells WaveNet when a pulse is due.

Without it the network must find the last pulse among hundreds of samples, which takes long to learn; until
then it whispers. The pitch gives the phase but for where it begins; that of a recording is read off its
excitation.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

HEARD = 0.03  # seconds around a sample in which the phase of the voice is heard


def harmonic_waves(phase: Tensor, voiced: Tensor, harmonics: int) -> Tensor:
    """Cosines and sines of so many harmonics of a phase (B, N) in cycles, zero where unvoiced, and the
    voicing (B, N) from 0 to 1: (B, N, 2 * harmonics + 1).
    """
    angle = (2 * math.pi * phase)[..., None] * torch.arange(1, harmonics + 1, device=phase.device)
    waves = torch.cat([angle.cos(), angle.sin()], -1).to(voiced)
    return torch.cat([waves * voiced[..., None], voiced[..., None]], -1)


def heard_phase(phase: Tensor, excitation: Tensor, sample_rate: int) -> Tensor:
    """A phase (B, N) moved so that it is 0 where the excitation (B, N) has its pulses: by the phase of the
    excitation's own part at the pitch, over `HEARD` seconds.
    """
    turned = torch.polar(excitation.double(), -2 * math.pi * phase.double())
    size = 2 * round(HEARD * sample_rate / 2) + 1
    window = torch.hann_window(size + 2, periodic=False, dtype=torch.float64, device=phase.device)[1:-1]
    parts = torch.stack([turned.real, turned.imag], 1).flatten(0, 1)[:, None]
    real, imaginary = F.conv1d(parts, window[None, None], padding=size // 2).unflatten(0, (-1, 2)).unbind(1)
    return phase + (torch.atan2(imaginary, real) / (2 * math.pi))[:, 0]
