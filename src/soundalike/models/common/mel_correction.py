"""Samples corrected towards a mel: their own mel is measured, and every frame is scaled band by band by what
it lacks.

Random noise has louder and fainter frames of its own, which beat with those of the mel; what else a vocoder
gets wrong in the level of a band goes too. Nothing of it is learned.
"""

from __future__ import annotations

from torch import Tensor, nn

from soundalike.audio.mel import MelSpec
from soundalike.models.common.vocos_config import MOST_CORRECTED
from soundalike.nn.spectral import istft, mel_filters, stft


class MelCorrection(nn.Module):
    """The correction for one mel. `share` (M, F) says how far each band decides about each bin."""

    filters: Tensor
    share: Tensor

    def __init__(self, mel: MelSpec):
        super().__init__()
        self.mel = mel
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
            error = (mel - bands).clamp(-MOST_CORRECTED, MOST_CORRECTED) * mask[..., None]
            gain = (error @ self.share).exp().transpose(1, 2)
            samples = istft(spectrum * gain, self.mel.n_fft, self.mel.hop_length)
        return samples
