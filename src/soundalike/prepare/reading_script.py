"""A list of sentences to be read aloud that holds as many diphones as it can in so many minutes.

Sentences are put together of the patterns and words of this package, and chosen greedily: each time the one
that has most of what the list holds rarely yet, for its length.
"""

from __future__ import annotations

import heapq
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from soundalike.core.errors import ConfigError
from soundalike.text import read
from soundalike.text.diphones import Diphone, coverage, diphones_of

from .reading_words import PATTERNS, words_of

POOL = 1200  # sentences that are chosen from
WORTH = 0.5  # of a diphone that the list holds once already; of one held twice the square, and so on
LANGUAGE = "en"
SLOT = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class ReadingSentence:
    """A sentence, what it holds, and how long it takes to read."""

    text: str
    diphones: tuple[Diphone, ...]
    seconds: float


@dataclass(frozen=True)
class ReadingScript:
    """Sentences in the order in which they were chosen."""

    sentences: tuple[ReadingSentence, ...]
    coverage: float  # share of the pool's kinds of diphones that it holds, those held before included
    kinds: int  # of the pool

    @property
    def seconds(self) -> float:
        """How long the whole takes to read."""
        return sum(one.seconds for one in self.sentences)


def sentence_pool(count: int = 0, seed: int = 0) -> list[str]:
    """So many different sentences, POOL where no number is given. The same seed gives the same ones."""
    rng = random.Random(seed)
    words = {slot: words_of(slot) for slot in dict.fromkeys(SLOT.findall(" ".join(PATTERNS)))}
    found: dict[str, None] = {}
    while len(found) < (count or POOL):
        pattern = PATTERNS[len(found) % len(PATTERNS)]
        text = SLOT.sub(lambda slot: rng.choice(words[slot[1]]), pattern)
        text = re.sub(r"\b([Aa]) (?=[aeio]|un|ug|ur)", r"\1n ", text)
        found[text[:1].upper() + text[1:]] = None
    return list(found)


def read_pool(texts: Iterable[str], seconds_a_symbol: float) -> list[ReadingSentence]:
    """The diphones of texts, and their lengths of how long a symbol takes to be said."""
    found = []
    for text in texts:
        symbols = [one for sentence in read(text, LANGUAGE).utterances for one in sentence.symbols]
        found.append(ReadingSentence(text, tuple(diphones_of(symbols)), seconds_a_symbol * len(symbols)))
    return found


def reading_script(
    pool: Sequence[ReadingSentence], minutes: float, held: Iterable[Diphone] = ()
) -> ReadingScript:
    """The sentences of a pool that cover most in so many minutes, beside the diphones that are held already.

    Raises ConfigError for more minutes than the pool has.
    """
    whole = sum(one.seconds for one in pool)
    if not 0 < 60 * minutes <= whole:
        raise ConfigError(f"--minutes {minutes:g}: give more than 0, {whole / 60:.0f} at most.")
    counts: Counter[Diphone] = Counter(held)
    chosen: list[ReadingSentence] = []
    heap = [(-gain_of(one, counts), place) for place, one in enumerate(pool)]
    heapq.heapify(heap)
    spent = 0.0
    while spent < 60 * minutes and heap:
        # Gains only fall: a sentence whose gain, brought up to date, still is the highest is the best
        place = heap[0][1]
        gain = gain_of(pool[place], counts)
        if gain < -heap[0][0] - 1e-12:
            heapq.heapreplace(heap, (-gain, place))
            continue
        heapq.heappop(heap)
        chosen.append(pool[place])
        counts.update(pool[place].diphones)
        spent += pool[place].seconds
    wanted = {diphone for one in pool for diphone in one.diphones}
    return ReadingScript(tuple(chosen), coverage(wanted, counts), len(wanted))


def gain_of(sentence: ReadingSentence, counts: Counter[Diphone]) -> float:
    """What a sentence adds to those chosen, by the second."""
    return sum(WORTH ** counts[diphone] for diphone in set(sentence.diphones)) / max(0.5, sentence.seconds)
