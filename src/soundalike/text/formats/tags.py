"""HTML's tags and comments in a text, each with its place.

The standard library's parser takes "x<y and y>z" for a tag, drops what follows an open "<", and gives no
places of characters; so only the entities are left to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.entities import html5

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# Elements that begin and end a sentence
BLOCKS = frozenset(
    "address article aside blockquote body br button caption center dd details dialog div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol option p "
    "pre section select summary table tbody tfoot thead tr ul".split()
)
# Elements whose text is no text of the page
HIDDEN = frozenset(
    "audio canvas head iframe math noframes noscript object rp rt script style svg template textarea title "
    "video".split()
)
RAW = frozenset(("script", "style"))  # in them "<" begins nothing but their end
VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()
)  # without an end
INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label map mark meter nobr output "
    "picture progress q ruby s samp small span strike strong sub sup td th time tt u var".split()
)
KNOWN = BLOCKS | HIDDEN | VOID | INLINE
# Elements whose end is often left out: they count without it
_UNCLOSED = frozenset("body br dd dt hr html li p td th tr wbr".split())
# Elements that count without their end before a word of two letters or more
_FORMATTING = frozenset("b div em font i ol span strong sub sup table tt u ul".split()) | frozenset(HEADINGS)
_FLAGS = frozenset("async autofocus checked controls defer disabled hidden open readonly required".split())
_NAME = r"[a-zA-Z_:@][\w:.-]*"
_ATTRIBUTE = rf"""\s+({_NAME})(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'=<>`]+))?"""
_TAG = re.compile(rf"<(/?)([a-zA-Z][a-zA-Z0-9-]*(?::[a-zA-Z][\w-]*)?)((?:{_ATTRIBUTE})*)\s*/?>")
_DECLARATION = re.compile(r"<[!?][a-zA-Z\[][^<>]*>")
_ENTITY = re.compile(
    r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});|&(?:amp|gt|lt|nbsp|quot)(?![\w=;])"
)
_MAIL = r"[\w.+-]{1,64}@[\w-]{1,60}(?:\.[\w-]{1,60}){1,4}"


@dataclass(frozen=True)
class Tag:
    """A tag, or (without a name) a comment or declaration."""

    start: int
    stop: int
    name: str = ""
    closing: bool = False
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def is_hidden(self) -> bool:
        """Whether its element is there but not shown."""
        style = self.attributes.get("style", "").replace(" ", "").lower()
        return (
            "hidden" in self.attributes
            or self.attributes.get("aria-hidden") == "true"
            or "display:none" in style
            or "visibility:hidden" in style
        )


def tags_of(text: str) -> list[Tag]:
    """All that has the form of a tag or comment, in order."""
    found: list[Tag] = []
    at = text.find("<")
    ends = {"-->": True}  # whether one may come yet
    while at >= 0:
        tag = _comment(text, at, ends) or _tag(text, at)
        if tag is None:
            at = text.find("<", at + 1)
            continue
        found.append(tag)
        after = tag.stop
        if tag.name in RAW and not tag.closing:
            close = re.compile(rf"</{tag.name}\s*>", re.IGNORECASE).search(text, after)
            after = close.start() if close else after
        at = text.find("<", after)
    return found


def _comment(text: str, at: int, ends: dict[str, bool]) -> Tag | None:
    if not text.startswith("<!--", at):
        declaration = _DECLARATION.match(text, at)
        return Tag(at, declaration.end()) if declaration else None
    stop = text.find("-->", at + 4) if ends["-->"] else -1
    ends["-->"] = stop >= 0
    return Tag(at, stop + 3) if stop >= 0 else None


def _tag(text: str, at: int) -> Tag | None:
    match = _TAG.match(text, at)
    if not match:
        return None
    attributes = {
        name.lower(): unescape(value.strip("\"'")) for name, value in re.findall(_ATTRIBUTE, match[3])
    }
    return Tag(at, match.end(), match[2].lower(), bool(match[1]), attributes)


def evident_tags(text: str) -> list[Tag]:
    """Those tags that are tags without doubt: HTML's elements, with attributes as they have or with their
    end; others with their end; and all comments. "a<b and b>c" holds none.
    """
    found = tags_of(text)
    opened = {tag.name for tag in found if not tag.closing}
    closed = {tag.name for tag in found if tag.closing}
    return [tag for tag in found if not tag.name or _is_evident(tag, text, opened, closed)]


def _is_evident(tag: Tag, text: str, opened: set[str], closed: set[str]) -> bool:
    if tag.name not in KNOWN:
        return tag.name in opened and tag.name in closed
    if tag.closing:
        return True
    valued = [value for name, value in tag.attributes.items() if name not in _FLAGS]
    if tag.attributes:
        return all(valued) or tag.name in closed and any(valued)
    if tag.name in closed:
        return True
    if tag.name == "p":
        begins = re.match(r"\s*<p[\s>]", text)  # the whole text is a page
        return bool(begins or re.search(r"(?:^|[\n.!?>])[ \t]*$", text[max(0, tag.start - 40) : tag.start]))
    before = text[tag.start - 1 : tag.start]
    if tag.name in _FORMATTING and (not before or before.isspace() or before == ">"):
        return text[tag.stop : tag.stop + 2].isalpha()
    return tag.name in _UNCLOSED


def entities_of(text: str) -> Iterator[re.Match[str]]:
    """The entities of a text: those with a name that there is, and numbers."""
    for match in _ENTITY.finditer(text):
        if match[0][1] == "#" or match[0][1:] in html5:
            yield match


def _is_about_address(text: str, match: re.Match[str]) -> bool:
    """Whether an entity is a bracket about a mail address."""
    if match[0] == "&lt;":
        return bool(re.match(rf"{_MAIL}&gt;", text[match.end() : match.end() + 160]))
    return match[0] == "&gt;" and bool(
        re.search(rf"&lt;{_MAIL}$", text[max(0, match.start() - 160) : match.start()])
    )


def decoded(text: str, offsets: list[int]) -> tuple[str, list[int]]:
    """A text with its entities as the characters they stand for, and the places of those."""
    parts: list[str] = []
    places: list[int] = []
    at = 0
    for match in entities_of(text):
        sign = " " if _is_about_address(text, match) else unescape(match[0])
        parts += [text[at : match.start()], sign]
        places += offsets[at : match.start()] + [offsets[match.start()]] * len(sign)
        at = match.end()
    parts.append(text[at:])
    places += offsets[at:]
    return "".join(parts), places
