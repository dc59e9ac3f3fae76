"""Rules for figures that every language shares: money, units, times, dates, ranges, fractions, telephone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .code_words import PER
from .fractions import ENDINGS, fraction_of_unit, vulgar_fraction
from .language import (
    LONGEST_NUMBER,
    THOUSANDS,
    Language,
    Noun,
    Rule,
    after,
    before,
    compiled,
    count,
    digits,
    ending,
    form,
    is_adjective,
    parse,
    say_number,
    sized,
    whole_number,
)
from .signs import in_sum, per_unit

END = r"(?!'?[^\W\d_]|\d)"  # of a unit
_YEAR = r"(?:1[0-9]|20)\d\d"
_CODES = {
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₽": "RUB",
    "₹": "INR",
    "US$": "USD",
    "C$": "CAD",
    "A$": "AUD",
    "₩": "KRW",
    "₴": "UAH",
    "₿": "BTC",
    "₺": "TRY",
    "¢": "CENT",
}


def alternatives(keys: Iterable[str]) -> str:
    """A pattern for any of the keys, longest first."""
    return "|".join(re.escape(key) for key in sorted(keys, key=len, reverse=True)) or r"(?!)"


def numeric_rules(lang: Language) -> list[Rule]:
    """The rules for figures in their order: what needs most context first."""
    n = lang.number
    money = alternatives(
        {*lang.currencies, *(sign for sign, code in _CODES.items() if code in lang.currencies)}
    )
    units = alternatives(lang.units)
    size = alternatives(lang.magnitudes)
    long_size = alternatives(key for key in lang.magnitudes if len(key) > 1)
    end = END
    dash = r"(?:\s[–—]\s|\s?[-−–—]\s?)"
    signed = r"(?:(?<=[–—]|\s)[-−](?=[\d.,]))?"  # the sign of a range's second number
    month = alternatives(lang.months)
    c = compiled
    rules = [
        Rule("date", "d", c(r"(\d{4})-(\d\d)-(\d\d)(?![\d-])"), _iso_date),
        Rule("date", "d", c(r"(\d{1,2})([-/.]|\. )(\d{1,2})\2(\d{4}|\d\d)(?![-\d/]|\.\d)"), _figures_date),
        Rule(
            "number",
            "d",
            c(r"\d{1,6}(?:/\d{1,6}){2,8}(?![\d/]|[.,]\d)"),
            lambda lang, m: f" {lang.words['slash']} ".join(whole_number(lang, n) for n in m[0].split("/")),
        ),
        Rule(
            "phone",
            "ds",
            c(
                r"(?:\+\d{1,3}[ .-]?|8 ?(?=\(\d))?(?:\(\d{2,5}\)[ .-]?)?\d{1,5}(?:[ .-]\d{1,8}){0,"
                r"6}(?![\d])|\d[ -]\d{3}[ -]\d{3}[ -]\d{2}[ -]?\d{2}(?!\d)"
            ),
            _phone,
        ),
        Rule("version", "d", c(r"\d{1,6}(?:\.\d{1,6}){2,5}(?![\w.]{0,9}\d)"), _version),
        Rule("time", "d", c(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?(?![\d:])"), _clock),
        Rule(
            "currency",
            "dsl",
            c(rf"([-−–]?)({money})([-−–]?) ?({n})(?:{dash}(?:{money})? ?({n}))?(?: ?({size}){end})?"),
            _money_first,
        ),
        Rule(
            "currency",
            "ds",
            c(rf"()()({n})(?:{dash}({n}))?(?: ?({size}){end})? ?({money}){end}"),
            _money_last,
        ),
        Rule("number", "ds", c(rf"({n}) ?({long_size}){end}(?: ?({units}){end})?"), _with_magnitude),
        Rule(
            "fraction",
            "d",
            c(
                rf"(?:(\d{{1,6}})[ -])?(\d{{1,3}})/(\d{{1,4}})(?![\d/]|[.,]\d)"
                rf"(?:{ENDINGS.get(lang.code, '(?!)')}(?![^\W_]))?(?: ?({units}){end})?"
            ),
            fraction_of_unit,
        ),
        Rule("fraction", "d", c(r"(\d{1,6}) ?([\u00bc-\u00be\u2150-\u215e])"), vulgar_fraction),
        Rule("range", "d", c(rf"({n}) ?(?:{units})?({dash})({signed}{n}) ?({units}){end}"), _unit_range),
        Rule("unit", "ds", c(rf"({n}) ?({units})/({units}|K){end}"), _unit_per_unit),
        Rule(
            "unit",
            "ds",
            c(rf"({n})[ -]?({units}){end}"),
            lambda lang, m: count(lang, m[1], lang.units[m[2]], is_adjective(lang, m)) + ending(lang, m),
        ),
        Rule("range", "d", c(rf"({_YEAR})({dash})(\d{{4}}|\d\d)(?![\d-]|[.,]\d)"), _year_range),
        Rule("range", "d", c(rf"({n})({dash})({signed}{n})(?![\d-])"), _range),
        Rule("ratio", "d", c(r"(\d{1,6}) ?: ?(\d{1,6})(?![\d:])"), _ratio),
        Rule(
            "times",
            "d",
            c(rf"({n}) ?[xх×*] ?(?=[$€£]?\d)"),
            lambda lang, m: f"{say_number(lang, m[1])} {lang.symbols['×']}",
        ),
        Rule("year", "d", c(rf"{_YEAR}(?![\d]|[.,]\d)"), _bare_year),
        Rule("leading-zero", "d", c(r"0\d+(?![\d]|[.,]\d)"), lambda lang, m: digits(lang, m[0])),
        Rule("decimal", "ds", c(rf"{n}(?=[ªº⁻⁺²³⁰¹⁴⁵⁶⁷⁸⁹\W_]|$)"), lambda lang, m: say_number(lang, m[0])),
        Rule("fraction", "s", c(r"[\u00bc-\u00be\u2150-\u215e]"), vulgar_fraction),
        Rule("negative", "s", c(r"[-−–—](?=[$£€¥₽]?[.,]?\d|√)"), _negative),
    ]
    if lang.date is not None and lang.months:
        numbered = Rule(
            "date",
            "d",
            c(
                rf"(\d{{1,2}})\.?(?:er|º)? (?:de )?({month})\.?{end}(?:,? (?:de |del )?(\d{{4}})(?!\d))?",
                re.IGNORECASE,
            ),
            _named_date,
        )
        rules.insert(0, numbered)
    return rules


def _named_date(lang: Language, match: re.Match) -> str | None:
    day = int(match[1])
    if lang.date is None or not 1 <= day <= 31:
        return None
    return lang.date(day, lang.months[match[2].lower()], int(match[3]) if match[3] else None, before(match))


def _iso_date(lang: Language, match: re.Match) -> str | None:
    year = int(match[1])
    month = int(match[2])
    day = int(match[3])
    return (
        lang.date(day, month, year, before(match))
        if lang.date and 1 <= month <= 12 and 1 <= day <= 31
        else None
    )


def _figures_date(lang: Language, match: re.Match) -> str | None:
    first = int(match[1])
    second = int(match[3])
    year = int(match[4])
    if (
        lang.date is None
        or (match[2][0] == "." and lang.month_first)
        or (match[2] in ("-", ". ") and len(match[4]) == 2)
    ):
        return None
    if len(match[4]) == 2:
        year += 2000 if year < 50 else 1900
    day, month = (second, first) if lang.month_first else (first, second)
    if month > 12:
        day, month = month, day
    return lang.date(day, month, year, before(match)) if 1 <= month <= 12 and 1 <= day <= 31 else None


_CALLED = re.compile(r"(?i)\b(?:tel|tél|tlf|tfno|тел)\w*[.:] ?$")


def _phone(lang: Language, match: re.Match) -> str | None:
    written = match[0]
    amount = sum(map(str.isdecimal, written))
    plain = re.fullmatch(r"(\d{3})([-. ])\d{3}\2\d{4}|(1|8)[- ]\d{3}[- ]\d{3}[- ]\d{2}[- ]?\d{2}", written)
    local = lang.code == "en" and re.fullmatch(r"\d{3}-\d{4}", written)
    said = re.search(
        (
            r"(?i)(?:phone|tel|call|dial|fax|fono|appel|ruf|номер|телефон|звон|mobile|nummer)\w*[.:]? "
            r"*(?:(?:us|me|at|al|le|en|по|au|is|on|an) *)?$"
        ),
        before(match),
    )
    opened = written[0] in "+(" or (written[0] == "8" and "(" in written)
    led = written[0] == "0" and len(re.findall(r"\d+", written)) > 1 and amount >= 8 and "." not in written
    local = local or (
        lang.code == "es" and re.fullmatch(r"9\d \d{3} \d{2} \d{2}|[679]\d{2} \d{2} \d{2} \d{2}", written)
    )
    if (
        not (
            plain
            or local
            or (amount >= 7 and (opened or led or said))
            or (amount >= 4 and _CALLED.search(before(match)))
        )
        or amount > 16
        or ("." in written and not plain)
    ):
        return None
    if re.match(rf"[.,]\d|\s?(?:{alternatives(lang.units)}|[$€£¥₽])(?![^\W_])", after(match)):
        return None  # a quantity in groups
    groups = re.findall(r"\d+", written)
    read = [
        lang.cardinal(int(g)) if lang.phone_pairs and len(g) == 2 and g[0] != "0" else digits(lang, g)
        for g in groups
    ]
    return (f"{lang.words['plus']} " if written[0] == "+" else "") + ", ".join(read)


def _version(lang: Language, match: re.Match) -> str | None:
    if "." in lang.groups and re.fullmatch(r"\d{1,3}(?:\.\d{3})+", match[0]):
        return None
    return f" {lang.words['dot']} ".join(whole_number(lang, part) for part in match[0].split("."))


def _ratio(lang: Language, match: re.Match) -> str:
    return (
        f"{say_number(lang, match[1])} {lang.words.get('ratio', lang.words['to'])} "
        f"{say_number(lang, match[2])}"
    )


def _clock(lang: Language, match: re.Match) -> str | None:
    hour = int(match[1])
    minute = int(match[2])
    if hour > 24 and lang.code == "en":  # minutes and seconds of a race; elsewhere a score
        return f"{lang.cardinal(hour)} {'oh ' if 0 < minute < 10 else ''}{lang.cardinal(minute)}"
    if lang.time is None or hour > 24:
        return None
    return lang.time(hour, minute, int(match[3]) if match[3] else None)


def _money_first(lang: Language, match: re.Match) -> str | None:
    sign, code, inner, low, high, size = match.groups()
    if code in ("AED", "Rs") and re.search(r"(?i)\b(?:an?|the|three) $", before(match)):
        return None  # a defibrillator, letters
    return _money(lang, sign or inner, code, low, high, size, match)


def _money_last(lang: Language, match: re.Match) -> str | None:
    if match[6].startswith("Rs"):
        return None  # rupees stand before their number: the three Rs
    said = _money(lang, "", match[6], match[3], match[4], match[5], match)
    return said and said + ending(lang, match)


def _money(
    lang: Language, sign: str, code: str, low: str, high: str | None, size: str | None, match: re.Match
) -> str | None:
    main, small = lang.currencies[code if code in lang.currencies else _CODES[code]]
    minus = f"{lang.words['minus']} " if sign else ""
    first = ""
    if high:
        first = f"{say_number(lang, low, main.gender)} {lang.words['to']} "
        low = high
    if size:
        magnitude = lang.magnitudes[size]
        many = main.forms[min(2, len(main.forms) - 1)]
        of = "" if magnitude.forms[-1] in THOUSANDS else _of(lang, main)
        return (
            f"{minus}{first}{sized(lang, low, magnitude)} "
            f"{of}{main.forms[0] if is_adjective(lang, match) else many}"
        )
    whole, part = parse(lang, low)
    if len(part) != 2 or high or not small.forms[0] or len(whole) > LONGEST_NUMBER:
        of = _of(lang, main) if re.fullmatch(r"\d+0{6}", whole) and not part else ""
        return (
            f"{minus}{first}{say_number(lang, low, main.gender, True)} "
            f"{of}{main.forms[0] if is_adjective(lang, match) else form(lang, low, main)}"
        )
    parts = []
    if int(whole or "0") or not int(part):
        parts.append(count(lang, whole, main))
    if int(part):
        cents = count(lang, str(int(part)), small)
        if not parts:
            return minus + cents
        parts = [lang.cents.format(whole=parts[0], part=whole_number(lang, str(int(part))), cents=cents)]
    return minus + parts[0]


def _of(lang: Language, counted: Noun) -> str:
    """What stands between a million and what is counted."""
    return "d'" if lang.code == "fr" and counted.forms[-1][0] in "aeiouy" else lang.of


def _unit_per_unit(lang: Language, match: re.Match) -> str | None:
    """A number of one unit per another, where the two have no name of their own: 4 J/K."""
    if lang.code not in PER or f"{match[2]}/{match[3]}" in lang.units:
        return None
    return count(lang, match[1], lang.units[match[2]]) + per_unit(lang, match[3]) + ending(lang, match)


def _with_magnitude(lang: Language, match: re.Match) -> str:
    said = count(lang, match[1], lang.magnitudes[match[2]])
    if not match[3]:
        return said
    forms = lang.units[match[3]].forms
    return f"{said} {_of(lang, lang.units[match[3]])}{forms[min(2, len(forms) - 1)]}"


def _negative(lang: Language, match: re.Match) -> str | None:
    written = before(match)
    return lang.words["minus"] if not written or written[-1] in " \n(\"'[=<>≤≥≈:;,*/+×÷^±~|" else None


def _unit_range(lang: Language, match: re.Match) -> str:
    counted: Noun = lang.units[match[4]]
    between = lang.words["minus" if "−" in match[2] or in_sum(match) else "to"]
    sign, high = _unsigned(lang, match[3])
    return f"{say_number(lang, match[1], counted.gender)} {between} {sign}{count(lang, high, counted)}"


def _unsigned(lang: Language, written: str) -> tuple[str, str]:
    """The word for a number's sign, and the number without it."""
    return (f"{lang.words['minus']} ", written[1:]) if written[0] in "-−" else ("", written)


def _year_range(lang: Language, match: re.Match) -> str | None:
    first = int(match[1])
    second = match[3]
    if in_sum(match):
        return None
    if len(second) == 4:
        if not first < int(second) < 2101:
            return None
        return f"{lang.year(first)} {lang.words['to']} {lang.year(int(second))}"
    if int(second) <= first % 100 or match[2].strip() == "-" and match[2] != "-":
        return None
    return f"{lang.year(first)} {lang.words['to']} {lang.cardinal(int(second))}"


def _range(lang: Language, match: re.Match) -> str | None:
    if before(match, 1) in ("-", "."):
        return None
    low = parse(lang, match[1])[0]
    sign, second = _unsigned(lang, match[3])
    high = parse(lang, second)[0]
    falls = len(low) <= 15 and len(high) <= 15 and int(high or 0) <= int(low or 0)
    subtracted = "−" in match[2] or (" " in match[2] and falls) or in_sum(match)
    return (
        f"{say_number(lang, match[1])} {lang.words['minus' if subtracted else 'to']} "
        f"{sign}{say_number(lang, second)}"
    )


def _bare_year(lang: Language, match: re.Match) -> str | None:
    year = int(match[0])
    if year < lang.years_from or not re.match(r"\W|$", after(match, 1)):
        return None
    return lang.year(year)
