"""What in a text says nothing of its language: addresses, figures, initials, abbreviations, formulas."""

from __future__ import annotations

import functools
import re

# Numbers with what is glued to them, units behind them, initials, mail addresses and the like
_NO_WORD = re.compile(
    r"</?[a-zA-Z!?][^<>]{0,500}>|\[\[[^\[\]]{0,200}\]\]|https?://\S+|www\.\S+|(?<!\S)\S{1,80}@\S+|[@#]\w+"
    r"|(?<!\w)(?:[^\W\d_]{2,12}-(?=\d))?\w{0,40}?\d[\w.,:'\"/-]*(?:\s*(?:[ap]\.m\.|[^\W\d_]{1,3}\b))?"
    r"|\b[A-ZÀ-Þ]\.(?:\s?[A-ZÀ-Þ]\.)*|\b[B-HJ-NP-Z]\b(?!['’])|\b[b-df-hj-np-tv-xz]\b(?!['’])"
    r"|\b[IVXLCDM]{2,}\b|\b(?!vi\b)[ivx]{2,}\b"
    r"|\b(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\."
)
# What is called with brackets, sin(x), but no ending that is left open, hijo(s); what stands beside the signs
# of a sum
_CALLED = r"\([\w\s.,+*/^=-]{1,30}\)(?!\w)"
_FORMULA = re.compile(
    rf"\b(?:[^\W\d_]|sin|cos|tan|log|ln|exp|max|min|[^\W\d_]{{2,8}}(?!\([a-z]{{1,5}}\))){_CALLED}"
    r"|(?<!\S)\w{1,4}(?:(?:\s[=+*^×÷]\s|[=+^×÷])\w{1,4}[²³]?(?!\w))+"
)
_SHORT = re.compile(r"\b(et al\.|[^\W\d_]{1,6}\.)(?=\s?[\d(]|,|\s[a-zà-þ]{1,4}\.|\s?$)")
_INITIALS = 4  # letters at most of a word in capitals that may be one, where a text has no more than two


def without_noise(text: str) -> str:
    """The text without what is no evidence of a language."""
    text = _SHORT.sub(_abbreviated, text)
    text = _NO_WORD.sub(" ", _FORMULA.sub(" ", text))
    return "" if _is_initials(text) else text


def _abbreviated(match: re.Match[str]) -> str:
    """Nothing in place of an English abbreviation that stands before a figure, another, or the end."""
    written = match[1]
    known = {written, written[0].lower() + written[1:]} & _abbreviations()
    return " " if known else match[0]


@functools.cache
def _abbreviations() -> frozenset[str]:
    """The abbreviations of English with their full stop."""
    from soundalike.text.normalise import table_of
    from soundalike.text.normalise.abbreviations import numbered

    table = table_of("en")
    more = "et al.|cit.|ibid.|seq.|op.|vv.".split("|")
    listed = (*table.abbreviations, *table.leaning, *numbered("en"), *more)
    return frozenset(name for name in listed if name.endswith("."))


def _is_initials(text: str) -> bool:
    """Whether a text is one or two short words in capitals: DOS, MS-DOS."""
    words = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) > 1]
    shouted = text.isupper() and all(word.isascii() for word in words)
    return shouted and 0 < len(words) < 3 and all(len(word) <= _INITIALS for word in words)
