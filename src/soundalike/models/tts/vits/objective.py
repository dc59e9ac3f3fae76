"""Training of VITS: the recording through the latent frames and back, the text's Gaussians near them,
durations, pitch; then discriminators of sound too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from soundalike.audio.mel import MelSpec
from soundalike.core.contracts import PartKind
from soundalike.core.errors import ConfigError
from soundalike.core.types import Batch, DataFacts, Interface, Output
from soundalike.data.fields import language_of_id
from soundalike.models.common.adversary import FOLDER
from soundalike.models.common.interfaces import acoustic_reads, alphabet, writes_waveform
from soundalike.models.common.latent_sound_objective import LatentSoundObjective, LatentSoundSettings, Prior
from soundalike.models.common.objective import language_places, mel_mask
from soundalike.nn.flows import gather_frames
from soundalike.nn.gaussian import log_likelihoods
from soundalike.nn.length_regulator import symbol_of_frame
from soundalike.nn.mas import align_monotonically

from .network import Frames, Text, Vits, VitsConfig


@dataclass(frozen=True)
class VitsSettings(LatentSoundSettings):
    """Weights of the losses, where durations come from, and the discriminators. Published are mel 45, kl 1,
    adversarial 1, matching 2, no spectral loss, alignment "search" without a prior, and discriminators of
    period_width 32 and one scale.
    """

    duration: float = 1.0
    # Whose durations are learned: those of the data (`soundalike data align`), or of the alignment search
    alignment: Literal["aligner", "search"] = "aligner"
    # How much the search is drawn to the durations of the data: nats per squared frame beyond; 0: not at all
    alignment_prior: float = 1.0


class VitsObjective(LatentSoundObjective[Vits, VitsSettings]):
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
        if network.frames is not None and settings.alignment == "search":
            raise ConfigError(
                '[objective] alignment = "search" finds durations by the Gaussians of symbols, and [network] '
                f"frame_layers = {network.config.frame_layers} gives Gaussians of frames. "
                'Give alignment = "aligner", or frame_layers = 0.'
            )
        self.required_fields = _fields(network.config, settings)
        if self.recognition is not None:
            self.required_fields = self.required_fields | self.recognition.required_fields
        codes = network.config.languages
        self._places = language_places(codes)

    def prior(self, batch: Batch, voice: Tensor, told: Tensor | None) -> Prior:
        """The Gaussian of each symbol for its duration, and the loss of the durations."""
        net = self._network
        text = self._text(batch, voice)
        size = batch["mel"].shape[1]
        durations = batch["durations"] if told is None else self._durations(batch, text, told)
        index = symbol_of_frame(durations, size)
        losses: dict[str, Tensor] = {}
        if told is not None:
            losses["duration"] = net.durations.loss(
                text.states.detach(), text.mask, durations, net.told(text.about.detach())
            )
        frames = Frames(gather_frames(text.states, index), index, mel_mask(batch))
        mean, log = net.gaussians(text, durations, frames, batch["pitch"] if net.config.source else None)
        return Prior(mean, log, frames.states, text.about, losses)

    def losses(self, optimizer: str, batch: Batch, output: Output, step: int) -> dict[str, Tensor]:
        """Of the sound, of the divergence, of durations and pitch, and of fooling the discriminators; or
        theirs.
        """
        losses = super().losses(optimizer, batch, output, step)
        if optimizer != FOLDER:
            losses["duration"] = self.settings.duration * output["duration"]
        return losses

    def voice(self, batch: Batch) -> Tensor:
        """The voice (B, C) of each clip, by its speaker embedding."""
        if self._network.voice is None:
            return batch["mel"].new_zeros(len(batch.ids), 0)
        return self._network.voiced(batch["speaker_embedding"])

    def _text(self, batch: Batch, voice: Tensor) -> Text:
        places = self._places.to(batch["language"].device)[batch["language"]]
        if int(places.min()) < 0:
            code = language_of_id(int(batch["language"][places.argmin()]))
            raise _language_missing(self._network.config, [code or "an unknown language"])
        return self._network.encode(batch["symbols"], batch.lengths("symbols"), places, voice)

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


def frames_beyond(durations: Tensor, frames: int) -> Tensor:
    """How many frames (B, T, S) each frame is away from the stretch of each symbol by durations (B, S)."""
    ends = durations.cumsum(1)[:, None]
    starts = ends - durations[:, None]
    place = torch.arange(frames, device=durations.device)[None, :, None]
    return (starts - place).maximum(place - ends + 1).clamp_min(0).float()


def _fields(config: VitsConfig, settings: VitsSettings) -> frozenset[str]:
    """What a network and its training ask of the data."""
    fields = {"symbols", "durations", "mel", "samples", "language"}
    if not settings.train_sound:
        fields.discard("samples")
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
