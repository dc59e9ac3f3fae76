"""Short names of the days of the week: in a range, before a time or a date, and in a list."""

from __future__ import annotations

import re

from soundalike.text.segment.conventions import conventions_of

from .language import Language, Rule, compiled, ending
from .numeric import alternatives

# The short names of each language, Monday first, and the days they stand for
_DAYS = {
    "de": "Mo Montag; Di Dienstag; Mi Mittwoch; Do Donnerstag; Fr Freitag; Sa Samstag; So Sonntag",
    "nl": "ma maandag; di dinsdag; wo woensdag; do donderdag; vr vrijdag; za zaterdag; zo zondag",
    "fr": "lun lundi; mar mardi; mer mercredi; jeu jeudi; ven vendredi; sam samedi; dim dimanche",
    "es": "lun lunes; mar martes; mié miércoles; jue jueves; vie viernes; sáb sábado; dom domingo",
    "it": "lun lunedì; mar martedì; mer mercoledì; gio giovedì; ven venerdì; sab sabato; dom domenica",
    "pt": "seg segunda; ter terça; qua quarta; qui quinta; sex sexta; sáb sábado; dom domingo",
    "sv": "mån måndag; tis tisdag; ons onsdag; tors torsdag; tor torsdag; fre fredag; lör lördag; sön söndag",
    "cs": "po pondělí; út úterý; st středa; čt čtvrtek; pá pátek; so sobota; ne neděle",
    "ru": "пн понедельник; вт вторник; ср среда; чт четверг; пт пятница; сб суббота; вс воскресенье",
}
# What a range is said with, where it is not the word of other ranges
_TO = {"nl": "tot en met"}
_GENITIVES = {
    "понедельник": "понедельника",
    "вторник": "вторника",
    "среда": "среды",
    "четверг": "четверга",
    "пятница": "пятницы",
    "суббота": "субботы",
    "воскресенье": "воскресенья",
}


def _days_of(lang: Language) -> dict[str, str]:
    """The days by their short names, with a capital too."""
    days = dict(entry.split(" ") for entry in _DAYS[lang.code].split("; "))
    return days | {name.capitalize(): day for name, day in days.items()}


def day_rules(lang: Language) -> list[Rule]:
    """The rules for short names of days; none for English, which has its own."""
    if lang.code not in _DAYS:
        return []
    days = _days_of(lang)
    ordinary = {name for name in days if f"{name.lower()}." in conventions_of(lang).words}
    any_day = alternatives(days)
    sure = alternatives(name for name in days if name not in ordinary)
    to = alternatives([lang.words["to"], _TO.get(lang.code, lang.words["to"])])
    month = alternatives(lang.months)
    hour = r"\d{1,2}(?:[:.]\d\d|[-–]\d{1,2}(?!\d)| ?(?:h|u|uur|Uhr|hod)(?![^\W_]))"
    dated = rf"(?:{hour}|\d{{1,2}}\.? (?:de )?(?i:{month})|\d{{1,2}}\.\d{{1,2}}\.|\d{{1,2}}/\d{{1,2}})"

    def between(lang: Language, match: re.Match) -> str | None:
        first, last = days[match[1]], days[match[2]]
        return None if first == last else _between(lang, first, last) + ending(lang, match)

    def one(lang: Language, match: re.Match) -> str:
        return days[match[1]] + ending(lang, match)

    patterns = [
        (rf"({any_day})\.? ?(?:[-–—/]| (?:{to}) ) ?({any_day})(?:\.|(?![^\W_]))", between),
        (rf"({any_day})\.?(?=,? {dated})", one),
        (rf"({sure})\.(?=,? \d{{1,2}}(?!\d))", one),
        (rf"({sure})\.(?=[,;)]| (?:{lang.words['and']}) (?:{any_day})\.)", one),
    ]
    if lang.code == "de":
        patterns.append((r"(Fr)\.(?! [A-ZÄÖÜ]|\w)", one))
        patterns.append((rf"({any_day})\.(?=[,;)]| [a-zäöü])(?<!Fr\.)", one))
    return [Rule("day", "l", compiled(pattern), say) for pattern, say in patterns]


def _between(lang: Language, first: str, last: str) -> str:
    """Montag bis Freitag, с понедельника по пятницу."""
    if lang.code == "ru":
        return f"с {_GENITIVES[first]} по {re.sub('а$', 'у', last)}"
    return f"{first} {_TO.get(lang.code, lang.words['to'])} {last}"
