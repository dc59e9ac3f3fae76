"""Symbols and a speaker embedding to log-mel frames, a few at a time (Tacotron 2, Shen et al. 2018;
conditioned as in Jia et al. 2018).

    symbols -> convolutions -> BiLSTM -> with the speaker embedding: the memory
                                             |
    the last frame -> prenet -> LSTM -> attention -> LSTM -> next frames, stop?  -> postnet -> mel
           ^________________________________________________|
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.audio.mel import MelSpec
from soundalike.core.types import AcousticOutput
from soundalike.nn.conv import Conv
from soundalike.nn.masks import length_mask
from soundalike.nn.monotonic_attention import Walk, forced_attention
from soundalike.nn.normalizer import MelNormalizer
from soundalike.text.alphabet import SYMBOLS

from .attention import LocationSensitiveAttention

LONGEST = 30  # frames a symbol, on average, after which decoding ends in any case
LINGER = 0.4  # seconds of attention to the last symbol after which the sentence ends


@dataclass(frozen=True)
class SV2TTSConfig:
    """Sizes of the network, and its dropout."""

    width: int = 256  # of the text's states; half of it each way
    encoder_convs: int = 3
    kernel: int = 5  # of these, and of the postnet's
    prenet: int = 128
    attention_rnn: int = 256
    decoder_rnn: int = 224
    attention: int = 128
    location_filters: int = 32
    location_kernel: int = 31
    postnet: int = 128
    postnet_convs: int = 5
    reduction: int = 3  # frames of each step
    dropout: float = 0.5  # of prenet, encoder and postnet
    rnn_dropout: float = 0.1  # the paper has zoneout
    speaker_vector: int = 256


@dataclass(frozen=True)
class State:
    """Between two steps of the decoder."""

    attention: tuple[Tensor, Tensor]  # (B, Q) twice: the first LSTM's
    decoder: tuple[Tensor, Tensor]  # (B, D) twice: the second's
    context: Tensor  # (B, E)
    gone: Tensor  # (B, S) weights so far, summed


@dataclass(frozen=True)
class Attended:
    """What `infer` gives."""

    frames: AcousticOutput
    weights: Tensor  # (K, S) attention of each step to each symbol
    ended: str  # by its "stop" token, by "lingering" on the last symbol, or at the "limit"


class NormedConv(nn.Module):
    """Convolution, batch norm, an activation, dropout; zeros where the mask is zero."""

    def __init__(self, inputs: int, outputs: int, kernel: int, dropout: float):
        super().__init__()
        self.conv = Conv(inputs, outputs, kernel)
        self.norm = nn.BatchNorm1d(outputs)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor, activation=torch.relu) -> Tensor:
        """(B, T, D) with a mask (B, T) to (B, T, D')."""
        x = activation(self.norm(self.conv(x).transpose(1, 2)).transpose(1, 2))
        return self.dropout(x) * mask[..., None]


class Prenet(nn.Module):
    """The prenet: two linear layers with ReLU and dropout, which stays on in inference (section 2.2 of Shen
    et al.).
    """

    def __init__(self, inputs: int, width: int, dropout: float):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(inputs, width), nn.Linear(width, width)])
        self.dropout = dropout

    def forward(self, x: Tensor, chance: torch.Generator | None = None) -> Tensor:
        """(B, D) to (B, D'). In training dropout is torch's; otherwise it is drawn from `chance`; none
        without.
        """
        for layer in self.layers:
            x = F.dropout(F.relu(layer(x)), self.dropout, self.training)
            if chance is not None:
                x = x * (torch.rand(x.shape, generator=chance) >= self.dropout).to(x) / (1 - self.dropout)
        return x


class SV2TTS(MelNormalizer):
    """Encoder, attention, decoder, postnet; see `decode` for training and `infer` for speaking."""

    def __init__(self, config: SV2TTSConfig, mel: MelSpec):
        super().__init__(mel.n_mels)
        c = config
        self.config = config
        self.mel = mel
        self.embed = nn.Embedding(len(SYMBOLS) + 1, c.width, padding_idx=0)
        self.encoder_convs = nn.ModuleList(
            [NormedConv(c.width, c.width, c.kernel, c.dropout) for _ in range(c.encoder_convs)]
        )
        self.encoder_rnn = nn.LSTM(c.width, c.width // 2, batch_first=True, bidirectional=True)
        memory = c.width + c.speaker_vector
        self.prenet = Prenet(mel.n_mels, c.prenet, c.dropout)
        self.attention_rnn = nn.LSTMCell(c.prenet + memory, c.attention_rnn)
        self.attention = LocationSensitiveAttention(
            c.attention_rnn, memory, c.attention, c.location_filters, c.location_kernel
        )
        self.decoder_rnn = nn.LSTMCell(c.attention_rnn + memory, c.decoder_rnn)
        self.frames_out = nn.Linear(c.decoder_rnn + memory, c.reduction * mel.n_mels)
        self.stop_out = nn.Linear(c.decoder_rnn + memory, 1)
        sizes = [mel.n_mels, *[c.postnet] * (c.postnet_convs - 1), mel.n_mels]
        self.postnet = nn.ModuleList(
            [NormedConv(a, b, c.kernel, c.dropout) for a, b in zip(sizes, sizes[1:])]
        )

    def encode(self, symbols: Tensor, lengths: Tensor, embedding: Tensor) -> Tensor:
        """The memory (B, S, E): states of symbols (B, S), each joined with the speaker embedding (B, V)."""
        mask = length_mask(lengths, symbols.shape[1])
        x = self.embed(symbols) * mask[..., None]
        for conv in self.encoder_convs:
            x = conv(x, mask)
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        x, _ = nn.utils.rnn.pad_packed_sequence(
            self.encoder_rnn(packed)[0], batch_first=True, total_length=symbols.shape[1]
        )
        voice = embedding * embedding.shape[1] ** 0.5  # a unit vector's entries are small
        return torch.cat([x, voice[:, None].expand(-1, x.shape[1], -1)], -1) * mask[..., None]

    def begin(self, memory: Tensor) -> State:
        """The state before the first step over a memory (B, S, E): zeros."""
        c = self.config

        def zeros(width: int) -> Tensor:
            return memory.new_zeros(len(memory), width)

        attention = (zeros(c.attention_rnn), zeros(c.attention_rnn))
        decoder = (zeros(c.decoder_rnn), zeros(c.decoder_rnn))
        return State(attention, decoder, zeros(memory.shape[2]), zeros(memory.shape[1]))

    def step(
        self,
        prenet: Tensor,
        memory: Tensor,
        keys: Tensor,
        allowed: Tensor,
        state: State,
        applied: Callable[[Tensor], Tensor],
    ) -> tuple[Tensor, Tensor, State]:
        """The output of one step (B, D + E), its attention weights (B, S), and the state after it.

        prenet (B, P) is the prenet's output; `applied` makes of the weights those that the context is made
        with.
        """
        first = self._dropped(self.attention_rnn(torch.cat([prenet, state.context], -1), state.attention))
        weights = self.attention(first[0], keys, memory, state.gone, allowed)[1]
        used = applied(weights)
        context = (used[:, None] @ memory)[:, 0]
        second = self._dropped(self.decoder_rnn(torch.cat([first[0], context], -1), state.decoder))
        return torch.cat([second[0], context], -1), weights, State(first, second, context, state.gone + used)

    def _dropped(self, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """The state of an LSTM with dropout on what it gives."""
        return F.dropout(state[0], self.config.rnn_dropout, self.training), state[1]

    def decode(
        self, memory: Tensor, symbol_lengths: Tensor, mel: Tensor, near: Tensor, forced: Tensor, own: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Teacher forcing along the true mel: normalised log-mel (B, T, M), log-odds of stopping (B, K),
        attention weights (B, K, S).

        mel (B, T, M) is normalised; T is made up to whole steps, K of them. `near` (B, K, S) is zero where a
        step may not attend; a row of `forced` (B, K, S) that is not zero replaces the weights of its step.
        Before each step comes the true frame, or, where `own` (B,), the last predicted one.
        """
        r = self.config.reduction
        bands = self.mel.n_mels
        mel = F.pad(mel, (0, 0, 0, -mel.shape[1] % r))
        before = F.pad(mel[:, r - 1 : -1 : r], (0, 0, 1, 0))  # (B, K, M) the last frame of each step before
        keys = self.attention.keys(memory)
        allowed = length_mask(symbol_lengths, memory.shape[1])[:, None] * near
        state = self.begin(memory)
        made: list[Tensor] = []
        attention: list[Tensor] = []
        last = before[:, 0]
        for k in range(before.shape[1]):
            prenet = self.prenet(torch.where(own[:, None], last, before[:, k]))
            out, weights, state = self.step(
                prenet, memory, keys, allowed[:, k], state, functools.partial(forced_attention, forced[:, k])
            )
            with torch.no_grad():
                last = F.linear(out, self.frames_out.weight[-bands:], self.frames_out.bias[-bands:])
            made.append(out)
            attention.append(weights)
        out = torch.stack(made, 1)
        return (
            self.frames_out(out).reshape(len(out), -1, bands),
            self.stop_out(out)[..., 0],
            torch.stack(attention, 1),
        )

    def finish(self, mel: Tensor, mask: Tensor) -> Tensor:
        """A normalised log-mel (B, T, M) with what the postnet adds to it."""
        x = mel * mask[..., None]
        for number, conv in enumerate(self.postnet, 1):
            x = conv(x, mask, torch.tanh if number < len(self.postnet) else torch.nn.Identity())
        return (mel + x) * mask[..., None]

    @torch.inference_mode()
    def infer(self, symbols: Tensor, embedding: Tensor, seed: int = 0, guard: bool = True) -> Attended:
        """The mel of one utterance, symbols (S,), speaker embedding (1, V), and the attention of its steps.

        It ends by its stop token. With `guard` the attention is monotonic (`Walk`), a stop before the end of
        the text is ignored, and staying long at the last symbol ends it as well.
        """
        size = len(symbols)
        r = self.config.reduction
        memory = self.encode(symbols[None], torch.tensor([size], device=symbols.device), embedding)
        keys = self.attention.keys(memory)
        state = self.begin(memory)
        chance = torch.Generator().manual_seed(seed)
        frame = memory.new_zeros(1, self.mel.n_mels)
        made: list[Tensor] = []
        attention: list[Tensor] = []
        places = []
        lingered = 0
        symbol = torch.arange(size, device=symbols.device)[None]
        ended = "limit"
        walk = Walk()
        while len(made) * r < LONGEST * size:
            near, applied = (
                (walk.near(symbol), walk) if guard else (torch.ones_like(symbol), torch.nn.Identity())
            )
            out, weights, state = self.step(self.prenet(frame, chance), memory, keys, near, state, applied)
            frames = self.frames_out(out).reshape(r, -1)
            frame = frames[-1:]
            made.append(frames)
            attention.append(weights[0])
            place = walk.place if guard else int(weights.argmax())
            places.append(place)
            lingered = lingered + r if place == size - 1 else 0
            if float(self.stop_out(out)) > 0 and (not guard or place >= size - 2):
                ended = "stop"
                break
            if guard and lingered > LINGER * self.mel.frames_per_second:
                ended = "lingering"
                break
        mel = torch.cat(made)[None]
        mel = self.denormalised(self.finish(mel, torch.ones(mel.shape[:2], device=mel.device))[0])
        durations = torch.bincount(torch.tensor(places).cummax(0).values, minlength=size) * r
        return Attended(
            AcousticOutput(mel.clamp_min(self.mel.silence), None, durations), torch.stack(attention), ended
        )
