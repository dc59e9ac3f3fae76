"""What networks share that make sound of latent frames between a recording and what is known of a text (VITS,
Kim et al. 2021): the posterior encoder, the flow, the pitch, the decoder.

    recording -> posterior encoder -> latent frames -> decoder -> samples
                                        |
                                      flow, shifted by the voice <-> what is known of the text
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

import torch
from torch import Tensor, nn

from soundalike.audio.mel import MelSpec
from soundalike.audio.pitch import PITCH_CEILING, PITCH_FLOOR
from soundalike.core import registry
from soundalike.core.errors import ConfigError
from soundalike.nn.conv import ConvNeXtBlock
from soundalike.nn.flows import CouplingFlow, GatedStack
from soundalike.nn.masks import USUAL_OCTAVE, length_mask
from soundalike.nn.normalizer import MelNormalizer
from soundalike.nn.upsampler import Upsampler, UpsamplerSizes

if TYPE_CHECKING:
    from soundalike.models.common.vocos import Vocos, VocosConfig

Finish = Callable[[Tensor], Tensor]  # a log-mel (B, T, M) to another
PITCH_FEATURES = 2  # of each frame: whether it is voiced, and how high


@dataclass(frozen=True)
class LatentSoundConfig(UpsamplerSizes):
    """Sizes of the network, and its dropout."""

    # Of the speaker embedding; 0, for recordings of one person: none, so that it has that voice alone
    speaker_vector: int = 256
    voice: int = 128  # what the speaker embedding is brought to
    speaker_dropout: float = 0.1
    latent: int = 100  # numbers of each latent frame
    width: int = 128
    text_layers: int = 4
    text_hidden: int = 512
    heads: int = 2
    text_kernel: int = 3
    reach: int = 4  # places to either side whose distance the attention knows
    dropout: float = 0.1
    reads: Literal["mel", "linear"] = "mel"  # the spectrum that the posterior encoder is given
    posterior_layers: int = 8
    kernel: int = 5  # of posterior encoder and flow
    couplings: int = 4  # of the flow
    coupling_layers: int = 4
    posterior_start: float = -1.0  # logarithm of the posterior's deviations at first
    # What makes sound of latent frames: HiFi-GAN, as published; the built-in vocoder's network, whose weights
    # it may begin with; or the built-in vocoder itself, which is no part of this network and never trained
    decoder: Literal["hifigan", "vocos", "builtin"] = "hifigan"
    vocos_width: int = 256
    vocos_blocks: int = 6
    source: bool = True  # give the decoder pulses and noise; False, as published
    pitch_blocks: int = 3  # of what predicts the pitch, where there is a source


class LatentSound(MelNormalizer):
    """Posterior encoder, flow and decoder. What derives from it adds what is known of the text."""

    config: LatentSoundConfig
    parts_within = ("vocoder",)

    def __init__(self, config: LatentSoundConfig, mel: MelSpec, about: int):
        """`about`: numbers beside the text's states that the pitch is predicted from."""
        from soundalike.nn.pulses import SOURCES

        super().__init__(mel.n_mels)
        _check(config, mel)
        c = config
        self.config = config
        self.mel = mel
        voice = c.voice if c.speaker_vector else 0
        self.voice = nn.Linear(c.speaker_vector, voice) if voice else None
        self.speaker_dropout = nn.Dropout(c.speaker_dropout)
        self.posterior = Posterior(self.spectrum_width, c, voice)
        pitch = PITCH_FEATURES if c.source else 0
        self.flow = CouplingFlow(c.latent, c.width, c.kernel, c.coupling_layers, c.couplings, voice + pitch)
        if c.source:
            self.pitch = PitchPredictor(c.width, c.pitch_blocks, about, c.dropout)
        self.upsampler: Upsampler | None = None
        self.vocoder: Vocos | None = None
        if c.decoder == "vocos":
            from soundalike.models.common.vocos import Vocos

            self.vocoder = Vocos(_vocoder_sizes(c), mel)
            self.vocoder_voice = zeros(voice, c.latent) if voice else None
        elif c.decoder == "hifigan":
            # Named as in HiFi-GAN of this package, whose weights it may begin with
            self.upsampler = Upsampler(c.latent, c, condition=voice, source=SOURCES if c.source else 0)
            if voice:
                self.upsampler.condition = zeros(voice, c.channels)

    @property
    def spectrum_width(self) -> int:
        """Numbers of each frame of the spectrum that the posterior encoder reads."""
        return self.mel.n_mels if self.config.reads == "mel" else self.mel.n_fft // 2 + 1

    def voiced(self, embedding: Tensor) -> Tensor:
        """The voice (B, C) of a speaker embedding (B, V); of no numbers where the network has none."""
        if self.voice is None:
            return embedding.new_zeros(len(embedding), 0)
        # A unit vector's entries are small
        return self.voice(self.speaker_dropout(embedding * embedding.shape[1] ** 0.5))

    def flow_condition(self, voice: Tensor, pitch: Tensor | None, frames: int) -> Tensor | None:
        """What the flow is told (B, T or 1, C): the voice and, with a source, the pitch (B, T) in hertz."""
        if not self.config.source:
            return voice[:, None] if voice.shape[1] else None
        assert pitch is not None
        return torch.cat([voice[:, None].expand(-1, frames, -1), pitch_features(pitch)], -1)

    def decode(
        self,
        latent: Tensor,
        lengths: Tensor,
        voice: Tensor,
        pitch: Tensor | None = None,
        noise: Tensor | None = None,
        finish: Finish | None = None,
    ) -> Tensor:
        """Samples (B, (T - 1) * hop) of latent frames (B, T, L), from the middle of the first to that of the
        last, zero beyond the end of each clip; with a source by a pitch (B, T) in hertz too, and white noise
        of that shape, drawn here if not given. Where the decoder is a vocoder, `finish` changes the
        log-mels that it is given.
        """
        mask = length_mask(lengths, latent.shape[1])
        hop = self.mel.hop_length
        pitch = None if pitch is None else pitch * mask
        if self.upsampler is None:
            assert pitch is not None
            samples = self._vocoded(latent, mask, lengths, voice, pitch, noise, finish)
        else:
            source = None
            if pitch is not None:
                from soundalike.nn.pulses import pulses_and_noise

                source = pulses_and_noise(pitch, lengths, hop, self.mel.sample_rate, noise)
            is_padded = int(lengths.min()) < latent.shape[1]
            condition = voice if voice.shape[1] else None
            latent = latent * mask[..., None]
            samples = self.upsampler(latent, mask if is_padded else None, condition, source)
        return samples * mask[:, 1:].repeat_interleave(hop, 1)

    def _vocoded(
        self,
        latent: Tensor,
        mask: Tensor,
        lengths: Tensor,
        voice: Tensor,
        pitch: Tensor,
        noise: Tensor | None,
        finish: Finish | None,
    ) -> Tensor:
        """Samples (B, (T - 1) * hop) by the vocoder's network, to which latent frames are mels."""
        vocoder = self.vocoder
        if vocoder is None:
            vocoder = built_in_vocoder(self.mel).to(latent.device)
        elif self.vocoder_voice is not None:
            latent = latent + self.vocoder_voice(voice)[:, None]
        # Spectra and phases are made of floats
        with torch.autocast(latent.device.type, enabled=False):
            mel = self.denormalised(latent.float()) * mask[..., None]
            mel = mel if finish is None else finish(mel)
            return vocoder(mel, lengths, pitch, noise)

    @staticmethod
    def told(about: Tensor) -> Tensor | None:
        """Voice and language (B, C) as the predictors take them: None of no numbers."""
        return about if about.shape[1] else None

    def spoken_pitch(self, states: Tensor, mask: Tensor, about: Tensor, base: Tensor) -> Tensor:
        """The predicted pitch (B, T) in hertz, 0 where unvoiced, of frames that say the states (B, T, D),
        around a mean (B, T) in log2 hertz.
        """
        octave, voicing = self.pitch(states, mask, self.told(about))
        hertz = (2.0 ** (base + octave)).clamp(PITCH_FLOOR, PITCH_CEILING)
        return torch.where(voicing > 0, hertz, 0.0) * mask


class Posterior(nn.Module):
    """A spectrum (B, T, F) and a voice to a Gaussian of each latent frame.

    The means begin as the frames of a normalised mel themselves, where there are latent numbers enough for
    its bands, so that a decoder may begin with the weights of a vocoder; they are learned from there.
    """

    def __init__(self, inputs: int, config: LatentSoundConfig, voice: int):
        super().__init__()
        c = config
        self.enter = nn.Linear(inputs, c.width)
        self.stack = GatedStack(c.width, c.kernel, c.posterior_layers, voice)
        self.out = nn.Linear(c.width, 2 * c.latent)
        self.direct: nn.Linear | None = None
        if c.reads == "mel" and c.latent >= inputs:
            self.direct = nn.Linear(inputs, c.latent, bias=False)
            nn.init.eye_(self.direct.weight)
            nn.init.zeros_(self.out.weight)
            nn.init.constant_(self.out.bias[c.latent :], c.posterior_start)
            nn.init.zeros_(self.out.bias[: c.latent])

    def forward(self, spectrum: Tensor, mask: Tensor, voice: Tensor) -> tuple[Tensor, Tensor]:
        """Means and logarithms of deviations (B, T, L) each, zero where the mask (B, T) is zero."""
        inside = mask[..., None]
        condition = voice[:, None] if voice.shape[1] else None
        h = self.stack(self.enter(spectrum) * inside, mask, condition)
        mean, log = (self.out(h) * inside).chunk(2, -1)
        if self.direct is not None:
            mean = mean + self.direct(spectrum) * inside
        return mean, log


class PitchPredictor(nn.Module):
    """Text states spread over frames to octaves above the voice's mean pitch, and log-odds of voicing."""

    def __init__(self, width: int, blocks: int, condition: int, dropout: float):
        super().__init__()
        self.condition = nn.Linear(condition, width) if condition else None
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList([ConvNeXtBlock(width, 7, 2) for _ in range(blocks)])
        self.out = nn.Linear(width, 2)

    def forward(self, states: Tensor, mask: Tensor, condition: Tensor | None) -> tuple[Tensor, Tensor]:
        """Octaves and log-odds (B, T) each of states (B, T, D), a mask (B, T) and a condition (B, C)."""
        x = states
        if self.condition is not None:
            x = x + self.condition(condition)[:, None]
        x = self.dropout(x) * mask[..., None]
        for block in self.blocks:
            x = block(x, mask)
        octave, voicing = self.out(x).float().unbind(-1)
        return octave, voicing


def pitch_features(pitch: Tensor) -> Tensor:
    """(B, T, PITCH_FEATURES) of a pitch (B, T) in hertz, 0 where unvoiced."""
    is_voiced = (pitch > 0).float()
    height = 2 * (pitch.clamp_min(1.0).log2() - USUAL_OCTAVE) * is_voiced
    return torch.stack([is_voiced, height], -1)


@functools.lru_cache(maxsize=1)
def built_in_vocoder(mel: MelSpec) -> Vocos:
    """The built-in vocoder, frozen, with one correction towards the mel: latent frames are smoother than one.
    Raises ConfigError where it is of another mel.
    """
    # Whoever speaks first may be in inference mode, and training takes the same network later
    with torch.inference_mode(False):
        part = registry.find(registry.SERVICES, "part", "service")("builtin", "vocoder")
    if part.mel != mel:
        raise ConfigError(
            '[network] decoder = "builtin": the built-in vocoder is of another mel. Give decoder = "vocos" '
            "and train it."
        )
    vocoder = cast("Vocos", part.network.eval().requires_grad_(False))
    vocoder.corrections = 1
    return vocoder


def _vocoder_sizes(config: LatentSoundConfig) -> VocosConfig:
    """Of the built-in vocoder, but for its reader of the pitch, which is known here."""
    from soundalike.models.common.vocos import VocosConfig

    return VocosConfig(
        config.vocos_width,
        config.vocos_blocks,
        pitch_width=1,
        pitch_blocks=0,
        residual=True,
        mel_corrections=1,
    )


def zeros(inputs: int, outputs: int) -> nn.Linear:
    """A linear layer that gives nothing before it is trained."""
    linear = nn.Linear(inputs, outputs)
    nn.init.zeros_(linear.weight)
    nn.init.zeros_(linear.bias)
    return linear


def _check(config: LatentSoundConfig, mel: MelSpec) -> None:
    """Raise ConfigError for sizes that make no network."""
    if config.decoder != "hifigan" and (not config.source or config.latent != mel.n_mels):
        raise ConfigError(
            f'[network] decoder = "{config.decoder}" filters a source, and its latent frames are mels: '
            f'give source = true and latent = {mel.n_mels}, or the decoder "hifigan".'
        )
    if config.hop_length != mel.hop_length:
        raise ConfigError(
            f"[network] rates {list(config.rates)} make {config.hop_length} samples of a frame, and the "
            f"hop_length of the mel is {mel.hop_length}. Give rates whose product is that."
        )
    if config.width % config.heads:
        raise ConfigError(
            f"[network] width: {config.width} cannot be divided into {config.heads} heads. "
            f"Give a multiple of {config.heads}."
        )
