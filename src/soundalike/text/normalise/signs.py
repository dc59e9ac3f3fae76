"""Rules for the signs about figures: exponents, powers of ten, minus in sums, degrees of an arc."""

from __future__ import annotations

import re

from .code_words import PER
from .language import Language, Rule, after, before, compiled, count, say_number

SUPERSCRIPTS = {"²": 2, "³": 3, "⁰": 0, "¹": 1, "⁴": 4, "⁵": 5, "⁶": 6, "⁷": 7, "⁸": 8, "⁹": 9}
MINUS = "-−–⁻"
_RAISED = r"[⁻⁺]?[²³⁰¹⁴⁵⁶⁷⁸⁹]+"
# What may stand in a sum besides its operators: numbers, and letters that stand alone
_TERM = r"(?:\d|[.,](?=\d)|(?<![^\W\d_])[^\W\d_](?![^\W\d_])|[\s()*/×÷·^²³√π−–-]|\+(?=\s?[\d(]))"
_VALUE = r"\s?(?:[-−–(√.,]{0,3}\d|[^\W\d_](?![^\W\d_])|[?_…]|\.\.\.|$)"
_SUM_GOES_ON = re.compile(rf"{_TERM}{{0,30}}?\s?[=≈≠≤≥<>×÷·+]{_VALUE}")
_SUM_BEGAN = re.compile(rf"[=≈≠≤≥<>×÷·+]{_TERM}{{0,30}}$")
_VARIABLE = re.compile(r"(?<![^\W\d_])[^\W\d_]\d?\s?$|(?:\)|\^\d{1,2}|[²³])\s?$")
_RELATION = re.compile(r"[=<>≤≥≈≠]$")


def in_sum(match: re.Match) -> bool:
    """Whether a match stands in a sum: 5-3=2, 7+5-3. Elsewhere a hyphen between figures means a range."""
    return bool(_SUM_GOES_ON.match(after(match)) or _SUM_BEGAN.search(before(match)))


def sign_rules(lang: Language, units: str, end: str) -> list[Rule]:
    """The rules in their order; `units` is the pattern of the language's units, `end` that of their end."""
    n = lang.number
    c = compiled
    per = rf"(?:/(?:{units}|K))?" if lang.code in PER else ""
    return [
        Rule(
            "exponent",
            "ds",
            c(rf"({n})[eE]([-−–+]?)(\d{{1,3}})(?:{end}(?![.,]\d)(?: ?((?:{units}){per}){end})?)"),
            _scientific,
        ),
        Rule(
            "power",
            "d",
            c(rf"({n})(?:\^[({{]?([-−–+]?)(\d{{1,4}})[)}}]?|({_RAISED}))(?: ?((?:{units}){per}){end})?"),
            _raised,
        ),
        Rule("power", "s", c(r"(?:\s\*\*\s|\*\*)(?=[-−]?\d)"), _double_star),
        Rule("power", "s", c(r"\^[({]?([-−–+]?)(\d{1,4})[)}]?(?!\d)"), _caret),
        Rule("power", "s", c(_RAISED), _superscript),
        Rule("degrees", "d", c(r"(\d{1,3})°\s?(\d{1,2})'\s?(?:(\d{1,2}(?:[.,]\d+)?)(?:\"|''))?"), _arc),
        Rule("minus", "s", c(r"\s?[-−–]\s?(?=[\d(.,√]|[^\W\d_](?![^\W\d_]))"), _minus),
    ]


def exponent(lang: Language, sign: str, figures: str) -> str:
    """An exponent after "to the power of"."""
    minus = f"{lang.words['minus']} " if sign and sign in MINUS else ""
    return f"{lang.words['power']} {minus}{lang.cardinal(int(figures))}"


def superscript(lang: Language, written: str) -> str:
    """Raised figures: squared, cubed, to the power of minus three."""
    if written in ("²", "³"):
        return lang.words["squared" if written == "²" else "cubed"]
    sign = written[0] if written[0] in "⁻⁺" else ""
    return exponent(lang, sign, "".join(str(SUPERSCRIPTS[c]) for c in written.lstrip("⁻⁺")))


def _scientific(lang: Language, match: re.Match) -> str:
    times = lang.words.get("times", lang.symbols["×"])
    said = f"{say_number(lang, match[1])} {times} {lang.cardinal(10)} {exponent(lang, match[2], match[3])}"
    return said + _of_unit(lang, match[4])


def _raised(lang: Language, match: re.Match) -> str:
    power = superscript(lang, match[4]) if match[4] else exponent(lang, match[2], match[3])
    return f"{say_number(lang, match[1])} {power}" + _of_unit(lang, match[5])


def _of_unit(lang: Language, unit: str | None) -> str:
    """The unit of a number too large or small to count, in its form for many."""
    if not unit:
        return ""
    per = ""
    if unit not in lang.units:
        unit, _, second = unit.rpartition("/")
        per = per_unit(lang, second)
    return f" {lang.units[unit].forms[min(lang.form(10, False), len(lang.units[unit].forms) - 1)]}{per}"


def per_unit(lang: Language, unit: str) -> str:
    """What is said for the second of two units: 4 J/K."""
    return f" {PER[lang.code]} {lang.units[unit].forms[0] if unit in lang.units else 'kelvin'}"


def _caret(lang: Language, match: re.Match) -> str | None:
    return exponent(lang, match[1], match[2]) if re.search(r"[\w)]$", before(match, 1)) else None


def _double_star(lang: Language, match: re.Match) -> str | None:
    return lang.words["power"] if re.search(r"[\w)]$", before(match, 1)) else None


def _superscript(lang: Language, match: re.Match) -> str:
    return superscript(lang, match[0])


def _arc(lang: Language, match: re.Match) -> str:
    """Degrees, minutes and seconds of an arc."""
    said = [count(lang, match[1], lang.units["°"])]
    said.append(count(lang, match[2], lang.units["min"]))
    if match[3]:
        said.append(
            count(lang, match[3].replace("." if lang.decimal == "," else ",", lang.decimal), lang.units["s"])
        )
    return " ".join(said)


def _minus(lang: Language, match: re.Match) -> str | None:
    """The minus of a sum behind a letter or a bracket, or written as U+2212 behind a figure."""
    if "−" in match[0] and re.search(r"[\d)]$", before(match, 1)) and re.match(r"[\d(]", after(match, 1)):
        return lang.words["minus"]
    if _RELATION.search(before(match, 1)) and re.match(r"[^\W\d_]", after(match, 1)):
        return lang.words["minus"]  # y = -x
    return lang.words["minus"] if _VARIABLE.search(before(match, 4)) and in_sum(match) else None
