"""A language model of codes: text and a prompt to the codes of a codec's first level, one group of codes
after another (the autoregressive model of VALL-E, Wang et al. 2023, eq. 1), or to tokens of what is said.

    symbols -> encoder -> states                      prompt: codes, and the symbols said in them
                            |  the one that sounds         |
    codes before --> + <----+                              |
                     |                                     |
                     v                                     v
               causal transformer  <---- sequence: prompt, then sentence
                     |
              symbols to go on -> first code of the group -> second code

Two things make it learn from little speech. The symbol that sounds is part of each step's input, and how many
symbols to go on is predicted with its codes, so that the path through the text is monotonic (VALL-E R, Han et
al. 2024; ELLA-V, Song et al. 2024). And a step makes a group of codes (VALL-E 2, Chen et al. 2024), so that
the sequence is shorter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from soundalike.audio.mel import MelSpec
from soundalike.nn.attention import KeyValues, RotaryBlock, causal, positions_of
from soundalike.nn.masks import length_mask
from soundalike.text.alphabet import GAP, MARKS, SYMBOLS, is_vowel

from .known_codec import KnowsCodec
from .text_encoder import TextEncoder, sounding, states_at

if TYPE_CHECKING:
    from .sampling import Sampler

# Seconds at a phoneme, at the gap between two words, at a mark, after which the path goes on: of a thousand
# phonemes of distilled speech one lasts longer than that, and silence once begun would go on
LONGEST_PHONEME = 0.3
LONGEST_GAP = 0.3
LONGEST_MARK = 0.8


@dataclass(frozen=True)
class CodecLMConfig:
    """Sizes of the network, and its dropout."""

    width: int = 256
    blocks: int = 6
    heads: int = 4
    encoder_convolutions: int = 3
    encoder_blocks: int = 1
    group: int = 2  # codes that a step makes
    reach: int = 6  # symbols that a step may go on
    # Whether a step is told the symbol that sounds, and says how far to go on. Without, the text is only
    # attended to, as in VALL-E
    told: bool = True
    dropout: float = 0.1
    levels: int = 8  # of the codec
    entries: int = 1024  # of each of its codebooks
    stride: int = 2  # frames of the mel that a code lasts
    speaker_vector: int = 256


@dataclass(frozen=True)
class Part:
    """One stretch of a sequence: what is said in it, and its codes in steps."""

    states: Tensor  # (B, S, D) of the text
    written: Tensor  # (B, S): one for each symbol, zero in the padding
    places: Tensor  # (B, K) the symbol that sounds in each step
    codes: Tensor  # (B, K, G)
    present: Tensor  # (B, K, G): one where there is a code, zero in the padding

    @property
    def mask(self) -> Tensor:
        """(B, K): one for each step."""
        return self.present[..., 0]


@dataclass(frozen=True)
class Prompt:
    """What a voice says in its prompt: symbols (S,), their frames (S,) of the mel, and codes (T, L)."""

    symbols: Tensor
    durations: Tensor
    codes: Tensor


@dataclass(frozen=True)
class Step:
    """What one step made: its codes (G,), and the symbol it was made for."""

    codes: Tensor
    place: int


class CodecLM(KnowsCodec):
    """Its objective runs it over whole sequences, `generate` step by step.

    One that `ends` has one more code, which stands behind the last: the sentence is over where it is drawn.
    """

    ends = False

    def __init__(self, config: CodecLMConfig, mel: MelSpec):
        super().__init__()
        c = config
        self.config = config
        self.mel = mel
        self.encoder = TextEncoder(c.width, c.encoder_convolutions, c.encoder_blocks, c.heads, c.dropout)
        entries = c.entries + self.ends
        self.code = nn.ModuleList([nn.Embedding(entries, c.width) for _ in range(c.group)])
        self.begin = nn.Parameter(torch.randn(2, c.width))  # before the prompt, and before the sentence
        self.segment = nn.Embedding(2, c.width)
        self.voice = nn.Linear(c.speaker_vector, c.width)
        self.blocks = nn.ModuleList(
            [RotaryBlock(c.width, c.heads, dropout=c.dropout) for _ in range(c.blocks)]
        )
        self.norm = nn.LayerNorm(c.width)
        self.advance = nn.Linear(c.width, c.reach + 1)
        self.advanced = nn.Embedding(c.reach + 1, c.width)
        # What the codes of the group so far add to the state that the next is read from
        self.so_far = nn.ModuleList([nn.Embedding(entries, c.width) for _ in range(c.group - 1)])
        self.mix = nn.ModuleList(
            [nn.Sequential(nn.LayerNorm(c.width), nn.Linear(c.width, c.width), nn.GELU()) for _ in self.code]
        )
        self.out = nn.ModuleList([nn.Linear(c.width, entries) for _ in range(c.group)])

    @property
    def frames(self) -> int:
        """Frames of the mel that a step lasts."""
        return self.config.group * self.config.stride

    @property
    def end(self) -> int:
        """The code that ends a sentence, of a network that `ends`."""
        return self.config.entries

    def part(self, symbols: Tensor, lengths: Tensor, durations: Tensor, codes: Tensor, sizes: Tensor) -> Part:
        """A stretch of symbols (B, S) of some lengths (B,) and durations (B, S), and first-level codes (B, T)
        of some sizes (B,).
        """
        group = self.config.group
        missing = -codes.shape[1] % group
        grouped = nn.functional.pad(codes, (0, missing)).unflatten(1, (-1, group))
        present = length_mask(sizes, codes.shape[1] + missing).unflatten(1, (-1, group))
        places = sounding(durations, lengths, grouped.shape[1], self.frames)
        written = length_mask(lengths, symbols.shape[1])
        return Part(self.encoder(symbols, lengths), written, places, grouped, present)

    def steps_of(self, part: Part, segment: int) -> Tensor:
        """The inputs (B, K, D) of the steps of a stretch, each with the codes of the step before it."""
        embedded = torch.stack([table(part.codes[..., j]) for j, table in enumerate(self.code)], 2)
        before = (embedded * part.present[..., None]).sum(2)[:, :-1]
        first = self.begin[segment].expand(len(before), 1, -1)
        x = torch.cat([first, before], 1) + self.segment.weight[segment]
        return x + states_at(part.states, part.places) if self.config.told else x

    def states(self, prompt: Part, sentence: Part, embedding: Tensor) -> Tensor:
        """States (B, K' + K, D) of the steps of a prompt and of the sentence behind it, in the voice of a
        speaker embedding (B, V).
        """
        pairs = [(self.steps_of(prompt, 0), prompt.mask), (self.steps_of(sentence, 1), sentence.mask)]
        if not self.config.told:
            pairs = [*((part.states, part.written) for part in (prompt, sentence)), *pairs]
        x = torch.cat([values for values, _ in pairs], 1) + self._voice(embedding)
        mask = torch.cat([held for _, held in pairs], 1)
        positions = positions_of(mask)
        allowed = causal(mask)
        for block in self.blocks:
            x = block(x, positions, allowed)
        made = pairs[-1][0].shape[1] + pairs[-2][0].shape[1]
        return self.norm(x)[:, -made:]

    def _voice(self, embedding: Tensor) -> Tensor:
        """(B, 1, D) of speaker embeddings (B, V), whose entries are small."""
        return self.voice(embedding * embedding.shape[1] ** 0.5)[:, None]

    def code_scores(self, states: Tensor, advance: Tensor, codes: Tensor) -> list[Tensor]:
        """Log-odds (B, K, N) of each code of a group, of states (B, K, D), how many symbols the step goes on
        (B, K), and the codes (B, K, G') of the group, of which each score reads those before it.
        """
        x = states + self.advanced(advance) if self.config.told else states
        scores = []
        for j in range(self.config.group):
            if j:
                x = x + self.so_far[j - 1](codes[..., j - 1])
            scores.append(self.out[j](x + self.mix[j](x)))
        return scores

    @torch.inference_mode()
    def generate(
        self, symbols: Tensor, embedding: Tensor, prompt: Prompt, sampler: Sampler
    ) -> Iterator[Step]:
        """The steps of one sentence, symbols (S,), in the voice of a prompt and its speaker embedding (1, V).

        The path goes past short consonants and gaps, never past a vowel, without which a syllable is
        lost. The sentence ends where the path leaves its last symbol; of a network that `ends`, with its
        code, which cannot be drawn before the path is there; else, of one that is not told the path, at a
        limit.
        """
        heard = self.part(
            prompt.symbols[None],
            torch.tensor([len(prompt.symbols)]),
            prompt.durations[None],
            prompt.codes[None, :, 0],
            torch.tensor([len(prompt.codes)]),
        )
        states = self.encoder(symbols[None], torch.tensor([len(symbols)]))
        memories = [KeyValues() for _ in self.blocks]
        voice = self._voice(embedding)
        entered = self.steps_of(heard, 0)
        if not self.config.told:
            entered = torch.cat([heard.states, states, entered], 1)
        self._run(entered + voice, 0, memories)
        position = entered.shape[1]
        first = position + 1  # of the sentence: the end comes behind one step at least
        before = self.begin[1][None, None]
        place = 0
        stayed = 0
        longest = [self._longest(int(symbol)) for symbol in symbols]
        furthest = furthest_places(symbols)
        for _ in range(sum(longest)):
            x = before + self.segment.weight[1] + voice
            if self.config.told:
                x = x + states[:, place : place + 1]
            h = self._run(x, position, memories)
            position += 1
            advance = sampler.advance(self.advance(h)[0, 0]) if self.config.told else 0
            if not advance and stayed + 1 >= longest[place]:
                advance = 1
            advance = min(advance, furthest[place] - place)
            stayed = 0 if advance else stayed + 1
            is_last = not self.config.told or place + advance >= len(symbols)
            codes = self._sampled(h, advance, sampler, is_last and position > first)
            if self.ends and bool((codes == self.end).any()):
                return
            yield Step(codes[0, 0], place)
            place += advance
            if place >= len(symbols):
                return
            embedded = [table(codes[..., j]) for j, table in enumerate(self.code)]
            before = torch.stack(embedded).sum(0)

    def _longest(self, symbol: int) -> int:
        """How many steps a symbol may last."""
        name = SYMBOLS[symbol - 1]
        seconds = LONGEST_GAP if name == GAP else LONGEST_MARK if name in MARKS else LONGEST_PHONEME
        return max(1, round(seconds * self.mel.frames_per_second / self.frames))

    def _run(self, x: Tensor, position: int, memories: list[KeyValues]) -> Tensor:
        """States (1, K, D) of the next steps (1, K, D), the first of them at a position."""
        size = x.shape[1]
        positions = torch.arange(position, position + size)[None]
        allowed = None if size == 1 else causal(torch.ones(1, size))
        for block, memory in zip(self.blocks, memories):
            x = block(x, positions, allowed, memory=memory)
        return self.norm(x)

    def _sampled(self, h: Tensor, advance: int, sampler: Sampler, may_end: bool) -> Tensor:
        """The codes (1, 1, G) of a step of which the state is (1, 1, D)."""
        x = h + self.advanced.weight[advance] if self.config.told else h
        codes: list[Tensor] = []
        for j in range(self.config.group):
            if j:
                x = x + self.so_far[j - 1](codes[-1])
            scores = self.out[j](x + self.mix[j](x))[0, 0]
            codes.append(sampler.code(scores if may_end else scores[: self.config.entries])[None, None])
        return torch.stack(codes, -1)


def furthest_places(symbols: Tensor) -> list[int]:
    """How far each step may go from each place of symbols (S,): to the next vowel, else past the end."""
    furthest = []
    ahead = len(symbols)
    for place in reversed(range(len(symbols))):
        furthest.append(ahead)
        if is_vowel(SYMBOLS[int(symbols[place]) - 1]):
            ahead = place
    return furthest[::-1]
