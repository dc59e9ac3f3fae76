"""Linear prediction (Atal and Hanauer 1971) with coefficients computed from a mel: the part of each sample
that the samples before it predict.

The envelope of a spectrum is already in its mel. Its inverse filter leaves an excitation with a flat spectrum
and a power of one, however loud the sound; the filter makes the sound of it again. So the network models the
excitation alone (ExcitNet, Song et al. 2019).
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.audio.mel import MelSpec
from soundalike.nn.spectral import mel_filters

PARTS = 4  # of a frame; each has a filter of its own
SMOOTH = 40.0  # hertz that every peak is widened by
FLOOR = 1e-9  # power that is taken to be everywhere


def between(frames: Tensor) -> Tensor:
    """Values (B, (T - 1) * PARTS, D) in the middle of every part, between those of the frames (B, T, D)."""
    near = (torch.arange(PARTS, device=frames.device) + 0.5).to(frames)[:, None] / PARTS
    return torch.lerp(frames[:, :-1, None], frames[:, 1:, None], near).flatten(1, 2)


class LinearPrediction(nn.Module):
    """Samples to their excitation and back, by a log-mel."""

    log_area: Tensor
    spread: Tensor
    widen: Tensor

    def __init__(self, order: int, mel: MelSpec):
        super().__init__()
        self.order = order
        self.mel = mel
        filters = mel_filters(mel).double()
        bins = torch.arange(filters.shape[1], dtype=torch.float64)
        centres = (filters @ bins) / filters.sum(1).clamp_min(1e-9)
        above = torch.searchsorted(centres, bins).clamp(1, mel.n_mels - 1)
        low = centres[above - 1]
        high = centres[above]
        share = ((bins - low) / (high - low)).clamp(0, 1)
        spread = (
            F.one_hot(above - 1, mel.n_mels) * (1 - share)[:, None]
            + F.one_hot(above, mel.n_mels) * share[:, None]
        )
        lags = torch.arange(order + 1, dtype=torch.float64)
        self.register_buffer("log_area", filters.sum(1).clamp_min(1e-9).log(), persistent=False)
        self.register_buffer("spread", spread.T.contiguous(), persistent=False)  # (M, F)
        self.register_buffer(
            "widen", torch.exp(-0.5 * (2 * math.pi * SMOOTH / mel.sample_rate * lags) ** 2), persistent=False
        )
        self.power = 0.375 * mel.n_fft  # of the Hann window

    def filters(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        """Coefficients a (B, P, order) of e[n] = (s[n] + sum of a[k] s[n - k]) / gain, and the gain (B, P),
        of P = (T - 1) * PARTS parts of a log-mel (B, T, M), in double precision: Levinson's recursion on the
        autocorrelation of the power spectrum.
        """
        power = (2 * ((between(mel.double()) - self.log_area) @ self.spread)).exp()
        lags = torch.fft.irfft(power, self.mel.n_fft)[..., : self.order + 1] * self.widen
        left = lags[..., 0] * 1.0001 + FLOOR
        a = torch.zeros_like(lags)
        a[..., 0] = 1.0
        for i in range(1, self.order + 1):
            turn = -(a[..., :i] * lags[..., 1 : i + 1].flip(-1)).sum(-1) / left
            a = torch.cat(
                [a[..., :1], a[..., 1 : i + 1] + turn[..., None] * a[..., :i].flip(-1), a[..., i + 1 :]], -1
            )
            left = left * (1 - turn**2)
        return a[..., 1:], (left / self.power).sqrt()

    def excite(self, samples: Tensor, mel: Tensor) -> Tensor:
        """The excitation (B, N) of samples (B, N), N = (T - 1) * hop_length."""
        a, gain = self.filters(mel)
        whole = torch.cat([a.flip(-1), torch.ones_like(gain)[..., None]], -1) / gain[..., None]
        past = F.pad(samples.double(), (self.order, 0)).unfold(1, self.order + 1, 1)  # (B, N, order + 1)
        return (
            torch.einsum("bpnk,bpk->bpn", past.unflatten(1, (gain.shape[1], -1)), whole)
            .flatten(1)
            .to(samples)
        )

    def sound(self, excitation: Tensor, mel: Tensor) -> Tensor:
        """The samples (B, N) of an excitation (B, N): the inverse of `excite`."""
        a, gain = (x.cpu().numpy() for x in self.filters(mel))
        each = self.mel.hop_length // PARTS
        e = excitation.double().cpu().numpy() * gain.repeat(each, 1)
        made = np.zeros((len(e), self.order + e.shape[1]))
        back = a[..., ::-1]
        for n in range(e.shape[1]):
            made[:, self.order + n] = e[:, n] - (made[:, n : n + self.order] * back[:, n // each]).sum(1)
        return torch.from_numpy(made[:, self.order :]).to(excitation)
