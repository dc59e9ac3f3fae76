"""English figures that are no quantities: emergency calls, dates in figures, groups with spaces; letters of
chats.
"""

from __future__ import annotations

import re

from .en_numbers import cardinal, date
from .en_words import ABBREVIATIONS, CHAT
from .initialisms import INTERJECTIONS
from .language import Language, Rule, after, before, compiled, count, ending, spell
from .numeric import alternatives


def _chat(lang: Language, match: re.Match) -> str | None:
    """tbh, idk, km: words that only their letters can say."""
    word = match[0]
    low = word.lower()
    if word in lang.currencies and re.match(r"\.? ?\d", after(match)):
        return None
    if low in CHAT and not word.isupper():
        return spell(lang, word)
    if not word.islower() or low in INTERJECTIONS or low in ABBREVIATIONS or f"{low}." in ABBREVIATIONS:
        return None
    return spell(lang, word) if re.fullmatch(r"[b-df-hj-np-tv-xz]{2,6}", word) else None


def _slash_date(lang: Language, match: re.Match) -> str | None:
    """A month and a day behind a preposition of time: on 12/25."""
    month = int(match[1])
    day = int(match[2])
    led = re.search(
        r"(?i)\b(?:on|by|until|till|since|before|after|dated?|due|from|through|starting) $", before(match)
    ) or re.search(rf"\b(?:{_DAY})\.?,? $", before(match))
    if (
        not led
        or not 1 <= month <= 12
        or not 1 <= day <= 31
        or re.match(r" (?:of|full|cups?|the)\b", after(match))
    ):
        return None
    return date(day, month, None)


def _dotted_date(lang: Language, match: re.Match) -> str | None:
    """A date with full stops, whose day comes first in English too: 25.12.2024."""
    day, month = int(match[1]), int(match[2])
    if month > 12:
        day, month = month, day
    named = re.search(r"(?i)\b(?:version|release|build|update|firmware|v)\.? ?$", before(match))
    return None if named or not (1 <= day <= 31 and 1 <= month <= 12) else date(day, month, int(match[3]))


_DAYS = dict(
    zip(
        "mon tue wed thu fri sat sun".split(),
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
        strict=True,
    )
)
_DAY = (
    r"Mon(?:day)?|Tue(?:s(?:day)?)?|Wed(?:nesday)?|Thu(?:rs?(?:day)?)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?"
)


def _weekdays(lang: Language, match: re.Match) -> str:
    said = f"{_DAYS[match[1][:3].lower()]} to {_DAYS[match[2][:3].lower()]}"
    return said + ending(lang, match)


def _day(lang: Language, match: re.Match) -> str:
    return _DAYS[match[1][:3].lower()]


_BOOKS = {"Gen": "Genesis", "Rev": "Revelation", "Ex": "Exodus", "Lev": "Leviticus", "Col": "Colossians"}


def _book(lang: Language, match: re.Match) -> str:
    return _BOOKS[match[1]]


def _emergency(lang: Language, match: re.Match) -> str | None:
    """911, the number to call; a flight, a car or a count of that number is another."""
    left = before(match)
    if re.search(r"\b(?:Porsche|[Ff]light|[Rr]oom|[Rr]oute|[Hh]ighway) $", left):
        return "nine eleven"
    counted = re.match(
        r" ?(?:[a-z]+ )?(?:[a-z]{3,}s|people|men|women|children|million|billion)\b|[ %°]", after(match)
    )
    called = re.match(
        r" (?:call|emergency|operator|dispatch|service|system|center|line|tape|was called)", after(match)
    )
    if re.search(r"[$€£#]$|\b(?:about|over|than|nearly|almost|only|page|number|year|AD) $", left):
        return None
    plain = re.match(
        r" (?:is|was|or|and|for|from|now|if|to|right|immediately|when|in)\b|[.,;:!?)]|$", after(match)
    )
    return "nine one one" if called or (plain and not (counted and counted[0] != " ")) else None


def _spaced_groups(lang: Language, match: re.Match) -> str | tuple[str, int] | None:
    """A number in groups with a plain space: 12 500. Beside a name or a code they are two numbers."""
    left = before(match)
    if re.search(
        r"[A-Z]\w* $|[\d.] $|(?i:number|code|id|no\.|card|account|phone|tel\.?|page|pages) $", left
    ) and not (re.search(r"(?:^|[.!?] )[A-Z][a-z]* $", left)):
        return None
    figures = match[0].replace(" ", "")
    following = re.match(rf" ({alternatives(lang.units)})(?![^\W_])", after(match))
    if following:
        return count(lang, figures, lang.units[following[1]]), match.end() + following.end()
    return cardinal(int(figures))


CODE_RULES = tuple(
    Rule(name, begins, compiled(pattern), say)
    for name, begins, pattern, say in (
        ("range", "l", rf"({_DAY})\.?\s?[-–—]\s?({_DAY})(?![^\W_])\.?", _weekdays),
        ("date", "l", rf"({_DAY})\.?,?(?= \d{{1,2}}/\d{{1,2}}(?!\d))", _day),
        ("verse", "l", rf"({'|'.join(_BOOKS)})\.?(?= \d{{1,3}}:\d)", _book),
        (
            "letters",
            "l",
            r"(?<=[Tt]he )WHO(?![^\W_])|WHO(?= (?:[Cc]hief|[Dd]irector|officials?|report|guidelines)\b)",
            lambda lang, m: spell(lang, m[0]),
        ),
        (
            "abbreviation",
            "l",
            r"(?:MRS?|DR)\.(?= [A-Z])",
            lambda lang, m: "Doctor" if m[0] == "DR." else lang.abbreviations[m[0].capitalize()],
        ),
        ("date", "d", r"(\d{1,2})\.(\d{1,2})\.((?:19|20)\d\d)(?!\d|\.\d)", _dotted_date),
        ("date", "d", r"9/11(?![\d/]| of\b)", lambda lang, m: "nine eleven"),
        ("date", "d", r"(\d{1,2})/(\d{1,2})(?![\d/]|[.,]\d)", _slash_date),
        ("digits", "d", r"911(?!\d|[-.,:/]\d|'?[^\W\d_])", _emergency),
        ("digits", "d", r"9-1-1(?![\d-])", lambda lang, m: "nine one one"),
        ("minus", "l", r"T ?[-−–] ?(?=\d+(?: (?:seconds|minutes|hours|days))?)", lambda lang, m: "T minus "),
        (
            "number",
            "d",
            r"[1-9]\d{0,2} \d{3}(?= (?:[a-z]{4}|[a-zμ²]{1,3}(?![a-z])))(?! ?\d)",
            _spaced_groups,
        ),
    )
)
CHAT_RULE = Rule("letters", "l", compiled(r"[^\W\d_]{2,6}(?![^\W_]|['.@/-][^\W_]|:/)"), _chat)
