"""Russian: its words and customs. Numbers agree in gender and case with what stands beside them."""

from __future__ import annotations

import re

from .language import Language, Rule, after, before, compiled, ending, money, nouns, parse
from .numeric import alternatives
from .roman import roman_value
from .ru_numbers import (
    DATIVE,
    GENITIVE,
    PREPOSITIONAL,
    cardinal,
    case_before,
    decimals,
    form,
    fraction,
    gender_of,
    ordinal,
    ordinal_with,
)
from .ru_roman import NUMBERED, ROMAN_AFTER, agreement, before_noun, compound, genitive, percent_adjective
from .ru_words import (
    ABBREVIATIONS,
    ACRONYMS,
    COMMON,
    CURRENCIES,
    ENDERS,
    FOREIGN,
    LETTERS,
    MAGNITUDES,
    SPOKEN,
    SYMBOLS,
    UNITS,
    WORDS,
)
from .signs import in_sum

_MONTHS = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()
_YEAR = r"(?:1\d|20)\d\d|[1-9]\d{2}"
_YEAR_WORDS = {"год": "n", "года": "g", "году": "", "годом": "i", "годе": "p"}
_ROMAN = r"(?=[IVXL])(X{0,3}(?:IX|IV|V?I{0,3}))"
_CENTURY = {"век": "n", "веке": "p", "веку": "d", "веком": "i", "столетие": "n", "столетия": "g"}
_CENTURY |= {"века": "g", "веков": "g", "веках": "p"}
_RULERS = (
    "Петр Пётр Никола Александр Иван Павел Павл Людовик Карл Генрих Фридрих Василий Васили Филипп Георг "
    "Иоанн Вильгельм Наполеон"
).split()
_QUEENS = "Екатерин Елизавет Анн Мари Виктори".split()


def _year(n: int) -> str:
    return cardinal(n)


def _year_with(lang: Language, match: re.Match) -> str:
    """A year with its word: в 1999 году, 1999 года, 1999 г."""
    n = int(match[1])
    word = match[2]
    left = before(match)
    inside = bool(PREPOSITIONAL.search(left))
    if word.startswith("г."):
        case, said = (
            ("p", "году")
            if inside
            else ("g", "года")
            if re.search(r"[а-яё] $|^$", left) or not left.strip()
            else ("n", "год")
        )
        case, said = ("d", "году") if DATIVE.search(left) else (case, said)
    else:
        case = _YEAR_WORDS[word] or ("d" if DATIVE.search(left) or re.search(r"(?i)\bпо $", left) else "p")
        said = word
    return f"{ordinal(n, 'm', case)} {said}" + ending(lang, match)


def _years_between(lang: Language, match: re.Match) -> str:
    first = int(match[1])
    last = int(match[2])
    if PREPOSITIONAL.search(before(match)):
        return f"{ordinal(first, 'm', 'p')}, {ordinal(last, 'm', 'p')} годах" + ending(lang, match)
    return f"с {ordinal(first, 'm', 'g')} по {ordinal(last, 'm', 'n')} год" + ending(lang, match)


def _year_after_in(lang: Language, match: re.Match) -> str | None:
    if (
        not PREPOSITIONAL.search(before(match))
        or re.match(r" ?[а-яё%°]|[-–]\d", after(match))
        and not re.match(r" (?:он|она|мы|они|я|был|и|на|в)", after(match))
    ):
        return None
    return ordinal(int(match[0]), "m", "p")


def date(day: int, month: int, when: int | None, left: str = "") -> str:
    """пятого мая две тысячи двадцать первого года, or as what stands before asks."""
    case = "d" if DATIVE.search(left) else "g"
    if (
        not left.strip()
        and not when
        or re.search(r"(?i)\b(?:сегодня|завтра|вчера было|это|на|по|наступило|дата:?) $|[—–-] $", left)
    ):
        case = "n"
    return f"{ordinal(day, 'n', case)} {_MONTHS[month - 1]}" + (
        f" {ordinal(when, 'm', 'g')} года" if when is not None else ""
    )


def _dated(lang: Language, match: re.Match) -> str | None:
    if not 1 <= int(match[1]) <= 31:
        return None
    year = f" {ordinal(int(match[3]), 'm', 'g')} года" if match[3] else ""
    return (
        date(
            int(match[1]),
            _MONTHS.index(match[2].lower()) + 1,
            None,
            before(match) or (" x" if match[3] else ""),
        )
        + year
        + ending(lang, match)
    )


def _days(lang: Language, match: re.Match) -> str | None:
    """с первого по пятое января."""
    if not re.search(r"(?i)(?:^|[^\w-])(?:с|со|от) $", before(match)):
        return None
    last = ordinal(int(match[3]), "n", "n" if match[2] == "по" else "g")
    return f"{ordinal(int(match[1]), 'n', 'g')} {match[2]} {last} {match[4]}"


def time(hour: int, minute: int, second: int | None = None) -> str:
    """пятнадцать сорок пять; a full hour with its word."""
    if not minute:
        return f"{cardinal(hour)} {('час', 'часа', 'часов')[form(hour, False)]}"
    return f"{cardinal(hour)} {'ноль ' if minute < 10 else ''}{cardinal(minute)}" + (
        f" и {cardinal(second, 'f')} {('секунда', 'секунды', 'секунд')[form(second, False)]}"
        if second
        else ""
    )


def _with_suffix(lang: Language, match: re.Match) -> str | None:
    return ordinal_with(int(match[1]), match[2], before(match), after(match))


def _range(lang: Language, match: re.Match) -> str | None:
    """от пяти до десяти: both in the genitive, and the unit with them."""
    if in_sum(match):
        return None
    low = match[1].replace(" ", "")
    high = match[2].replace(" ", "")
    if (
        max(len(low), len(high)) > 12
        or before(match, 1) in ("-", ".")
        or int(high) <= int(low)
        and not match[3]
    ):
        return None
    counted = lang.units.get(match[3]) or (lang.currencies[match[3]][0] if match[3] else None)
    gender = counted.gender if counted else "m"
    said = f"{cardinal(int(low), gender, case='g')} до {cardinal(int(high), gender, case='g')}"
    left = "" if re.search(r"(?i)\b(?:от|с) $", before(match)) else "от "
    return (
        left
        + said
        + (f" {counted.forms[1 if form(int(high), False) == 0 else 2]}" if counted else "")
        + ending(lang, match)
    )


def _governed(lang: Language, match: re.Match) -> str | None:
    """A number, and its unit if it has one, in the case that a preposition asks for."""
    left = before(match)
    source = GENITIVE.search(left) or (
        re.search(r"(?i)(?:^|[^\w-])с $", left) and re.match(r" (?:до|по) ", after(match))
    )
    case = "g" if source else "d" if DATIVE.search(left) else case_before(left, after(match))
    whole, part = parse(lang, match[1])
    if not case or part or len(whole) > 12 or (len(whole) > 1 and whole[0] == "0"):
        return None
    n = int(whole)
    counted = lang.units.get(match[2]) or (lang.currencies[match[2]][0] if match[2] else None)
    if counted is None:
        word = re.match(r" ([а-яё]{3,})", after(match))
        feminine = (
            word and n % 10 == 1 and re.search(r"(?:ы|и|ой|ей)$", word[1]) and not word[1].endswith("ми")
        )
        return cardinal(n, "f" if feminine else "m", case=case)
    if case != "g":
        return None
    return (
        f"{cardinal(n, counted.gender, case=case)} {counted.forms[1 if form(n, False) == 0 else 2]}"
        + ending(lang, match)
    )


def _agree(lang: Language, match: re.Match) -> str | None:
    """A number that ends in one or two agrees with the noun after it."""
    whole = match[0].replace(" ", "")
    if whole[0] == "0" or len(whole) > 12 or int(whole) % 10 not in (1, 2) or int(whole) % 100 in (11, 12):
        return None
    words = re.match(r" ([а-яё]{2,})(?: ([а-яё]{3,}))?", after(match))
    if re.match(rf" ?(?:{_COUNTED}|{_SIZE})(?![^\W_])", after(match)):
        return None
    if (
        words is None
        or words[1] in ("на", "по", "из", "от", "до", "за", "не", "или", "это", "раза", "раз", "процента")
        and words[1] != "раз"
    ):
        return None
    noun = words[2] if words[2] and re.search(r"(?:ый|ий|ой|ая|яя|ое|ее|ых|их|ую)$", words[1]) else words[1]
    gender, case = gender_of(noun, int(whole))
    said = cardinal(int(whole), gender)
    return re.sub(r"\bодна$", "одну", said) if case == "a" else said


def _century(lang: Language, match: re.Match) -> str:
    n = roman_value(match[1])
    word = match[2]
    if word == "в.":
        word = (
            "веке"
            if PREPOSITIONAL.search(before(match))
            else "века"
            if re.search(r"[а-яё] $", before(match))
            else "век"
        )
    neuter = word.startswith("столет")
    return f"{ordinal(n, 'n' if neuter else 'm', _CENTURY[word])} {word}" + ending(lang, match)


def _ruler(lang: Language, match: re.Match) -> str | None:
    """Пётр Первый, Петра Первого, Екатерина Вторая; глава четвёртая, том второй."""
    named = re.search(r"([А-ЯЁа-яё]{3,}) $", before(match))
    if not match[0] or not named:
        return None
    name = named[1]
    n = roman_value(match[1])
    if name.lower() in (
        "глава",
        "часть",
        "серия",
        "книга",
        "статья",
        "мировая",
        "степень",
        "группа",
        "сцена",
    ):
        return ordinal(n, "f")
    if name.lower() in ("том", "раздел", "акт", "съезд", "тип", "класс", "этап"):
        return ordinal(n, "m")
    agreed = agreement(name.lower())
    if agreed and agreed[0] in "mf" and (len(match[0]) > 1 or name.lower().startswith(NUMBERED)):
        return ordinal(n, *agreed)
    for stems, gender in ((_RULERS, "m"), (_QUEENS, "f")):
        stem = next(
            (
                s
                for s in sorted(stems, key=len, reverse=True)
                if name.startswith(s) and len(name) - len(s) < 3
            ),
            None,
        )
        if stem is not None:
            tail = name[len(stem) :]
            if gender == "f":
                case = {"а": "n", "я": "n", "ы": "g", "и": "g", "е": "g", "у": "a", "ю": "a"}.get(tail, "g")
            else:
                case = {"а": "g", "я": "g", "у": "d", "ю": "d", "ом": "i", "ем": "i", "е": "p"}.get(tail, "n")
            return ordinal(n, gender, case).capitalize()
    return ordinal(n).capitalize() if name[0].isupper() and len(match[0]) > 1 else None


def _halves(lang: Language, match: re.Match) -> str:
    if match[1] == "1":
        return "полторы" if re.match(r" [а-яё]+[иы]\b", after(match)) else "полтора"
    return f"{cardinal(int(match[1]))} с половиной"


def _ratio(lang: Language, match: re.Match) -> str | None:
    if max(len(match[1]), len(match[2])) > 6:
        return None
    if re.search(r"(?i)(?:сч[её]т\w*|побед\w+|выигра\w+|проигра\w+) $", before(match)):
        return f"{cardinal(int(match[1]))} {cardinal(int(match[2]))}"
    return f"{cardinal(int(match[1]))} к {cardinal(int(match[2]), case='d')}"


_N = r"\d{1,3}(?: \d{3})+(?!\d)|\d{1,12}"
_COUNTED = alternatives(key.replace("_", " ") for keys in (*UNITS, *CURRENCIES) for key in keys.split())
_SIZE = alternatives(key for keys in MAGNITUDES for key in keys.split())
_RULES = tuple(
    Rule(name, begins, compiled(pattern), say)
    for name, begins, pattern, say in (
        (
            "date",
            "d",
            rf"(\d{{1,2}}) ({'|'.join(_MONTHS)})(?: (\d{{3,4}})(?: года| г\.)?)?(?![^\W_])",
            _dated,
        ),
        ("date", "d", rf"(\d{{1,2}}) (по|до) (\d{{1,2}}) ({'|'.join(_MONTHS)})(?![^\W_])", _days),
        ("year", "d", rf"({_YEAR})[-–—]({_YEAR}) ?(?:гг\.|годы|годах|годов)", _years_between),
        ("year", "d", r"(\d{1,3}) ?(г\.|года|году)(?= (?:до )?н\. ?э\.)", _year_with),
        ("year", "d", rf"({_YEAR}) ?(года|году|годом|годе|год(?![а-яё])|г\.)(?![^\W_])", _year_with),
        ("cardinal", "d", r"([2-4])[-–]х(?![а-яё])|(\d{1,2})[-–]ти(?![а-яё])", genitive),
        (
            "compound",
            "d",
            r"(\d{1,4})[-–](?!(?:го|му|ми|ым|ых|ой|ый|ий|ого|ему|его)(?![а-яё]))([а-яё]{4,20})(?![\w-])",
            compound,
        ),
        (
            "percent",
            "d",
            r"(\d{1,4}) ?%-?н?(ый|ая|ое|ые|ого|ой|ому|ом|ым|ых|ую)(?![^\W_])",
            percent_adjective,
        ),
        (
            "ordinal",
            "d",
            (
                r"(\d{1,9})[-–]?(?:ь?)(ый|ой|ий|й|ая|яя|я|ое|ее|е|ые|го|ого|его|му|ому|ему|ом|ем|м|ую|ю|"
                r"ых|х|ми|ым)(?![^\W_])"
            ),
            _with_suffix,
        ),
        ("year", "d", r"(?:1[1-9]|20)\d\d(?![\d]|[.,]\d)", _year_after_in),
        ("fraction", "d", r"(\d{1,6}) ?½", _halves),
        (
            "time",
            "d",
            r"(\d{1,2}) ?ч\.? ?([0-5]\d) ?мин\.?(?![^\W_])",
            lambda lang, m: (
                f"{cardinal(int(m[1]))} {('час', 'часа', 'часов')[form(int(m[1]), False)]} "
                f"{cardinal(int(m[2]), 'f')} {('минута', 'минуты', 'минут')[form(int(m[2]), False)]}"
                + ending(lang, m)
            ),
        ),
        ("range", "d", rf"({_N}) ?[-–—] ?({_N})(?: ?({_COUNTED})(?![^\W_]))?(?![\d]|[-.,]\d)", _range),
        ("cardinal", "d", rf"({_N})(?: ?({_COUNTED})(?![^\W_]))?(?![\d:/]|[-.,]\d)", _governed),
        ("cardinal", "d", rf"(?:{_N})(?![\d]|[.,:/-]\d)", _agree),
        ("ratio", "d", r"(\d{1,9}) ?: ?(\d|\d{3,9})(?![\d:])", _ratio),
        ("roman", "l", rf"{_ROMAN} ({alternatives(_CENTURY)}|в\.)(?![^\W_])", _century),
        ("roman", "l", rf"{_ROMAN}(?![\w])", before_noun),
        ("roman", "l", rf"{_ROMAN}(?![\w])", _ruler),
        (
            "abbreviation",
            "l",
            r"г\. ?(?=[А-ЯЁ])",
            lambda lang, m: "городе" if PREPOSITIONAL.search(before(m)) else "город",
        ),
        (
            "abbreviation",
            "l",
            r"ул\. ?(?=[А-ЯЁ\d])",
            lambda lang, m: "улице" if re.search(r"(?i)\b(?:на|по) $", before(m)) else "улица",
        ),
        ("abbreviation", "l", r"д\. ?(?=\d)", lambda lang, m: "дом"),
        ("abbreviation", "l", r"кв\. ?(?=\d)", lambda lang, m: "квартира"),
        ("abbreviation", "l", r"с\. ?(?=\d)", lambda lang, m: "страница"),
    )
)

RUSSIAN = Language(
    code="ru",
    letters=frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюя"),
    cardinal=cardinal,
    ordinal=ordinal,
    year=_year,
    words=WORDS,
    symbols=SYMBOLS,
    letter_names=LETTERS,
    form=form,
    units=nouns(UNITS),
    currencies=money(CURRENCIES),
    magnitudes=nouns(MAGNITUDES),
    cents="{whole} {cents}",
    groups=" .'",
    fraction=fraction,
    decimals=decimals,
    leaning=frozenset("ул. д. кв. с.".split()),
    abbreviations=ABBREVIATIONS,
    enders=ENDERS,
    spoken_acronyms=SPOKEN,
    acronyms=ACRONYMS,
    spelled=frozenset("СССР РФ США ФСБ МВД МГУ ВВП ЕС КГБ ЦРУ ФБР ДНК СМИ".split()),
    common=COMMON,
    roman_after=ROMAN_AFTER,
    months={name: i + 1 for i, name in enumerate(_MONTHS)},
    date=date,
    time=time,
    years_from=9999,
    foreign=FOREIGN,
    rules=_RULES,
)
