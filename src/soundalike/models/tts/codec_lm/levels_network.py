"""The codes of a codec's further levels, of those of the levels before: all places at once, one level after
another (the non-autoregressive model of VALL-E, Wang et al. 2023, eq. 2).

    codes of the levels before, summed --+
    the symbol that sounds --------------+--> convolutions, then a transformer --> the vector of all levels
    prompt: codes of all levels ---------+    that are still to come; its nearest code is the level's
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from soundalike.audio.mel import MelSpec
from soundalike.core.errors import ConfigError
from soundalike.models.common.known_codec import KnowsCodec
from soundalike.models.common.text_encoder import KERNEL, TextEncoder, sounding, states_at
from soundalike.nn.attention import RotaryBlock, attended
from soundalike.nn.conv import ConvBlock
from soundalike.nn.masks import length_mask

from .network import Prompt


@dataclass(frozen=True)
class CodecLevelsConfig:
    """Sizes of the network, and its dropout."""

    width: int = 192
    convolutions: int = 4  # before the transformer, of each part by itself
    blocks: int = 2
    heads: int = 4
    encoder_convolutions: int = 3
    dropout: float = 0.1
    group: int = 2  # codes that share the symbol of the first of them, as the first level's model makes them
    levels: int = 8  # of the codec
    entries: int = 1024  # of each of its codebooks
    code_width: int = 64  # numbers of each of its codes' vectors
    stride: int = 2  # frames of the mel that a code lasts
    speaker_vector: int = 256


class CodecLevels(KnowsCodec):
    """Its objective asks it for one level of each clip, `complete` for all of them in order.

    Codes are read and chosen by their vectors in the codec's codebooks, so that what is learned of one code
    holds for those near it. What it predicts is the sum of the vectors of the level and of all levels beyond,
    as the codec's quantizer takes the nearest code of each level to what the levels before leave.
    """

    codebooks: Tensor  # (L, N, D)

    def __init__(self, config: CodecLevelsConfig, mel: MelSpec):
        super().__init__()
        c = config
        self.config = config
        self.mel = mel
        self.encoder = TextEncoder(c.width, c.encoder_convolutions, 0, c.heads, c.dropout)
        self.register_buffer("codebooks", torch.randn(c.levels, c.entries, c.code_width))
        self.code = nn.Linear(c.code_width, c.width)
        self.segment = nn.Embedding(2, c.width)
        self.voice = nn.Linear(c.speaker_vector, c.width)
        self.level = nn.Embedding(c.levels - 1, c.width)
        self.convolutions = nn.ModuleList([ConvBlock(c.width, KERNEL) for _ in range(c.convolutions)])
        self.blocks = nn.ModuleList(
            [RotaryBlock(c.width, c.heads, dropout=c.dropout, condition=c.width) for _ in range(c.blocks)]
        )
        self.norm = nn.LayerNorm(c.width)
        self.out = nn.Parameter(torch.randn(c.levels - 1, c.width, c.code_width) / c.width)

    def learn_codebooks(self, codebooks: Tensor) -> None:
        """Keep the codec's codebooks (L, N, D). Raises ConfigError for others than the config has."""
        if codebooks.shape != self.codebooks.shape:
            raise ConfigError(
                f"[network] levels, entries and code_width are {list(self.codebooks.shape)}, "
                f"and the codec of the data has {list(codebooks.shape)}. Set them to these."
            )
        self.codebooks.copy_(codebooks)

    def embedded(self, codes: Tensor, level: Tensor) -> Tensor:
        """The embedding (B, T, D) of codes (B, T, L), of the levels before `level` (B,): of the sum of their
        vectors, as the codec's decoder is given it.
        """
        summed = self._summed(codes, torch.zeros_like(level), level)
        return self.code(summed / self.codebooks[0].std(0).clamp_min(1e-3))

    def text(self, symbols: Tensor, lengths: Tensor, durations: Tensor, size: int) -> Tensor:
        """States (B, T, D) of the symbols (B, S) that sound at each of so many codes."""
        c = self.config
        steps = -(-size // c.group)
        places = sounding(durations, lengths, steps, c.group * c.stride)
        each = torch.repeat_interleave(places, c.group, 1)[:, :size]
        return states_at(self.encoder(symbols, lengths), each)

    def predicted(
        self,
        prompt: tuple[Tensor, Tensor, Tensor],
        sentence: tuple[Tensor, Tensor, Tensor],
        level: Tensor,
        embedding: Tensor,
    ) -> Tensor:
        """The sum (B, T, C) of the vectors of one level (B,), from 1, of each clip and of all levels beyond,
        in units of the second level's codes, in the voice of a speaker embedding (B, V). Prompt and sentence
        are each the states of their text (B, T', D), codes (B, T', L), of which the sentence's count up to
        that level, and a mask (B, T').
        """
        voice = self.voice(embedding * embedding.shape[1] ** 0.5)
        condition = self.level(level - 1) + voice
        every = torch.full_like(level, self.config.levels)
        parts = []
        for number, ((text, codes, mask), used) in enumerate(((prompt, every), (sentence, level))):
            part = self.embedded(codes, used) + text + self.segment.weight[number] + condition[:, None]
            part = part * mask[..., None]
            for convolution in self.convolutions:
                part = convolution(part, mask)
            parts.append(part)
        x = torch.cat(parts, 1)
        mask = torch.cat([prompt[2], sentence[2]], 1)
        x = attended(self.blocks, x, mask, condition)
        return self.norm(x[:, -sentence[0].shape[1] :]) @ self.out[level - 1]

    def targets(self, codes: Tensor, level: Tensor) -> Tensor:
        """What `predicted` should give (B, T, C), of codes (B, T, L) and a level (B,)."""
        return self._summed(codes, level, torch.full_like(level, self.config.levels)) / self._unit()

    def _summed(self, codes: Tensor, first: Tensor, end: Tensor) -> Tensor:
        """The sum (B, T, C) of the vectors of codes (B, T, L), of the levels from `first` to before `end`,
        (B,) each.
        """
        summed = torch.zeros(*codes.shape[:2], self.config.code_width, device=codes.device)
        for number in range(self.config.levels):
            counts = ((first <= number) & (number < end)).float()[:, None, None]
            summed = summed + counts * nn.functional.embedding(codes[..., number], self.codebooks[number])
        return summed

    def nearest(self, predicted: Tensor, level: Tensor) -> Tensor:
        """The code (B, T) of a level (B,) whose vector is nearest to a predicted one (B, T, C)."""
        books = self.codebooks[level]  # (B, N, C)
        near = (self._unit() * predicted) @ books.transpose(1, 2) - books.square().sum(-1)[:, None] / 2
        return near.argmax(-1)

    def _unit(self) -> Tensor:
        """The root mean square of the numbers of the second level's codebook."""
        return self.codebooks[1].square().mean().sqrt().clamp_min(1e-3)

    @torch.inference_mode()
    def complete(
        self, symbols: Tensor, durations: Tensor, first: Tensor, embedding: Tensor, prompt: Prompt
    ) -> Tensor:
        """Codes (T, L) of all levels, of those of the first (T,): of a sentence's symbols (S,) and their
        durations (S,) in frames of the mel, in the voice of a prompt and its speaker embedding (1, V).
        """
        heard = self._stretch(prompt.symbols, prompt.durations, prompt.codes)
        codes = nn.functional.pad(first[:, None], (0, self.config.levels - 1))
        text, _, mask = self._stretch(symbols, durations, codes)
        for number in range(1, self.config.levels):
            said = (text, codes[None], mask)
            level = torch.tensor([number], device=codes.device)
            vector = self.predicted(heard, said, level, embedding)
            codes[:, number] = self.nearest(vector, level)[0]
        return codes

    def _stretch(self, symbols: Tensor, durations: Tensor, codes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """States of a text, codes and a mask, in a batch of one."""
        lengths = torch.tensor([len(symbols)], device=symbols.device)
        text = self.text(symbols[None], lengths, durations[None], len(codes))
        return text, codes[None], length_mask(torch.tensor([len(codes)], device=codes.device))
