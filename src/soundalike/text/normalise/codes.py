"""Rules for figures that are no quantities: numbers of cards, accounts and books, postcodes, addresses of
computers, versions, telephone numbers of emergencies, verses, spans of time.
"""

from __future__ import annotations

import re

from .code_words import BOOKS, COLON, DIALLED, IDENTIFIED, NUMBERED, RATIO, SHORT_NUMBERS, VERSION
from .language import Language, Rule, after, before, compiled, digits, spell, whole_number
from .signs import in_sum

_DATE = re.compile(r"\d{4}-[01]?\d-[0-3]?\d|[0-3]?\d-[0-3]?\d-(?:1[6-9]|20)\d\d")
_HEX = r"[0-9A-Fa-f]"
_TIME = r"\d{1,2}(?:[:.h][0-5]\d|(?=\s?[AaPp]\.?[Mm]))(?:\s?[AaPp]\.?[Mm]\.?)?"
_BEHIND_TIME = re.compile(
    r"(?<![\d:.])\d{1,2}[:h][0-5]\d(?:\s?[AaPp]\.?[Mm]\.?)?\s?$|\d\s?[AaPp]\.?[Mm]\.?\s?$|\d\s?h\s?$"
)
_BEFORE_TIME = re.compile(r"\s?\d{1,2}(?:[:.h][0-5]\d|\s?(?:[AaPp]\.?[Mm]|h)(?![^\W_]))")


def code_rules(lang: Language) -> list[Rule]:
    """The rules in their order: what is longest and most particular first."""
    c = compiled
    no_more = r"(?![^\W_]|[-.,:/]\d)"
    return [
        Rule(
            "date",
            "d",
            c(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?(?![\w:])"),
            _moment,
        ),
        Rule("date", "d", c(r"(\d{4})([/.])(\d{1,2})\2(\d{1,2})(?![\d/.]*\d)"), _year_first),
        Rule("digits", "d", c(r"\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?(?![ -]?\d)"), _card),
        Rule("digits", "d", c(r"\d{4}([ -])\d{6}\1\d{5}(?![ -]?\d)"), _card),
        Rule(
            "digits", "l", c(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?(?![^\W_])"), _account
        ),
        Rule(
            "digits",
            "l",
            c(r"(ISBN|ISSN|EAN|DOI|UPC|GTIN)(?:-1[03])?:? ?(\d[\dX -]{6,16}[\dX])(?![^\W_])"),
            _book,
        ),
        Rule("digits", "d", c(rf"{_HEX}{{8}}-(?:{_HEX}{{4}}-){{3}}{_HEX}{{12}}(?![^\W_])"), _grouped_letters),
        Rule(
            "digits",
            "dl",
            c(rf"{_HEX}{{2}}(?:([:-]){_HEX}{{2}})(?:\1{_HEX}{{2}}){{4}}(?![^\W_])"),
            _grouped_letters,
        ),
        Rule("digits", "d", c(r"0[xX]([0-9A-Fa-f]{1,16})(?![^\W_])|0b([01]{2,32})(?![^\W_])"), _hexadecimal),
        Rule("digits", "s", c(rf"#(?=\d*[A-Fa-f])({_HEX}{{6}}|{_HEX}{{3}})(?![^\W_])"), _colour),
        Rule("digits", "dl", c(r"(?=[0-9a-f]*?\d)(?=[0-9a-f]*?[a-f])[0-9a-f]{7,64}(?![^\W_])"), _hash),
        Rule(
            "address",
            "d",
            c(r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?::(\d{1,5}))?(?:/(\d{1,3}))?(?![^\W_]|[.,]\d)"),
            _address,
        ),
        Rule("version", "l", c(r"[vV]\.?(\d{1,4}(?:\.\d{1,6}){1,4})(?![^\W_])"), _short_version),
        Rule("time", "d", c(r"(\d{1,2}):([0-5]\d)[.,](\d{1,3})(?![\d:])"), _stopwatch),
        Rule("verse", "d", c(r"(\d{1,3}):(\d{1,3})(?:[-–](\d{1,3}))?(?![\d:])"), _verse),
        Rule("ratio", "d", c(r"(\d{1,9}) ?: ?(\d{1,3}(?:[ ,.']\d{3})+|\d{1,9})(?![\d:])"), _led_ratio),
        Rule(
            "number", "d", c(r"24[-/–]7(?![\d/-])"), lambda lang, m: f"{lang.cardinal(24)} {lang.cardinal(7)}"
        ),
        Rule("number", "d", c(r"0(\d{1,2})(?![\d]|[-.,:/]\d)"), _numbered),
        Rule("digits", "d", c(rf"\d{{3,4}}(?: \d{{3,4}}){{1,4}}{no_more}(?! \d)"), _identified),
        Rule("digits", "d", c(rf"\d{{3,10}}{no_more}"), _dialled),
        Rule("digits", "d", c(r"\d{5}-\d{4}(?![\d-])|\d{5}-\d{3}(?![\d-])"), _postcode),
        Rule("digits", "d", c(r"\d{1,10}(?:-\d{1,10}){2,8}(?:-[\dX])?(?![\w-])"), _chain),
        Rule("phone", "d", c(r"0\d{2,4}/\d{4,8}(?![\d/])"), lambda lang, m: grouped_digits(lang, m[0])),
        Rule("range", "s", c(r"\s?[-–—]\s?(?=\d)"), _between_times),
    ]


def grouped_digits(lang: Language, written: str) -> str:
    """Each figure by its name, with a pause between groups; letters among them by theirs."""
    groups = re.findall(r"[^\W_]+", written)
    return ", ".join(_characters(lang, group) for group in groups)


def _characters(lang: Language, group: str) -> str:
    return " ".join(digits(lang, c) if c.isdecimal() else spell(lang, c.upper()) for c in group)


def _said_date(lang: Language, match: re.Match, year: str, month: str, day: str) -> str | None:
    if lang.date is None or not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return None
    return lang.date(int(day), int(month), int(year), before(match))


def _moment(lang: Language, match: re.Match) -> str | None:
    day = _said_date(lang, match, match[1], match[2], match[3])
    if day is None or lang.time is None or int(match[4]) > 24:
        return None
    return f"{day}, {lang.time(int(match[4]), int(match[5]), int(match[6] or 0) or None)}"


def _year_first(lang: Language, match: re.Match) -> str | None:
    return _said_date(lang, match, match[1], match[3], match[4])


def _card(lang: Language, match: re.Match) -> str | None:
    groups = re.findall(r"\d+", match[0])
    if match[1] == " " and all(1800 < int(group) < 2100 for group in groups):
        return None  # years in a row
    return grouped_digits(lang, match[0])


def _account(lang: Language, match: re.Match) -> str | None:
    return grouped_digits(lang, match[0]) if sum(map(str.isdecimal, match[0])) > 9 else None


def _book(lang: Language, match: re.Match) -> str | None:
    if sum(map(str.isdecimal, match[2])) < 7:
        return None
    return f"{spell(lang, match[1])}, {grouped_digits(lang, match[2])}"


def _grouped_letters(lang: Language, match: re.Match) -> str | None:
    plain = re.sub(r"[^0-9A-Fa-f]", "", match[0])
    return grouped_digits(lang, match[0]) if not plain.isdecimal() or len(plain) > 12 else None


def _hexadecimal(lang: Language, match: re.Match) -> str:
    return _characters(lang, match[0])


def _colour(lang: Language, match: re.Match) -> str | None:
    if len(match[1]) == 3 and not (match[1].isupper() and re.search(r"\d", match[1])):
        return None
    if not re.search(r"\d", match[1]) and not match[1].isupper():
        return None
    return f"{lang.symbols['#']} {_characters(lang, match[1])}"


def _hash(lang: Language, match: re.Match) -> str | None:
    if re.fullmatch(r"\d+[a-f]|\d+e\d{1,3}", match[0]):
        return None
    return _characters(lang, match[0])


def _address(lang: Language, match: re.Match) -> str | None:
    parts = match.groups()[:4]
    if any(int(part) > 255 or (len(part) > 1 and part[0] == "0") for part in parts):
        return None
    counted = re.match(rf"\s?(?:[€$£¥]|(?:{'|'.join(map(re.escape, lang.units))})(?!\w))", after(match))
    if "." in lang.groups and (counted or re.search(r"[€$£¥]\s?$", before(match))):
        return None  # a number in groups
    said = f" {lang.words['dot']} ".join(lang.cardinal(int(part)) for part in parts)
    if match[5]:
        said += f" {COLON[lang.code]} {lang.cardinal(int(match[5]))}"
    return said + (f" {lang.words['slash']} {lang.cardinal(int(match[6]))}" if match[6] else "")


def _parts(lang: Language, written: str) -> str:
    """The parts of a version, each as a number: 3.10 is three point ten."""
    dot = lang.words["point"] if lang.decimal == "." and written.count(".") == 1 else lang.words["dot"]
    return f" {dot} ".join(whole_number(lang, part) for part in written.split("."))


def _short_version(lang: Language, match: re.Match) -> str | None:
    if lang.code == "en":
        return None  # English has a rule of its own
    word = VERSION[lang.code]
    named = re.search(rf"{word}\s$", before(match), re.IGNORECASE)
    return ("" if named else f"{word} ") + _parts(lang, match[1])


def _stopwatch(lang: Language, match: re.Match) -> str:
    minutes = f"{lang.cardinal(int(match[1]))} {whole_number(lang, match[2])}"
    return f"{minutes} {lang.words['point']} {digits(lang, match[3])}"


def _verse(lang: Language, match: re.Match) -> str | None:
    """Chapter and verse behind the name of a book: Genesis 1:1-3."""
    book = re.search(rf"(?:{BOOKS})\.? $", before(match))
    if not book and not (match[3] and len(match[2]) < 3 and int(match[3]) > int(match[2])):
        return None
    if (
        not book
        and _BEFORE_TIME.match(after(match, 1) or " ")
        or (not book and len(match[2]) == 2 and int(match[2]) % 5 == 0)
    ):
        return None
    said = f"{lang.cardinal(int(match[1]))} {lang.cardinal(int(match[2]))}"
    return said + (f" {lang.words['to']} {lang.cardinal(int(match[3]))}" if match[3] else "")


def _led_ratio(lang: Language, match: re.Match) -> str | None:
    if lang.code == "ru":
        return None  # Russian has a rule of its own, with a case
    if not re.search(rf"(?i)(?<![^\W\d_])(?:{RATIO})(?: (?:of|is|von|de|di|van|på|är|je))? $", before(match)):
        return None
    to = lang.words.get("ratio", lang.words["to"])
    second = re.sub(r"\D", "", match[2])
    return f"{whole_number(lang, match[1])} {to} {whole_number(lang, second)}"


def _numbered(lang: Language, match: re.Match) -> str | None:
    """The number of a chapter or another part of a series, written with a nought before it: Chapter 01."""
    if not int(match[1]) or not re.search(rf"(?i)(?<![^\W\d_])(?:{NUMBERED}) $", before(match)):
        return None
    return lang.cardinal(int(match[1]))


def _identified(lang: Language, match: re.Match) -> str | None:
    named = rf"(?i)(?<![^\W\d_])(?:{IDENTIFIED[lang.code]})(?:\s(?:is|ist|es|è|é|är|je))?[:#]?\s?$"
    return grouped_digits(lang, match[0]) if re.search(named, before(match)) else None


def _dialled(lang: Language, match: re.Match) -> str | None:
    """A number that is dialled or names something: each figure by its name."""
    figures = match[0]
    left = before(match)
    said = _identified(lang, match)
    if said is not None:
        return said
    if figures not in SHORT_NUMBERS.get(lang.code, ()) and not (
        lang.code == "en" and len(figures) in (3, 5, 6)
    ):
        return None
    counted = re.match(
        r" (?:[a-z]+ )?(?:[a-z]{3,}s|people|men|women|children|more|of)\b|[°%$€£]", after(match)
    )
    named = re.search(
        rf"(?i)(?<![^\W\d_])(?:{DIALLED[lang.code]})\s(?:\d{{3}} (?:or|and|oder|o|of|eller|ou) )?$", left
    )
    return digits(lang, figures) if named and not counted else None


def _postcode(lang: Language, match: re.Match) -> str | None:
    if len(match[0]) == 9 and lang.code != "pt":
        return None
    return grouped_digits(lang, match[0])


def _chain(lang: Language, match: re.Match) -> str | None:
    """Figures joined by more than one hyphen are groups of digits, or numbers where all are short: 4-3-3."""
    if _DATE.fullmatch(match[0]):
        return None
    groups = match[0].split("-")
    if in_sum(match):
        return f" {lang.words['minus']} ".join(whole_number(lang, group) for group in groups)
    if all(len(group) < 3 and (group == "0" or group[0] != "0") for group in groups):
        return " ".join(lang.cardinal(int(group)) if group != "X" else spell(lang, "X") for group in groups)
    return grouped_digits(lang, match[0])


def _between_times(lang: Language, match: re.Match) -> str | None:
    if not _BEHIND_TIME.search(before(match, 16)) or not _BEFORE_TIME.match(after(match, 12)):
        return None
    return lang.words["to"]
