"""Brackets that hold no words of the text: the numbers of notes, and links of wikis about their labels."""

from __future__ import annotations

import re

from soundalike.core.errors import TextError

from ..alphabet import spell_ipa
from ..markup import line_column
from .flow import MASK
from .regions import Masked, Region

_DOUBLE = re.compile(r"\[\[([^\[\]\n]+)\]\](\([^()\s]*\))?")
_LETTERS_OF_IPA = re.compile("[\u0250-\u02df]")
_PAGE = re.compile(r"(?=\w)[\w .,:;'’()&!?/#–-]+(?:\|[^|]+)?")
_NUMBER = re.compile(r"\d{1,3}")
_NOTE = (
    r"(?:\\?\[(?:[1-9]\d{0,2}|[a-z]|note \d{1,2}|citation needed|clarification needed|who\?|when\?)\\?\])+"
)
_ENDS = rf"(?!\s*(?:[=+*/>]|<(?!/)))(?=\s|$|</|[.,;:!?)\"”’]{{1,2}}(?:\s|$|{MASK}))"
_BEHIND_MARK = re.compile(rf"(?:(?<=[.,;!?»”)])|(?<=[.,;!?][\"'’])){_NOTE}{_ENDS}")
_BEHIND_WORD = re.compile(rf"(?<=[^\W\d_]{{2}}){_NOTE}{_ENDS}")
_RAISED = re.compile(
    r"<sup\b[^<>]*>(?:<a\b[^<>]*>)?(\[[^\[\]<>]{1,20}\])(?:</a\s*>)?</sup\s*>", re.IGNORECASE
)


def could_be_ipa(inside: str) -> bool:
    """Whether what stands in double brackets is meant for a pronunciation: no capital, and a space or a
    figure only among letters that IPA alone has.
    """
    if any(c.isupper() for c in inside):
        return False
    if _LETTERS_OF_IPA.search(inside) or not inside.strip():
        return True
    return not re.search(r"[\s\d]", inside) and (not inside.isascii() or _is_spelled(inside))


def _is_spelled(inside: str) -> bool:
    try:
        spell_ipa(inside, "")
    except TextError:
        return False
    return True


def mask_double_brackets(masked: Masked) -> list[str]:
    """Mask the double brackets that are no pronunciation, and the page of a labelled link; warnings."""
    warnings: list[str] = []
    found: list[Region] = []
    for match in _DOUBLE.finditer(masked.text):
        if could_be_ipa(match[1]) and not match[2]:
            continue
        is_glued = match.start() > 0 and not masked.text[match.start() - 1].isspace()
        if _NUMBER.fullmatch(match[1]) and (match[2] or is_glued):
            found.append(Region(*match.span()))
        elif match[2]:  # the text of a link keeps one pair
            found += [Region(at, at + 1) for at in (match.start(), match.end(1))]
        else:
            label = match.start(1) + match[1].rfind("|") + 1 if _PAGE.fullmatch(match[1]) else match.start(1)
            found += [Region(match.start(), label), Region(match.end(1), match.end())]
            place = line_column(masked.source, match.start())
            warnings.append(f"{place}: '{match[0]}' is no pronunciation in IPA; its words are read")
    masked.mask(found)
    return warnings


def mask_notes(masked: Masked) -> None:
    """Mask the numbers of notes behind a mark; behind a word, where an index may stand too, only in a text
    that has others.
    """
    masked.mask_all(_RAISED, lambda match: Region(*match.span(1)))
    if _BEHIND_MARK.search(masked.text):
        masked.mask_all(_BEHIND_MARK, lambda match: Region(*match.span()))
        masked.mask_all(_BEHIND_WORD, lambda match: Region(*match.span()))
