"""The English I: a numeral behind a noun or a ruler's name, elsewhere the pronoun."""

from __future__ import annotations

import re

from .en_words import ROMAN_AFTER, RULERS
from .language import Language, after, before

_KINGS = RULERS | {"Francis", "Napoleon", "Nicholas", "Wilhelm"}
# Behind these the numeral stands before a noun: type I errors
_GRADED = re.compile(
    r"(?i)\b(?:type|phase|stage|grade|level|class|category|group|division|tier|schedule|title|factor|nerve|"
    r"quadrant|corps|war) $"
)
# Verbs of a speaker
_SPEAKS = (
    r"(?:am|have|had|will|would|can|could|do|did|want|need|know|knew|think|thought|see|saw|love|hate|mean|"
    r"meant|feel|felt|find|say|said|tell|told|got|go|went|hope|guess|believe|wish|just|really|always|"
    r"never|also)\b"
)
_VERB = re.compile(
    rf" (?:{_SPEAKS}|(?:[a-z]{{3,}}ed|was|were|like|found|make|made|use|wrote|write|read|get|is|take|took|"
    r"give|gave|teach|taught|play|work|only|usually|ever|must|should|may|might|prefer|enjoy|expect|choose|"
    r"chose|buy|bought|own|wear|fought|describe|remember)\b)"
)
# Behind these it is the numeral, where the noun has a capital: Chapter I was long
_GOES_ON = re.compile(r" (?:and|was|of|or|died|is|in|had|to|by)\b")
_ENDS = re.compile(r"\s*(?:$|[.,;:!?)\]])| (?:and|or|to) [a-z]+ [IVX]+\b")
_TITLE = re.compile(r"\b(?:The|This|That|Each|Every|My|Our|First|Last) $")  # The Book I Read


def first(lang: Language, match: re.Match) -> str | None:
    """What the numeral, with its 's, is said as; nothing for the pronoun, as in "then Charles I saw"."""
    said = _said(before(match), after(match))
    return f"{said}{match[1] or ''}" if said else None


def _said(left: str, right: str) -> str | None:
    """The words of the numeral between what stands on its left and its right."""
    if re.match(r"['-]", right):
        return None
    name = re.search(r"([A-Z][a-z]+) $", left)
    if name and name[1] in _KINGS:
        return None if re.match(f" {_SPEAKS}", right) else "the First"
    if _GRADED.search(left) and re.match(r" [a-z]", right):
        return None if _VERB.match(right) else "one"
    return "one" if _is_numbered(left, right) else None


def _is_numbered(left: str, right: str) -> bool:
    """Whether a noun stands on the left that is numbered, and no verb of a speaker on the right."""
    noun = ROMAN_AFTER.search(left)
    if noun is None:
        return False
    if not noun[0][0].isupper():
        return _ENDS.match(right) is not None
    if _TITLE.search(left[: noun.start()]) and re.match(r" [A-Z]", right):
        return False
    goes_on = _GOES_ON.match(right) is not None and noun[0] != "Mark "  # who is a person, too
    return goes_on or not _VERB.match(right)
