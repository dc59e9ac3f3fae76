"""XML as a small tree that knows where everything stood: line, column, and the offset of every character."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from soundalike.core.errors import TextError

LARGEST = 2_000_000  # characters of markup
DEEPEST = 64  # elements within one another


@dataclass
class Node:
    """An element, with its children in order: elements, and runs of text."""

    tag: str  # without its namespace
    attributes: dict[str, str]  # likewise; xml:lang is lang
    line: int
    column: int  # from 1
    start: int  # offset of its `<` in the source, characters
    stop: int = 0
    children: list[Node | Run] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Where it stands, for messages."""
        return f"line {self.line}, column {self.column}"

    def elements(self) -> Iterator[Node]:
        """The children that are elements."""
        return (child for child in self.children if isinstance(child, Node))

    def text(self) -> str:
        """All text within, elements inside included."""
        return "".join(child.text() if isinstance(child, Node) else child.text for child in self.children)


@dataclass
class Run:
    """Characters between two tags, and the offset of each in the source."""

    text: str
    offsets: list[int]


def parse_xml(source: str | bytes, where: str = "text") -> Node:
    """The root element. Raises TextError with line, column and what was expected for markup that is not
    well-formed.

    Also refused: document types and entities of one's own (they can swell without end, or read other files),
    more than LARGEST characters, elements deeper than DEEPEST.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    if len(source) > LARGEST:
        raise TextError(
            f"{where}: {len(source)} characters of markup are too many. Give at most {LARGEST} at a time."
        )
    data = source.encode("utf-8", "replace") if isinstance(source, str) else source
    builder = _Builder(where, data)
    parser = DefusedXMLParser(
        target=builder, encoding="utf-8" if isinstance(source, str) else None, forbid_dtd=True
    )
    builder.expat = parser.parser
    builder.expat.buffer_text = False  # each run of text where it stands
    try:
        parser.feed(data)
        parser.close()
    except DefusedXmlException:
        place = f"line {builder.expat.CurrentLineNumber}, column {builder.expat.CurrentColumnNumber + 1}"
        raise TextError(
            f"{where}, {place}: a document type (<!DOCTYPE>) or an entity is declared. Remove it; "
            f"it is never read."
        ) from None
    except ParseError as error:
        line, column = error.position
        raise TextError(
            f"{where}, line {line}, column {column + 1}: {builder.expected(str(error))}"
        ) from None
    assert builder.root is not None
    return builder.root


class _Builder:
    """Makes Nodes of the parser's events."""

    def __init__(self, where: str, data: bytes):
        self.where = where
        self.expat: Any = None
        self.root: Node | None = None
        self.open: list[Node] = []
        self.source = data
        self.bytes_counted = 0
        self.characters_counted = 0

    def offset(self) -> int:
        """The parser's place in characters; it counts bytes, and only ever goes on."""
        here = self.expat.CurrentByteIndex
        if here > self.bytes_counted:
            self.characters_counted += len(self.source[self.bytes_counted : here].decode("utf-8", "replace"))
            self.bytes_counted = here
        return self.characters_counted

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self.open) >= DEEPEST:
            line = self.expat.CurrentLineNumber
            raise TextError(
                f"{self.where}, line {line}: elements are nested deeper than {DEEPEST}. Close some "
                f"before opening more."
            )
        names = {name.rpartition("}")[2]: value for name, value in attributes.items()}
        place = (self.expat.CurrentLineNumber, self.expat.CurrentColumnNumber + 1, self.offset())
        node = Node(tag.rpartition("}")[2], names, *place)
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node
        self.open.append(node)

    def end(self, tag: str) -> None:
        node = self.open.pop()
        at = self.offset()
        close = self.source.find(b">", self.expat.CurrentByteIndex)
        node.stop = (
            at + len(self.source[self.expat.CurrentByteIndex : close + 1].decode("utf-8", "replace"))
            if close >= 0
            else at
        )

    def data(self, text: str) -> None:
        start = self.offset()
        self.open[-1].children.append(Run(text, list(range(start, start + len(text)))))

    def close(self) -> None:
        return None

    def expected(self, message: str) -> str:
        """The parser's error in plain words, with what was expected."""
        said = message.partition(":")[0]
        if "no element" in said and not self.open:
            return "no element found. Give <speak> and the text within it."
        if self.open and ("mismatched tag" in said or "no element" in said or "unclosed" in said):
            last = self.open[-1]
            return f"{said}. </{last.tag}> was expected, for the <{last.tag}> of {last.place}."
        if "unbound prefix" in said:
            return (
                f"{said}. Declare it in <speak>, such as "
                'xmlns:mstts="http://www.w3.org/2001/mstts" for <mstts:express-as>.'
            )
        if "invalid token" in said or "not well-formed" in said:
            return f"{said}. Write & as &amp; and < as &lt; within text, and quote every attribute."
        return f"{said}. Close every element and write & as &amp;."
