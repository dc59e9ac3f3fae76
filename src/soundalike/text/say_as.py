"""What `<say-as>` asks for: letters, digits, numbers, dates and telephone numbers as the text that says
them.
"""

from __future__ import annotations

import re
from datetime import date

from .normalise import normalise, table_of

KINDS = (
    "characters",
    "spell-out",
    "digits",
    "cardinal",
    "number",
    "ordinal",
    "date",
    "time",
    "telephone",
    "currency",
    "unit",
    "fraction",
)
# Languages in which the sign before a country code is called "plus"
PLUS_LANGUAGES = ("en", "de", "fr", "nl", "sv")


def say_as(text: str, kind: str, form: str, language: str) -> tuple[str, str]:
    """The text to be read in place of an element's, and a warning or nothing.

    Letters to be spelled come out as one letter between spaces; `spelled` tells which kinds these are.
    """
    text = text.strip()
    if kind in ("characters", "spell-out"):
        return " ".join(c for c in text if c.isalnum()), ""
    if kind == "digits":
        spoken = " ".join(re.sub(r"\D", "", text))
        return spoken, "" if spoken else f"'{text}' holds no digit"
    if kind == "telephone":
        return _telephone(text, language)
    if kind in ("cardinal", "number", "ordinal"):
        return _number(text, kind == "ordinal", language)
    if kind == "date":
        return _date(text, form, language)
    if kind in KINDS:
        return text, ""
    return text, f"interpret-as '{kind}' is not known; the text is read as usual. Known: {', '.join(KINDS)}"


def spelled(kind: str) -> bool:
    """Whether an interpret-as asks for letters by their names."""
    return kind in ("characters", "spell-out")


def _telephone(text: str, language: str) -> tuple[str, str]:
    groups = [" ".join(group) for group in re.findall(r"\d+", text)]
    if not groups:
        return text, f"'{text}' holds no digit"
    plus = "plus " if text.startswith("+") and language in PLUS_LANGUAGES else ""
    return plus + ", ".join(groups), ""


def _number(text: str, ordinal: bool, language: str) -> tuple[str, str]:
    plain = re.sub(r"(?<=\d)[,\s_](?=\d{3}\b)", "", text)
    plain = re.sub(r"(?<=\d)(st|nd|rd|th|\.|º|ª|e|er)$", "", plain) if ordinal else plain
    if not re.fullmatch(r"[+-]?\d{1,18}(\.\d+)?", plain) or (ordinal and not plain.isdigit()):
        return text, f"'{text}' is not a {'whole ' if ordinal else ''}number; it is read as usual"
    if not plain.isdigit():
        return normalise(plain, language), ""
    table = table_of(language)
    number = int(plain)
    if not ordinal:
        return table.cardinal(number), ""
    said = table.ordinal(number)
    missing = said == table.cardinal(number)
    return (
        said,
        f"there are no ordinal numbers for '{language}'; '{text}' is read as a cardinal" if missing else "",
    )


def _date(text: str, form: str, language: str) -> tuple[str, str]:
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    order = re.sub("[^ymd]", "", form.lower()) or (
        "ymd" if re.match(r"\d{4}", text) else "mdy" if language == "en" else "dmy"
    )
    given = dict(zip(order, numbers, strict=False))
    if len(numbers) != len(order) or re.search(r"[^\W\d_]", text) or not {"m", "d"} <= given.keys():
        return text, "" if re.search(
            r"[^\W\d_]", text
        ) else f"'{text}' is not a date in the order {order}; it is read as usual"
    year = given.get("y")
    try:
        day = date(2000 if year is None else year, given["m"], given["d"])
    except ValueError:
        return text, f"'{text}' is no day of the calendar in the order {order}; it is read as usual"
    from babel import UnknownLocaleError
    from babel.dates import format_date

    pattern = "MMMM d" if language == "en" else "d. MMMM" if language in ("cs", "de") else "d MMMM"
    if year is not None:
        pattern += ", y" if language == "en" else " y"
    try:
        text = format_date(day, pattern, locale=language)
    except (UnknownLocaleError, ValueError):
        return text, f"the names of months are not known in '{language}'; '{text}' is read as usual"
    if language == "en":
        ending = "th" if 11 <= day.day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
        text = re.sub(r"(?<=[a-z] )(\d+)", rf"\g<1>{ending}", text, count=1)
    return text, ""
