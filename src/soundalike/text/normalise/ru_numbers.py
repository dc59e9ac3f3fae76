"""Russian numbers: gender and case of cardinals, ordinals, fractions; what the words beside a number ask
for.
"""

from __future__ import annotations

import re

from num2words import num2words

GENITIVE = re.compile(
    r"(?i)(?:^|[^\w-])(?:от|до|около|без|из|более|менее|больше|меньше|свыше|после|для|порядка|кроме) $"
)
DATIVE = re.compile(r"(?i)(?:^|[^\w-])(?:к|ко|благодаря|согласно) $")
INSTRUMENTAL = re.compile(r"(?i)(?:^|[^\w-])(?:с|со|над|перед|между) $")
ABOUT = re.compile(r"(?i)(?:^|[^\w-])(?:о|об|при) $")
PREPOSITIONAL = re.compile(r"(?i)(?:^|[^\w-])(?:в|во|о|об|при) $")
_CASES = (
    ("n", "m"),
    ("n", "f"),
    ("n", "n"),
    ("n", "p"),
    ("g", "m"),
    ("g", "f"),
    ("d", "m"),
    ("p", "m"),
    ("a", "f"),
    ("i", "m"),
    ("g", "p"),
    ("d", "p"),
    ("i", "p"),
)
_FEMININE_SOFT = re.compile(
    r"(?:ость|ночь|дверь|часть|площадь|дочь|мышь|тетрадь|соль|вещь|цель|роль|боль|жизнь|кровать|речь|мать|"
    r"модель|степень|лошадь|сеть|область|треть)$"
)


def cardinal(n: int, gender: str = "", counted: bool = False, case: str = "n") -> str:
    """A whole number in a gender and case; a lone thousand goes without its "одна"."""
    said = num2words(n, lang="ru", gender=gender or "m", case=case, animate=False)
    return re.sub(r"^(?:одна|одной|одну) (?=тысяч)", "", said) if 1000 <= n < 2000 else said


def ordinal(n: int, gender: str = "m", case: str = "n") -> str:
    """An ordinal; gender "p" is the plural."""
    if case == "a" and gender == "f":
        return re.sub(r"ая$", "ую", re.sub(r"ья$", "ью", ordinal(n, "f")))
    if gender == "p":
        return num2words(n, lang="ru", to="ordinal", plural=True, case=case, animate=False)
    return num2words(n, lang="ru", to="ordinal", gender=gender, case=case, animate=False)


_OBLIQUE = re.compile(
    r"(?i)(?:^|[^\w-])(?:в|во|на|о|об|от|из|с|со|к|ко|до|для|без|у|около|при|после|по|под|над|перед|между) $"
)
_OF_HER = re.compile(
    r"(?:,? (?:и|или) \d+-й)? (?!или |если |после |среди )[а-яё]+(?:[еиы]|[оё]й|ей)(?![а-яё-])"
)


def ordinal_with(n: int, suffix: str, left: str, right: str = "") -> str | None:
    """The ordinal whose ending was written: 5-й, 3-го, 90-е. With й the noun may be feminine: в 1-й лиге."""
    if suffix == "й" and _OBLIQUE.search(left) and _OF_HER.match(right):
        return ordinal(n, "f", "g")
    if suffix in ("е", "ые", "ие") and n >= 20 and n % 10 == 0:
        return ordinal(n, "p")
    if suffix in ("м", "ом", "ем") and not PREPOSITIONAL.search(left) and not re.search(r"(?i)\bна $", left):
        return ordinal(n, "m", "i")
    return next(
        (said for case, gender in _CASES if (said := ordinal(n, gender, case)).endswith(suffix)), None
    )


def form(n: int, decimals: bool) -> int:
    """0 for 1, 21; 1 for 2-4 and decimals; 2 for the rest."""
    if decimals:
        return 1
    if n % 10 == 1 and n % 100 != 11:
        return 0
    return 1 if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14 else 2


def decimals(whole: str, part: str) -> str:
    """три целых пять десятых; beyond thousandths digit by digit after "запятая"."""
    n = int(whole or "0")
    if len(part) > 3 or not int(part):
        return f"{cardinal(n)} запятая " + " ".join(cardinal(int(d)) for d in part)
    one, many = (("десятая", "десятых"), ("сотая", "сотых"), ("тысячная", "тысячных"))[len(part) - 1]
    small = int(part)
    return (
        f"{cardinal(n, 'f')} {'целая' if form(n, False) == 0 else 'целых'} {cardinal(small, 'f')} "
        f"{one if form(small, False) == 0 else many}"
    )


def fraction(top: int, bottom: int) -> str:
    """одна вторая, две третьих, три четвёртых."""
    return (
        f"{cardinal(top, 'f')} {ordinal(bottom, 'f') if form(top, False) == 0 else ordinal(bottom, 'p', 'g')}"
    )


def gender_of(noun: str, number: int) -> tuple[str, str]:
    """Gender and case of a written noun beside a number, told from its ending."""
    noun = noun.lower()
    if form(number, False) == 0:
        if noun in ("время", "имя", "знамя", "пламя"):
            return "n", "n"
        if re.search(r"(?:у|ю|ую)$", noun):
            return "f", "a"
        if re.search(r"[ая]$", noun) and noun not in (
            "мужчина",
            "дедушка",
            "папа",
            "дядя",
            "юноша",
            "судья",
            "коллега",
        ):
            return "f", "n"
        return ("n" if noun[-1] in "оеё" else "f" if _FEMININE_SOFT.search(noun) else "m"), "n"
    return (
        "f" if re.search(r"(?:[ыи]|[ыи]е)$", noun) and noun not in ("сутки", "дети", "люди") else "m"
    ), "n"


def case_before(left: str, right: str) -> str:
    """The case that a preposition and the ending of the noun behind a number ask for: с тремя детьми."""
    if INSTRUMENTAL.search(left) and re.match(
        r" (?:[а-яё]+(?:ыми|ими|ым|им) )?[а-яё]+(?:ми|ом|ем|ой|ей)(?![а-яё])", right
    ):
        return "i"
    return (
        "p" if ABOUT.search(left) and re.match(r" (?:[а-яё]+ых )?[а-яё]+(?:ах|ях|е)(?![а-яё])", right) else ""
    )
