"""Symbols and a speaker embedding to log-mel frames by convolutions alone, a few frames at a time (Deep Voice
3, Ping et al. 2018).

    symbols -> gated convolutions -> keys, values
                                        |
    the frames before -> causal gated convolutions with attention -> next frames, done?
           ^                                      |         |
           |______________________________________|    decoder states -> gated convolutions -> mel

In training all steps are computed at once; in inference each block remembers the few frames that its next
output needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.audio.mel import MelSpec
from soundalike.core.types import AcousticOutput
from soundalike.nn.masks import length_mask
from soundalike.nn.monotonic_attention import MonotonicPath, Walk, Window, forced_attention
from soundalike.nn.normalizer import MelNormalizer
from soundalike.text.alphabet import SYMBOLS

from .blocks import HALF, DotAttention, GatedConv, position_encoding

LONGEST = 30  # frames a symbol, on average, after which decoding ends in any case
LINGER = 0.4  # seconds of attention to the last symbol after which the sentence ends


@dataclass(frozen=True)
class DeepVoice3Config:
    """Sizes of the network, and its dropout."""

    width: int = 192  # of the symbols' embedding, keys, values, and of the decoder
    encoder: int = 128
    encoder_blocks: int = 7
    prenet: int = 128  # between the frames before and the decoder's width
    decoder_blocks: int = 5
    attention_blocks: tuple[int, ...] = (2,)  # after which of these attention follows, from 0
    attention: int = 192
    converter: int = 128
    converter_blocks: int = 5
    kernel: int = 5
    reduction: int = 4  # frames of each step
    voice: int = 64  # what the speaker embedding is brought down to
    query_rate: float = 1.0  # of positions, at first; each voice has its own
    key_rate: float = 1.7
    position_weight: float = 0.1
    # Whether the decoder is given the context of the step before beside its frames; the paper's is not
    feed: bool = True
    dropout: float = 0.05
    speaker_vector: int = 256


@dataclass(frozen=True)
class Memory:
    """What the decoder is given of a text and a voice."""

    values: Tensor  # (B, S, D) the encoder's
    attended: list[tuple[Tensor, Tensor]]  # keys and values (B, S, A) of each attention
    allowed: Tensor  # (B, S): one for each symbol, zero in the padding
    voice: Tensor  # (B, C)
    query_rate: Tensor  # (B,)
    key_rate: Tensor  # (B,)


@dataclass(frozen=True)
class Decoded:
    """What `decode` gives for all steps."""

    frames: Tensor  # (B, K r, M) normalised log-mel
    states: Tensor  # (B, K, D)
    done: Tensor  # (B, K) log-odds that the sentence ends with this step
    weights: Tensor  # (L, B, K, S) attention of each layer
    contexts: Tensor  # (B, K, D) what the last attention read of the encoder's values


@dataclass(frozen=True)
class State:
    """Between two steps of cached decoding."""

    step: int
    frames: Tensor  # (B, r M) of the last step
    context: Tensor  # (B, D)
    memories: list[Tensor]  # (B, D, kernel - 1) of each block


@dataclass(frozen=True)
class Attended:
    """What `infer` gives."""

    frames: AcousticOutput
    weights: Tensor  # (K, S) attention of each step to each symbol
    ended: str  # by its "stop" flag, by "lingering" on the last symbol, or at the "limit"


class DeepVoice3(MelNormalizer):
    """Encoder, decoder, converter; see `decode` for training and `infer` for speaking."""

    def __init__(self, config: DeepVoice3Config, mel: MelSpec):
        super().__init__(mel.n_mels)
        c = config
        self.config = config
        self.mel = mel
        frames = c.reduction * mel.n_mels
        self.voice = nn.Linear(c.speaker_vector, c.voice)
        self.rates = nn.Linear(c.voice, 2)  # of queries and of keys
        nn.init.zeros_(self.rates.weight)
        nn.init.zeros_(self.rates.bias)
        self.dropout = nn.Dropout(c.dropout)
        self.embed = nn.Embedding(len(SYMBOLS) + 1, c.width, padding_idx=0)
        self.embed_bias = nn.Linear(c.voice, c.width)
        self.encoder_in = nn.Linear(c.width, c.encoder)
        self.encoder = self._blocks(c.encoder_blocks, c.encoder, causal=False)
        self.encoder_out = nn.Linear(c.encoder, c.width)
        self.key_bias = nn.Linear(c.voice, c.width)
        self.prenet = nn.ModuleList([nn.Linear(frames, c.prenet), nn.Linear(c.prenet, c.width)])
        self.fed = nn.Linear(c.width, c.width, bias=False) if c.feed else None
        self.decoder = self._blocks(c.decoder_blocks, c.width, causal=True)
        self.attentions = nn.ModuleList([DotAttention(c.width, c.attention) for _ in c.attention_blocks])
        self.frames_out = nn.Linear(c.width, frames)
        self.done_out = nn.Linear(c.width, 1)
        self.converter_in = nn.Linear(c.width, c.reduction * c.converter)
        self.converter = self._blocks(c.converter_blocks, c.converter, causal=False)
        self.converter_out = nn.Linear(c.converter, mel.n_mels)

    def _blocks(self, count: int, width: int, causal: bool) -> nn.ModuleList:
        c = self.config
        return nn.ModuleList([GatedConv(width, c.kernel, c.voice, c.dropout, causal) for _ in range(count)])

    @property
    def _causal(self) -> list[GatedConv]:
        """The blocks of the decoder."""
        return cast("list[GatedConv]", list(self.decoder))

    @property
    def _looks(self) -> list[DotAttention]:
        """The attentions, in order of the blocks they stand behind."""
        return cast("list[DotAttention]", list(self.attentions))

    def remember(self, symbols: Tensor, lengths: Tensor, embedding: Tensor) -> Memory:
        """The memory of symbols (B, S) and a speaker embedding (B, V)."""
        c = self.config
        mask = length_mask(lengths, symbols.shape[1])
        # A unit vector's entries are small
        voice = self.dropout(self.voice(embedding * embedding.shape[1] ** 0.5))
        embedded = self.embed(symbols) + F.softsign(self.embed_bias(voice))[:, None]
        x = torch.relu(self.encoder_in(self.dropout(embedded))) * mask[..., None]
        for block in self.encoder:
            x = block(x, mask, voice)
        keys = self.encoder_out(x) + F.softsign(self.key_bias(voice))[:, None]
        values = (keys + embedded) * HALF * mask[..., None]
        # Twice a sigmoid: rates begin where the config says, and stay between zero and twice that
        rates = 2 * torch.sigmoid(self.rates(voice).float())
        query_rate = c.query_rate * rates[:, 0]
        key_rate = c.key_rate * rates[:, 1]
        places = position_encoding(0, symbols.shape[1], key_rate, c.width)
        placed = keys + c.position_weight * places
        attended = [(attention.key(placed), attention.value(values)) for attention in self._looks]
        return Memory(values, attended, mask, voice, query_rate, key_rate)

    def decode(
        self, memory: Memory, before: Tensor, context: Tensor, near: Tensor, forced: Tensor
    ) -> Decoded:
        """All K steps at once, each after the frames `before` (B, K, r M) it and the `context` (B, K, D) of
        the step before, normalised; both zeros for the first step.

        `near` (B, K, S) is zero where a step may not attend; a row of `forced` (B, K, S) that is not zero
        replaces the weights of its step.
        """
        c = self.config
        x = self._entered(before, context)
        everywhere = torch.ones_like(x[..., 0])
        allowed = memory.allowed[:, None] * near
        places = c.position_weight * position_encoding(0, x.shape[1], memory.query_rate, c.width)
        found: list[Tensor] = []
        used = forced
        looks = self._looks
        for number, block in enumerate(self._causal):
            x = block(x, everywhere, memory.voice)
            if number in c.attention_blocks:
                layer = len(found)
                keys, values = memory.attended[layer]
                weights = looks[layer].weights(x + places, keys, allowed)
                used = forced_attention(forced, weights)
                x = looks[layer](x, used, values)
                found.append(weights)
        frames = self.frames_out(x).reshape(len(x), -1, self.mel.n_mels)
        contexts = used.to(memory.values) @ memory.values
        return Decoded(frames, x, self.done_out(x)[..., 0], torch.stack(found), contexts)

    def _entered(self, before: Tensor, context: Tensor) -> Tensor:
        """The decoder's input (..., D) of frames (..., r M) and a context (..., D)."""
        x = before
        for layer in self.prenet:
            x = torch.relu(layer(self.dropout(x)))
        return x if self.fed is None else (x + self.fed(context)) * HALF

    def begin(self, memory: Memory) -> State:
        """The state before the first step: zeros."""
        c = self.config
        size = len(memory.values)
        frames = memory.values.new_zeros(size, c.reduction * self.mel.n_mels)
        past = [memory.values.new_zeros(size, c.width, c.kernel - 1) for _ in self.decoder]
        return State(0, frames, memory.values.new_zeros(size, c.width), past)

    def biases(self, memory: Memory) -> list[Tensor]:
        """The speaker biases (B, D) of the decoder's blocks."""
        return [block.speaker_bias(memory.voice) for block in self._causal]

    def step(
        self, memory: Memory, biases: list[Tensor], state: State, paths: list[MonotonicPath]
    ) -> tuple[Decoded, State]:
        """One step, with a path for each attention, and the state after it. Not for training: it has no
        dropout.
        """
        c = self.config
        x = self._entered(state.frames, state.context)
        place = c.position_weight * position_encoding(state.step, 1, memory.query_rate, c.width)
        symbol = torch.arange(memory.values.shape[1], device=x.device)[None]
        past: list[Tensor] = []
        found: list[Tensor] = []
        used = memory.allowed
        looks = self._looks
        for number, block in enumerate(self._causal):
            x, last = block.step(x, state.memories[number], biases[number])
            past.append(last)
            if number in c.attention_blocks:
                layer = len(found)
                keys, values = memory.attended[layer]
                allowed = paths[layer].near(symbol)[:, None] * memory.allowed[:, None]
                weights = looks[layer].weights(x[:, None] + place, keys, allowed)
                used = paths[layer](weights[:, 0])
                x = looks[layer](x[:, None], used[:, None], values)[:, 0]
                found.append(weights)
        frames = self.frames_out(x)
        context = (used[:, None] @ memory.values)[:, 0]
        decoded = Decoded(
            frames.reshape(len(x), -1, self.mel.n_mels),
            x[:, None],
            self.done_out(x),
            torch.stack(found),
            context[:, None],
        )
        return decoded, State(state.step + 1, frames, context, past)

    def convert(self, states: Tensor, frames: Tensor, mask: Tensor, voice: Tensor) -> Tensor:
        """The normalised log-mel (B, T, M): the decoder's frames (B, T, M) and what the converter adds to
        them, of its states (B, K, D); mask (B, T) and voice (B, C).
        """
        spread = torch.relu(self.converter_in(states)).reshape(len(states), -1, self.config.converter)
        x = spread[:, : mask.shape[1]] * mask[..., None]
        for block in self.converter:
            x = block(x, mask, voice)
        return (frames[:, : mask.shape[1]] + self.converter_out(x)) * mask[..., None]

    @torch.inference_mode()
    def infer(self, symbols: Tensor, embedding: Tensor, guard: bool = True) -> Attended:
        """The mel of one utterance, symbols (S,), speaker embedding (1, V), and the attention of its steps.

        It ends by its done flag, once attention has come to the end of the text. With `guard` attention goes
        by `Walk`, and staying long at the last symbol ends the sentence as well; without, by the paper's
        `Window`.
        """
        size = len(symbols)
        r = self.config.reduction
        memory = self.remember(symbols[None], torch.tensor([size], device=symbols.device), embedding)
        biases = self.biases(memory)
        state = self.begin(memory)
        paths: list[MonotonicPath] = [Walk() if guard else Window() for _ in self.attentions]
        made: list[Decoded] = []
        places: list[int] = []
        lingered = 0
        ended = "limit"
        while len(made) * r < LONGEST * size:
            decoded, state = self.step(memory, biases, state, paths)
            made.append(decoded)
            place = paths[-1].place
            places.append(place)
            lingered = lingered + r if place == size - 1 else 0
            if float(decoded.done) > 0 and place >= size - 2:
                ended = "stop"
                break
            if guard and lingered > LINGER * self.mel.frames_per_second:
                ended = "lingering"
                break
        frames = torch.cat([one.frames for one in made], 1)
        states = torch.cat([one.states for one in made], 1)
        mel = self.convert(states, frames, torch.ones_like(frames[..., 0]), memory.voice)[0]
        durations = torch.bincount(torch.tensor(places).cummax(0).values, minlength=size) * r
        mel = self.denormalised(mel).clamp_min(self.mel.silence)
        weights = torch.cat([one.weights[-1, 0] for one in made])
        return Attended(AcousticOutput(mel, None, durations), weights, ended)
