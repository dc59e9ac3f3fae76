"""A text taken apart into its items, in the whole or in parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from soundalike.core.emotions import Emotion
from soundalike.core.languages import TextLanguage

from .markup import Boundary, Item, Words


@dataclass(frozen=True)
class Source:
    """A text taken apart: its items in order, with their places in it. What `write_script` writes."""

    text: str
    items: list[Item]
    language: TextLanguage
    where: str = "text"
    warnings: list[str] = field(default_factory=list)
    emotion: Emotion | None = None  # that a mark in it leaves in force at its end

    def parts(self, first: int, later: int) -> Iterator[Source]:
        """The text in parts that end with a block: the first of so many characters at least, then longer
        ones. The warnings are the first part's.
        """
        items: list[Item] = []
        size = 0
        least = first
        warnings = self.warnings
        for item in self.items:
            items.append(item)
            size += len(item.text) if isinstance(item, Words) else 0
            if isinstance(item, Boundary) and size >= least:
                yield replace(self, items=items, warnings=warnings)
                items = []
                warnings = []
                size = 0
                least = later
        if items or warnings:
            yield replace(self, items=items, warnings=warnings)
