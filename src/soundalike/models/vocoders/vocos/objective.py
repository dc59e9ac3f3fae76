"""Training of the vocoder: spectra at several resolutions, the mel, the pitch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from soundalike.core.contracts import PartKind, Preview
from soundalike.core.types import Batch, DataFacts, Output
from soundalike.models.common.adversary import FOLDER, Adversary
from soundalike.models.common.interfaces import reads_mel, writes_waveform
from soundalike.models.common.objective import (
    VocoderObjective,
    mel_distance,
    mel_mask,
    mel_scales,
    spectral_distance,
    zero_padding,
)
from soundalike.models.common.pitch_reader import PitchScores, disturbed, jittered, mixed, pitch_losses

from .discriminator import SoundDiscriminator, SoundDiscriminatorConfig
from .graphs import graphs_of
from .network import Vocos, VocosConfig


@dataclass(frozen=True)
class VocosSettings:
    """Weights of the losses."""

    resolutions: tuple[int, ...] = (512, 1024, 2048)  # n_fft of each spectral loss; hop is a quarter
    mel: float = 1.0
    spectral: float = 1.0
    pitch: float = 0.2
    pitch_only: bool = False  # train the pitch reader alone, on disturbed mels
    # n_fft and bands of each log-mel that is compared; none: the network's own mel
    mels: tuple[tuple[int, int], ...] = ()
    adversarial: float = 0.0  # of the adversarial loss; 0 trains without discriminators
    matching: float = 0.0  # of the feature matching loss
    windows: tuple[int, ...] = (128, 256, 512)  # n_fft of each spectrogram discriminator
    periods: tuple[int, ...] = ()  # of each multi-period discriminator
    read_pitch: float = 0.0  # share of the clips vocoded with the pitch that the network predicts
    jitter: float = 0.0  # standard deviation in octaves of an error added to the pitch of every second clip


class VocosObjective(VocoderObjective[Vocos, VocosSettings]):
    """Magnitudes at several resolutions, mels, and the pitch; discriminators of sound where they are asked
    for.
    """

    required_fields = frozenset({"mel", "pitch", "samples"})

    def __init__(self, network: Vocos, settings: VocosSettings, facts: DataFacts):
        super().__init__(network, settings, facts)
        if settings.adversarial:
            config = SoundDiscriminatorConfig(windows=settings.windows, periods=settings.periods)
            weights = (settings.adversarial, settings.matching)
            discriminator = SoundDiscriminator(config, network.mel)
            self.train_against(Adversary("sound_discriminator", discriminator, config, *weights))
        self._mels = mel_scales(network.mel, settings.mels)

    def trained(self, optimizer: str) -> nn.Module:
        """What an optimizer changes: the discriminators, or the vocoder, or its pitch reader alone."""
        if optimizer != FOLDER and self.settings.pitch_only:
            return self._network.pitch_reader
        return super().trained(optimizer)

    @property
    def hop_length(self) -> int:
        """Samples from one frame of the mel to the next."""
        return self._network.mel.hop_length

    def forward(self, batch: Batch) -> Output:
        """The samples, and the pitch that is predicted from the mel."""
        net = self._network
        mask = mel_mask(batch)
        mel = disturbed(batch["mel"]) if self.settings.pitch_only else batch["mel"]
        pitch_scores, voicing = net.pitch_reader.scores(net.normalised(mel, mask), mask)
        output = {"pitch_scores": pitch_scores, "voicing": voicing, "mask": mask}
        if not self.settings.pitch_only:
            output["samples"] = net(batch["mel"], batch.lengths("mel"), self._given_pitch(batch))
        return output

    def losses(self, optimizer: str, batch: Batch, output: Output, step: int) -> dict[str, Tensor]:
        """Of the spectra, of the mels, of the pitch, and of fooling the discriminators; or theirs."""
        s = self.settings
        scores = PitchScores(output["pitch_scores"], output["voicing"])
        losses = pitch_losses(self._network.pitch_reader, scores, batch["pitch"], output["mask"], s.pitch)
        if s.pitch_only:
            return losses
        made, real = self.inside(batch, output)
        if optimizer == FOLDER and self.discriminators is not None:
            return self.discriminators.telling(made, real)
        losses["spectral"] = s.spectral * spectral_distance(made, real, s.resolutions)
        losses["mel"] = s.mel * mel_distance(made, real, self._mels)
        return losses if self.discriminators is None else losses | self.discriminators.fooling(made, real)

    def _given_pitch(self, batch: Batch) -> Tensor:
        """The pitch (B, T) the clips are vocoded with: their own, with an error, or as the network predicts
        it.
        """
        s = self.settings
        pitch = jittered(batch["pitch"], s.jitter)
        if not s.read_pitch:
            return pitch
        with torch.no_grad():
            read = self._network.read_pitch(batch["mel"], batch.lengths("mel"))
        return mixed(pitch, read, s.read_pitch)

    def preview(self, batch: Batch) -> Preview | None:
        """The samples of the first clip; nothing where the pitch reader is trained alone."""
        return None if self.settings.pitch_only else super().preview(batch)

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """The samples without noise; not those of the last frames, whose windows reach over the end: half a
        window when the source is analysed, and half when it is joined again; as much for each correction.
        """
        passes = 1 + self._network.config.mel_corrections
        reach = passes * self._network.mel.n_fft // self.hop_length + 1  # frames
        noise = torch.zeros(len(batch.ids), (batch["mel"].shape[1] - 1) * self.hop_length)
        samples = self._network(batch["mel"], batch.lengths("mel"), batch["pitch"], noise)
        return {"samples": zero_padding(samples, (batch.lengths("mel") - reach) * self.hop_length)}


PART = PartKind(
    "vocoder",
    VocosConfig,
    Vocos,
    VocosSettings,
    VocosObjective,
    reads=reads_mel,
    writes=writes_waveform,
    graphs=graphs_of,
)
