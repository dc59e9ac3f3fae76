"""HiFi-GAN (Kong et al. 2020): a mel to samples by transposed convolutions (nn.upsampler).

Every stage may also read a source, pulses at the pitch and white noise. Without one the network has to invent
the phase of every harmonic, and buzzes until it has learned that.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor

from soundalike.audio.mel import MelSpec
from soundalike.core.errors import ConfigError
from soundalike.core.types import ADDED_LATER
from soundalike.models.common.pitch_reader import PitchReader
from soundalike.models.common.vocos_config import MOST_CORRECTED
from soundalike.nn.masks import length_mask
from soundalike.nn.normalizer import MelNormalizer
from soundalike.nn.pulses import SOURCES, pulses_and_noise
from soundalike.nn.spectral import MelCorrection
from soundalike.nn.upsampler import Upsampler, UpsamplerSizes


@dataclass(frozen=True)
class HifiGanConfig(UpsamplerSizes):
    """Sizes of the network."""

    source: bool = True  # give pulses and noise to every stage; False, as published: the mel alone
    # Of the small network that reads the pitch off a mel that comes without one, where there is a source
    pitch_width: int = 128
    pitch_blocks: int = 2
    # Times that the samples are corrected towards the mel; as published: never
    mel_corrections: int = field(default=0, metadata=ADDED_LATER)


class HifiGan(MelNormalizer):
    """Log-mel (B, T, M) to samples (B, (T - 1) * hop_length); with a source also by the pitch (B, T), which
    is read off the mel where it is not known.
    """

    def __init__(self, config: HifiGanConfig, mel: MelSpec):
        super().__init__(mel.n_mels)
        if config.hop_length != mel.hop_length:
            raise ConfigError(
                f"rates {list(config.rates)} make {config.hop_length} samples of a frame, and the hop_length "
                f"of the mel is {mel.hop_length}. Give rates whose product is that."
            )
        self.config = config
        self.mel = mel
        self.upsampler = Upsampler(mel.n_mels, config, source=SOURCES if config.source else 0)
        self.correction = MelCorrection(mel, MOST_CORRECTED) if config.mel_corrections else None
        self.corrections = config.mel_corrections  # who uses the vocoder may ask for others
        if config.source:
            self.pitch_reader = PitchReader(mel.n_mels, config.pitch_width, config.pitch_blocks, classes=True)

    def forward(
        self, mel: Tensor, lengths: Tensor, pitch: Tensor | None = None, noise: Tensor | None = None
    ) -> Tensor:
        """Samples (B, (T - 1) * hop). `noise`, of that shape, is white, of unit power; drawn here if not
        given. Without a source neither is used.
        """
        mask = length_mask(lengths, mel.shape[1])
        source = self._source(mel, lengths, pitch, noise) if self.config.source else None
        is_padded = int(lengths.min()) < mel.shape[1]
        samples = self.upsampler(self.normalised(mel, mask), mask if is_padded else None, source=source)
        if self.correction is None:
            return samples
        return self.correction(samples.float(), mel, mask, self.corrections)

    def _source(self, mel: Tensor, lengths: Tensor, pitch: Tensor | None, noise: Tensor | None) -> Tensor:
        """Pulses and noise (B, 2, (T - 1) * hop), zero beyond the end of each clip."""
        if pitch is None:
            pitch = self.read_pitch(mel, lengths)
        return pulses_and_noise(pitch, lengths, self.mel.hop_length, self.mel.sample_rate, noise)

    def read_pitch(self, mel: Tensor, lengths: Tensor) -> Tensor:
        """The pitch (B, T) in hertz, 0 where unvoiced, that a network with a source reads off a log-mel (B,
        T, M).
        """
        mask = length_mask(lengths, mel.shape[1])
        return self.pitch_reader.hertz(self.normalised(mel, mask), mask)
