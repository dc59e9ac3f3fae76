"""How a text is written, by evidence: what plain English holds too, such as "2 * 3 * 4" or "#1", is none."""

from __future__ import annotations

import re

from .subtitles import is_subtitles
from .tags import BLOCKS, entities_of, evident_tags

_FENCE = r"^[ ]{0,3}(?:```|~~~)[^`~\n]*$"
# Lines that begin a block
_BLOCKS = re.compile(
    r"^[ ]{0,3}#{2,6}[ \t]+\S|^[ ]{0,3}#[ \t]+[^\W\d_]"  # headings
    rf"|{_FENCE}"
    r"|^[ ]{0,3}>[ \t]*(?:[^\W\d_]|[*_`\[!\"“'‘])"  # quotes
    r"|^[ \t]*\|?[ \t]*:?-{3,}:?[ \t]*(?:\|[ \t]*:?-{3,}:?[ \t]*)+\|?[ \t]*$"  # the line under a table's head
    r"|^[ \t]*\|(?:[ \t]*:?-+:?[ \t]*\|)+[ \t]*$"
    r"|^[ ]{0,3}\[[^\]\n]{1,80}\]:[ \t]+(?:<|https?:|/|\.|#)"  # the address of a link
    r"|^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+\[[ xX]\][ \t]",  # tasks
    re.MULTILINE,
)
_UNDERLINE = re.compile(r"^[ ]{0,3}\S[^\n]*\n[ ]{0,3}(?:={3,}|-{3,})[ \t]*$", re.MULTILINE)
_RULE = re.compile(r"^[ ]{0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$", re.MULTILINE)
_INLINE = re.compile(
    r"(?<![\w\]])!?\[[^\]\n]{0,300}\]\]?\((?:[^\s()]*[/.#:@][^\s()]*(?:\([^\s()]*\)[^\s()]*)?|[^\s()]+\.\w+)?"
    r"(?:\s+[\"'][^\"'\n]*[\"'])?\)"  # links and images
    r"|(?<![\w*])\*\*(?=[^\s*])[^*\n]{1,300}(?<=\S)\*\*(?!\*)|(?<!\w)__(?=[^\s_])[^\n]{1,300}?(?<=\S)__(?!\w)"
    r"|(?<![\w*])\*(?=[^\s*])[^*\n]{1,300}(?<=[^\s*])\*(?![\w*])"  # stars without space inside, words outside
    r"|(?<![\w_])_(?=[^\s_])[^_\n]{1,300}(?<=[^\s_])_(?![\w_])"
    r"|~~(?=\S)[^~\n]{1,300}(?<=\S)~~|(?<!`)`[^`\n]{1,200}`(?!`)|\[\^[^\]\s]{1,60}\]"
)
_ITEM = re.compile(r"^[ \t]*([-*+])[ \t]+(?=[^\W\d_]|[*_`\[\"“(])", re.MULTILINE)
_NUMBERED = re.compile(r"^[ \t]*(\d{1,3})[.)][ \t]+\S", re.MULTILINE)
_FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n[\w.-]+:")


def find_format(text: str) -> str:
    """How a text is written: subtitles, html, markdown or plain."""
    if is_subtitles(text):
        return "subtitles"
    tags = evident_tags(text) if "<" in text else []
    names = {tag.name for tag in tags}
    is_page = "html" in names or "body" in names
    if not is_page and (_has_blocks(text) or _FRONT.match(text)):
        return "markdown"
    if is_page or tags and names & BLOCKS and text.lstrip("\ufeff \t\r\n")[:1] == "<":
        return "html"
    if _INLINE.search(text):
        return "markdown"
    return "html" if tags or any(entities_of(text)) else "plain"


def _has_blocks(text: str) -> bool:
    """Whether lines of a text begin headings, lists and other blocks of Markdown."""
    if _BLOCKS.search(text) or _UNDERLINE.search(text) or _RULE.search(text):
        return True
    bullets = _ITEM.findall(text)
    if len(bullets) > 1 and len(set(bullets)) < len(bullets):
        return True
    numbers = [int(number) for number in _NUMBERED.findall(text)]
    return any(b in (a, a + 1) for a, b in zip(numbers, numbers[1:]))
