"""HTML to items: tags dropped, blocks as sentences of their own, cells and items in their order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from soundalike.core.text_options import TextOptions

from .code import code_items
from .flow import Flow
from .tags import BLOCKS, HEADINGS, HIDDEN, KNOWN, RAW, VOID, Tag, decoded

HEADING_PAUSE = 0.3  # seconds after a heading, beside those between sentences
RULE_PAUSE = 0.6  # seconds at a horizontal rule
_CELLS = ("td", "th")
_EMPHASES = ("em", "i", "cite", "dfn", "strong", "b", "u")
_SPACES = re.compile(r"\s+")
_SUPERSCRIPTS = str.maketrans("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ")
_ORDINAL_ENDINGS = ("st", "nd", "rd", "th", "er", "re", "e", "o", "a", "º", "ª")


@dataclass
class _List:
    ordered: bool
    number: int


class HtmlReader:
    """Takes tags and the text between them, in order, and writes a flow.

    With `keep_lines` a line's end stays one, as in a text that has tags but no blocks.
    """

    def __init__(self, flow: Flow, options: TextOptions, keep_lines: bool):
        self.flow = flow
        self.options = options
        self.keep_lines = keep_lines
        self.unknown: list[str] = []  # elements that HTML does not have
        self._hidden: list[str] = []  # elements within one another whose text is not shown
        self._lists: list[_List] = []
        self._code_start: int | None = None
        self._raised: list[tuple[str, list[int]]] | None = None  # what an open <sup> holds
        self._raised_start = 0
        self._cells = 0  # of the row so far

    def text(self, text: str, offsets: Sequence[int], literal: bool = False) -> None:
        """What stands between two tags. With `literal` nothing is decoded."""
        if self._hidden or self._code_start is not None and self.options.code_blocks != "read":
            return
        places = list(offsets)
        if not literal:
            text, places = decoded(text, places)
        if self._raised is not None:
            self._raised.append((text, places))
        elif self.keep_lines or self._code_start is not None:
            self.flow.add(text, places)
        else:
            self._collapsed(text, places)

    def tag(self, tag: Tag, text: str) -> None:
        """One tag of the text."""
        name = tag.name
        if self._skips(tag):
            return
        if name not in KNOWN and name:
            self.unknown.append(text[tag.start : tag.stop])
        if name == "pre":
            return self._pre(tag)
        if name == "sup":
            return self._sup(tag, text)
        if name in BLOCKS:
            self._block(tag)
        elif name in _CELLS:
            self._cell(tag)
        elif name == "img" and tag.attributes.get("alt"):
            shown = f" {tag.attributes['alt']} "
            self.flow.add(shown, [tag.start] * len(shown))
        elif name == "q":
            self.flow.add("”" if tag.closing else "“", [tag.start])
        elif name in _EMPHASES:
            self._emphasis(tag)

    def _emphasis(self, tag: Tag) -> None:
        if tag.closing:
            self.flow.close_emphasis()
        else:
            self.flow.open_emphasis()

    def _skips(self, tag: Tag) -> bool:
        """Whether a tag belongs to what is not shown."""
        if not tag.name:
            return True
        if self._hidden:
            if tag.name == self._hidden[-1]:
                if tag.closing:
                    self._hidden.pop()
                elif tag.name not in RAW:
                    self._hidden.append(tag.name)
            elif tag.name == "body" and self._hidden[0] in ("head", "title"):
                self._hidden.clear()  # a head without its end
            return bool(self._hidden)
        if not tag.closing and tag.name not in VOID and (tag.name in HIDDEN or tag.is_hidden):
            self._hidden.append(tag.name)
            return True
        return tag.name in VOID and tag.is_hidden

    def _block(self, tag: Tag) -> None:
        name = tag.name
        if name in HEADINGS and tag.closing:
            return self.flow.rest(HEADING_PAUSE)
        if name == "hr":
            return self.flow.rest(RULE_PAUSE)
        if tag.closing or name == "li":
            self.flow.end_block()
        else:
            self.flow.begin_block()
        if name == "tr":
            self._cells = 0
        elif name in ("ul", "ol", "menu"):
            self._list(tag)
        elif name == "li" and not tag.closing and self._lists and self._lists[-1].ordered:
            own = tag.attributes.get("value", "")
            if own.isdecimal() and len(own) < 10:
                self._lists[-1].number = int(own)
            self.flow.add_number(self._lists[-1].number, tag.start)
            self._lists[-1].number += 1

    def _list(self, tag: Tag) -> None:
        if tag.closing:
            if self._lists:
                self._lists.pop()
            return
        start = tag.attributes.get("start", "")
        number = int(start) if start.isdecimal() and len(start) < 10 else 1
        self._lists.append(_List(tag.name == "ol", number))

    def _cell(self, tag: Tag) -> None:
        if tag.closing:
            return
        if self._cells:
            self.flow.separate(tag.start)
        self._cells += 1

    def _pre(self, tag: Tag) -> None:
        self.flow.end_block()
        if not tag.closing:
            self._code_start = tag.start
        elif self._code_start is not None:
            span = (self._code_start, tag.stop)
            self._code_start = None
            if self.options.code_blocks == "announce":
                self.flow.put(code_items(span, self.flow.style))

    def _sup(self, tag: Tag, text: str) -> None:
        """`m<sup>2</sup>` is a power, `1<sup>st</sup>` an ordinal; the number of a note is left out."""
        if not tag.closing:
            self._raised = []
            self._raised_start = tag.start
            return
        if self._raised is None:
            return
        held = "".join(part for part, _ in self._raised).strip()
        places = [place for _, own in self._raised for place in own]
        self._raised = None
        is_note = not places or "<a" in text[self._raised_start : places[0]].lower()
        if held.lower() in _ORDINAL_ENDINGS or not held.strip("0123456789+-n"):
            raised = held if held.isalpha() and held != "n" else held.translate(_SUPERSCRIPTS)
            if raised and not is_note:
                self.flow.add(raised, [places[0]] * len(raised))
        elif not is_note and not held.startswith("["):
            self.flow.add(held, [places[0]] * len(held))

    def _collapsed(self, text: str, places: list[int]) -> None:
        """Text whose line ends and runs of spaces are one space."""
        at = 0
        for space in _SPACES.finditer(text):
            self.flow.add(text[at : space.start()], places[at : space.start()])
            if self.flow.last not in ("", " "):
                self.flow.add(" ", [places[space.start()]])
            at = space.end()
        self.flow.add(text[at:], places[at:])


def read_html(text: str, flow: Flow, tags: Sequence[Tag], options: TextOptions) -> list[str]:
    """Write an HTML text into a flow; warnings. `tags` are those of its tags that are taken as such."""
    keep_lines = not any(tag.name in BLOCKS for tag in tags)
    reader = HtmlReader(flow, options, keep_lines)
    at = 0
    for tag in tags:
        reader.text(text[at : tag.start], range(at, tag.start))
        reader.tag(tag, text)
        at = tag.stop
    reader.text(text[at:], range(at, len(text)))
    return unknown_warning(reader.unknown)


def unknown_warning(found: Sequence[str]) -> list[str]:
    """What is said of tags that HTML does not have; nothing where there are none."""
    names = ", ".join(dict.fromkeys(found))
    return [f"these tags are not known and are left out: {names}"] if names else []
