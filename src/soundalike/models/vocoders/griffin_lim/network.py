"""A vocoder without weights: the magnitudes a mel allows, and by iteration the phases that fit them.

Fast Griffin-Lim (Perraudin, Balazs & Søndergaard 2013): project in turn onto the spectra of real sounds and
onto those of the right magnitude, and go a little further than each step would.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from soundalike.audio.mel import MelSpec
from soundalike.core.types import Batch
from soundalike.nn.spectral import istft, mel_filters, stft

FAINT = 1e-8  # least magnitude: a factor of zero would stay zero


@dataclass(frozen=True)
class GriffinLimConfig:
    """How many iterations, and how they go."""

    iterations: int = 60
    momentum: float = 0.99  # 0 is the algorithm of Griffin & Lim 1984
    magnitude_iterations: int = 40  # of the non-negative least squares from mel bands to frequency bins


class GriffinLim(nn.Module):
    """Log-mel (B, T, M) to samples (B, (T - 1) * hop_length); a pitch is ignored."""

    filters: Tensor
    inverse: Tensor

    def __init__(self, config: GriffinLimConfig, mel: MelSpec):
        super().__init__()
        self.config = config
        self.mel = mel
        filters = mel_filters(mel)  # (M, F)
        self.register_buffer("filters", filters.clone(), persistent=False)
        self.register_buffer("inverse", torch.linalg.pinv(filters), persistent=False)  # (F, M)

    def forward(
        self, mel: Tensor, lengths: Tensor, pitch: Tensor | None = None, noise: Tensor | None = None
    ) -> Tensor:
        """`noise` (B, (T - 1) * hop) is white; its phases are the first guess. Drawn here when not given."""
        hop = self.mel.hop_length
        if noise is None:
            noise = torch.randn(len(mel), (mel.shape[1] - 1) * hop, device=mel.device)
        out = torch.zeros_like(noise)
        # One by one: what follows a clip would sound into its end
        for row, length in enumerate(lengths.tolist()):
            size = (length - 1) * hop
            out[row, :size] = self.sound(self.magnitude(mel[row, :length]), noise[row, :size])
        return out

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """The samples, from a first guess of the phases that is always the same."""
        hop = self.mel.hop_length
        place = torch.arange((batch["mel"].shape[1] - 1) * hop)
        noise = torch.sin(0.37 * place**1.5).expand(len(batch.ids), -1)
        return {"samples": self(batch["mel"], batch.lengths("mel"), None, noise)}

    def magnitude(self, mel: Tensor) -> Tensor:
        """The linear magnitudes (F, T), none negative, whose mel is nearest to a log-mel (T, M).

        From the pseudo-inverse on, by multiplicative steps of least squares (Lee & Seung 2001).
        """
        target = mel.exp().T  # (M, T)
        guess = (self.inverse @ target).clamp_min(FAINT)
        wanted = self.filters.T @ target
        for _ in range(self.config.magnitude_iterations):
            guess = guess * (wanted / (self.filters.T @ (self.filters @ guess)).clamp_min(FAINT))
        return guess

    def sound(self, magnitude: Tensor, noise: Tensor) -> Tensor:
        """Samples (N,) whose STFT comes near to a magnitude (F, T)."""
        n_fft = self.mel.n_fft
        hop = self.mel.hop_length
        if len(noise) <= n_fft // 2:  # too short for one frame with reflected ends
            return torch.zeros_like(noise)
        estimate = before = _with_magnitude(stft(noise[None], n_fft, hop)[0], magnitude)
        for _ in range(self.config.iterations):
            # The nearest spectrum of a real sound
            real = stft(istft(estimate[None], n_fft, hop), n_fft, hop)[0]
            now = _with_magnitude(real, magnitude)
            estimate = now + self.config.momentum * (now - before)
            before = now
        return istft(before[None], n_fft, hop)[0]


def _with_magnitude(spectrum: Tensor, magnitude: Tensor) -> Tensor:
    """The phases of a spectrum (F, T) with another magnitude."""
    return torch.polar(magnitude, spectrum.angle())
