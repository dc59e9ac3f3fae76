"""Tokens of what is said, their text and a reference to sound: the second half of the hybrid.

    recording -> posterior encoder -> latent frames -> decoder -> samples
                                        |                                   voice: into posterior encoder,
                                      flow                                  flow, decoder, tokens and pitch
                                        |
    tokens -> transformer -> attention to symbols -> frames, at a pitch -> a Gaussian for each

It is VITS (Kim et al. 2021) whose prior reads tokens in the place of durations, as in GPT-SoVITS. The voice
is the speaker embedding and, beside it, what a style encoder makes of a stretch of the reference (Min et al.
2021, "Meta-StyleSpeech").
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from soundalike.audio.mel import MelSpec
from soundalike.models.common.known_codec import KnowsCodec
from soundalike.models.common.latent_sound import (
    PITCH_FEATURES,
    Finish,
    LatentSound,
    LatentSoundConfig,
    pitch_features,
    zeros,
)
from soundalike.nn.attention import attend, rotated
from soundalike.nn.conv import ConvNeXtBlock
from soundalike.nn.flows import GatedStack, gather_frames
from soundalike.nn.length_regulator import symbol_of_frame
from soundalike.nn.masks import length_mask
from soundalike.nn.transformer import TransformerBlock
from soundalike.text.alphabet import SYMBOLS

STYLE_KERNEL = 5
FRAME_KERNEL = 7


@dataclass(frozen=True)
class HybridDecoderConfig(LatentSoundConfig):
    """Sizes of the network, and its dropout."""

    entries: int = 1024  # tokens there are
    stride: int = 4  # frames of the mel that a token lasts
    levels: int = 1
    token_layers: int = 3  # before the attention to symbols
    frame_layers: int = 3  # behind it
    style_width: int = 128  # of the style encoder; 0: the voice is the speaker embedding alone
    style_layers: int = 2


@dataclass(frozen=True)
class Said:
    """What is said, as tokens: these (K,), the symbol (K,) that each is of, how many frames each lasts (K,),
    and the symbols (S,).
    """

    tokens: Tensor
    places: Tensor
    spans: Tensor
    symbols: Tensor


@dataclass(frozen=True)
class Melody:
    """How high it is said: about a mean (1,) in log2 hertz as predicted, moved by octaves (K,) of each token;
    or exactly at a pitch (1, T) in hertz, 0 where unvoiced.
    """

    base: Tensor
    octaves: Tensor
    hertz: Tensor | None = None


class HybridDecoder(LatentSound, KnowsCodec):
    """See `infer` for speaking."""

    config: HybridDecoderConfig

    def __init__(self, config: HybridDecoderConfig, mel: MelSpec):
        voice = config.voice if config.speaker_vector else 0
        super().__init__(config, mel, voice)
        c = config

        def transformer(layers: int) -> nn.ModuleList:
            sizes = (c.width, c.text_hidden, c.heads, c.text_kernel, c.reach, c.dropout)
            return nn.ModuleList([TransformerBlock(*sizes) for _ in range(layers)])

        # The first three are named as in VITS, whose weights they may begin with
        self.embed = nn.Embedding(len(SYMBOLS) + 1, c.width, padding_idx=0)
        self.text_in = nn.Linear(c.width, c.width)
        self.text = transformer(c.text_layers)
        self.token = nn.Embedding(c.entries, c.width)
        self.token_voice = zeros(voice, c.width) if voice else None
        self.tokens = transformer(c.token_layers)
        self.attention = SymbolAttention(c.width, c.heads)
        self.phase = nn.Embedding(c.stride, c.width)  # which part of a token a frame is
        self.pitch_in = nn.Linear(PITCH_FEATURES, c.width) if c.source else None
        self.frames = nn.ModuleList(
            [ConvNeXtBlock(c.width, FRAME_KERNEL, condition=voice) for _ in range(c.frame_layers)]
        )
        self.prior = nn.Linear(c.width, 2 * c.latent)
        self.style_encoder: StyleEncoder | None = None
        if c.style_width and voice:
            self.style_encoder = StyleEncoder(mel.n_mels, c.style_width, c.style_layers, voice)

    def style(self, embedding: Tensor, prompt: Tensor, lengths: Tensor) -> Tensor:
        """The voice (B, C) of speaker embeddings (B, V) and of the log-mels (B, T', M) of stretches of the
        references, of so many frames (B,).
        """
        voice = self.voiced(embedding)
        if self.style_encoder is None:
            return voice
        mask = length_mask(lengths, prompt.shape[1])
        return voice + self.style_encoder(self.normalised(prompt, mask), mask)

    def encode(
        self,
        tokens: Tensor,
        sizes: Tensor,
        symbols: Tensor,
        lengths: Tensor,
        places: Tensor,
        voice: Tensor,
    ) -> Tensor:
        """States (B, K, D) of tokens (B, K), so many (B,), that say symbols (B, S), so many (B,): each token
        the one at its place (B, K). In a voice (B, C).
        """
        written = length_mask(lengths, symbols.shape[1])
        text = self.text_in(self.embed(symbols)) * written[..., None]
        for block in self.text:
            text = block(text, written)
        mask = length_mask(sizes, tokens.shape[1])
        x = self.token(tokens)
        if self.token_voice is not None:
            x = x + self.token_voice(voice)[:, None]
        x = x * mask[..., None]
        for block in self.tokens:
            x = block(x, mask)
        return (x + self.attention(x, places, text, written)) * mask[..., None]

    def spread(self, states: Tensor, spans: Tensor, lengths: Tensor, size: int) -> Tensor:
        """States (B, size, D) of frames, of states (B, K, D) of tokens that last so many frames (B, K), in
        clips of so many frames (B,).
        """
        index = symbol_of_frame(spans, size)
        starts = (spans.cumsum(1) - spans).gather(1, index)
        into = torch.arange(size, device=index.device)[None] - starts
        stride = self.config.stride
        phase = (into * stride // spans.gather(1, index).clamp_min(1)).clamp(0, stride - 1)
        return (gather_frames(states, index) + self.phase(phase)) * length_mask(lengths, size)[..., None]

    def gaussians(
        self, states: Tensor, mask: Tensor, voice: Tensor, pitch: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Means and logarithms of deviations (B, T, L) of states (B, T, D) of frames, with a mask (B, T), in
        a voice (B, C); with a source at a pitch (B, T) in hertz.
        """
        x = states
        if self.pitch_in is not None:
            assert pitch is not None
            x = (x + self.pitch_in(pitch_features(pitch))) * mask[..., None]
        for block in self.frames:
            x = block(x, mask, self.told(voice))
        mean, log = self.prior(x).chunk(2, -1)
        return mean, log

    def infer(
        self,
        said: Said,
        voice: Tensor,
        melody: Melody,
        temperature: float,
        seed: int,
        finish: Finish | None = None,
    ) -> Tensor:
        """Samples (N,) of what is said, in a voice (1, C); `temperature` is the deviation of the noise of
        latent frames, `finish` that of `decode`. The same seed gives the same samples.
        """
        random = torch.Generator().manual_seed(seed)
        device = said.tokens.device

        def noise(*size: int) -> Tensor:
            return torch.randn(*size, generator=random).to(device)

        sizes, lengths = (torch.tensor([len(one)], device=device) for one in (said.tokens, said.symbols))
        states = self.encode(said.tokens[None], sizes, said.symbols[None], lengths, said.places[None], voice)
        frames = said.spans.sum()[None]
        size = int(frames)
        x = self.spread(states, said.spans[None], frames, size)
        mask = torch.ones(1, size, device=device)
        pitch = melody.hertz
        if pitch is None and self.config.source:
            octaves = torch.repeat_interleave(melody.octaves, said.spans)[None]
            pitch = self.spoken_pitch(x, mask, voice, melody.base + octaves)
        mean, log = self.gaussians(x, mask, voice, pitch)
        latent = mean + temperature * log.exp() * noise(*mean.shape)
        latent = self.flow.inverse(latent, mask, self.flow_condition(voice, pitch, size))
        air = noise(1, (size - 1) * self.mel.hop_length) if self.config.source else None
        return self.decode(latent, frames, voice, pitch, air, finish)[0]


class SymbolAttention(nn.Module):
    """Attention of tokens to the symbols of their text (multi-reference timbre encoder of GPT-SoVITS). Where
    each token is in the text is told, as the rotation of its query.
    """

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, places: Tensor, text: Tensor, written: Tensor) -> Tensor:
        """(B, K, D) of tokens at places (B, K) among the states (B, S, D) of symbols, with a mask (B, S)."""
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in (self.query(x), *self.key_value(text).chunk(2, -1))
        )
        order = torch.arange(text.shape[1], device=x.device).expand(len(text), -1)
        allowed = written[:, None, None] > 0
        found = attend(rotated(query, places), rotated(key, order), value, allowed)
        return self.out(found.transpose(1, 2).flatten(2))


class StyleEncoder(nn.Module):
    """A normalised mel (B, T, M) to what its sound adds to the voice (B, C): nothing before it is trained."""

    def __init__(self, bands: int, width: int, layers: int, voice: int):
        super().__init__()
        self.enter = nn.Sequential(nn.Linear(bands, width), nn.GELU(), nn.Linear(width, width))
        self.stack = GatedStack(width, STYLE_KERNEL, layers)
        self.out = zeros(width, voice)

    def forward(self, mel: Tensor, mask: Tensor) -> Tensor:
        """(B, T, M) with a mask (B, T) to (B, C)."""
        x = self.enter(mel) * mask[..., None]
        x = x + self.stack(x, mask)
        return self.out((x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True).clamp_min(1.0))
