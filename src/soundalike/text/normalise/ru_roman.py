"""Russian numbers within words, and before what they count: 10-летний; II мировая, на II этаже."""

from __future__ import annotations

import re

from .language import Language, after
from .roman import roman_value
from .ru_numbers import cardinal, ordinal

# Endings of an adjective, and of a noun by its declension, with the gender and case they tell
_ADJECTIVE = {
    "ая": "fn", "яя": "fn", "ой": "fg", "ей": "fg", "ую": "fa", "юю": "fa", "ый": "mn", "ий": "mn",
    "ого": "mg", "его": "mg", "ому": "md", "ему": "md", "ом": "mp", "ем": "mp", "ым": "mi", "им": "mi",
    "ое": "nn", "ее": "nn", "ые": "pn", "ие": "pn", "ых": "pg", "их": "pg",
}  # fmt: skip
_MASCULINE = {"": "mn", "а": "mg", "у": "md", "ом": "mi", "е": "mp", "ы": "pn", "ов": "pg", "ах": "pp"}
_FEMININE = {"а": "fn", "ы": "fg", "и": "fg", "е": "fg", "у": "fa", "ой": "fg", "я": "fn", "ь": "fn",
             "ю": "fa", "ью": "fg", "ей": "fg"}  # fmt: skip
_NEUTER = {"о": "nn", "а": "mg", "у": "md", "ом": "mi", "е": "mp"}
_NEUTER_SOFT = {"ие": "nn", "ия": "mg", "ию": "md", "ием": "mi", "ии": "mp"}
# Forms for several, behind which a numeral is a plain number: главы IV и V
ROMAN_AFTER = re.compile(
    r"(?i)(?<![^\W\d_])(?:(?:глав|книг|сцен|страниц|групп|степен|част|сери|стат)(?:ы|и|ьи|ах|ях|ьях|ами|ями)|"
    r"(?:том|раздел|акт|этап|тип|класс)(?:а|ы|ах|ов|ами)|страниц[аеу]) $"
)
# Behind these nouns a single letter may be a numeral: глава V
NUMBERED = ("глав", "част", "том", "раздел", "книг", "сцен", "групп", "степен", "тип", "класс")
_STEMS = (
    ("миров отечественн пуническ буржуазн балканск чеченск", _ADJECTIVE),
    ("съезд этаж класс том акт раздел этап тур квартал конгресс созыв курс разряд тип пленум фестивал "
     "чемпионат кубок форум интернационал рейх батальон корпус полк флот ранг уровен универсиад", _MASCULINE),
    ("част глав групп степен категори очеред арми дивизи династи республик дум олимпиад спартакиад "
     "конференци сесси хартаци бригад войн серии книг сцен статья", _FEMININE),
    ("мест", _NEUTER),
    ("тысячелет столет издан отделен поколен", _NEUTER_SOFT),
)  # fmt: skip


def before_noun(lang: Language, match: re.Match) -> str | None:
    """The ordinal that agrees with the noun or the adjective behind a numeral."""
    following = re.match(r" ([А-ЯЁа-яё]{3,})", after(match))
    agreed = following and agreement(following[1].lower())
    if not match[0] or not agreed:
        return None
    return ordinal(roman_value(match[0]), agreed[0], agreed[1])


def agreement(word: str) -> str | None:
    """The gender and case of a word."""
    for stems, endings in _STEMS:
        for stem in stems.split():
            if word.startswith(stem) and word[len(stem) :] in endings:
                return endings[word[len(stem) :]]
    return None


_FIRST_PARTS = {1: "одно", 2: "двух", 3: "трёх", 4: "четырёх", 40: "сорока", 90: "девяносто", 100: "сто"}


def _first_part(n: int) -> str:
    """The number as the first part of a word: двадцатипяти, сто, тысяче."""
    if n == 1000:
        return "тысяче"
    parts = [part for part in (n // 100 * 100, n % 100 // 10 * 10, n % 10) if part]
    if 10 < n % 100 < 20:
        parts = [part for part in (n // 100 * 100, n % 100) if part]
    return "".join(_FIRST_PARTS.get(part) or cardinal(part, case="g") for part in parts)


def compound(lang: Language, match: re.Match) -> str | None:
    """десятилетний, трёхкомнатная."""
    n = int(match[1])
    if not 0 < n <= 1000:
        return None
    return _first_part(n) + match[2]


def genitive(lang: Language, match: re.Match) -> str:
    """двух, пяти: a number whose last letters are written, 2-х, 5-ти."""
    return cardinal(int(match[1] or match[2]), case="g")


def percent_adjective(lang: Language, match: re.Match) -> str | None:
    """двадцатипятипроцентный."""
    n = int(match[1])
    return f"{_first_part(n)}процентн{match[2]}" if 0 < n <= 1000 else None
