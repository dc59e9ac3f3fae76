"""Fractions: in figures, 3/4, with what is written behind them, 2/3rds, and as one sign, ¾."""

from __future__ import annotations

import re
import unicodedata

from .language import Language, ending, whole_number

# Endings of ordinals behind a fraction, which belong to it: 7/8ths, 2/3tel
ENDINGS = {
    "en": r"(?:st|nd|rd|th)s?",
    "de": r"-?s?tele?n?",
    "fr": r"(?:ème|eme|e)s?",
    "es": r"(?:er|[oa])s?",
    "it": r"[°ºoie]",
    "pt": r"[oa]s?",
    "nl": r"-?(?:ste|de|e)",
    "sv": r"(?::?(?:e|de)|-?(?:dels?|delar))",
}


def _fraction(lang: Language, match: re.Match) -> str | None:
    """The words of a fraction; nothing where it is none."""
    top = int(match[2])
    bottom = int(match[3])
    if lang.fraction is None or (match[1] and top >= bottom) or not bottom:
        if match[1]:
            return None
        return f"{lang.cardinal(top)} {lang.words['slash']} {lang.cardinal(bottom)}"
    if (top, bottom) == (24, 7):
        return f"{lang.cardinal(24)} {lang.cardinal(7)}"
    over = {"de": "zu", "fr": "sur", "es": "sobre", "ru": "на"}.get(lang.code)
    if top > bottom > 12 and over:  # no part of a whole: the pressure of blood
        return f"{lang.cardinal(top)} {over} {lang.cardinal(bottom)}"
    said = lang.fraction(top, bottom)
    return f"{whole_number(lang, match[1])} {lang.words['and']} {said}" if match[1] else said


def fraction_of_unit(lang: Language, match: re.Match) -> str | None:
    """A fraction in figures, and the unit behind it."""
    said = _fraction(lang, match)
    if said is None or not match[4]:
        return said
    forms = lang.units[match[4]].forms
    part = not match[1] and int(match[2]) < int(match[3]) and lang.code not in ("ru", "cs")
    many = 3 if lang.code == "cs" else 1  # půl litru
    return f"{said} {forms[0 if part else min(many, len(forms) - 1)]}" + ending(lang, match)


def vulgar(written: str) -> tuple[int, int]:
    """The two numbers of a fraction that is one sign; noughts where it has none."""
    top, _, bottom = unicodedata.normalize("NFKC", written).partition("\u2044")
    return int(top or "0"), int(bottom or "0")


def vulgar_fraction(lang: Language, match: re.Match) -> str | None:
    """A fraction that is one sign, and the whole number before it."""
    top, bottom = vulgar(match[0][-1])
    whole = f"{whole_number(lang, match[1])} {lang.words['and']} " if match.re.groups else ""
    if not top or not bottom:
        return whole + lang.cardinal(0)
    said = (
        lang.fraction(top, bottom)
        if lang.fraction
        else f"{lang.cardinal(top)} {lang.words['slash']} {lang.cardinal(bottom)}"
    )
    return whole + said
