"""Roman numerals: one behind a noun or a name, those of a list or a range, small ones, items of a list."""

from __future__ import annotations

import re
from collections.abc import Callable

from .language import Language, Rule, after, before, compiled

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_NUMERAL = r"(?=[IVXLCDM])M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})(?![\w])"
_SMALL = r"(?=[ivxlc]{2})c{0,3}(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})(?![\w])"
# Small numerals that are sizes or words, too
_NO_SMALL = frozenset("cc ci li xl".split())
_VI_IS_A_WORD = ("es", "it", "pt", "sv")
_OR = {
    "en": "or|through|thru",
    "de": "oder",
    "fr": "ou",
    "es": "o|al",
    "it": "o|ed",
    "pt": "ou|ao",
    "nl": "of|tot en met",
    "sv": "eller",
    "cs": "nebo",
    "ru": "или",
}
_CENTURIES = re.compile(r"(?i)\b(?:siglos|secoli|séculos|secc\.|ss\.|sécs\.) $")  # a dash says nothing there
_DASH = re.compile(r" ?[-–—] ?")
# A letter that is no numeral, behind one that might be: columns X and Y
_OTHER_LETTER = r"(?: (?:{}) | ?& ?)(?![IVXLC])[^\W\d_a-zà-þа-яё](?![\w'])"


def roman_value(letters: str) -> int:
    """The number a Roman numeral stands for."""
    values = [_VALUES[c] for c in letters]
    return sum(-v if v < w else v for v, w in zip(values, values[1:] + [0], strict=True))


def list_rules(lang: Language) -> list[Rule]:
    """The rules that come before a language's own: for several numerals, of which each is read as if it stood
    behind the noun or the name by itself (Chapters IV and V, Louis XIV-XVI), and for small ones (page iv).
    """
    alone = [*(rule for rule in lang.rules if rule.name == "roman"), single_rule()]
    between = rf"(?:,? (?:{_joining(lang)}) | ?& ?|, ?|{_DASH.pattern})"
    dot = r"\.?" if lang.code in ("de", "cs") else ""
    patterns = (
        rf"[{letters}]{{1,8}}{dot}(?:{between}[{letters}]{{1,8}}{dot})+" for letters in ("IVXLC", "ivxlc")
    )
    return [
        *(
            Rule("roman", "l", compiled(rf"{several}(?![\w])"), _listed(alone, between))
            for several in patterns
        ),
        Rule("roman", "l", compiled(_SMALL), _small),
    ]


def single_rule() -> Rule:
    """The rule for a numeral that stands alone."""
    return Rule("roman", "l", compiled(_NUMERAL), _single)


def _joining(lang: Language) -> str:
    """The words that join two numerals, as a pattern."""
    words = (lang.words["and"], lang.words["to"], *_OR.get(lang.code, "").split("|"))
    return "|".join(re.escape(word) for word in words if word)


def _led(lang: Language, left: str) -> bool:
    """Whether a noun stands before a numeral that is read as a number."""
    return lang.roman_after is not None and lang.roman_after.search(left) is not None


def _listed(alone: list[Rule], between: str) -> Callable[[Language, re.Match], tuple[str, int] | None]:
    """What says the numerals of a list that rise."""
    separator = re.compile(between)

    def say(lang: Language, match: re.Match) -> tuple[str, int] | None:
        gaps = [*separator.finditer(match[0])]
        starts = [0, *(gap.end() for gap in gaps)]
        stops = [*(gap.start() for gap in gaps), len(match[0])]
        said = ""
        stop = read = last = 0
        for number, (start, end) in enumerate(zip(starts, stops, strict=True)):
            written = match[0][start:end]
            value = _value(written)
            gap = gaps[number - 1][0] if number else ""
            lone = len(written) == 1 and (written in "CcLl" or (gap.strip() == "," and number == len(gaps)))
            if value <= last or lone:
                break
            rest = match.string[match.start() + end :][:80] if number < len(gaps) else None
            one = _as_single(lang, match, written.upper(), alone, rest)
            if one is None:
                break
            said += _gap(lang, match, gap) + one[0]
            stop, last, read = start + one[1], value, number + 1
        doubtful = read < 2 or not re.search(r"[IVXLC]|[ivxlc]{2}", match[0])
        return None if doubtful else (said, match.start() + stop)

    return say


def _value(written: str) -> int:
    """The number of a numeral in letters of either kind; nought where it is none."""
    numeral = written.upper().rstrip(".")
    return roman_value(numeral) if re.fullmatch(_NUMERAL, numeral) else 0


def _gap(lang: Language, match: re.Match, written: str) -> str:
    """What is said for what stands between two numerals."""
    if _DASH.fullmatch(written):
        if _CENTURIES.search(before(match)):
            return " "
        return ", " if lang.code == "ru" else f" {lang.words['to']} "  # Russian would decline them
    return f" {lang.words['and']} " if "&" in written else written


def _as_single(
    lang: Language, match: re.Match, numeral: str, alone: list[Rule], rest: str | None
) -> tuple[str, int] | None:
    """What a numeral of a list is said as, and how many characters of it, where it stood behind the noun;
    `rest` is what follows it within the list.
    """
    left = before(match, 80)
    if _led(lang, left):
        bare = numeral.rstrip(".")
        return (lang.cardinal(roman_value(bare)), len(bare)) if rest is None or bare == numeral else None
    if match[0].islower():
        return None
    right = after(match, 80)
    for tail in (right,) if rest is None else (rest, right, " "):
        for rule in alone:
            found = rule.pattern.match(f"{left}{numeral}{tail}", len(left))
            said = rule.say(lang, found) if found and found[0] else None
            if found and said is not None:
                words, stop = (said, found.end()) if isinstance(said, str) else said
                return _without(words, found.string[len(left) + len(numeral) : stop], rest), stop - len(left)
    return None


def _without(words: str, taken: str, rest: str | None) -> str:
    """What is said, save the noun behind the list that a numeral within it has taken along."""
    return words.removesuffix(taken) if rest is not None and taken.startswith(" ") else words


def _small(lang: Language, match: re.Match) -> str | None:
    """A numeral in small letters, behind a noun: page iv, scene ii."""
    known = match[0] in _NO_SMALL or (match[0] == "vi" and lang.code in _VI_IS_A_WORD)
    return lang.cardinal(_value(match[0])) if _led(lang, before(match)) and not known else None


def _single(lang: Language, match: re.Match) -> str | tuple[str, int] | None:
    """A numeral behind a noun that is numbered, or behind a name."""
    # A letter where it stands alone, Type C; the English pronoun has a rule of its own
    if not match[0] or match[0] in ("C", "D", "L", "M") or (match[0] == "I" and lang.code == "en"):
        return None
    left = before(match)
    right = after(match, 6)
    if re.match(r"\.\w|-(?![a-z]{3})\w|'(?!s\b)\w|[&/]", right) or (
        len(match[0]) == 1
        and re.match(rf" [^\W\d_a-zà-þа-яё](?:\W|$)|{_OTHER_LETTER.format(_joining(lang))}", after(match, 9))
    ):
        return None
    number = roman_value(match[0])
    if _led(lang, left):
        return lang.cardinal(number)
    name = re.search(r"([^\W\d_][^\W\d_'-]+) $", left)
    if (
        lang.regnal is None
        or name is None
        or not name[1][0].isupper()
        or name[1].isupper()
        or number > 40
        or (len(match[0]) == 1 and name[1] not in lang.rulers)
    ):
        return None
    said = lang.regnal(number, name[1])
    return (said + "'s", match.end() + 2) if said and right.startswith("'s") else said


def item_number(lang: Language, match: re.Match) -> str | None:
    """The small Roman number of an item, where its line or sentence begins: i. ii. iii."""
    begins = re.search(r"(?:^|\n)[ \t]*\(?$", before(match))
    value = _value(match[0])
    return lang.cardinal(value) if begins and value else None
