"""Stretches of an input that are not read as they are written, and the text with them masked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ..markup import Item, Words
from .flow import MASK
from .tags import Tag

_RUN = re.compile(MASK + "+")


@dataclass(frozen=True)
class Region:
    """A stretch of the input: the items said in its place, none where it is left out; or an HTML tag."""

    start: int
    stop: int
    items: Sequence[Item] = ()
    tag: Tag | None = None


@dataclass
class Masked:
    """An input whose regions are masked, character by character: all places stay as they are.

    Line ends are kept, so that the lines of the input stay its lines.
    """

    source: str
    text: str = ""
    regions: dict[int, Region] = field(default_factory=dict)  # by start

    def __post_init__(self) -> None:
        self.text = self.text or self.source

    def mask(self, found: Sequence[Region]) -> None:
        """Mask regions, given in order of their start and without overlap."""
        parts: list[str] = []
        at = 0
        for region in found:
            inside = self.text[region.start : region.stop]
            parts += [self.text[at : region.start], re.sub(r"[^\r\n]", MASK, inside)]
            at = region.stop
            self.regions[region.start] = region
        self.text = "".join(parts) + self.text[at:]

    def mask_all(self, pattern: re.Pattern[str], make: Callable[[re.Match[str]], Region | None]) -> None:
        """Mask what a pattern finds and `make` takes for a region."""
        self.mask([region for match in pattern.finditer(self.text) if (region := make(match))])

    def placed(self, items: list[Item]) -> list[Item]:
        """The items with each masked region replaced by what is said in its place."""
        found: list[Item] = []
        for item in items:
            if isinstance(item, Words) and MASK in item.text and isinstance(item.offsets, list):
                found += self._split(item, item.offsets)
            else:
                found.append(item)
        return found

    def _split(self, item: Words, offsets: list[int]) -> list[Item]:
        found: list[Item] = []
        at = 0
        for run in _RUN.finditer(item.text):
            if run.start() > at:
                found.append(_part(item, offsets, at, run.start()))
            for place in offsets[run.start() : run.end()]:
                if place in self.regions:
                    found += self.regions[place].items
            at = run.end()
        if at < len(item.text):
            found.append(_part(item, offsets, at, len(item.text)))
        return found


def _part(item: Words, offsets: list[int], start: int, stop: int) -> Words:
    return replace(item, text=item.text[start:stop], offsets=offsets[start:stop])
