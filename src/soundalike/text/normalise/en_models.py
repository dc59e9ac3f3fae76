"""Names of products in English: iPhone 12s, OnePlus 6t, RTX 4090. Their letters and figures are no units."""

from __future__ import annotations

import re

from .en_numbers import cardinal
from .language import Language, Rule, after, before, compiled, spell

# Products whose models are a number and a letter; a word with a capital inside, as iPad, counts without
_PRODUCTS = (
    r"(?:Galaxy(?: Note| Tab)?|Pixel|Nexus|Moto(?: [A-Z])?|Mi|Xiaomi|Redmi(?: Note)?|Poco|Huawei|Honor|Oppo|"
    r"Reno|Realme|Nokia|Lumia|Xperia|Kindle|HTC|i[A-Z][a-z]{2,}|(?!Ma?c[A-Z])[A-Z][a-z]+[A-Z][a-z]+)"
)
_NAMED = re.compile(rf"\b{_PRODUCTS} $")
_MENTIONED = re.compile(rf"\b{_PRODUCTS}\b")
_OWNED = re.compile(r"\b(?:[Tt]he|[Mm]y|[Yy]our|[Hh]is|[Hh]er|[Oo]ur|[Tt]heir|old|new|used|an?) $")
# What a telephone has, and how its variants are called
_PARTS = re.compile(
    r" (?:battery|screen|display|camera|charger|case|speaker|headphone|keyboard|chip|processor|firmware|"
    r"owners?|models?|[Pp]lus|Pro|Max|Mini|Ultra|Lite|Edge|Air|XL|SE)\b"
)
_BEGINS = re.compile(r"(?:^|[.!?] )(?:The|My) $")
_HAS = re.compile(r" (?:has an?|comes|supports|features|ships|sells|costs)\b")
_TIMES = re.compile(
    r" (?:delay|window|interval|pause|time-?out|clip|video|ad|timer|countdown|exposure|mark|limit|period|"
    r"wait|break|gap|lead|cooldown|loop|intro|sprint|rest|silence|average)s?\b"
)
_LASTS = re.compile(r"(?i)\b(?:wait(?:s|ed|ing)?|pause[sd]?|hold|takes?|took|taking|lasts?|lasted|within) $")
# These count only where no noun follows: every 30s, but every 80s song
_MAY_LAST = re.compile(r"(?i)\b(?:every|after|another|for|about|only|just|in|under) $")
_DECADES = re.compile(r" (?:and|or|to) '?\d0'?s\b")
_NO_NOUN = re.compile(
    r"\s*(?:$|[.,;:!?)])| (?:to|before|and|or|then|later|until|at|in|she|he|it|we|they|you|I)\b"
)
_MORE = re.compile(r" (?:more|later|left|ago|remaining|earlier|apart)\b")  # but not: her 30s later
_THE = re.compile(r"(?i)\bthe $")
_GRAPHICS = re.compile(r"\b(?:[RG]TX|GT|RX|GeForce|Radeon|Quadro) $")


def _model(lang: Language, match: re.Match) -> str | None:
    """iPhone 12s, OnePlus 6t, the 12s battery: a number and letters; "took 12s" are seconds."""
    left = before(match)
    right = after(match)
    named = _NAMED.search(left)
    part = match[2] == "s" and _OWNED.search(left) and _PARTS.match(right)
    subject = match[2] == "s" and _BEGINS.search(left) and _HAS.match(right)
    again = match[2] == "s" and _OWNED.search(left) and _MENTIONED.search(match.string[: match.start()])
    if not (named or part or subject or again) or _TIMES.match(right):
        return None
    return f"{cardinal(int(match[1]))} {spell(lang, match[2])}"


def _graphics(lang: Language, match: re.Match) -> str | None:
    """RTX 4090, RX 6800: forty ninety, sixty-eight hundred."""
    if not _GRAPHICS.search(before(match)):
        return None
    high, low = int(match[1]), int(match[2])
    if not low:
        return f"{cardinal(high)} hundred"
    return f"{cardinal(high)} {'oh ' if low < 10 else ''}{cardinal(low)}"


def is_time(match: re.Match) -> bool:
    """Whether a number with an s, such as 30s, is one of seconds: by the words about it."""
    if "'" in match[0] or "’" in match[0]:
        return False
    left = before(match)
    right = after(match)
    if _DECADES.match(right):
        return False
    if _LASTS.search(left) or _MAY_LAST.search(left) and _NO_NOUN.match(right):
        return True
    if _MORE.match(right) and not _OWNED.search(left):
        return True
    return bool(_TIMES.match(right)) and not _THE.search(left)


MODEL_RULES = tuple(
    Rule("model", "d", compiled(pattern), say)
    for pattern, say in (
        (r"(\d{1,2})([a-z])(?![^\W_]|['’/.]\w)", _model),
        (r"([1-9]\d)(\d\d)(?!\d|[.,]\d)", _graphics),
    )
)
