"""Training of the mel codec: the mel and the pitch that come back, and what the first level tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from soundalike.audio.mel import MelSpec
from soundalike.core.contracts import PartKind
from soundalike.core.types import Batch, DataFacts, Interface, Output
from soundalike.models.common.codes import (
    codebook_measures,
    coded_phones,
    phone_loss,
    quantized_in_training,
)
from soundalike.models.common.interfaces import codes, mel_spectrogram
from soundalike.models.common.judged_mel import JudgedMelObjective, JudgedMelSettings
from soundalike.models.common.objective import mel_mask, zero_padding
from soundalike.nn.masks import masked_cross_entropy, masked_mean
from soundalike.nn.quantize import CodebookUpdate

from .codec import MelCodecInstrument
from .network import MelCodec, MelCodecConfig


@dataclass(frozen=True)
class MelCodecSettings(JudgedMelSettings):
    """Weights of the losses, and how codebooks are kept."""

    mel: float = 1.0
    change: float = 0.5  # of the error of what changes from frame to frame, and from band to band
    quiet: float = 0.4  # what an error in a band at its quietest counts, relative to one at its loudest
    octave: float = 2.0
    voicing: float = 0.1
    commitment: float = 0.25
    phones: float = 0.2  # of the sounds that are told from the first level
    dropout: float = 0.3  # share of the clips that are quantized with fewer levels
    decay: float = 0.97  # of the moving averages that codebooks are
    restart: float = 0.1  # a code begins again where it is chosen less than this share of the mean
    train_codes: bool = True  # else every recording keeps its codes, and the decoder alone is trained


class MelCodecObjective(JudgedMelObjective[MelCodec, MelCodecSettings]):
    """Mel, pitch, commitment, phones; a discriminator of mels where one is asked for."""

    required_fields = frozenset({"mel", "pitch", "phones"})

    def __init__(self, network: MelCodec, settings: MelCodecSettings, facts: DataFacts):
        super().__init__(network, settings, facts)
        if not settings.train_codes:
            network.encoder.requires_grad_(False)
            if network.config.linear:
                network.analysis.requires_grad_(False)

    def adopt_facts(self, facts: DataFacts) -> None:
        """Keep the statistics of the training mels; an encoder that is not trained keeps its own."""
        if self.settings.train_codes:
            super().adopt_facts(facts)

    def forward(self, batch: Batch) -> Output:
        """The mel and the pitch through the codec; codebooks follow where the network is in training."""
        net = self._network
        s = self.settings
        lengths = batch.lengths("mel")
        frames, mask = net.frames(batch["mel"], batch["pitch"], lengths)
        if net.training and not bool(net.quantizer.started):
            net.start(frames, mask)
        latent = net.encode(frames, mask)
        how = CodebookUpdate(s.decay, s.restart) if s.train_codes else None
        quantized = quantized_in_training(net.quantizer, latent, mask, s.dropout, how)
        phones = coded_phones(batch["phones"], mask, net.config.stride, 1)
        made = net.decoded(quantized.values, lengths, batch["mel"].shape[1])
        return {
            "mel": made.mel,
            "octave": made.octave,
            "voicing": made.voicing,
            "commitment": quantized.commitment,
            "phones": phone_loss(net.phone_head(quantized.first), phones),
            "measures": codebook_measures(net.quantizer, net.phone_head, quantized, phones),
        }

    def regression(self, batch: Batch, output: Output) -> dict[str, Tensor]:
        """Of the mel, the pitch and the codes."""
        s = self.settings
        mask = mel_mask(batch)
        target = self._network.normalised(batch["mel"], mask)
        return {
            "mel": s.mel * masked_mean(self._weighted_error(output["mel"], target), mask),
            "change": s.change * change_distance(output["mel"], target, mask),
            **self._pitch_losses(batch, output, mask),
            "commitment": s.commitment * output["commitment"],
            "phones": s.phones * output["phones"],
        }

    def _weighted_error(self, made: Tensor, target: Tensor) -> Tensor:
        """Absolute error (B, T, M); what is faint counts less."""
        quiet = self.settings.quiet
        return (quiet + (1 - quiet) * torch.sigmoid(1.5 * target)) * (made - target).abs()

    def _pitch_losses(self, batch: Batch, output: Output, mask: Tensor) -> dict[str, Tensor]:
        pitch = batch["pitch"]
        voiced = (pitch > 0).float() * mask
        error = (output["octave"] - pitch.clamp_min(1.0).log2()).abs()
        return {
            "octave": self.settings.octave * masked_mean(error, voiced),
            "voicing": self.settings.voicing * masked_cross_entropy(output["voicing"], voiced, mask),
        }

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """The codes, and the mel and the pitch that come back of them."""
        net = self._network
        lengths = batch.lengths("mel")
        found = net.codes(batch["mel"], batch["pitch"], lengths)
        mel, pitch = net(found, lengths)
        return {"codes": found, "mel": mel, "pitch": zero_padding(pitch, lengths)}


def change_distance(made: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Mean absolute error of what changes in mels (B, T, M) from frame to frame, and from band to band."""
    inside = mask[:, 1:] * mask[:, :-1]
    over_time = masked_mean((made.diff(dim=1) - target.diff(dim=1)).abs(), inside)
    over_bands = masked_mean((made.diff(dim=2) - target.diff(dim=2)).abs(), mask)
    return over_time + over_bands


def _reads(config: MelCodecConfig, mel: MelSpec) -> tuple[Interface, ...]:
    return (_codes(config, mel),)


def _writes(config: MelCodecConfig, mel: MelSpec) -> tuple[Interface, ...]:
    return (mel_spectrogram(mel), _codes(config, mel))


def _codes(config: MelCodecConfig, mel: MelSpec) -> Interface:
    return codes(config.levels, config.codes, mel.frames_per_second / config.stride)


PART = PartKind(
    "codec",
    MelCodecConfig,
    MelCodec,
    MelCodecSettings,
    MelCodecObjective,
    reads=_reads,
    writes=_writes,
    instrument=MelCodecInstrument,
)
