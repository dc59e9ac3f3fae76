"""Training of VITS: the recording through the latent frames and back, the text's Gaussians near them,
durations, pitch; then discriminators of sound too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from soundalike.audio.mel import MelSpec
from soundalike.core.contracts import PartKind, Preview
from soundalike.core.errors import ConfigError
from soundalike.core.types import Batch, DataFacts, Interface, Output
from soundalike.data.fields import LANGUAGES
from soundalike.models.common.adversary import FOLDER, Adversary
from soundalike.models.common.interfaces import acoustic_reads, alphabet, writes_waveform
from soundalike.models.common.objective import (
    SingleOptimizerObjective,
    mel_mask,
    spectral_distance,
    zero_padding,
)
from soundalike.nn.discriminators import HifiGanDiscriminator, HifiGanDiscriminatorConfig
from soundalike.nn.flows import gather_frames
from soundalike.nn.gaussian import log_likelihoods, sampled_kl
from soundalike.nn.length_regulator import symbol_of_frame
from soundalike.nn.mas import align_monotonically
from soundalike.nn.masks import length_mask, masked_cross_entropy, masked_mean, mean_octave
from soundalike.nn.spectral import log_mel, stft
from soundalike.nn.weight_norm import add_weight_norm

from .network import Text, Vits, VitsConfig


@dataclass(frozen=True)
class VitsSettings:
    """Weights of the losses, where durations come from, and the discriminators. Published are mel 45, kl 1,
    adversarial 1, matching 2, no spectral loss, alignment "search" without a prior, and discriminators of
    period_width 32 and one scale.
    """

    mel: float = 45.0
    spectral: float = 0.0
    resolutions: tuple[int, ...] = (512, 1024, 2048)  # n_fft of each spectral loss; hop is a quarter
    kl: float = 1.0  # of the divergence of recording and text, summed over the latent numbers
    kl_warmup: int = 0  # steps over which it rises from KL_START of that
    duration: float = 1.0
    pitch: float = 1.0  # of the predicted pitch and voicing, where there is a source
    # Whose durations are learned: those of the data (`soundalike data align`), or of the alignment search
    alignment: Literal["aligner", "search"] = "aligner"
    # How much the search is drawn to the durations of the data: nats per squared frame beyond; 0: not at all
    alignment_prior: float = 1.0
    window: int = 32  # frames of each clip that are decoded
    train_decoder: bool = True  # False leaves a decoder that begins with a vocoder's weights as it is
    adversarial: float = 0.0  # of the adversarial loss; 0 trains without discriminators
    matching: float = 2.0  # of the feature matching loss, where there are discriminators
    periods: tuple[int, ...] = (2, 3, 5, 7, 11)
    period_width: int = 4
    scales: int = 1
    scale_width: int = 16


KL_START = 0.02  # share of the weight of the divergence at the first step of its warmup


class VitsObjective(SingleOptimizerObjective[Vits, VitsSettings]):
    """The recording decoded again on a window of each clip, the divergence of its latent frames from what the
    text says, durations, pitch, and discriminators where they are asked for.
    """

    required_fields = frozenset(
        {
            "symbols",
            "durations",
            "mel",
            "samples",
            "pitch",
            "prompt_pitch",
            "speaker_embedding",
            "language",
        }
    )

    def __init__(self, network: Vits, settings: VitsSettings, facts: DataFacts):
        super().__init__(network, settings, facts)
        _check_facts(network.config, facts)
        self.required_fields = _fields(network.config, settings)
        # Weights that begin as zeros have no direction: they are of linear layers, which are not normed
        for part in (network.upsampler, network.flow, network.posterior):
            if part is not None:
                add_weight_norm(part)
        if not settings.train_decoder:
            for decoder in (network.upsampler, network.vocoder):
                if decoder is not None:
                    decoder.requires_grad_(False)
        if settings.adversarial:
            config = HifiGanDiscriminatorConfig(
                settings.periods, settings.period_width, settings.scales, settings.scale_width
            )
            weights = (settings.adversarial, settings.matching)
            discriminator = HifiGanDiscriminator(config)
            self.train_against(Adversary("hifigan_discriminator", discriminator, config, *weights, True))
        codes = network.config.languages
        self._places = torch.tensor([codes.index(code) if code in codes else -1 for code in LANGUAGES])
        # Of all frequencies, also where the network reads fewer
        self._mel = replace(network.mel, fmax=network.mel.sample_rate / 2)

    def forward(self, batch: Batch) -> Output:
        """Latent frames, what the text says of them, the samples of a window of each clip and the recorded
        ones there, and the losses of durations and pitch.
        """
        net = self._network
        mask = mel_mask(batch)
        voice = self._voice(batch)
        text = self._text(batch, voice)
        mean, log = net.posterior(self._spectrum(batch, mask), mask, voice)
        latent = (mean + torch.randn_like(mean) * log.exp()) * mask[..., None]
        pitch = batch["pitch"] if net.config.source else None
        told = net.flow(latent, mask, net.flow_condition(voice, pitch, mask.shape[1]))
        durations = self._durations(batch, text, told)
        index = symbol_of_frame(durations, mask.shape[1])
        output: Output = {
            "told": told,
            "log": log,
            "prior_mean": gather_frames(text.mean, index),
            "prior_log": gather_frames(text.log, index),
            "mask": mask,
            "duration": net.durations.loss(
                text.states.detach(), text.mask, durations, net.told(text.about.detach())
            ),
        }
        if net.config.source:
            output |= self._pitch_losses(batch, text, index, mask)
        return output | self._window(batch, latent, voice)

    def losses(self, optimizer: str, batch: Batch, output: Output, step: int) -> dict[str, Tensor]:
        """Of the sound, of the divergence, of durations and pitch, and of fooling the discriminators; or
        theirs.
        """
        s = self.settings
        made, real = output["made"], output["real"]
        if optimizer == FOLDER and self.discriminators is not None:
            return self.discriminators.telling(made, real)
        kl = sampled_kl(
            output["told"], output["log"], output["prior_mean"], output["prior_log"], output["mask"]
        )
        losses = {
            "mel": s.mel * (log_mel(made, self._mel) - log_mel(real, self._mel)).abs().mean(),
            "kl": s.kl * self._kl_share(step) * kl,
            "duration": s.duration * output["duration"],
        }
        if s.spectral:
            losses["spectral"] = s.spectral * spectral_distance(made, real, s.resolutions)
        if self._network.config.source:
            losses["octave"] = s.pitch * output["octave"]
            losses["voicing"] = s.pitch * output["voicing"]
        return losses if self.discriminators is None else losses | self.discriminators.fooling(made, real)

    def preview(self, batch: Batch) -> Preview:
        """The first clip's text, spoken with its durations and pitch, without noise."""
        with torch.no_grad():
            samples = self._spoken(batch)
        return Preview(
            samples=samples[0, : (int(batch.lengths("mel")[0]) - 1) * self._network.mel.hop_length]
        )

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """The latent frames' means, and the text spoken with the clip's durations, nothing of it noise."""
        mask = mel_mask(batch)
        mean, _ = self._network.posterior(self._spectrum(batch, mask), mask, self._voice(batch))
        return {"posterior": mean, "samples": self._spoken(batch)}

    def _kl_share(self, step: int) -> float:
        warmup = self.settings.kl_warmup
        return 1.0 if step >= warmup else KL_START + (1 - KL_START) * step / warmup

    def _voice(self, batch: Batch) -> Tensor:
        if self._network.voice is None:
            return batch["mel"].new_zeros(len(batch.ids), 0)
        return self._network.voiced(batch["speaker_embedding"])

    def _text(self, batch: Batch, voice: Tensor) -> Text:
        places = self._places.to(batch["language"].device)[batch["language"]]
        if int(places.min()) < 0:
            code = LANGUAGES[int(batch["language"][places.argmin()])]
            raise _language_missing(self._network.config, [code or "an unknown language"])
        return self._network.encode(batch["symbols"], batch.lengths("symbols"), places, voice)

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

    def _durations(self, batch: Batch, text: Text, told: Tensor) -> Tensor:
        """Durations (B, S): those of the data, or the likeliest, near those of the data where asked for."""
        s = self.settings
        if s.alignment == "aligner":
            return batch["durations"]
        with torch.no_grad():
            scores = log_likelihoods(told, text.mean, text.log)
            if s.alignment_prior:
                scores = scores - s.alignment_prior * frames_beyond(batch["durations"], scores.shape[1]) ** 2
            sizes = (batch.lengths("mel"), batch.lengths("symbols"))
            return align_monotonically(scores, *sizes, batch.ids)

    def _pitch_losses(self, batch: Batch, text: Text, index: Tensor, mask: Tensor) -> dict[str, Tensor]:
        net = self._network
        octave, voicing = net.pitch(gather_frames(text.states, index), mask, net.told(text.about))
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

    def _spoken(self, batch: Batch) -> Tensor:
        """Samples (B, (T - 1) * hop) of the text with the clip's durations and pitch, without noise."""
        net = self._network
        mask = mel_mask(batch)
        lengths = batch.lengths("mel")
        voice = self._voice(batch)
        text = self._text(batch, voice)
        index = symbol_of_frame(batch["durations"], mask.shape[1])
        pitch = batch["pitch"] if net.config.source else None
        mean = gather_frames(text.mean, index) * mask[..., None]
        latent = net.flow.inverse(mean, mask, net.flow_condition(voice, pitch, mask.shape[1]))
        silence = mean.new_zeros(len(mean), (mask.shape[1] - 1) * net.mel.hop_length)
        samples = net.decode(latent, lengths, voice, pitch, silence).float()
        return zero_padding(samples, (lengths - 1) * net.mel.hop_length)


def frames_beyond(durations: Tensor, frames: int) -> Tensor:
    """How many frames (B, T, S) each frame is away from the stretch of each symbol by durations (B, S)."""
    ends = durations.cumsum(1)[:, None]
    starts = ends - durations[:, None]
    place = torch.arange(frames, device=durations.device)[None, :, None]
    return (starts - place).maximum(place - ends + 1).clamp_min(0).float()


def _fields(config: VitsConfig, settings: VitsSettings) -> frozenset[str]:
    """What a network and its training ask of the data."""
    fields = {"symbols", "durations", "mel", "samples", "language"}
    if settings.alignment == "search" and not settings.alignment_prior:
        fields.discard("durations")
    if config.source:
        fields |= {"pitch", "prompt_pitch"}
    if config.speaker_vector:
        fields.add("speaker_embedding")
    return frozenset(fields)


def _check_facts(config: VitsConfig, facts: DataFacts) -> None:
    """Raise ConfigError for data of several speakers or languages that the network cannot tell apart."""
    if facts.speakers > 1 and not config.speaker_vector:
        raise ConfigError(
            "[network] speaker_vector = 0: the network would have no speaker embedding, and the data hold "
            f"{facts.speakers} speakers, whom it could not tell apart. Give the width of the embedding, 256, "
            "or data of one speaker."
        )
    missing = [code for code in facts.languages if code not in config.languages]
    if missing:
        raise _language_missing(config, missing)


def _language_missing(config: VitsConfig, missing: list[str]) -> ConfigError:
    """The error of data in languages that the network has no embedding for."""
    known = ", ".join(f'"{code}"' for code in (*config.languages, *missing))
    return ConfigError(
        f"[network] languages: the data hold {', '.join(missing)}, and the network knows "
        f"{', '.join(config.languages)} only. Give languages = [{known}], or choose with [data] languages."
    )


def _reads(config: VitsConfig, mel: MelSpec) -> tuple[Interface, ...]:
    """An alphabet and, with a speaker embedding, that."""
    return acoustic_reads(config, mel) if config.speaker_vector else (alphabet(),)


PART = PartKind(
    "acoustic",
    VitsConfig,
    Vits,
    VitsSettings,
    VitsObjective,
    reads=_reads,
    writes=writes_waveform,
)
