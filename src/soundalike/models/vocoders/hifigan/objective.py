"""Training of HiFi-GAN: the mel and spectra alone at first, then discriminators of sound too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from soundalike.core.contracts import PartKind
from soundalike.core.errors import ConfigError
from soundalike.core.types import Batch, DataFacts, Output
from soundalike.models.common.adversary import FOLDER, Adversary
from soundalike.models.common.interfaces import reads_mel, writes_waveform
from soundalike.models.common.objective import (
    VocoderObjective,
    mel_mask,
    spectral_distance,
    zero_padding,
)
from soundalike.models.common.pitch_reader import jittered, mixed, pitch_losses
from soundalike.nn.spectral import log_mel
from soundalike.nn.weight_norm import add_weight_norm

from .discriminator import HifiGanDiscriminator, HifiGanDiscriminatorConfig
from .network import HifiGan, HifiGanConfig


@dataclass(frozen=True)
class HifiGanSettings:
    """Weights of the losses, and the discriminators. Published are mel 45, adversarial 1, matching 2, no
    spectral loss, and discriminators of period_width 32 and scale_width 128 with the spectral norm.
    """

    mel: float = 45.0
    spectral: float = 0.0
    resolutions: tuple[int, ...] = (512, 1024, 2048)  # n_fft of each spectral loss; hop is a quarter
    adversarial: float = 0.0  # of the adversarial loss; 0 trains without discriminators
    matching: float = 2.0  # of the feature matching loss, where there are discriminators
    periods: tuple[int, ...] = (2, 3, 5, 7, 11)
    period_width: int = 4
    scales: int = 3
    scale_width: int = 16
    spectral_norm: bool = False
    # Of a network with a source:
    pitch: float = 1.0  # of the loss of the pitch that is read off the mel
    read_pitch: float = 0.0  # share of the clips vocoded with the pitch that the network reads
    jitter: float = 0.0  # standard deviation in octaves of an error added to the pitch of every second clip


class HifiGanObjective(VocoderObjective[HifiGan, HifiGanSettings]):
    """The mel, magnitudes at several resolutions, and discriminators where they are asked for; weights are
    normed while they are trained.
    """

    required_fields = frozenset({"mel", "pitch", "samples"})

    def __init__(self, network: HifiGan, settings: HifiGanSettings, facts: DataFacts):
        super().__init__(network, settings, facts)
        if not network.config.source:
            self.required_fields = frozenset({"mel", "samples"})
            if settings.read_pitch or settings.jitter:
                raise ConfigError(
                    "[objective] read_pitch and jitter are of the pitch, which a network with source = false "
                    "does not use. Leave them at 0."
                )
        add_weight_norm(network.upsampler)
        if settings.adversarial:
            config = HifiGanDiscriminatorConfig(
                settings.periods,
                settings.period_width,
                settings.scales,
                settings.scale_width,
                settings.spectral_norm,
            )
            weights = (settings.adversarial, settings.matching)
            discriminator = HifiGanDiscriminator(config, network.mel)
            self.train_against(Adversary("hifigan_discriminator", discriminator, config, *weights, True))
        # Of all frequencies, also where the network reads fewer
        self._mel = replace(network.mel, fmax=network.mel.sample_rate / 2)

    @property
    def hop_length(self) -> int:
        """Samples from one frame of the mel to the next."""
        return self._network.mel.hop_length

    def forward(self, batch: Batch) -> Output:
        """The samples, and with a source the pitch that is read off the mel."""
        net = self._network
        mask = mel_mask(batch)
        output: Output = {"mask": mask}
        pitch = None
        if net.config.source:
            output["pitch_scores"] = net.pitch_reader.scores(net.normalised(batch["mel"], mask), mask)
            pitch = self._given_pitch(batch)
        # In mixed precision too, spectra are taken of floats
        output["samples"] = net(batch["mel"], batch.lengths("mel"), pitch).float()
        return output

    def losses(self, optimizer: str, batch: Batch, output: Output, step: int) -> dict[str, Tensor]:
        """Of the mel, of the spectra, of the pitch, and of fooling the discriminators; or theirs."""
        s = self.settings
        made, real = self.inside(batch, output)
        if optimizer == FOLDER and self.discriminators is not None:
            return self.discriminators.telling(made, real)
        losses = {"mel": s.mel * (log_mel(made, self._mel) - log_mel(real, self._mel)).abs().mean()}
        if s.spectral:
            losses["spectral"] = s.spectral * spectral_distance(made, real, s.resolutions)
        if self._network.config.source:
            reader = self._network.pitch_reader
            losses |= pitch_losses(reader, output["pitch_scores"], batch["pitch"], output["mask"], s.pitch)
        return losses if self.discriminators is None else losses | self.discriminators.fooling(made, real)

    def _given_pitch(self, batch: Batch) -> Tensor:
        """The pitch (B, T) the clips are vocoded with: their own, with an error, or as the network reads
        it.
        """
        s = self.settings
        pitch = jittered(batch["pitch"], s.jitter)
        if not s.read_pitch:
            return pitch
        with torch.no_grad():
            read = self._network.read_pitch(batch["mel"], batch.lengths("mel"))
        return mixed(pitch, read, s.read_pitch)

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """The samples without noise."""
        size = (batch["mel"].shape[1] - 1) * self.hop_length
        pitch = batch["pitch"] if self._network.config.source else None
        noise = torch.zeros(len(batch.ids), size)
        samples = self._network(batch["mel"], batch.lengths("mel"), pitch, noise)
        return {"samples": zero_padding(samples, (batch.lengths("mel") - 1) * self.hop_length)}


PART = PartKind(
    "vocoder",
    HifiGanConfig,
    HifiGan,
    HifiGanSettings,
    HifiGanObjective,
    reads=reads_mel,
    writes=writes_waveform,
)
