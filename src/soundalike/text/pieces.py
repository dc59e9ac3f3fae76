"""The items of an input as one row of pieces, and where its sentences are.

A piece is one character, or a whole word whose sounds are given.
"""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass

from .lexicon import WORD, Lexicon
from .markup import Boundary, Item, Mark, Pause, Style, Words
from .phonemes import word_symbols
from .russian import STRESS, with_written_stress, words_with_stress
from .segment.split import segments

_WORD = re.compile(WORD)
# Characters at most by which a word of given sounds stands in its sentence while that is being cut
_MASK = 60


@dataclass(frozen=True)
class Piece:
    """One character of the input as it is to be read, or (with symbols) a whole word of given sounds."""

    text: str
    start: int  # in the input, characters
    stop: int
    style: Style
    rule: str = ""
    symbols: list[str] | None = None


@dataclass(frozen=True)
class Sentence:
    """Pieces that are spoken in one go."""

    first: int
    last: int  # behind the last piece
    goes_on: bool  # its sentence does, in the next such


def _mask(piece: Piece) -> str:
    """A made-up word for one of given sounds; where these are all that is written, it may open a sentence."""
    begin = "x" if piece.text[:1].islower() and piece.rule != "inline IPA" else "X"
    return begin + "x" * min(len(piece.text), _MASK)


class Row:
    """Pieces in order, with the pauses, marks and forced ends of sentences between them.

    Each of these is kept with the number of the piece it stands before.
    """

    def __init__(self, language: str, lexicon: Lexicon | None):
        self.language = language
        self.lexicon = lexicon
        self.pieces: list[Piece] = []
        self.pauses: list[tuple[int, float]] = []  # seconds
        self.marks: list[tuple[int, str]] = []  # names
        self._cuts: list[int] = [0]

    def add(self, item: Item) -> None:
        """Put an item at the end."""
        here = len(self.pieces)
        if isinstance(item, Boundary):
            self._cuts.append(here)
        elif isinstance(item, Pause):
            self.pauses.append((here, item.seconds))
        elif isinstance(item, Mark):
            self.marks.append((here, item.name))
        elif isinstance(item, Words) and item.symbols:
            self.pieces.append(
                Piece(item.text, item.offsets[0], item.offsets[-1], item.style, item.rule, item.symbols)
            )
        elif isinstance(item, Words):
            self._add_words(item)

    def sentences(self) -> list[Sentence]:
        """The sentences, long ones in pieces."""
        spans: list[Sentence] = []
        cuts = [*self._cuts, len(self.pieces)]
        for start, stop in zip(cuts[:-1], cuts[1:], strict=True):
            # A word of given sounds is shown as a made-up one, so that its own marks cut nothing
            shown = [_mask(piece) if piece.symbols else piece.text for piece in self.pieces[start:stop]]
            begins = [0]
            for text in shown:
                begins.append(begins[-1] + len(text))
            for segment in segments("".join(shown), self.language):
                first = start + bisect.bisect_right(begins, segment.start) - 1
                last = start + bisect.bisect_left(begins, segment.stop)
                # "3. Mai" is one date
                if spans and self._is_one_say_as(spans[-1].last - 1, first):
                    first = spans.pop().first
                spans.append(Sentence(first, last, segment.ending == "clause"))
        return spans

    def language_at(self, place: int) -> str:
        """The language of a piece; a space has that of what is before it."""
        piece = self.pieces[place]
        while piece.text.isspace() and place > 0 and not piece.symbols:
            place -= 1
            piece = self.pieces[place]
        return piece.style.language

    def _add_words(self, item: Words) -> None:
        for at, stop, symbols in self._looked_up(item):
            if isinstance(item.offsets, tuple):
                start, end = item.offsets
            else:
                start, end = item.offsets[at], item.offsets[stop - 1] + 1
            text = item.text[at:stop]
            rule = item.rule
            if symbols:
                rule = "written stress" if STRESS in text else "your lexicon"
            self.pieces.append(Piece(text, start, end, item.style, rule, symbols))

    def _looked_up(self, item: Words) -> list[tuple[int, int, list[str] | None]]:
        """A text as (start, stop, symbols): single characters and, whole, words that the user's lexicon has
        and Russian ones that are written with their stress.
        """
        found: list[tuple[int, int, list[str] | None]] = []
        at = 0
        if item.style.language == "ru" and STRESS in item.text:
            for start, stop in words_with_stress(item.text):
                word = item.text[start:stop]
                symbols = word_symbols(word.replace(STRESS, ""), "ru")
                found += self._signed(item.text[:start], at)
                found.append((start, stop, with_written_stress(word, symbols)))
                at = stop
        return found + self._signed(item.text, at)

    def _signed(self, text: str, at: int) -> list[tuple[int, int, list[str] | None]]:
        """The same of a text from a place on, by the lexicon alone."""
        found: list[tuple[int, int, list[str] | None]] = []
        if not self.lexicon:
            return [(i, i + 1, None) for i in range(at, len(text))]
        for signed in self.lexicon.signed.finditer(text, at):
            symbols = self.lexicon.get(" ".join(signed[0].split()))
            if symbols:
                found += self._words_of(text, at, signed.start())
                found.append((signed.start(), signed.end(), symbols))
                at = signed.end()
        return found + self._words_of(text, at, len(text))

    def _words_of(self, text: str, at: int, end: int) -> list[tuple[int, int, list[str] | None]]:
        """The same of a part of a text, by its words."""
        found: list[tuple[int, int, list[str] | None]] = []
        assert self.lexicon is not None
        matches = list(_WORD.finditer(text, at, end))
        number = 0
        while number < len(matches):
            # The longest run of words that the lexicon has
            for more in range(min(self.lexicon.longest, len(matches) - number), 0, -1):
                start = matches[number].start()
                stop = matches[number + more - 1].end()
                symbols = self.lexicon.get(" ".join(text[start:stop].split()))
                if symbols:
                    found += [(i, i + 1, None) for i in range(at, start)]
                    found.append((start, stop, symbols))
                    at = stop
                    number = number + more - 1
                    break
            number += 1
        found += [(i, i + 1, None) for i in range(at, end)]
        return found

    def _is_one_say_as(self, left: int, right: int) -> bool:
        """Whether two pieces came of one `<say-as>`."""
        a = self.pieces[left]
        b = self.pieces[right]
        return a.rule.startswith("say-as") and (a.start, a.rule) == (b.start, b.rule)
