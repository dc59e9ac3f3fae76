"""Training of the vocoder: spectra at several resolutions, the mel, the pitch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from soundalike.core.contracts import PartKind
from soundalike.core.types import Batch, Output
from soundalike.models.common.interfaces import reads_mel, writes_waveform
from soundalike.models.common.objective import (
    VocoderObjective,
    mel_mask,
    octave_l1,
    voicing_entropy,
    zero_padding,
)
from soundalike.nn.spectral import log_mel, stft

from .network import Vocos, VocosConfig


@dataclass(frozen=True)
class VocosSettings:
    """Weights of the losses."""

    resolutions: tuple[int, ...] = (512, 1024, 2048)  # n_fft of each spectral loss; hop is a quarter
    mel: float = 1.0
    spectral: float = 1.0
    pitch: float = 0.2


class VocosObjective(VocoderObjective[Vocos, VocosSettings]):
    """Magnitudes at several resolutions, the mel, and the pitch."""

    required_fields = frozenset({"mel", "pitch", "samples"})

    @property
    def hop_length(self) -> int:
        """Samples from one frame of the mel to the next."""
        return self._network.mel.hop_length

    def forward(self, batch: Batch) -> Output:
        """The samples, and the pitch that is predicted from the mel."""
        net = self._network
        mask = mel_mask(batch)
        octave, voicing = net.pitch_reader(net.normalised(batch["mel"], mask), mask)
        return {
            "samples": net(batch["mel"], batch.lengths("mel"), batch["pitch"]),
            "octave": octave,
            "voicing": voicing,
            "mask": mask,
        }

    def losses(self, optimizer: str, batch: Batch, output: Output, step: int) -> dict[str, Tensor]:
        """Of the spectra, of the mel, and of the pitch."""
        s = self.settings
        mel = self._network.mel
        mask = output["mask"]
        made, real = self.inside(batch, output)
        voiced = (batch["pitch"] > 0).float() * mask
        octave = octave_l1(output["octave"], batch["pitch"].clamp_min(1.0).log2(), voiced)
        return {
            "spectral": s.spectral * spectral_distance(made, real, s.resolutions),
            "mel": s.mel * (log_mel(made, mel) - log_mel(real, mel)).abs().mean(),
            "octave": s.pitch * 5 * octave,
            "voicing": s.pitch * voicing_entropy(output["voicing"], voiced, mask),
        }

    def inside(self, batch: Batch, output: Output) -> tuple[Tensor, Tensor]:
        """The made samples (B, N), zero in the padding, and the recorded ones of that length."""
        made = output["samples"]
        real = batch["samples"][:, : made.shape[1]]
        real = F.pad(real, (0, made.shape[1] - real.shape[1]))
        return made * torch.repeat_interleave(output["mask"][:, 1:], self.hop_length, 1), real

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """The samples without noise; not those of the last frames, whose windows reach over the end: half a
        window when the source is analysed, and half when it is joined again.
        """
        reach = self._network.mel.n_fft // self.hop_length + 1  # frames
        noise = torch.zeros(len(batch.ids), (batch["mel"].shape[1] - 1) * self.hop_length)
        samples = self._network(batch["mel"], batch.lengths("mel"), batch["pitch"], noise)
        return {"samples": zero_padding(samples, (batch.lengths("mel") - reach) * self.hop_length)}


def spectral_distance(made: Tensor, real: Tensor, resolutions: tuple[int, ...]) -> Tensor:
    """Distance of the magnitudes of samples (B, N) at several resolutions: log magnitude, and half the
    spectral convergence.
    """
    total = torch.zeros((), device=made.device)
    for n_fft in resolutions:
        a = stft(made, n_fft, n_fft // 4).abs()
        b = stft(real, n_fft, n_fft // 4).abs()
        log = (a.clamp_min(1e-4).log() - b.clamp_min(1e-4).log()).abs().mean()
        convergence = (a - b).norm() / b.norm().clamp_min(1e-3)
        total = total + (log + 0.5 * convergence) / len(resolutions)
    return total


PART = PartKind(
    "vocoder", VocosConfig, Vocos, VocosSettings, VocosObjective, reads=reads_mel, writes=writes_waveform
)
