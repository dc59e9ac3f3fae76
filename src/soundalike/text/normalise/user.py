"""Languages of the user's own: numbers, signs, abbreviations and capitals by the shared rules, as far as the
language's folder tells its words.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable
from string import ascii_lowercase

from soundalike.text.user_languages import UserLanguage

from .language import Language, Rule
from .numeric import numeric_rules
from .wording import wording_rules

# The sign that stands in [signs] for each word of a language's table; the others are not said
_SIGN_OF = {
    "plus": "+",
    "minus": "-",
    "to": "–",
    "and": "&",
    "at": "@",
    "dot": ".",
    "slash": "/",
    "hyphen": "-",
    "underscore": "_",
    "power": "^",
    "number": "#",
    "hashtag": "#",
    "about": "~",
    "ratio": ":",
}


@functools.lru_cache(maxsize=16)
def user_table(language: UserLanguage) -> Language:
    """The table of a user's language."""
    said = language.said
    signs = {"×": said.signs.get("*", ""), **said.signs}
    point, minus = _point_and_minus(language)
    words = {word: signs.get(sign, "") for word, sign in _SIGN_OF.items()}
    words |= {"point": signs.get(said.numbers.decimal, point), "minus": words["minus"] or minus}
    cardinal = _cardinal(language)
    short = dict(said.abbreviations)
    for name, spoken in said.abbreviations.items():  # where one begins a sentence
        short.setdefault(name[:1].upper() + name[1:], spoken[:1].upper() + spoken[1:])
    return Language(
        code=said.code,
        letters=language.letters | frozenset(ascii_lowercase),
        cardinal=cardinal,
        ordinal=_ordinal(language, cardinal),
        year=cardinal,
        words=defaultdict(str, words),
        symbols=defaultdict(str, signs),
        letter_names={letter.upper(): name for letter, name in said.letters.items()},
        form=lambda whole, has_decimals: 0,
        decimal=said.numbers.decimal,
        groups=". '" if said.numbers.decimal == "," else ",'",
        abbreviations=short,
        time=lambda hour, minute, second: cardinal(hour) + (f" {cardinal(minute)}" if minute else ""),
    )


@functools.lru_cache(maxsize=16)
def user_rules(language: UserLanguage) -> list[Rule]:
    """The rules that a user's language is read by, in their order."""
    lang = user_table(language)
    return [*numeric_rules(lang), *wording_rules(lang)]


def _cardinal(language: UserLanguage) -> Callable[..., str]:
    """What says a whole number: num2words, or the words of its figures."""
    digits = language.said.numbers.digits.split()
    if digits:
        return lambda n, gender="", counted=False: " ".join(digits[int(figure)] for figure in str(abs(n)))
    from num2words import num2words

    code = language.said.numbers.code or language.code
    return functools.cache(
        lambda n, gender="", counted=False: num2words(n, lang=code).replace(",", "").strip()
    )


def _ordinal(language: UserLanguage, cardinal: Callable[..., str]) -> Callable[..., str]:
    """What says an ordinal, a cardinal where num2words has none."""
    if language.said.numbers.digits:
        return lambda n, gender="m": cardinal(n)
    from num2words import num2words

    def ordinal(n: int, gender: str = "m") -> str:
        try:
            return num2words(n, lang=language.said.numbers.code or language.code, to="ordinal")
        except RuntimeError:  # it has none
            return cardinal(n)

    return ordinal


def _point_and_minus(language: UserLanguage) -> tuple[str, str]:
    """The words that num2words has for the decimal sign and for a minus; none where it has none."""
    if language.said.numbers.digits:
        return "", ""
    from num2words import CONVERTER_CLASSES

    known = CONVERTER_CLASSES[language.said.numbers.code or language.code]
    found = (str(getattr(known, name, "")).strip() for name in ("pointword", "negword"))
    point, minus = (word if word.isalpha() else "" for word in found)
    return point, minus
