"""Training of networks that make sound of latent frames: the recording through these and back, what is known
of the text brought near them, the pitch; then discriminators of sound too.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeVar

import torch
from torch import Tensor
from torch.nn import functional as F

from soundalike.core.contracts import Preview
from soundalike.core.errors import ConfigError
from soundalike.core.types import Batch, DataFacts, Output
from soundalike.nn.discriminators import HifiGanDiscriminator, HifiGanDiscriminatorConfig
from soundalike.nn.flows import gather_frames
from soundalike.nn.gaussian import sampled_kl
from soundalike.nn.masks import length_mask, masked_cross_entropy, masked_mean, mean_octave
from soundalike.nn.spectral import log_mel, stft
from soundalike.nn.weight_norm import add_weight_norm

from .adversary import FOLDER, Adversary
from .latent_sound import LatentSound
from .objective import SingleOptimizerObjective, mel_mask, spectral_distance, zero_padding
from .recognition import RecognitionSettings, recognition_judge

KL_START = 0.02  # share of the weight of the divergence at the first step of its warmup


@dataclass(frozen=True)
class LatentSoundSettings:
    """Weights of the losses, and the discriminators. Published are mel 45, kl 1, adversarial 1, matching 2,
    no spectral loss, and discriminators of period_width 32 and one scale.
    """

    mel: float = 45.0
    spectral: float = 0.0
    resolutions: tuple[int, ...] = (512, 1024, 2048)  # n_fft of each spectral loss; hop is a quarter
    kl: float = 1.0  # of the divergence of recording and text, summed over the latent numbers
    kl_warmup: int = 0  # steps over which it rises from KL_START of that
    pitch: float = 1.0  # of the predicted pitch and voicing, where there is a source
    window: int = 32  # frames of each clip that are decoded
    train_decoder: bool = True  # False leaves a decoder that begins with a vocoder's weights as it is
    # False trains what is known of the text alone, to the mels themselves: posterior encoder, flow and
    # decoder stay as they begin, which is to change nothing. It hears three times as much in the same time
    train_sound: bool = True
    adversarial: float = 0.0  # of the adversarial loss; 0 trains without discriminators
    matching: float = 2.0  # of the feature matching loss, where there are discriminators
    periods: tuple[int, ...] = (2, 3, 5, 7, 11)
    period_width: int = 4
    scales: int = 1
    scale_width: int = 16
    # Of being recognised by a speaker encoder and an aligner, where train_sound is false
    recognition: RecognitionSettings = field(default_factory=RecognitionSettings)


class Prior(NamedTuple):
    """What is known of each frame without hearing it."""

    mean: Tensor  # (B, T, L)
    log: Tensor  # (B, T, L) logarithm of the deviation
    states: Tensor  # (B, T, D) that the pitch is predicted from
    about: Tensor  # (B, C) beside these
    losses: dict[str, Tensor]  # that came of it, unweighted


Net = TypeVar("Net", bound=LatentSound)
Own = TypeVar("Own", bound=LatentSoundSettings)


class LatentSoundObjective(SingleOptimizerObjective[Net, Own]):
    """The recording decoded again on a window of each clip, the divergence of its latent frames from what the
    text says, the pitch, and discriminators where they are asked for.
    """

    def __init__(self, network: Net, settings: Own, facts: DataFacts):
        super().__init__(network, settings, facts)
        # Weights that begin as zeros have no direction: they are of linear layers, which are not normed
        for part in (network.upsampler, network.flow, network.posterior):
            if part is not None:
                add_weight_norm(part)
        if not settings.train_sound:
            _check_untrained(network, settings)
        parts = {
            network.posterior: settings.train_sound,
            network.flow: settings.train_sound,
            network.upsampler: settings.train_sound and settings.train_decoder,
            network.vocoder: settings.train_sound and settings.train_decoder,
        }
        for module, is_trained in parts.items():
            if module is not None and not is_trained:
                module.requires_grad_(False)
        if settings.adversarial:
            config = HifiGanDiscriminatorConfig(
                settings.periods, settings.period_width, settings.scales, settings.scale_width
            )
            weights = (settings.adversarial, settings.matching)
            discriminator = HifiGanDiscriminator(config)
            self.train_against(Adversary("hifigan_discriminator", discriminator, config, *weights, True))
        self.recognition = recognition_judge(settings.recognition, network.mel.n_mels)
        if self.recognition is not None and settings.train_sound:
            raise ConfigError(
                "[objective.recognition] reads mels, and latent frames are mels only where "
                "train_sound = false. Give that, or leave speaker and phones at 0."
            )
        # Of all frequencies, also where the network reads fewer
        self._mel = replace(network.mel, fmax=network.mel.sample_rate / 2)

    @abstractmethod
    def prior(self, batch: Batch, voice: Tensor, told: Tensor | None) -> Prior:
        """What the text says of each frame, in a voice (B, C). `told` (B, T, L) is what the flow makes of the
        recording; None where only the text is to be spoken, with the clip's own timing.
        """

    @abstractmethod
    def voice(self, batch: Batch) -> Tensor:
        """The voice (B, C) of each clip."""

    def forward(self, batch: Batch) -> Output:
        """Latent frames, what the text says of them, the samples of a window of each clip and the recorded
        ones there, and the losses of the text and of the pitch.
        """
        net = self._network
        mask = mel_mask(batch)
        voice = self.voice(batch)
        pitch = batch["pitch"] if net.config.source else None
        if self.settings.train_sound:
            mean, log = net.posterior(self._spectrum(batch, mask), mask, voice)
        else:
            mean = self._spectrum(batch, mask)
            log = torch.full_like(mean, net.config.posterior_start)
        latent = (mean + torch.randn_like(mean) * log.exp()) * mask[..., None]
        told = latent
        if self.settings.train_sound:
            told = net.flow(latent, mask, net.flow_condition(voice, pitch, mask.shape[1]))
        prior = self.prior(batch, voice, told)
        output: Output = {
            "told": told,
            "log": log,
            "prior_mean": prior.mean,
            "prior_log": prior.log,
            "mask": mask,
            **prior.losses,
        }
        if net.config.source:
            output |= self._pitch_losses(batch, prior, mask)
        return output | self._window(batch, latent, voice) if self.settings.train_sound else output

    def losses(self, optimizer: str, batch: Batch, output: Output, step: int) -> dict[str, Tensor]:
        """Of the sound, of the divergence, of the pitch, and of fooling the discriminators; or theirs."""
        s = self.settings
        if optimizer == FOLDER and self.discriminators is not None:
            return self.discriminators.telling(output["made"], output["real"])
        kl = sampled_kl(
            output["told"], output["log"], output["prior_mean"], output["prior_log"], output["mask"]
        )
        losses = {"kl": s.kl * self._kl_share(step) * kl}
        if self._network.config.source:
            losses["octave"] = s.pitch * output["octave"]
            losses["voicing"] = s.pitch * output["voicing"]
        if self.recognition is not None:
            made = self._network.denormalised(output["prior_mean"].float())
            losses |= self.recognition.of_clips(made, batch)
        return losses | self._sound_losses(output["made"], output["real"]) if s.train_sound else losses

    def _sound_losses(self, made: Tensor, real: Tensor) -> dict[str, Tensor]:
        """How far samples (B, N) are from the recorded ones, and from fooling the discriminators."""
        s = self.settings
        losses = {"mel": s.mel * (log_mel(made, self._mel) - log_mel(real, self._mel)).abs().mean()}
        if s.spectral:
            losses["spectral"] = s.spectral * spectral_distance(made, real, s.resolutions)
        return losses if self.discriminators is None else losses | self.discriminators.fooling(made, real)

    def preview(self, batch: Batch) -> Preview:
        """The first clip's text, spoken with its timing and pitch, without noise."""
        with torch.no_grad():
            samples = self.spoken(batch)
        return Preview(
            samples=samples[0, : (int(batch.lengths("mel")[0]) - 1) * self._network.mel.hop_length]
        )

    def probe(self, batch: Batch) -> dict[str, Tensor]:
        """The latent frames' means, and the text spoken with the clip's timing, nothing of it noise."""
        mask = mel_mask(batch)
        mean, _ = self._network.posterior(self._spectrum(batch, mask), mask, self.voice(batch))
        return {"posterior": mean, "samples": self.spoken(batch)}

    def _kl_share(self, step: int) -> float:
        warmup = self.settings.kl_warmup
        return 1.0 if step >= warmup else KL_START + (1 - KL_START) * step / warmup

    def _spectrum(self, batch: Batch, mask: Tensor) -> Tensor:
        """What the posterior encoder reads (B, T, F)."""
        net = self._network
        if net.config.reads == "mel":
            return net.normalised(batch["mel"], mask)
        frames = mask.shape[1]
        needed = (frames - 1) * net.mel.hop_length
        samples = F.pad(batch["samples"][:, :needed], (0, max(0, needed - batch["samples"].shape[1])))
        magnitude = stft(samples, net.mel.n_fft, net.mel.hop_length, "constant").abs().transpose(1, 2)
        return magnitude[:, :frames] * mask[..., None]

    def _pitch_losses(self, batch: Batch, prior: Prior, mask: Tensor) -> dict[str, Tensor]:
        net = self._network
        octave, voicing = net.pitch(prior.states, mask, net.told(prior.about))
        voiced = (batch["pitch"] > 0).float() * mask
        true = batch["pitch"].clamp_min(1.0).log2() - mean_octave(batch["prompt_pitch"])[:, None]
        return {
            "octave": 5 * masked_mean((octave - true).abs(), voiced),
            "voicing": masked_cross_entropy(voicing, voiced, mask),
        }

    def _window(self, batch: Batch, latent: Tensor, voice: Tensor) -> dict[str, Tensor]:
        """The samples made of a window of each clip, and the recorded ones (B, window * hop) each."""
        net = self._network
        hop = net.mel.hop_length
        size = min(self.settings.window + 1, latent.shape[1])
        lengths = batch.lengths("mel")
        room = (lengths - size).clamp_min(0) + 1
        start = (torch.rand(len(room), device=latent.device) * room).long()
        place = start[:, None] + torch.arange(size, device=latent.device)
        inside = (lengths - start).clamp_max(size)
        frames = gather_frames(latent, place.clamp_max(latent.shape[1] - 1))
        pitch = None
        if net.config.source:
            pitch = batch["pitch"].gather(1, place.clamp_max(batch["pitch"].shape[1] - 1))
        # In mixed precision too, spectra are taken of floats
        made = net.decode(frames, inside, voice, pitch).float()
        at = start[:, None] * hop + torch.arange(made.shape[1], device=made.device)
        known = batch.lengths("samples")[:, None]
        real = batch["samples"].gather(1, at.clamp_max(batch["samples"].shape[1] - 1)) * (at < known)
        return {"made": made, "real": real * length_mask((inside - 1) * hop, made.shape[1])}

    def spoken(self, batch: Batch) -> Tensor:
        """Samples (B, (T - 1) * hop) of the text with the clip's timing and pitch, without noise."""
        net = self._network
        mask = mel_mask(batch)
        lengths = batch.lengths("mel")
        voice = self.voice(batch)
        mean = self.prior(batch, voice, None).mean * mask[..., None]
        pitch = batch["pitch"] if net.config.source else None
        latent = net.flow.inverse(mean, mask, net.flow_condition(voice, pitch, mask.shape[1]))
        silence = mean.new_zeros(len(mean), (mask.shape[1] - 1) * net.mel.hop_length)
        samples = net.decode(latent, lengths, voice, pitch, silence).float()
        return zero_padding(samples, (lengths - 1) * net.mel.hop_length)


def _check_untrained(network: LatentSound, settings: LatentSoundSettings) -> None:
    """Raise ConfigError where posterior encoder and flow, as they begin, change something."""
    c = network.config
    identical = network.posterior.direct is not None and c.latent == network.mel.n_mels
    if not identical or c.couplings % 2 or settings.adversarial:
        raise ConfigError(
            "[objective] train_sound = false: the latent frames are then the mels themselves. Give [network] "
            'reads = "mel", latent = the bands of the mel, an even number of couplings, and '
            "[objective] adversarial = 0."
        )
