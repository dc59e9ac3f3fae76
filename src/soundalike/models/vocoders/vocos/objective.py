"""Training of the vocoder: spectra at several resolutions, the mel, the pitch."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.core.contracts import PartKind
from soundalike.core.types import Batch, DataFacts, Output
from soundalike.models.common.interfaces import reads_mel, writes_waveform
from soundalike.nn.masks import length_mask, masked_mean
from soundalike.nn.spectral import log_mel, stft

from .network import Vocos, VocosConfig


@dataclass(frozen=True)
class VocosSettings:
    resolutions: tuple[int, ...] = (512, 1024, 2048)  # n_fft of each spectral loss; hop is a quarter
    mel: float = 1.0
    spectral: float = 1.0
    pitch: float = 0.2


class VocosObjective:
    """Magnitudes at several resolutions, the mel, and the pitch."""

    required_fields = frozenset({"mel", "pitch", "samples"})
    optimizers = ("model",)

    def __init__(self, network: Vocos, settings: VocosSettings, facts: DataFacts):
        self._network = network
        self.settings = settings
        network.mean.copy_(facts.mel_mean)
        network.std.copy_(facts.mel_std)

    def network(self) -> Vocos:
        return self._network

    def trained(self, optimizer: str) -> nn.Module:
        return self._network

    def forward(self, batch: Batch) -> Output:
        net = self._network
        mask = length_mask(batch.mel_lengths, batch.mel.shape[1])
        octave, voicing = net.pitch_reader(net.normalised(batch.mel, mask), mask)
        return {
            "samples": net(batch.mel, batch.mel_lengths, batch.pitch),
            "octave": octave,
            "voicing": voicing,
            "mask": mask,
        }

    def losses(self, optimizer: str, batch: Batch, output: Output) -> dict[str, Tensor]:
        s = self.settings
        mel = self._network.mel
        mask = output["mask"]
        made = output["samples"]
        real = batch.samples[:, : output["samples"].shape[1]]
        real = F.pad(real, (0, made.shape[1] - real.shape[1]))
        inside = torch.repeat_interleave(mask[:, 1:], mel.hop_length, 1)
        made = made * inside
        spectral = torch.zeros((), device=made.device)
        for n_fft in s.resolutions:
            a = stft(made, n_fft, n_fft // 4).abs()
            b = stft(real, n_fft, n_fft // 4).abs()
            log = (a.clamp_min(1e-4).log() - b.clamp_min(1e-4).log()).abs().mean()
            convergence = (a - b).norm() / b.norm().clamp_min(1e-3)
            spectral = spectral + (log + 0.5 * convergence) / len(s.resolutions)
        voiced = (batch.pitch > 0).float() * mask
        octave = masked_mean((output["octave"] - batch.pitch.clamp_min(1.0).log2()).abs(), voiced)
        voicing = masked_mean(
            F.binary_cross_entropy_with_logits(output["voicing"], voiced, reduction="none"), mask
        )
        return {
            "spectral": s.spectral * spectral,
            "mel": s.mel * (log_mel(made, mel) - log_mel(real, mel)).abs().mean(),
            "octave": s.pitch * 5 * octave,
            "voicing": s.pitch * voicing,
        }


PART = PartKind(
    "vocoder", VocosConfig, Vocos, VocosSettings, VocosObjective, reads=reads_mel, writes=writes_waveform
)
