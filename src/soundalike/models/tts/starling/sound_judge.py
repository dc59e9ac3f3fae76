"""What starling's mel sounds like through a vocoder, judged against the recording while it is trained.

A mel that looks right to a discriminator of mels may still sound wrong. Here windows of the mel go through a
frozen vocoder, and discriminators of sound and spectral distances judge the samples; the gradient reaches
starling through the vocoder, as in models that are trained end to end (Kim et al. 2021, "VITS").
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from soundalike.core import registry
from soundalike.core.errors import ConfigError
from soundalike.core.types import Batch
from soundalike.models.common.adversary import Adversary
from soundalike.models.common.objective import mel_distance, mel_scales, spectral_distance

RESOLUTIONS = (512, 1024, 2048)  # n_fft of each spectral distance
MELS = ((128, 20), (256, 40), (512, 64), (1024, 100), (2048, 128))  # n_fft and bands of each mel distance


@dataclass(frozen=True)
class SoundSettings:
    """Which vocoder, how much of it, and the weights of what is measured."""

    vocoder: str = ""  # folder of a vocoder, "builtin" for the built-in one; empty: no sound is judged
    window: int = 64  # frames of each clip that are made to sound, at a random place
    mel: float = 0.8
    spectral: float = 0.2
    adversarial: float = 0.8
    matching: float = 0.6
    windows: tuple[int, ...] = (128, 256, 512)  # n_fft of each spectrogram discriminator
    periods: tuple[int, ...] = (5, 7, 11)  # of each multi-period discriminator


class SoundJudge:
    """A frozen vocoder and the discriminators of what it makes."""

    def __init__(self, settings: SoundSettings, n_mels: int):
        self.settings = settings
        part = registry.find(registry.SERVICES, "part", "service")(settings.vocoder, "vocoder")
        if part.mel.n_mels != n_mels:
            raise ConfigError(
                f"[objective.sound] vocoder: {settings.vocoder} reads mels of {part.mel.n_mels} bands, and "
                f"this recipe makes {n_mels}. Name a vocoder of the same mel."
            )
        self.mel = part.mel
        self.vocoder: nn.Module = part.network.requires_grad_(False)
        kind = registry.part("sound_discriminator")
        config = kind.Config(windows=settings.windows, periods=settings.periods)
        weights = (settings.adversarial, settings.matching)
        self.adversary = Adversary("sound_discriminator", kind.build(config, part.mel), config, *weights)
        self._mels = mel_scales(part.mel, MELS)

    def sounds(self, mel: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """Samples (B, N) of a window of each log-mel (B, T, M), and of the recording there."""
        frames = min(self.settings.window, int(batch.lengths("mel").min()))
        last = batch.lengths("mel") - frames
        start = (torch.rand(len(mel), device=mel.device) * (last + 1)).long()  # (B,)
        place = start[:, None] + torch.arange(frames, device=mel.device)  # (B, K)
        window = mel.gather(1, place[..., None].expand(-1, -1, mel.shape[2]))
        pitch = batch["pitch"].gather(1, place)
        lengths = torch.full((len(mel),), frames, device=mel.device)
        made = self.vocoder.to(mel.device)(window.float(), lengths, pitch)
        hop = self.mel.hop_length
        at = start[:, None] * hop + torch.arange((frames - 1) * hop, device=mel.device)
        return made, batch["samples"].gather(1, at.clamp_max(batch["samples"].shape[1] - 1))

    def losses(self, made: Tensor, real: Tensor) -> dict[str, Tensor]:
        """How far the made sound is from the recording, and from passing for one."""
        s = self.settings
        fooling = self.adversary.fooling(made, real)
        return {
            "sound_mel": s.mel * mel_distance(made, real, self._mels),
            "sound_spectral": s.spectral * spectral_distance(made, real, RESOLUTIONS),
            **{f"sound_{name}": loss for name, loss in fooling.items()},
        }
