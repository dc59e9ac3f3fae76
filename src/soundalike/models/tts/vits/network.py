"""Text, a voice and a language to sound in one network (VITS, Kim et al. 2021).

    recording -> posterior encoder -> latent frames -> HiFi-GAN decoder -> samples
                                        |
                                      flow, shifted by the voice
                                        |
    symbols, language -> text encoder -> Gaussians of each symbol, for its duration

In training the latent frames come from the recording, and the Gaussians are brought near what the flow makes
of them; in speech the flow is gone through backwards. With a `source` the decoder also gets pulses at a pitch
and noise, as HiFi-GAN of this package does; the pitch is predicted from the text, and the flow knows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from soundalike.audio.mel import MelSpec
from soundalike.core.errors import ConfigError
from soundalike.core.types import ProsodyControls
from soundalike.models.common.latent_sound import (
    PITCH_FEATURES,
    Finish,
    LatentSound,
    LatentSoundConfig,
    pitch_features,
    zeros,
)
from soundalike.nn.conv import ConvNeXtBlock
from soundalike.nn.flows import gather_frames
from soundalike.nn.length_regulator import bounded, place_in_symbol, symbol_of_frame, whole
from soundalike.nn.masks import length_mask
from soundalike.text.alphabet import MARKS, SYMBOLS

PLACES = 3  # numbers of each frame that say where in its symbol it is
FRAME_KERNEL = 7


@dataclass(frozen=True)
class VitsConfig(LatentSoundConfig):
    """Sizes of the network, and its dropout."""

    # Codes of the languages it speaks, each with an embedding of its own where there are several
    languages: tuple[str, ...] = ("en",)
    language_width: int = 4  # of that embedding; 0: none
    # Blocks that read the frames together before their Gaussians; 0, as published: all frames of a symbol
    # share one Gaussian
    frame_layers: int = 0
    frame_width: int = 192
    duration_width: int = 128
    duration_layers: int = 3
    duration_couplings: int = 4
    duration_dropout: float = 0.5


class Text(NamedTuple):
    """What is known of a text before it has durations."""

    states: Tensor  # (B, S, D)
    mean: Tensor  # (B, S, L) of the prior of each symbol
    log: Tensor  # (B, S, L) logarithm of its deviation
    mask: Tensor  # (B, S)
    about: Tensor  # (B, C) the voice and the language


class Frames(NamedTuple):
    """Symbols spread over frames by their durations."""

    states: Tensor  # (B, T, D) of the symbol of each frame
    symbol: Tensor  # (B, T) index of that symbol
    mask: Tensor  # (B, T)


class Made(NamedTuple):
    """What `infer` gives."""

    samples: Tensor  # (N,)
    durations: Tensor  # (S,) frames


class Vits(LatentSound):
    """Posterior encoder, text encoder, flow, duration predictor, decoder; see `infer` for speaking."""

    config: VitsConfig
    is_mark: Tensor  # (symbols + 1,) bool

    def __init__(self, config: VitsConfig, mel: MelSpec):
        # What it is built of is loaded when it is built: a decoder that it has not, never
        from soundalike.nn.duration import StochasticDurationPredictor
        from soundalike.nn.transformer import TransformerBlock

        _check(config)
        c = config
        voice = c.voice if c.speaker_vector else 0
        language = c.language_width if len(c.languages) > 1 else 0
        super().__init__(config, mel, voice + language)
        is_mark = [True] + [symbol in MARKS for symbol in SYMBOLS]
        self.register_buffer("is_mark", torch.tensor(is_mark), persistent=False)
        self.language = nn.Embedding(len(c.languages), language) if language else None
        self.embed = nn.Embedding(len(SYMBOLS) + 1, c.width, padding_idx=0)
        self.text_in = nn.Linear(c.width + language, c.width)
        self.text = nn.ModuleList(
            [
                TransformerBlock(c.width, c.text_hidden, c.heads, c.text_kernel, c.reach, c.dropout)
                for _ in range(c.text_layers)
            ]
        )
        self.prior = nn.Linear(c.width, 2 * c.latent)
        self.frames: FramePrior | None = None
        if c.frame_layers:
            pitch = PITCH_FEATURES if c.source else 0
            self.frames = FramePrior(c, c.width + pitch, voice + language)
        self.durations = StochasticDurationPredictor(
            c.width,
            c.duration_width,
            voice + language,
            3,
            c.duration_layers,
            c.duration_couplings,
            c.duration_dropout,
        )

    def encode(self, symbols: Tensor, lengths: Tensor, language: Tensor, voice: Tensor) -> Text:
        """What is known of symbols (B, S) in a language (B,), a place in `config.languages`, and a voice."""
        mask = length_mask(lengths, symbols.shape[1])
        x = self.embed(symbols)
        about = voice
        if self.language is not None:
            spoken = self.language(language)  # (B, E)
            x = torch.cat([x, spoken[:, None].expand(-1, x.shape[1], -1)], -1)
            about = torch.cat([voice, spoken], -1)
        x = self.text_in(x) * mask[..., None]
        for block in self.text:
            x = block(x, mask)
        mean, log = (self.prior(x) * mask[..., None]).chunk(2, -1)
        return Text(x, mean, log, mask, about)

    def gaussians(
        self, text: Text, durations: Tensor, frames: Frames, pitch: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Means and logarithms of deviations (B, T, L) of the frames of a text whose symbols last so many
        frames (B, S); with a source at a pitch (B, T) in hertz.
        """
        mean, log = (gather_frames(values, frames.symbol) for values in (text.mean, text.log))
        if self.frames is None:
            return mean, log
        known = [frames.states, place_in_symbol(durations, frames.symbol)]
        if self.config.source:
            assert pitch is not None
            known.append(pitch_features(pitch))
        more, wider = self.frames(torch.cat(known, -1), frames.mask, self.told(text.about))
        return mean + more, log + wider

    def lengths(self, text: Text, symbols: Tensor, noise: Tensor) -> Tensor:
        """Durations (S,) in frames, not rounded, of one text, that noise (1, S, 2) stands for."""
        exact = self.durations.sample(text.states, text.mask, noise, self.told(text.about))
        return bounded(exact[0], self.is_mark[symbols])

    def infer(
        self,
        symbols: Tensor,
        language: Tensor,
        embedding: Tensor,
        base: Tensor,
        prosody: ProsodyControls,
        timing: float,
        finish: Finish | None = None,
    ) -> Made:
        """Samples of symbols (S,) in a language (1,), a speaker embedding (1, V) and a mean pitch (1,) in
        log2 hertz. `prosody.temperature` and `timing` are deviations of the noise of latent frames and of
        durations; `finish` is that of `decode`.
        """
        random = torch.Generator().manual_seed(prosody.seed)

        def noise(*size: int) -> Tensor:
            return torch.randn(*size, generator=random).to(symbols.device)

        voice = self.voiced(embedding)
        text = self.encode(
            symbols[None], torch.tensor([len(symbols)], device=symbols.device), language, voice
        )
        exact = self.lengths(text, symbols, timing * noise(1, len(symbols), 2)) / prosody.tempo
        durations = whole(exact, ~self.is_mark[symbols], prosody.frames)
        lengths = durations.sum()[None]
        frames = int(lengths)
        mask = torch.ones(1, frames, device=symbols.device)
        index = symbol_of_frame(durations[None], frames)
        spread = Frames(gather_frames(text.states, index), index, mask)
        octaves = prosody.octaves.expand(len(symbols))[None].gather(1, index)
        pitch = None
        if self.config.source:
            pitch = self.spoken_pitch(spread.states, mask, text.about, base + octaves)
        condition = self.flow_condition(voice, pitch, frames)
        mean, log = self.gaussians(text, durations[None], spread, pitch)
        latent = mean + prosody.temperature * log.exp() * noise(1, frames, self.config.latent)
        latent = self.flow.inverse(latent, mask, condition)
        air = noise(1, (frames - 1) * self.mel.hop_length) if self.config.source else None
        return Made(self.decode(latent, lengths, voice, pitch, air, finish)[0], durations)


class FramePrior(nn.Module):
    """What neighbouring frames and the pitch add to the Gaussians of symbols (the frame prior network of
    "VISinger", Zhang et al. 2022): nothing before it is trained.
    """

    def __init__(self, config: VitsConfig, inputs: int, about: int):
        super().__init__()
        width = config.frame_width
        self.enter = nn.Linear(inputs + PLACES, width)
        self.blocks = nn.ModuleList(
            [ConvNeXtBlock(width, FRAME_KERNEL, condition=about) for _ in range(config.frame_layers)]
        )
        self.out = zeros(width, 2 * config.latent)

    def forward(self, known: Tensor, mask: Tensor, about: Tensor | None) -> tuple[Tensor, Tensor]:
        """Of what is known of frames (B, T, F), a mask (B, T), and the voice and language (B, C): what is
        added to means and to logarithms of deviations, (B, T, L) each.
        """
        x = self.enter(known) * mask[..., None]
        for block in self.blocks:
            x = block(x, mask, about)
        mean, log = (self.out(x) * mask[..., None]).chunk(2, -1)
        return mean, log


def _check(config: VitsConfig) -> None:
    """Raise ConfigError for languages that make no network."""
    if not config.languages:
        raise ConfigError(
            '[network] languages: names none. Give the codes of those in the data, as ["en", "ru"].'
        )
    if len(config.languages) > 1 and not config.language_width:
        raise ConfigError(
            f"[network] language_width = 0: {len(config.languages)} languages cannot be told apart. "
            "Give the width of their embedding, such as 4."
        )
