"""Symbols, a speaker embedding and an emotion to log-mel frames, a few frames at a time (a transformer as in
Li et al. 2019, "Neural Speech Synthesis with Transformer Network", for many speakers and emotions).

    symbols -> convolutions -> transformer layers <- speaker, emotion of each symbol
                                      |
    the frames before -> causal transformer layers with attention to the text -> next frames, done?
           ^                                                       |
           |_______________________________________________________|-> postnet -> mel

One head of some layers is taught where to look: at the symbol that sounds. These layers read the whole state
of that symbol, not only the eighth of it that a head holds, and each step is told the symbol of the step
before. In training all steps are computed at once; when speaking, each layer keeps the keys and values of the
steps before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from soundalike.audio.mel import MelSpec
from soundalike.core.emotions import EMOTIONS
from soundalike.core.types import AcousticOutput
from soundalike.nn.attention import positions
from soundalike.nn.conv import ConvBlock
from soundalike.nn.masks import length_mask
from soundalike.nn.monotonic_attention import Walk, forced_attention
from soundalike.nn.normalizer import MelNormalizer
from soundalike.text.alphabet import SYMBOLS

from .blocks import Cache, DecoderLayer, EncoderLayer, Guide, Postnet, Text

LONGEST = 30  # frames a symbol, on average, after which decoding ends in any case
CONVOLUTION = 3  # symbols that a convolution of the encoder reads
LINGER = 0.4  # seconds of attention to the last symbol after which the sentence ends


@dataclass(frozen=True)
class ExpressiveConfig:
    """Sizes of the network, and its dropout."""

    width: int = 256
    heads: int = 8
    encoder_convolutions: int = 2  # before the encoder's layers (Li et al. 2019, section 3.1)
    encoder_layers: int = 6
    decoder_layers: int = 6
    # Of the decoder, from 0, whose first head is taught where to look. When speaking the first of them walks
    # through the text, and the others look where it is
    taught_layers: tuple[int, ...] = (1, 3)
    prenet: int = 128  # between the frames before and the decoder's width
    prenet_dropout: float = 0.2
    postnet: int = 128
    postnet_layers: int = 5
    reduction: int = 3  # frames of each step
    emotion: int = 128  # numbers that an emotion is
    dropout: float = 0.1
    speaker_vector: int = 256


@dataclass(frozen=True)
class Memory:
    """What the decoder is given of a text, a voice and its emotion."""

    states: Tensor  # (B, S, D) of the symbols
    attended: list[Cache]  # keys and values of each decoder layer
    allowed: Tensor  # (B, S): one for each symbol, zero in the padding
    manner: Tensor  # (B, D) of voice and emotion

    def read(self, layer: int) -> Text:
        """What a layer of the decoder, from 0, is given of it."""
        return Text(self.states, self.attended[layer], self.allowed)


@dataclass(frozen=True)
class Decoded:
    """What `decode` gives for all steps."""

    frames: Tensor  # (B, K r, M) normalised log-mel
    done: Tensor  # (B, K) log-odds that the sentence ends with this step
    weights: Tensor  # (L, B, K, S) of the taught heads


@dataclass(frozen=True)
class Attended:
    """What `infer` gives."""

    frames: AcousticOutput
    weights: Tensor  # (K, S) of the first taught head
    ended: str  # by its "stop" flag, by "lingering" on the last symbol, or at the "limit"


class Expressive(MelNormalizer):
    """Encoder, decoder, postnet; see `decode` for training and `infer` for speaking."""

    def __init__(self, config: ExpressiveConfig, mel: MelSpec):
        super().__init__(mel.n_mels)
        c = config
        self.config = config
        self.mel = mel
        self.embed = nn.Embedding(len(SYMBOLS) + 1, c.width, padding_idx=0)
        self.voice = nn.Linear(c.speaker_vector, c.width)
        self.emotions = nn.Embedding(len(EMOTIONS), c.emotion)
        self.emotion_in = nn.Linear(c.emotion, c.width)
        self.convolutions = nn.ModuleList(
            [ConvBlock(c.width, CONVOLUTION) for _ in range(c.encoder_convolutions)]
        )
        self.encoder = nn.ModuleList(
            [EncoderLayer(c.width, c.heads, c.dropout) for _ in range(c.encoder_layers)]
        )
        self.encoder_norm = nn.LayerNorm(c.width)
        self.prenet = nn.Sequential(
            nn.Linear(c.reduction * mel.n_mels, c.prenet),
            nn.ReLU(),
            nn.Dropout(c.prenet_dropout),
            nn.Linear(c.prenet, c.width),
        )
        self.context = nn.Linear(c.width, c.width)
        self.decoder = nn.ModuleList(
            [
                DecoderLayer(c.width, c.heads, c.dropout, number in c.taught_layers)
                for number in range(c.decoder_layers)
            ]
        )
        self.decoder_norm = nn.LayerNorm(c.width)
        self.frames_out = nn.Linear(c.width, c.reduction * mel.n_mels)
        self.done_out = nn.Linear(c.width, 1)
        self.postnet = Postnet(mel.n_mels, c.postnet, c.postnet_layers, c.dropout)
        # Of the positions, beside embeddings and frames (Li et al. 2019, section 3.2)
        self.text_scale = nn.Parameter(torch.ones(()))
        self.step_scale = nn.Parameter(torch.ones(()))

    @property
    def _layers(self) -> list[DecoderLayer]:
        return cast("list[DecoderLayer]", list(self.decoder))

    def remember(self, symbols: Tensor, lengths: Tensor, embedding: Tensor, mixture: Tensor) -> Memory:
        """The memory of symbols (B, S) in a voice (B, V), each with an emotion: a mixture (B, S, 6) of the
        table's rows, as `mixture_of` or a classifier's probabilities give it.
        """
        c = self.config
        mask = length_mask(lengths, symbols.shape[1])
        # A unit vector's entries are small
        voice = self.voice(embedding * embedding.shape[1] ** 0.5)
        emotion = self.emotion_in(mixture @ self.emotions.weight) * mask[..., None]  # (B, S, D)
        places = self.text_scale * positions(symbols.shape[1], c.width, symbols.device)
        x = self.embed(symbols) * mask[..., None]
        for block in self.convolutions:
            x = block(x, mask)
        x = (x + places + voice[:, None] + emotion) * mask[..., None]
        for layer in self.encoder:
            x = layer(x, mask)
        states = (self.encoder_norm(x) + emotion) * mask[..., None]
        attended = [layer.text.memory(states) for layer in self._layers]
        manner = voice + emotion.sum(1) / mask.sum(1, keepdim=True).clamp_min(1.0)
        return Memory(states, attended, mask, manner)

    def decode(
        self, memory: Memory, before: Tensor, context: Tensor, near: Tensor, forced: Tensor
    ) -> Decoded:
        """All K steps at once, each after the frames `before` (B, K, r M) it, normalised, and after the state
        `context` (B, K, D) of the symbol that sounded there; the first after zeros.

        `near` (B, K, S) is zero where the taught heads may not look in a step; a row of `forced` (B, K, S)
        that is not zero replaces their weights in its step.
        """
        x = self._entered(before, context, 0, memory)
        guide = Guide(near, lambda weights: forced_attention(forced, weights))
        found: list[Tensor] = []
        for number, layer in enumerate(self._layers):
            taught = number in self.config.taught_layers
            x, weights = layer(x, memory.read(number), guide if taught else None)
            found += [weights] if taught else []
        return self._decoded(x, found)

    def _entered(self, before: Tensor, context: Tensor, first: int, memory: Memory) -> Tensor:
        """The decoder's input (B, K, D) of frames (B, K, r M) and contexts (B, K, D), the first of them of
        step `first`.
        """
        size = before.shape[1]
        places = positions(first + size, self.config.width, before.device)[first:]
        x = self.prenet(before) + self.context(context)
        return x + self.step_scale * places + memory.manner[:, None]

    def _decoded(self, x: Tensor, weights: list[Tensor]) -> Decoded:
        x = self.decoder_norm(x)
        frames = self.frames_out(x).reshape(len(x), -1, self.mel.n_mels)
        return Decoded(frames, self.done_out(x)[..., 0], torch.stack(weights))

    def step(
        self,
        memory: Memory,
        before: Tensor,
        context: Tensor,
        number: int,
        caches: list[Cache | None],
        guides: list[Guide],
    ) -> tuple[Decoded, list[Cache | None]]:
        """One step after frames (B, 1, r M) and a context (B, 1, D), with a guide for each taught head, and
        the caches after it.
        """
        x = self._entered(before, context, number, memory)
        found: list[Tensor] = []
        after: list[Cache | None] = []
        for place, layer in enumerate(self._layers):
            taught = place in self.config.taught_layers
            guide = guides[len(found)] if taught else None
            x, weights, cache = layer.step(x, caches[place], memory.read(place), guide)
            found += [weights] if taught else []
            after.append(cache)
        return self._decoded(x, found), after

    def finish(self, frames: Tensor, mask: Tensor) -> Tensor:
        """The normalised log-mel (B, T, M) of the decoder's frames, with a mask (B, T)."""
        return self.postnet(frames[:, : mask.shape[1]], mask)

    @torch.inference_mode()
    def infer(self, symbols: Tensor, embedding: Tensor, mixture: Tensor) -> Attended:
        """The mel of one utterance, symbols (S,), speaker embedding (1, V), emotions (S, 6) of the symbols,
        and the attention of its steps.

        The first taught head walks through the text (`Walk`), the others look where it is. It ends by its
        done flag, once they have come to the end of the text, and after staying long at the last symbol.
        """
        size = len(symbols)
        r = self.config.reduction
        lengths = torch.tensor([size], device=symbols.device)
        memory = self.remember(symbols[None], lengths, embedding, mixture[None])
        walk = Walk()
        caches: list[Cache | None] = [None] * len(self.decoder)
        before = memory.states.new_zeros(1, 1, r * self.mel.n_mels)
        context = memory.states.new_zeros(1, 1, self.config.width)
        made: list[Decoded] = []
        places: list[int] = []
        lingered = 0
        ended = "limit"
        while len(made) * r < LONGEST * size:
            guides = self._guides(walk, size, symbols.device)
            decoded, caches = self.step(memory, before, context, len(made), caches, guides)
            before = decoded.frames.flatten(1)[:, None]
            made.append(decoded)
            place = walk.place
            context = memory.states[:, place, None]
            places.append(place)
            lingered = lingered + r if place == size - 1 else 0
            if float(decoded.done) > 0 and place >= size - 2:
                ended = "stop"
                break
            if lingered > LINGER * self.mel.frames_per_second:
                ended = "lingering"
                break
        frames = torch.cat([one.frames for one in made], 1)
        mel = self.finish(frames, torch.ones_like(frames[..., 0]))[0]
        durations = torch.bincount(torch.tensor(places).cummax(0).values, minlength=size) * r
        weights = torch.cat([one.weights[0, 0] for one in made])
        mel = self.denormalised(mel).clamp_min(self.mel.silence)
        return Attended(AcousticOutput(mel, None, durations), weights, ended)

    def _guides(self, walk: Walk, size: int, device: torch.device) -> list[Guide]:
        """The guides of one step: a walk through so many symbols, and where it is for the other heads."""
        near = walk.near(torch.arange(size, device=device)[None])[:, None]
        first = Guide(near, lambda weights: walk(weights[:, 0])[:, None])
        others = Guide(torch.ones_like(near), lambda weights: walk.here(weights[:, 0])[:, None])
        return [first, *[others] * (len(self.config.taught_layers) - 1)]
