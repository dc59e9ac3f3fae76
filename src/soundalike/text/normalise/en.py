"""English: its words, numbers and customs. American where the two differ, but for "and" in numbers."""

from __future__ import annotations

import re

from .en_codes import CHAT_RULE, CODE_RULES
from .en_figures import FIGURE_RULES
from .en_models import MODEL_RULES, is_time
from .en_numbers import NAMES, cardinal, date, fraction, ordinal, time, year
from .en_places import PLACE_RULES
from .en_roman import first
from .en_units import UNITS
from .en_words import (
    ABBREVIATIONS,
    ACRONYMS,
    COMMON,
    CURRENCIES,
    ENDERS,
    LETTERED,
    LETTERS,
    MAGNITUDES,
    MONTHS,
    ROMAN_AFTER,
    RULERS,
    SPELLED,
    SPOKEN,
    SYMBOLS,
    WORDS,
)
from .language import (
    Language,
    Rule,
    after,
    before,
    compiled,
    ending,
    is_adjective,
    money,
    nouns,
    say_number,
)

_MONTH = (
    r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?|January|February|March|April|May|June|July|"
    r"August|September|October|November|December"
)


def _half_day(lang: Language, match: re.Match) -> str:
    hour = int(match[1])
    minute = int(match[2] or 0)
    spoken = cardinal(hour) if not minute else time(hour, minute)
    return f"{spoken} {lang.letter_names[match[3].upper()]} M" + ending(lang, match)


def _half_day_range(lang: Language, match: re.Match) -> str:
    low = time(int(match[1]), int(match[2])) if match[2] and int(match[2]) else cardinal(int(match[1]))
    return f"{low} to"


def _month_first(lang: Language, match: re.Match) -> str | None:
    if not 1 <= int(match[2]) <= 31:
        return None
    last = f" to {ordinal(int(match[3]))}" if match[3] else ""
    when = f", {year(int(match[4]))}" if match[4] else ""
    return f"{NAMES[MONTHS[match[1].rstrip('.').lower()] - 1]} {ordinal(int(match[2]))}{last}{when}"


def _day_first(lang: Language, match: re.Match) -> str | None:
    if not 1 <= int(match[1]) <= 31:
        return None
    the = "" if re.search(r"\bthe $", before(match), re.IGNORECASE) else "the "
    return f"{the}{ordinal(int(match[1]))} of {NAMES[MONTHS[match[2].rstrip('.').lower()] - 1]}" + (
        f", {year(int(match[3]))}" if match[3] else ""
    )


def _month_year(lang: Language, match: re.Match) -> str:
    return f"{NAMES[MONTHS[match[1].rstrip('.').lower()] - 1]} {year(int(match[2]))}"


def _decade(lang: Language, match: re.Match) -> str | None:
    tens = _plural_tens(match[2])
    if not match[1] and is_time(match):
        return None  # left to the units
    if match[1] == "20" and match[2] == "00":
        return "two thousands"
    if match[1]:
        return f"{cardinal(int(match[1]))} {'hundreds' if match[2] == '00' else tens}"
    return tens


def _plural_tens(figures: str) -> str:
    word = cardinal(int(figures))
    return word[:-1] + "ies" if word.endswith("y") else word + "s"


def _quantity(lang: Language, match: re.Match) -> str | None:
    """A four-digit number that counts something is no year."""
    if re.search(
        (
            r"\b(?:about|over|than|nearly|almost|approximately|some|exactly|only|around \$|up to|at "
            r"least|all|these|those|of the|costs?|roughly)\s$"
        ),
        before(match),
    ):
        return cardinal(int(match[0]))
    counted = re.match(r" (?:\w+ )?([a-z]{3,}s|people|men|women|children|feet|sheep|fish)\b", after(match))
    plain = re.match(r" ([a-z]+)\b", after(match))
    if not counted or plain and plain[1] in _NOT_COUNTED or counted[1] in _NOT_COUNTED:
        return None
    return cardinal(int(match[0]))


_NOT_COUNTED = frozenset(
    "was is has as this does plus minus the and to in on at for with by but when were it he she they we "
    "you that which of from "
    "until elections games olympics census us its his hers saw brought became began".split()
)


def _feet(lang: Language, match: re.Match) -> str:
    feet = f"{say_number(lang, match[1])} {'foot' if match[1] == '1' else 'feet'}"
    return feet + (f" {say_number(lang, match[2])}" if match[2] else "")


def _inches(lang: Language, match: re.Match) -> str | None:
    quoted = before(match, 200).count('"') % 2
    return (
        None
        if quoted
        else (
            f"{say_number(lang, match[1])} "
            f"{'inch' if match[1] == '1' or is_adjective(lang, match) else 'inches'}"
        )
    )


def _saint_or_street(lang: Language, match: re.Match) -> str:
    name = re.match(r"\s+([A-Z][a-z'-]+)", after(match)) or _saint_in_capitals(match)
    street = re.search(r"(?:\d(?:st|nd|rd|th)|[A-Z][a-z]+) $", before(match))
    opens = re.search(r"\b(?:The|In|At|On|To|From|And|Of|By|For|Is|Was|Our|Does|When|Near) $", before(match))
    if street and not opens and not (name and name[1] in _SAINTS):
        return "Street" + (ending(lang, match) or ("." if name and match[0].endswith(".") else ""))
    return "Saint" if name else "Street" + ending(lang, match)


def _saint_in_capitals(match: re.Match) -> re.Match | None:
    """The name of a saint that is known, in a text of capitals, which come as small letters."""
    name = re.match(r"\s+([a-z'-]+)", after(match))
    return name if name and name[1].capitalize() in _SAINTS else None


_SAINTS = frozenset(
    "Andrew Andrews Anthony Augustine Bernard Catherine Charles Clair Francis George Helens Ives James "
    "Joan John Johns Joseph Lawrence Louis Lucia Luke Mark Martin Mary Matthew Michael Moritz Nicholas "
    "Nick Patrick Paul Pauls Peter Petersburg Stephen Teresa Thomas Tropez Vincent".split()
)


def _doctor_or_drive(lang: Language, match: re.Match) -> str:
    """Drive behind the number or the name of a road, with no name after it; else Doctor."""
    left = before(match)
    numbered = re.search(r"\d+ (?:[A-Z][a-z]+ )+$", left)
    named = re.search(rf"(?:(?<![.!?] )(?<!^)|(?i:{_NEAR}) )\b(?!(?:{_OPENERS}) )[A-Z][a-z]+ $", left)
    person = re.match(rf"\s+(?!(?:{_OPENERS}|He|She|It|They|We|I)\b)[A-Z]", after(match))
    road = numbered or (named and not person)
    return "Drive" + ending(lang, match) if road else "Doctor"


# Words before the name of a road, and those that a name of a road does not follow
_NEAR = "on|at|near|along|off|of|to|from|down|up|and|by|across"
_OPENERS = "The|This|That|Our|Your|My|His|Her|A|An|Dear|Hello|Hi|And|Then|When|But|If|Mr|Mrs|Ms|Thank|Yes|No"


def _regnal(number: int, name: str) -> str | None:
    if name in _NOT_NAMES:
        return None
    return f"the {ordinal(number).title().replace('-T', '-t')}" if name not in _NUMBERED else cardinal(number)


_NOT_NAMES = frozenset("The This That In On At Or And But When If My Your Our".split())
_NUMBERED = frozenset(
    (
        "Rocky Saturn Apollo Super Final Fantasy Windows Godfather Terminator Wars Mark Pac Gemini "
        "Titan Factor Park Warcraft"
    ).split()
)


def _per(lang: Language, match: re.Match) -> str | None:
    return "per" if re.search(r"[\d%] ?\w{0,3}$", before(match, 6)) else None


def _ordinal_figure(lang: Language, match: re.Match) -> str | None:
    figures = match[1].replace(",", "")
    return ordinal(int(figures)) if len(figures) < 16 else None


_PAGE = r"(?=\d|(?i:[ivxlc]{2,8}|[ivx] ?[-–—] ?[ivxl]{1,8})(?![\w]))"  # a number of either kind
_HOUR = r"(\d{1,2})(?::([0-5]\d))?"
_RULES = (
    MODEL_RULES
    + CODE_RULES
    + tuple(
        Rule(name, begins, compiled(pattern), say)
        for name, begins, pattern, say in (
            (
                "date",
                "l",
                (
                    rf"({_MONTH}) "
                    rf"(\d{{1,2}})(?:st|nd|rd|th)?(?:[-–](\d{{1,2}})(?:st|nd|rd|th)?)?(?![\d:]|[.,]\d)(?:,? "
                    rf"(\d{{4}})(?![\d,]))?"
                ),
                _month_first,
            ),
            ("date", "l", rf"({_MONTH}),? ((?:1[0-9]|20)\d\d)(?![\d,])", _month_year),
            (
                "date",
                "d",
                rf"(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_MONTH})(?![a-z])(?:,? ((?:1[0-9]|20)\d\d)(?!\d))?",
                _day_first,
            ),
            ("time", "d", rf"{_HOUR} ?[-–] ?(?=\d{{1,2}}(?::[0-5]\d)? ?[AaPp]\.?[Mm]\b)", _half_day_range),
            ("time", "d", rf"{_HOUR} ?([AaPp])(?:\.[Mm]\.|[Mm])(?![^\W_])", _half_day),
            ("decade", "d", r"(1\d|20)(\d0)'?s(?![^\W_])", _decade),
            ("decade", "ds", r"'?()([2-9]0)'?s(?![^\W_])", _decade),
            (
                "year",
                "s",
                r"'(\d\d)(?![\w']|[.,]\d)",
                lambda lang, m: f"oh {cardinal(int(m[1]))}" if m[1][0] == "0" else cardinal(int(m[1])),
            ),
            (
                "inches",
                "d",
                r"(\d{1,3})in(?![^\W_])",
                lambda lang, m: f"{cardinal(int(m[1]))} {'inch' if m[1] == '1' else 'inches'}",
            ),
            ("times", "d", r"(\d{1,3})x(?= [a-z])", lambda lang, m: f"{cardinal(int(m[1]))} times"),
            ("letters", "l", r"[CF]#(?![\w#])", lambda lang, m: f"{m[0][0]} sharp"),
            (
                "per",
                "s",
                r"/(?=(?:month|year|week|day|hour|night|person|minute|second|unit|kg|lb)s?(?![^\W_]))",
                _per,
            ),
            (
                "ordinal",
                "d",
                r"(\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th|ST|ND|RD|TH)(?![^\W_])",
                _ordinal_figure,
            ),
            ("feet", "d", r"(\d{1,3})' ?(?:(\d{1,2}(?:\.\d)?)(?:\"|''))?(?![\w])", _feet),
            ("inches", "d", r"(\d{1,4}(?:\.\d+)?)\"", _inches),
            ("cardinal", "d", r"[12]\d{3}(?![\d]|[.,]\d)", _quantity),
            ("abbreviation", "l", r"St\.(?![\w-])|St(?= [A-Z])", _saint_or_street),
            ("abbreviation", "l", r"Dr\.?(?![^\W_])", _doctor_or_drive),
            (
                "abbreviation",
                "l",
                r"[Nn]o\.(?= ?\d)",
                lambda lang, m: "Number" if m[0][0] == "N" else "number",
            ),
            ("abbreviation", "l", r"[Nn]os\.(?= ?\d)", lambda lang, m: "numbers"),
            ("abbreviation", "l", rf"p\. ?{_PAGE}", lambda lang, m: "page"),
            ("abbreviation", "l", rf"pp\. ?{_PAGE}", lambda lang, m: "pages"),
            ("abbreviation", "l", rf"vv\. ?{_PAGE}", lambda lang, m: "verses"),
            ("abbreviation", "l", r"c\. ?(?=\d{3,4})|ca\. ?(?=\d)", lambda lang, m: "circa"),
            ("roman", "l", r"(?<=World War )I('s)?(?![\w'])", lambda lang, m: f"one{m[1] or ''}"),
            ("roman", "l", r"I('s)?(?![\w'])", first),
            (
                "letter",
                "l",
                r"(?<=[Vv]itamin )A(?![\w'.])|(?<=[Gg]rade )A(?![\w'.])|(?<=[Pp]lan )A(?![\w'.])",
                lambda lang, m: lang.letter_names["A"],
            ),
            ("word", "s", r"'n'(?![^\W_])", lambda lang, m: "and"),
            (
                "age",
                "d",
                r"(\d{1,3})-(year|month|week|day|hour)(s?)-old(?![^\W_])",
                lambda lang, m: f"{say_number(lang, m[1])} {m[2]}{m[3]} old",
            ),
            (
                "abbreviation",
                "l",
                r"w/o?(?![^\W_])(?=\W|$)",
                lambda lang, m: "without" if m[0] == "w/o" else "with",
            ),
            ("word", "l", r"(?:and/or|[Aa]nd/[Oo]r)(?![^\W_])", lambda lang, m: "and or"),
            (
                "version",
                "l",
                r"[vV]\.?(\d{1,4}(?:\.\d{1,6}){1,4})(?![^\W_])",
                lambda lang, m: (
                    ("" if re.search(r"version $", before(m), re.IGNORECASE) else "version ")
                    + " point ".join(cardinal(int(p)) for p in m[1].split("."))
                ),
            ),
        )
    )
)

ENGLISH = Language(
    code="en",
    letters=frozenset("abcdefghijklmnopqrstuvwxyz"),
    cardinal=cardinal,
    ordinal=ordinal,
    year=year,
    words=WORDS,
    symbols=SYMBOLS,
    letter_names=LETTERS,
    form=lambda n, decimals: 0 if n == 1 and not decimals else 1,
    units={key.replace("_", " "): unit for key, unit in nouns(UNITS).items()},
    currencies=money(CURRENCIES),
    magnitudes=nouns(MAGNITUDES),
    cents="{whole} and {cents}",
    decimal=".",
    groups=",'_",
    fraction=fraction,
    leaning=frozenset("No. Nos. no. St. Dr. p. pp. c. ca.".split()),
    abbreviations=ABBREVIATIONS,
    enders=ENDERS,
    spoken_acronyms=SPOKEN,
    acronyms=ACRONYMS,
    spelled=SPELLED,
    common=COMMON,
    roman_after=ROMAN_AFTER,
    regnal=_regnal,
    rulers=RULERS,
    lettered=LETTERED,
    attributive=re.compile(r"\b(?:an?|A|An) $"),
    months=MONTHS,
    date=date,
    month_first=True,
    time=time,
    years_from=1010,
    rules=(*_RULES, *FIGURE_RULES, *PLACE_RULES, CHAT_RULE),
)
