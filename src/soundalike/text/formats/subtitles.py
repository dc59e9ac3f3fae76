"""Subtitles, SubRip and WebVTT, to items: their words, without numbers, times and settings."""

from __future__ import annotations

import re

from soundalike.core.text_options import TextOptions

from .flow import Flow
from .html import HtmlReader
from .tags import Tag, evident_tags

REST = 1.0  # seconds without a subtitle that end a sentence
_CLOCK = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
# The times of a subtitle, with its number or (after an empty line) its name before them
_HEAD = re.compile(
    rf"(?:(?:(?<=\n\n)|\A\ufeff?)[^\n]{{1,200}}\n|^[ \t]*\d{{1,6}}[ \t]*\n|\b\d{{1,6}}[ \t]+)?[ \t]*"
    rf"{_CLOCK}[ \t]*-->[ \t]*{_CLOCK}"
    r"(?:[ \t]+(?:(?:align|line|position|region|size|vertical):\S+|[XY][12]:\d{1,5}))*",
    re.MULTILINE,
)
_REMARK = re.compile(r"(?:(?<=\n\n)|\A\ufeff?)(?:WEBVTT|NOTE|STYLE|REGION)\b(?:(?!\n[ \t]*\n)[\s\S])*")
_STYLING = re.compile(
    r"\{\\[^{}\n]{0,80}\}|</?(?:v|lang|ruby|rt)\b[^<>\n]{0,80}>|</?c[.\w]{0,80}>|<[\d:.]{5,15}>"
)
# What is heard beside words: in square brackets, or in round ones alone on a line
_DESCRIBED = re.compile(r"\[[^\[\]\n]{1,80}\]|(?<=\n)[-–—]?[ \t]*\([^()\n]{1,80}\)[ \t]*(?=\n)")
_SPEAKERS_DASH = re.compile(r"(?<=\n)[ \t]*[-–—]+[ \t]*(?=\w)")


def is_subtitles(text: str) -> bool:
    """Whether a text holds times as subtitles have them."""
    return "-->" in text and _HEAD.search(text) is not None


def read_subtitles(text: str, flow: Flow, options: TextOptions) -> list[str]:
    """Write the words of subtitles into a flow; the descriptions of sounds among them, which are left out."""
    described: list[str] = []
    text = _REMARK.sub(_blank, text)
    heads = list(_HEAD.finditer(text))
    reader = HtmlReader(flow, options, keep_lines=False)
    ended = 0.0
    ends = [head.start() for head in heads[1:]] + [len(text)]
    if heads and text[: heads[0].start()].strip():
        _write(reader, text, 0, heads[0].start(), described)
    for head, stop in zip(heads, ends):
        if _seconds(head, 1) - ended >= REST:
            flow.end_block()
        ended = _seconds(head, 5)
        _write(reader, text, head.end(), stop, described)
    flow.end_block()
    return described


def _blank(match: re.Match[str]) -> str:
    """As many spaces, so that places stay."""
    return " " * len(match[0])


def _write(reader: HtmlReader, text: str, start: int, stop: int, described: list[str]) -> None:
    """The words of one subtitle. A dash before a speaker's words begins a sentence."""
    shown = _STYLING.sub(_blank, "\n" + text[start:stop] + "\n")
    described += [match[0].strip(" \t-–—") for match in _DESCRIBED.finditer(shown)]
    shown = _DESCRIBED.sub(_blank, shown)
    events: list[tuple[int, int, Tag | None]] = [(one.start, one.stop, one) for one in evident_tags(shown)]
    events += [(*match.span(), None) for match in _SPEAKERS_DASH.finditer(shown)]
    at = 1
    for first, last, tag in sorted(events, key=lambda event: event[0]):
        reader.text(shown[at:first], range(start + at - 1, start + first - 1))
        if tag is None:
            reader.flow.end_block()
        else:
            reader.tag(tag, shown)
        at = last
    # The line end put before it is no character of the text
    body = shown[at:-1]
    reader.text(body, range(start + at - 1, start + at - 1 + len(body)))
    if body[-1:] and not body[-1].isspace():
        reader.text(" ", [max(start, stop - 1)])


def _seconds(match: re.Match[str], group: int) -> float:
    hours, minutes, seconds, fraction = (match[group + number] or "0" for number in range(4))
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}")
