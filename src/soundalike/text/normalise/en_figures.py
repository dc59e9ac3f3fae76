"""English figures beside letters and signs: 1.2k, $5M-$10M, 747s, 8/10, 1920x1080, ¾ tsp."""

from __future__ import annotations

import re

from .en_models import is_time
from .en_numbers import cardinal, fraction
from .en_units import UNITS
from .en_words import CURRENCIES, MAGNITUDES
from .fractions import vulgar
from .language import (
    Language,
    Rule,
    after,
    before,
    compiled,
    count,
    ending,
    money,
    nouns,
    say_number,
    spell,
)
from .numeric import END, alternatives

_SIGNS = {"US$": "US$", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_CURRENCIES = money(CURRENCIES)
_SIZES = nouns(MAGNITUDES)
_SIZE = alternatives(_SIZES)
_PLAIN = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_UNITS = alternatives(key.replace("_", " ") for keys in UNITS for key in keys.split())


def _decimal(lang: Language, match: re.Match) -> str | None:
    """A decimal with letters behind it that are no unit: 1.2k is a size, 98.6F a letter."""
    written, letters = match.groups()
    if letters in ("k", "K", "M", "B"):
        return count(lang, written, _SIZES[letters])
    if letters in lang.units or letters.lower() in ("am", "pm", "st", "nd", "rd", "th"):
        return None
    if letters == "in":
        return f"{say_number(lang, written)} inches"
    if letters == "x" and re.match(r" [a-z]", after(match)):
        return f"{say_number(lang, written)} times"
    said = spell(lang, letters) if len(letters) == 1 or letters.isupper() else letters
    return f"{say_number(lang, written)} {said}"


def _money_range(lang: Language, match: re.Match) -> str:
    """A range of money of which both ends have a size: $5M-$10M, $500K-$1M."""
    sign, low, first, high, second = match.groups()
    small = _SIZES[first].forms[0]
    large = _SIZES[second].forms[0]
    low_size = "" if small == large else f" {small}"
    dollars = _CURRENCIES[_SIGNS[sign]][0].forms[-1]
    return f"{say_number(lang, low)}{low_size} to {say_number(lang, high)} {large} {dollars}"


def _pair(figures: str) -> tuple[str, str]:
    """A number of three or four figures in two halves, the first with its space: seven, forty-seven."""
    if len(figures) < 3 or len(figures) > 4:
        return "", cardinal(int(figures))
    if figures.endswith("00"):
        return (f"{cardinal(int(figures[:-2]))} " if figures != "100" else ""), "hundred"
    last = int(figures[-2:])
    return f"{cardinal(int(figures[:-2]))} {'oh ' if last < 10 else ''}", cardinal(last)


def _many(figures: str) -> str:
    """A number as a noun for many: seven forty-sevens."""
    first, last = _pair(figures)
    if last.endswith("y"):
        return f"{first}{last[:-1]}ies"
    return f"{first}{last}{'es' if last.endswith('x') else 's'}"


def _plural(lang: Language, match: re.Match) -> str | None:
    """747s; a round number of seconds, 120s, is left to the units."""
    round_number = match[1].endswith("0")
    named = re.search(r"\b[Tt]he $", before(match)) or re.match(r" of\b", after(match))
    return None if round_number and not named else _many(match[1])


_COUNTED = re.compile(
    r"(?i)\b(?:two|three|four|five|six|seven|eight|nine|ten|few|several|(?:bunch|lot|lots|pair|row|set|"
    r"string) of|count(?:s|ed|ing)? (?:by|in)) $"
)
# These count only where no noun follows: the 6s are gone, but the 6s rule
_POINTED = re.compile(r"(?i)\b(?:all|both|many|no|some|the|these|those) $")
_ALONE = re.compile(r"\s*(?:$|[.,;:!?)])| (?:a(?:nd|re|s|t)|from|had|have|in|is|of|on|or|to|was|were|with)\b")
_AFTER_ONE = re.compile(r"\d{1,2}s,? (?:(?:and|or) )?$")
_BEFORE_ONE = re.compile(r",? (?:(?:and|or) )?\d{1,2}s(?![^\W_])")


def _few(lang: Language, match: re.Match) -> str | None:
    """Small numbers as nouns: two 9s, a pair of 10s, 0s and 1s. Others are left to the units."""
    left = before(match)
    right = after(match)
    counted = _COUNTED.search(left) or _POINTED.search(left) and _ALONE.match(right)
    named = counted or _AFTER_ONE.search(left) or _BEFORE_ONE.match(right)
    return None if not named or is_time(match) else _many(match[1])


def _lasted(lang: Language, match: re.Match) -> str:
    """A length of time: 2h 5m 30s, 3m 12s."""
    named = zip(match.groups(), ("hour", "minute", "second"))
    return " ".join(f"{cardinal(int(n))} {unit}{'' if int(n) == 1 else 's'}" for n, unit in named if n)


def _model_plural(lang: Language, match: re.Match) -> str:
    return f"{spell(lang, match[1])} {_many(match[2])}"


def _offers(lang: Language, match: re.Match) -> str:
    return f"{cardinal(int(match[1]))} for {_many(match[2])}"


_RATED = re.compile(
    r"(?i)\b(?:rat(?:e[ds]?|ings?)|scor(?:e[ds]?|ing)|giv(?:e|es|en|ing)|gave|pain|grade[ds]?|reviews?|"
    r"stars?|solid|ranked|got|earned|deserves)\b[^.!?/]{0,25}$"
)


def _rating(lang: Language, match: re.Match) -> str | None:
    """Points of five, ten or a hundred: 4.7/5, 10/10, rate it 8/10."""
    is_full = match[1] == match[2] or "." in match[1]
    rated = _RATED.search(before(match)) or re.match(r" (?:stars?|points?|rating|score)\b", after(match))
    if not (is_full or rated) or re.match(r" of\b", after(match)) or float(match[1]) > int(match[2]):
        return None
    return f"{say_number(lang, match[1])} out of {say_number(lang, match[2])}"


def _resolution(lang: Language, match: re.Match) -> str:
    return " by ".join("".join(_pair(figures)) for figures in match.groups())


def _part_of_unit(lang: Language, match: re.Match) -> str:
    """A part of a unit: ¾ tsp., 1½ tsp."""
    top, bottom = vulgar(match[2])
    said = fraction(top, bottom) if top else cardinal(0)
    forms = lang.units[match[3]].forms
    if match[1]:
        said = f"{cardinal(int(match[1]))} and {said}"
    return f"{said} {forms[bool(match[1])]}" + ending(lang, match)


_PER = {
    "mo": "month",
    "yr": "year",
    "wk": "week",
    "hr": "hour",
    "h": "hour",
    "min": "minute",
    "sec": "second",
    "ea": "each",
    "pp": "person",
    "sq ft": "square foot",
    "sqft": "square foot",
    "lb": "pound",
    "oz": "ounce",
    "gal": "gallon",
}


def _per_time(lang: Language, match: re.Match) -> str | None:
    """$19.99/mo, $8/hr."""
    priced = re.search(r"[$€£][\d.,]+[kKM]?$|\d ?(?:dollars|cents|euros|pounds)$", before(match))
    return f"per {_PER[match[1]]}" if priced else None


FIGURE_RULES = tuple(
    Rule(name, begins, compiled(pattern), say)
    for name, begins, pattern, say in (
        ("number", "d", r"(?<![\w.])(\d{1,3}(?:,\d{3})*\.\d+|\d+\.\d+)([A-Za-z]{1,4})(?![^\W_])", _decimal),
        (
            "currency",
            "sl",
            rf"(US\$|[$€£¥]) ?({_PLAIN}) ?({_SIZE})\s?[-–—]\s?\1? ?({_PLAIN}) ?({_SIZE}){END}",
            _money_range,
        ),
        ("time", "d", rf"(\d{{1,3}}) ?h ?(\d{{1,2}}) ?m(?: ?(\d{{1,2}}) ?s)?{END}", _lasted),
        ("time", "d", rf"()(\d{{1,3}}) ?m ?(\d{{1,2}}) ?s{END}", _lasted),
        ("plural", "d", r"(\d{3})s(?![^\W_])", _plural),
        ("plural", "d", r"(\d{1,2})s(?![^\W_])", _few),
        ("plural", "l", r"([A-Z]{1,3})-?(\d{1,4})s(?![^\W_])", _model_plural),
        (
            "plural",
            "d",
            r"(\d{1,2})-for-(\d{1,2})s(?![^\W_])",
            _offers,
        ),
        ("rating", "d", r"(\d{1,3}(?:\.\d{1,2})?)/(5|10|100)(?![\d/%]|[.,]\d)", _rating),
        ("number", "d", r"(\d{3,4})[x×](\d{3,4})(?![^\W_])", _resolution),
        ("unit", "ds", rf"(?:(\d{{1,4}}) ?)?([\u00bc-\u00be\u2150-\u215e]) ?({_UNITS}){END}", _part_of_unit),
        ("per", "s", rf"/({alternatives(_PER)})\b", _per_time),
    )
)
