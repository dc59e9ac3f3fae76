"""English numbers: cardinals, ordinals, years, fractions, dates and times."""

from __future__ import annotations

import re

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()
_POWERS = ("", " thousand", " million", " billion", " trillion")
_IRREGULAR = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
NAMES = tuple("January February March April May June July August September October November December".split())


def cardinal(n: int, gender: str = "", counted: bool = False) -> str:
    """A whole number in words: one hundred and twenty-three."""
    if n < 1000:
        return _below_thousand(n)
    parts = []
    for power in range(4, 0, -1):
        if n >= 1000**power:
            parts.append(_below_thousand(n // 1000**power) + _POWERS[power])
            n %= 1000**power
    if n:
        parts.append(("and " if n < 100 else "") + _below_thousand(n))
    return " ".join(parts)


def _below_thousand(n: int) -> str:
    if n < 20:
        return _ONES[n]
    if n < 100:
        return _TENS[n // 10] + (f"-{_ONES[n % 10]}" if n % 10 else "")
    return f"{_ONES[n // 100]} hundred" + (f" and {_below_thousand(n % 100)}" if n % 100 else "")


def ordinal(n: int, gender: str = "") -> str:
    """first, twenty-second, one hundredth."""
    words = cardinal(n)
    last = re.findall(r"\w+", words)[-1]
    head = words.removesuffix(last)
    if last in _IRREGULAR:
        return head + _IRREGULAR[last]
    return head + (last[:-1] + "ieth" if last.endswith("y") else last + "th")


def year(n: int) -> str:
    """A year read in pairs, but 2005 and 1000 as numbers."""
    high, low = divmod(n, 100)
    if n < 1000 or n > 9999 or high % 10 == 0 and low < 10:
        return cardinal(n)
    return (
        f"{cardinal(high)} {'hundred' if not low else 'oh ' + cardinal(low) if low < 10 else cardinal(low)}"
    )


def fraction(top: int, bottom: int) -> str:
    """two thirds, a half as "one half", seven over twelve hundred."""
    if top == bottom:
        return f"{cardinal(top)} {cardinal(bottom)}"
    names = {2: "half", 4: "quarter"} | {
        n: ordinal(n) for n in (3, 5, 6, 7, 8, 9, 10, 12, 16, 20, 32, 50, 64, 100, 1000)
    }
    if bottom not in names or top >= bottom:
        return f"{cardinal(top)} over {cardinal(bottom)}"
    name = names[bottom]
    return f"{cardinal(top)} {name if top == 1 else 'halves' if bottom == 2 else name + 's'}"


def date(day: int, month: int, when: int | None, left: str = "") -> str:
    """May third, twenty twenty-one."""
    return f"{NAMES[month - 1]} {ordinal(day)}" + (f", {year(when)}" if when is not None else "")


def time(hour: int, minute: int, second: int | None = None) -> str:
    """three thirty, three oh five, three o'clock, fifteen hundred."""
    minutes = f"oh {cardinal(minute)}" if minute < 10 else cardinal(minute)
    if not minute:
        minutes = "o'clock" if 0 < hour < 13 else "hundred"
    seconds = f" and {cardinal(second)} second{'' if second == 1 else 's'}" if second is not None else ""
    return f"{cardinal(hour)} {minutes}{seconds}"
