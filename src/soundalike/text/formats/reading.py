"""A text of any form to items: its form is found, what is no text is masked, and its reader writes a flow."""

from __future__ import annotations

import bisect
import re
from dataclasses import replace

from soundalike.core.options import check_options
from soundalike.core.text_options import TextOptions

from ..markup import Item, Style, Words
from .brackets import mask_angles, mask_directions, mask_pauses
from .directions import directions_warning
from .emoji import mask_emoji
from .evidence import find_format
from .feelings import mask_feelings
from .flow import Flow
from .formula import mask_formulas
from .html import read_html
from .notes import mask_double_brackets, mask_notes
from .regions import Masked, Region
from .subtitles import read_subtitles
from .tags import Tag, evident_tags, tags_of

_ADDRESS = re.compile(r"https?://\S+|\]\([^()\s]*\)")


def read_text(
    text: str, language: str, where: str, options: TextOptions | None = None
) -> tuple[list[Item], list[str]]:
    """The items of a text that is no SSML, and warnings.

    Raises TextError naming `where` and the place of a sign that is not IPA, ConfigError for an option that
    there is not.
    """
    options = options or TextOptions()
    check_options(options)
    found = find_format(text) if options.text_format == "auto" else options.text_format
    if found != "plain" and "\r" in text:
        return _without_returns(text, language, where, options)
    style = Style(language)
    masked = Masked(text)
    warnings = mask_double_brackets(masked) + mask_pauses(masked, where, style)
    if options.emoji == "name":
        warnings += mask_emoji(masked, style)
    directions: list[str] = []
    if options.text_format != "plain":
        warnings += mask_feelings(masked, where)
        directions += mask_directions(masked, language)
        mask_notes(masked)
        mask_formulas(masked, style)
        mask_angles(masked)
    flow = Flow(style)
    if found == "markdown":
        warnings += _markdown(masked, flow, options)
    elif found == "html":
        tags = tags_of(masked.text) if _is_forced(options) else evident_tags(masked.text)
        warnings += read_html(masked.text, flow, tags, options)
    elif found == "subtitles":
        directions += read_subtitles(masked.text, flow, options)
    else:
        flow.add(masked.text, range(len(text)))
    return masked.placed(flow.finished()), warnings + directions_warning(directions)


def _is_forced(options: TextOptions) -> bool:
    return options.text_format == "html"


def _markdown(masked: Masked, flow: Flow, options: TextOptions) -> list[str]:
    from .markdown import mask_extensions, read_markdown

    if "<" in masked.text:
        masked.mask([Region(tag.start, tag.stop, tag=tag) for tag in _outermost(evident_tags(masked.text))])
    mask_extensions(masked, flow.style)
    return read_markdown(masked, flow, options)


def _outermost(tags: list[Tag]) -> list[Tag]:
    """Tags without overlap."""
    return [tag for number, tag in enumerate(tags) if not number or tag.start >= tags[number - 1].stop]


def _without_returns(
    text: str, language: str, where: str, options: TextOptions
) -> tuple[list[Item], list[str]]:
    """`read_text` of a text whose lines end with a carriage return, with places in that text."""
    plain = re.sub(r"\r\n?", "\n", text)
    removed = [match.start() for match in re.finditer(r"\r\n", text)]
    # Of each return its place in the plain text
    shifts = [at - number for number, at in enumerate(removed)]

    def place(at: int) -> int:
        return at + bisect.bisect_left(shifts, at)

    items, warnings = read_text(plain, language, where, options)
    moved: list[Item] = []
    for item in items:
        if isinstance(item, Words) and isinstance(item.offsets, tuple):
            item = replace(item, offsets=(place(item.offsets[0]), place(item.offsets[1])))
        elif isinstance(item, Words):
            spans = tuple((place(start), place(stop)) for start, stop in item.emphases)
            item = replace(item, offsets=[place(at) for at in item.offsets], emphases=spans)
        moved.append(item)
    return moved, warnings


def visible_text(text: str, options: TextOptions | None = None) -> str:
    """A text without its tags and addresses, by which its language is found; a plain text as it is."""
    chosen = options or TextOptions()
    if chosen.text_format in ("plain", "ssml"):
        return text
    tags = evident_tags(text) if "<" in text else []
    if not tags and find_format(text) == "plain":
        return text
    parts: list[str] = []
    at = 0
    for tag in tags:
        parts += [text[at : max(at, tag.start)], " "]
        at = max(at, tag.stop)
    return _ADDRESS.sub(" ", "".join(parts) + text[at:])
