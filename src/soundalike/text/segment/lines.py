"""What a line break is: a wrap within a paragraph, the end of a line by itself, or of a paragraph."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .conventions import MARKS, Conventions
from .stops import Stop, judged

_BREAK = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
NARROW = 40  # characters; no prose is wrapped to lines shorter than this
FULL = 0.85  # of the longest line: a line that reaches it with the next line's first word was wrapped there
_SIGN = re.compile(r"\s*(?:[-*•⁃‣▪◦●○·➤→✓✔☐☑►▸]|\+(?=\s+[^\W\d_]))\s+\S")
_DASH = re.compile(r"\s*[–—―]\s*\S")
_BRACKETED = re.compile(r"\s*\(?(?:\d{1,3}|[^\W\d_]|[ivxIVX]{1,4})\)\s+\S")
_NUMBERED = re.compile(r"\s*\(?(?:\d{1,3}(?:\.\d{1,2}){0,3}|[^\W\d_]|[ivxIVX]{2,4})\.\s+\S")
_FIRST = re.compile(r"\s*(?:1|a|A|i|I)\.\s")
_KEY = re.compile(r"\s*[A-ZÀ-ÖØ-ÞА-ЯЁ][\w ./-]{0,24}:(?:\s|$)")
_LEAD = re.compile(r"[\s\"'“”„‘’‚«»‹›(\[¿¡*_—–―-]*")
_GOES_ON = re.compile(r"[,;:—–-][\"'”“’»«)\]]*$")


@dataclass(frozen=True)
class Break:
    """A place in a text where a line or a paragraph ends."""

    start: int
    stop: int
    is_paragraph: bool


@dataclass(frozen=True)
class _Line:
    start: int
    text: str  # without the space behind it
    separator: str  # what ends it
    stop: int  # behind the separator

    @property
    def is_blank(self) -> bool:
        """Whether nothing in it could be spoken, as in a line of stars."""
        return not any(c.isalnum() for c in self.text)


def breaks(text: str, table: Conventions) -> list[Break]:
    """The places where a line break is more than a wrap, in order."""
    if not _BREAK.search(text):
        return []
    found: list[Break] = []
    block: list[_Line] = []
    for line in _lines(text):
        if line.is_blank:
            found += _of_block(block, table)
            if block:
                found.append(Break(block[-1].start + len(block[-1].text), line.stop, True))
            elif found:
                found[-1] = Break(found[-1].start, line.stop, True)
            else:
                found.append(Break(line.start, line.stop, True))
            block = []
        else:
            block.append(line)
            if line.separator in ("\u2029", "\x0c"):
                found += _of_block(block, table)
                found.append(Break(line.start + len(line.text), line.stop, True))
                block = []
    return found + _of_block(block, table)


def inline_items(line: str) -> list[int]:
    """Where the second and later items begin of a list that stands in one line: 1. Wash 2. Boil."""
    first = re.match(r"\s*(?:1(\.\)|[.)])\s|([•⁃▪●◦])\s*\S)", line)
    if not first:
        return []
    if first[2]:
        return [m.start() for m in re.finditer(rf"(?<=\S)\s+(?={re.escape(first[2])})", line)]
    places: list[int] = []
    at = first.end()
    for number in range(2, 100):
        label = re.compile(rf"(?<=\s){number}{re.escape(first[1])}\s+\S").search(line, at)
        if not label:
            break
        places.append(label.start())
        at = label.end() - 1
    return places


def _lines(text: str) -> list[_Line]:
    lines = []
    start = 0
    for match in _BREAK.finditer(text):
        lines.append(_Line(start, text[start : match.start()].rstrip(), match[0], match.end()))
        start = match.end()
    lines.append(_Line(start, text[start:].rstrip(), "", len(text)))
    return lines


def _of_block(block: list[_Line], table: Conventions) -> list[Break]:
    """The ends of lines within lines that follow one another without a blank one between them."""
    if len(block) < 2:
        return []
    shape = _Block(block, table)
    return [
        Break(a.start + len(a.text), b.start, False)
        for number, (a, b) in enumerate(zip(block[:-1], block[1:], strict=True))
        if shape.ends(number)
    ]


class _Block:
    """Lines without a blank one between them, and what tells their wraps from their ends."""

    def __init__(self, lines: list[_Line], table: Conventions):
        self.lines = lines
        self.table = table
        spaced = [len(line.text) for line in lines if " " in line.text.strip()]
        self.width = max(spaced, default=0)
        initials = [_first_letter(line.text) for line in lines]
        many = 5 if table.has_capital_nouns else 3
        # Verse and lists: each line with a capital
        self.is_capital = len(lines) >= many and all(c.isupper() or c.isdecimal() for c in initials)
        self.labels = sum(bool(_NUMBERED.match(line.text)) for line in lines)
        self.dashes = sum(bool(_DASH.match(line.text)) for line in lines)
        self.is_set_out = self._set_out()

    def ends(self, number: int) -> bool:
        """Whether the line of this number ends by itself, rather than being wrapped."""
        a = self.lines[number]
        b = self.lines[number + 1]
        if a.separator == "\u2028" or self._is_item(a, b):
            return True
        mark = _closing(a.text, b.text, self.table)
        if mark in (Stop.END, Stop.INSIDE):
            return mark is Stop.END or not self._is_full(a, b)
        if _GOES_ON.search(a.text):
            return a.text.endswith(":") and self._stands_alone(a, b)
        return self._stands_alone(a, b)

    def _stands_alone(self, a: _Line, b: _Line) -> bool:
        """Whether a line without a mark at its end is one by itself."""
        if a.text.isupper() and not b.text.isupper() and len(a.text) > 1:
            return True
        first = _first_letter(b.text)
        if first.islower():
            last = re.search(r"([^\W\d_]+)$", a.text)
            return self.is_set_out and not (last and last[1].lower() in self.table.leaning)
        if first.isupper() and not b.text.isupper() and self._begins_line(b):
            return True
        return not self._is_full(a, b) or (self.is_capital and not b.text.isupper())

    def _begins_line(self, b: _Line) -> bool:
        """Whether a line begins with a capital that it would not have within a sentence."""
        word = b.text[_LEAD.match(b.text).end() :].split(maxsplit=1)[0]  # type: ignore[union-attr]
        plain = word.rstrip(",;:").lower().replace("’", "'")
        is_pronoun = self.table.code == "en" and plain.partition("'")[0] == "i"
        return (plain in self.table.openers and not is_pronoun) or bool(_KEY.match(b.text))

    def _is_full(self, a: _Line, b: _Line) -> bool:
        """Whether the first word of the next line would have had no room on this one."""
        if self.width < NARROW:
            return False
        return len(a.text) + 1 + len(b.text.split(maxsplit=1)[0]) > FULL * self.width

    def _is_item(self, a: _Line, b: _Line) -> bool:
        if _SIGN.match(b.text) or _BRACKETED.match(b.text):
            return True
        if _NUMBERED.match(b.text):
            alone = b.text.strip()[0].isdecimal() and not self._is_full(a, b)
            return self.labels > 1 or alone or bool(_FIRST.match(b.text))
        if _DASH.match(b.text):
            return self.dashes > 1 or _first_letter(b.text).isupper()
        return False

    def _set_out(self) -> bool:
        """Whether lines that begin with small letters are set out one below the other on purpose."""
        pairs = list(zip(self.lines[:-1], self.lines[1:], strict=True))
        if self.width >= NARROW:
            return sum(not self._is_full(a, b) for a, b in pairs) > len(pairs) / 2
        words = [len(line.text.split()) for line in self.lines]
        is_led = self.lines[0].text.endswith(":")
        return (len(self.lines) > 2 or is_led) and sum(words) <= 3.5 * len(words)


def _first_letter(text: str) -> str:
    """The first letter or figure of a line."""
    rest = text[_LEAD.match(text).end() :]  # type: ignore[union-attr]
    return rest[:1]


def _closing(a: str, b: str, table: Conventions) -> Stop | None:
    """What the mark at the end of a line is before the line that follows; None for no mark."""
    tail = a[-48:]
    for match in MARKS.finditer(tail):
        if match.end() == len(tail):
            return judged(tail + " " + b[:48], match.start(), match.end(), table)
    return None
