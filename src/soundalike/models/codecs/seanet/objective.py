"""Training of the codec of samples: samples, spectra and mels that come back, what the first level tells, and
discriminators.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F

from soundalike.audio.mel import MelSpec
from soundalike.core.contracts import PartKind, Preview
from soundalike.core.types import Batch, DataFacts, Interface, Output
from soundalike.models.common.adversary import FOLDER, Adversary
from soundalike.models.common.codes import (
    codebook_measures,
    coded_phones,
    phone_loss,
    quantized_in_training,
)
from soundalike.models.common.interfaces import codes, waveform
from soundalike.models.common.objective import (
    SingleOptimizerObjective,
    mel_distance,
    mel_scales,
    spectral_distance,
    zero_padding,
)
from soundalike.nn.masks import length_mask
from soundalike.nn.quantize import CodebookUpdate

from .codec import SeanetInstrument
from .discriminator import SeanetDiscriminator, SeanetDiscriminatorConfig
from .network import Seanet, SeanetConfig


@dataclass(frozen=True)
class SeanetSettings:
    """Weights of the losses, and how codebooks are kept."""

    samples: float = 0.1  # of the error of the samples
    mel: float = 1.0
    spectral: float = 1.0
    resolutions: tuple[int, ...] = (512, 1024, 2048)  # n_fft of each spectral loss
    mels: tuple[tuple[int, int], ...] = ((256, 40), (1024, 100), (2048, 128))  # n_fft and bands of each mel
    commitment: float = 0.25
    phones: float = 0.1  # of the sounds that are told from the first level
    dropout: float = 0.3  # share of the clips that are quantized with fewer levels
    decay: float = 0.97  # of the moving averages that codebooks are
    restart: float = 0.1  # a code begins again where it is chosen less than this share of the mean
    adversarial: float = 0.0  # of the adversarial loss; 0 trains without discriminators
    matching: float = 0.0  # of the feature matching loss
    windows: tuple[int, ...] = (2048, 1024, 512, 256, 128)  # n_fft of each discriminator


class SeanetObjective(SingleOptimizerObjective[Seanet, SeanetSettings]):
    """Samples, spectra, mels, commitment, phones; discriminators of sound where they are asked for."""

    required_fields = frozenset({"mel", "samples", "phones"})

    def __init__(self, network: Seanet, settings: SeanetSettings, facts: DataFacts):
        super().__init__(network, settings, facts)
        if settings.adversarial:
            config = SeanetDiscriminatorConfig(windows=settings.windows)
            weights = (settings.adversarial, settings.matching)
            discriminator = SeanetDiscriminator(config, network.mel)
            self.train_against(Adversary("seanet_discriminator", discriminator, config, *weights))
        self._mels = mel_scales(network.mel, settings.mels)

    def adopt_facts(self, facts: DataFacts) -> None:
        """It keeps nothing of the training data: samples are not normalised."""

    def forward(self, batch: Batch) -> Output:
        """The samples through the codec; codebooks follow where the network is in training."""
        net, s = self._network, self.settings
        latent, mask = net.latent(batch["samples"], batch.lengths("samples"))
        how = CodebookUpdate(s.decay, s.restart)
        quantized = quantized_in_training(net.quantizer, latent, mask, s.dropout, how)
        phones = coded_phones(batch["phones"], mask, net.config.hop_length, net.mel.hop_length)
        return {
            "samples": net.decoder(quantized.values, mask),
            "commitment": quantized.commitment,
            "phones": phone_loss(net.phone_head(quantized.first), phones),
            "measures": codebook_measures(net.quantizer, net.phone_head, quantized, phones),
        }

    def losses(self, optimizer: str, batch: Batch, output: Output, step: int) -> dict[str, Tensor]:
        """Of the samples and their spectra, the codes, and of fooling the discriminators; or theirs."""
        s = self.settings
        real = batch["samples"]
        made = output["samples"][:, : real.shape[1]] * length_mask(batch.lengths("samples"), real.shape[1])
        if optimizer == FOLDER and self.discriminators is not None:
            return self.discriminators.telling(made, real)
        losses = {
            "samples": s.samples * F.l1_loss(made, real),
            "spectral": s.spectral * spectral_distance(made, real, s.resolutions),
            "mel": s.mel * mel_distance(made, real, self._mels),
            "commitment": s.commitment * output["commitment"],
            "phones": s.phones * output["phones"],
        }
        return losses if self.discriminators is None else losses | self.discriminators.fooling(made, real)

    def preview(self, batch: Batch) -> Preview | None:
        """The samples of the first clip."""
        samples = self.forward(batch)["samples"][0, : int(batch.lengths("samples")[0])]
        return Preview(samples=samples.float())

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """The codes, and the samples that come back of them."""
        net = self._network
        lengths = batch.lengths("samples")
        found = net.codes(batch["samples"], lengths)
        return {"codes": found, "samples": zero_padding(net(found, net.code_lengths(lengths)), lengths)}


def _reads(config: SeanetConfig, mel: MelSpec) -> tuple[Interface, ...]:
    return (_codes(config, mel),)


def _writes(config: SeanetConfig, mel: MelSpec) -> tuple[Interface, ...]:
    return (waveform(mel), _codes(config, mel))


def _codes(config: SeanetConfig, mel: MelSpec) -> Interface:
    return codes(config.levels, config.codes, mel.sample_rate / config.hop_length)


PART = PartKind(
    "codec",
    SeanetConfig,
    Seanet,
    SeanetSettings,
    SeanetObjective,
    reads=_reads,
    writes=_writes,
    instrument=SeanetInstrument,
)
