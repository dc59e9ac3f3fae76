"""The text that a reader of markup makes: characters with their places, and the ends of blocks."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence

from ..markup import Boundary, Item, Pause, Style, Words

MASK = "\ue000"  # stands for a character of a region; it is for private use, and means nothing in a text


class Flow:
    """Items in order. Neighbouring characters are one item, so that words and sentences stay whole."""

    def __init__(self, style: Style):
        self.style = style
        self.items: list[Item] = []
        self._text: list[str] = []
        self._offsets: list[int] = []
        self._is_numbered = False  # whether the block holds the number of an item alone
        self._opened: list[int] = []  # of each open emphasis, how many characters were written before it
        self._emphases: list[tuple[int, int]] = []  # of the text so far, places in the input

    def add(self, text: str, offsets: Iterable[int]) -> None:
        """Put characters at the end, each with its place in the input."""
        if text:
            self._text.append(text)
            self._offsets += offsets
            self._is_numbered = False

    def put(self, items: Sequence[Item]) -> None:
        """Put items at the end that are no text of the flow, such as pauses."""
        self._close()
        self.items += items

    def open_emphasis(self) -> None:
        """What comes is set in italics or bold."""
        self._opened.append(len(self._offsets))

    def close_emphasis(self) -> None:
        """What was opened last ends. An emphasis that goes on beyond its block is forgotten."""
        first = self._opened.pop() if self._opened else len(self._offsets)
        if first < len(self._offsets):
            self._emphases.append((self._offsets[first], self._offsets[-1] + 1))

    def add_number(self, number: int, at: int) -> None:
        """The number of an item of a list, kept off the item by a comma."""
        shown = f"{number}, "
        self.add(shown, [at] * len(shown))
        self._is_numbered = True

    def begin_block(self) -> None:
        """A block begins: what was before it ends, but for the number of the item that it is."""
        if not self._is_numbered:
            self.end_block()

    def end_block(self) -> None:
        """A sentence ends here. Nothing is added where nothing was written since the last end."""
        self._close()
        if self.items and not isinstance(self.items[-1], Boundary):
            self.items.append(Boundary())

    def rest(self, seconds: float) -> None:
        """A pause after what was written, if anything was. It comes before the end of its sentence."""
        self.end_block()
        if self.items:
            self.items.insert(-1, Pause(seconds))

    def separate(self, at: int) -> None:
        """A comma, unless the block ends with a mark or is empty: the next cell of a table begins at `at`."""
        written = "".join(self._text).rstrip(" \t\n")
        if written and (written[-1].isalnum() or written[-1] in ")]}%\"'”’" + MASK):
            self.add(", ", [at, at])
        elif written:
            self.add(" ", [at])

    @property
    def last(self) -> str:
        """The last character of the block; empty at its beginning."""
        return self._text[-1][-1:] if self._text else ""

    def finished(self) -> list[Item]:
        """All items."""
        self._close()
        return self.items

    def _close(self) -> None:
        text = "".join(self._text)
        if text:
            self.items.append(Words(text, self._offsets, self.style, emphases=tuple(self._emphases)))
        self._text = []
        self._offsets = []
        self._opened = []
        self._emphases = []
        self._is_numbered = False


class Lines:
    """Where the lines of a text begin."""

    def __init__(self, text: str):
        self.starts = [0]
        at = text.find("\n")
        while at >= 0:
            self.starts.append(at + 1)
            at = text.find("\n", at + 1)
        self.starts.append(len(text))

    def start(self, line: int) -> int:
        """The place of the first character of a line, counted from 0; the text's end for lines beyond."""
        return self.starts[min(line, len(self.starts) - 1)]

    def line_of(self, at: int) -> int:
        """The number of the line that holds a place."""
        return bisect.bisect_right(self.starts, at) - 1
