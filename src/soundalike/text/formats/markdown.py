"""Markdown to items, by markdown-it: headings, items and rows as sentences of their own, labels of links."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from soundalike.core.text_options import TextOptions

from ..markup import Boundary, Style, Words
from .code import code_items
from .flow import MASK, Flow, Lines
from .html import HEADING_PAUSE, RULE_PAUSE, HtmlReader, unknown_warning
from .regions import Masked, Region

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_LISTS = ("bullet_list_open", "ordered_list_open", "bullet_list_close", "ordered_list_close")
_RUN = re.compile(MASK + "+")
_FRONT_MATTER = re.compile(
    r"\A\ufeff?---[ \t]*\r?\n(?:[\w.-]+:.*\r?\n|[ \t]+\S.*\r?\n|-[ \t].*\r?\n|#.*\r?\n|[ \t]*\r?\n)+?"
    r"(?:---|\.\.\.)[ \t]*(?=\r?\n|\Z)"
)
_FOOTNOTE = re.compile(r"(?:^[ ]{0,3})?\[\^[^\]\s]{1,60}\](?::[ \t]*)?", re.MULTILINE)
_TASK = re.compile(r"^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+(\[[ xX]\][ \t])", re.MULTILINE)
_ALERT = re.compile(r"^[ ]{0,3}>[ \t]*(\[!([A-Za-z]{3,20})\])", re.MULTILINE)
# Signs of a product, which are no emphasis: 5*3*2, a*b*c
_PRODUCT = re.compile(r"(?<=\d)\*+(?=[\w(])|(?<=\w)\*+(?=\d)|(?<=\b[a-zA-Z])\*(?=[a-zA-Z]\b)")
_KEPT = "\ue001"  # stands for one of them, as MASK does for what is masked
_DESTINATION = re.compile(r"\](?:\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)|\[[^\]]*\])?")


@functools.cache
def _parser() -> MarkdownIt:
    """CommonMark with tables and deletions, without indented code: what is indented is text here. HTML is
    masked before.
    """
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return parser.disable(["code", "html_block", "html_inline", "text_join"])


def mask_extensions(masked: Masked, style: Style) -> None:
    """Mask what Markdown's dialects add and nobody says: front matter, marks of footnotes, boxes of tasks; of
    a note, `[!TIP]`, the kind is said.
    """

    def kind(match: re.Match[str]) -> Region:
        return Region(*match.span(1), [Words(match[2].capitalize(), match.span(2), style), Boundary()])

    masked.mask_all(_FRONT_MATTER, lambda match: Region(*match.span()))
    masked.mask_all(_FOOTNOTE, lambda match: Region(*match.span()))
    masked.mask_all(_TASK, lambda match: Region(*match.span(1)))
    masked.mask_all(_ALERT, kind)


def read_markdown(masked: Masked, flow: Flow, options: TextOptions) -> list[str]:
    """Write a Markdown text, in which tags are masked, into a flow; warnings."""
    reader = _Reader(masked, flow, options)
    # As many characters as before, so that places stay
    text = _PRODUCT.sub(lambda match: _KEPT * len(match[0]), masked.text)
    text = text.replace("\0", " ").replace("\ufeff", " ")
    reader.read(_parser().parse(text), Lines(text), text)
    return unknown_warning(reader.html.unknown)


class _Reader:
    """Walks the tokens of blocks in order, and finds the place of each piece of text again."""

    def __init__(self, masked: Masked, flow: Flow, options: TextOptions):
        self.masked = masked
        self.flow = flow
        self.options = options
        self.html = HtmlReader(flow, options, keep_lines=True)
        self.numbers: list[int | None] = []  # of each open list the number of its next item
        self.text = ""
        self.lines = Lines("")
        self.at = 0  # what is before it was read
        self.cells = 0

    def read(self, tokens: list[Token], lines: Lines, text: str) -> None:
        self.lines = lines
        self.text = text
        for token in tokens:
            if token.map and token.nesting >= 0:
                self.at = max(self.at, lines.start(token.map[0]))
            self._block(token)
        self.flow.end_block()

    def _block(self, token: Token) -> None:
        kind = token.type
        if kind == "inline":
            self._inline(token.children or [], self._end_of(token))
        elif kind == "fence":
            self._code(token)
        elif kind == "hr":
            self.flow.rest(RULE_PAUSE)
        elif kind == "heading_close":
            self.flow.rest(HEADING_PAUSE)
        elif kind in _LISTS:
            self._list(token)
        elif kind == "paragraph_open":
            self.flow.begin_block()
        elif kind in ("td_open", "th_open"):
            self._cell()
        elif kind not in ("td_close", "th_close"):
            self.flow.end_block()
            self.cells = 0
            if kind == "list_item_open":
                self._item()

    def _list(self, token: Token) -> None:
        if token.nesting < 0:
            self.numbers.pop()
        else:
            self.numbers.append(int(token.attrGet("start") or 1) if token.tag == "ol" else None)

    def _end_of(self, token: Token) -> int:
        return self.lines.start(token.map[1]) if token.map else len(self.text)

    def _item(self) -> None:
        number = self.numbers[-1] if self.numbers else None
        if number is None:
            return
        mark = re.compile(r"\d{1,9}(?=[.)])").search(self.text, self.at)
        self.flow.add_number(number, mark.start() if mark else self.at)
        self.at = mark.end() + 1 if mark else self.at
        self.numbers[-1] = number + 1

    def _cell(self) -> None:
        if self.cells:
            self.flow.separate(self.at)
        self.cells += 1

    def _code(self, token: Token) -> None:
        self.flow.end_block()
        start = self.at
        stop = self._end_of(token)
        if self.options.code_blocks == "announce":
            self.flow.put(code_items((start, stop), self.flow.style))
        elif self.options.code_blocks == "read":
            first = self.lines.start(self.lines.line_of(start) + 1)
            last = max(first, self.lines.start(self.lines.line_of(max(start, stop - 1))))
            self._literal(first, last)
            self.flow.end_block()
        self.at = stop

    def _inline(self, tokens: list[Token], end: int) -> None:
        """The pieces of a paragraph that ends at a place."""
        for token in tokens:
            kind = token.type
            if kind == "text" and token.content:
                self._words(token.content, token.content, end)
            elif kind == "text_special":
                self._words(token.content, token.markup, end)
            elif token.tag in ("em", "strong"):
                self._emphasis(token)
            elif kind == "softbreak":
                self._words("\n", "\n", end)
            elif kind == "hardbreak":
                self._words("\n", "\n", end)
                self.flow.end_block()
            elif kind == "code_inline":
                self._inline_code(token, end)
            elif kind == "image":
                self._inline(token.children or [], end)
                self._skip_destination(end)
            elif kind == "link_close" and token.markup != "autolink":
                self._skip_destination(end)

    def _emphasis(self, token: Token) -> None:
        if token.nesting > 0:
            self.flow.open_emphasis()
        else:
            self.flow.close_emphasis()

    def _inline_code(self, token: Token, end: int) -> None:
        start = self._found(token.content, end)
        self._literal(start, start + len(token.content))
        self.at = min(end, start + len(token.content) + len(token.markup))

    def _found(self, written: str, end: int) -> int:
        """Where a piece stands; the place reached where it cannot be found."""
        start = self.text.find(written, self.at, end)
        return start if start >= 0 else self.at

    def _words(self, content: str, written: str, end: int) -> None:
        start = self._found(written, end)
        self.at = min(end, start + len(written))
        offsets = list(range(start, start + len(content)))
        if written != content:  # an entity or an escaped sign
            offsets = [start + (written[0] == "\\")] * len(content)
        content = content.replace(_KEPT, "*")
        at = 0
        for run in _RUN.finditer(content):
            self.html.text(content[at : run.start()], offsets[at : run.start()], literal=True)
            self._masked(offsets[run.start() : run.end()])
            at = run.end()
        self.html.text(content[at:], offsets[at:], literal=True)

    def _masked(self, places: list[int]) -> None:
        """A run of masked characters: tags are taken, what else is masked goes on into the flow."""
        for place in places:
            region = self.masked.regions.get(place)
            if region is None:
                continue
            if region.tag is not None:
                self.html.tag(region.tag, self.masked.source)
            else:
                self.html.text(MASK, [place], literal=True)

    def _literal(self, start: int, stop: int) -> None:
        """The input itself, whatever was masked in it."""
        self.html.text(self.masked.source[start:stop], range(start, stop), literal=True)

    def _skip_destination(self, end: int) -> None:
        match = _DESTINATION.search(self.text, self.at, end)
        self.at = match.end() if match else self.at
