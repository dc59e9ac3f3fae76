"""What a language brings: its letters, words, number grammar and rules. One `Language` per language file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from soundalike.text.segment.conventions import conventions_of
from soundalike.text.segment.stops import ends_at

PROTECTED = "\x01"  # a full stop that belongs to a spelled letter, until the marks are settled
# Superscripts, ordinal signs and fractions are no letters, though \w holds them
LETTER = r"[^\W\d_ªº²³¹⁰⁴-⁹\u00bc-\u00be\u2150-\u215e]"
LONGEST_NUMBER = 15  # digits; longer runs are read one by one


def compiled(pattern: str, flags: int = 0) -> re.Pattern:
    """A pattern in which a letter, and the end of a word, are what they are to a reader: m² ends in a letter,
    5½ in a figure.
    """
    return re.compile(pattern.replace(r"[^\W\d_]", LETTER).replace(r"(?![^\W_])", rf"(?!{LETTER}|\d)"), flags)


@dataclass(frozen=True)
class NormalisedSpan:
    """One span of the written text and what is said for it."""

    start: int  # character offsets in the original text
    stop: int
    written: str
    rule: str  # short name of the rule that read it
    spoken: str  # "" where nothing is said; with the space that precedes it where it needs one
    warning: str = ""  # what the reader should know, e.g. that a foreign script was transliterated


@dataclass(frozen=True)
class Noun:
    """A counted noun: its forms by the language's plural rule, and its gender."""

    forms: tuple[str, ...]
    gender: str = "m"


def noun(text: str) -> Noun:
    """A noun from "f~form|form"; the gender may be left out."""
    gender, _, forms = text.rpartition("~")
    return Noun(tuple(forms.split("|")), gender or "m")


def nouns(table: Mapping[str, str]) -> dict[str, Noun]:
    """A table of nouns; keys that share one are separated by spaces, and those of
    several words have a low line for their space. m² is also found as m^2 and m2.
    """
    found = {key.replace("_", " "): noun(text) for keys, text in table.items() for key in keys.split()}
    for key in [key for key in found if key[-1] in "²³"]:
        figure = "2" if key[-1] == "²" else "3"
        for other in (f"{key[:-1]}^{figure}", f"{key[:-1]}{figure}"):
            found.setdefault(other, found[key])
    return found


def money(table: Mapping[str, tuple[str, str]]) -> dict[str, tuple[Noun, Noun]]:
    """A table of currencies: the noun of the whole and that of its hundredth. Keys that share them are
    separated by spaces.
    """
    return {key: (noun(main), noun(small)) for keys, (main, small) in table.items() for key in keys.split()}


@dataclass(frozen=True)
class Rule:
    """One way to read a span: where it may begin ("d" digit, "l" letter, "s" other), its pattern and its
    words.

    `say` may decline with None; it may set `match.end()` aside by returning (words, stop).
    """

    name: str
    begins: str
    pattern: re.Pattern
    say: Callable[[Language, re.Match], str | tuple[str, int] | None]


@dataclass(frozen=True)
class Language:
    """Everything that differs between languages."""

    code: str
    letters: frozenset[str]  # lower case
    cardinal: Callable[..., str]  # (n, gender="", counted=False): counted = a noun follows
    ordinal: Callable[..., str]  # (n, gender="m")
    year: Callable[[int], str]
    words: Mapping[str, str]  # point minus plus to and at dot slash hyphen underscore power squared cubed
    symbols: Mapping[str, str]
    letter_names: Mapping[str, str]
    form: Callable[[int, bool], int]  # (whole part, has decimals) to the index in Noun.forms
    units: Mapping[str, Noun] = field(default_factory=dict)
    currencies: Mapping[str, tuple[Noun, Noun]] = field(default_factory=dict)
    magnitudes: Mapping[str, Noun] = field(default_factory=dict)  # single letters only behind money
    attributive: re.Pattern | None = None  # what stands before a measure used as an adjective: a 5 km run
    of: str = ""  # between a magnitude and what is counted: trois millions DE dollars
    cents: str = "{whole} {part}"  # money with a two-digit part; {part} bare, {cents} with its noun
    decimal: str = ","
    groups: str = ". '"
    digits_after_point: bool = True  # one by one; else as a number if it is short
    fraction: Callable[[int, int], str] | None = None
    decimals: Callable[[str, str], str] | None = None  # (whole, part) where the language has its own way
    abbreviations: Mapping[str, str] = field(default_factory=dict)  # with their full stop
    enders: frozenset[str] = frozenset()  # abbreviations that may also end a sentence
    leaning: frozenset[str] = frozenset()  # further abbreviations that never end a sentence; rules read them
    spoken_acronyms: frozenset[str] = frozenset()  # upper case, read as words
    acronyms: Mapping[str, str] = field(default_factory=dict)  # upper case, read in a way of their own
    spelled: frozenset[str] = frozenset()  # upper case, read letter by letter even in a text of capitals
    common: frozenset[str] = frozenset()  # short words that may be shouted: NOT, ALL
    roman_after: re.Pattern | None = None  # what stands before a Roman numeral read as a number
    regnal: Callable[[int, str], str | None] | None = None  # Henry VIII: (8, "Henry")
    rulers: frozenset[str] = frozenset()  # names that a single Roman letter may follow: George V
    lettered: re.Pattern = re.compile(r"(?!)")  # what stands before a letter that is a name: plan B
    months: Mapping[str, int] = field(default_factory=dict)  # lower case, with abbreviations
    date: Callable[[int, int, int | None, str], str] | None = None  # (day, month, year, what stands before)
    month_first: bool = False  # 3/4/2021
    time: Callable[[int, int, int | None], str] | None = None
    years_from: int = 1100  # bare numbers from here to 2099 may be years
    phone_pairs: bool = False
    # Lower-case words of other scripts with a known reading
    foreign: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()

    @property
    def number(self) -> str:
        """Pattern of a written number without its sign, with no groups of its own.

        Numbers written as another language writes them are taken where they can be nothing else: 1.234,50
        in English, 1,234.50 in German.
        """
        point = re.escape(self.decimal)
        group = "." if self.decimal == "," else ","
        back = "." if self.decimal == "," else ","
        more = r"(?![\d.,]{0,9}\d)"  # no figures beyond
        foreign = (
            rf"\d{{1,3}}(?:{point}\d{{3}}){{1,12}}{re.escape(back)}\d{{1,2}}{more}"
            rf"|\d{{1,3}}(?:{point}\d{{3}}){{2,12}}{more}"
        )
        indian = r"|\d{1,2}(?:,\d\d)+,\d{3}(?!\d)" if group == "," else ""
        grouped = "|".join(rf"\d{{1,3}}(?:{re.escape(g)}\d{{3}})+(?!\d)" for g in self.groups)
        if " " not in self.groups:  # with plain spaces only where they can be nothing else: 1 000 000
            grouped += r"|[1-9]\d{0,2}(?:(?: \d{3}){2,5}| 000)(?! ?\d)"
        other = "" if self.decimal == "." else r"|\.\d{1,2}(?![\d.])|\.\d{4,}(?![\d.])"
        whole = rf"(?:{grouped}{indian}|\d+)(?:{point}\d+{other})?"
        bare = rf"(?<![\w.,]){point}\d{{1,15}}{more}"
        if self.decimal == ",":
            bare += rf"|(?:(?<=\s)|(?<=[-−–+<>=≤≥(])|^)\.\d{{1,15}}{more}"
        return rf"(?:{foreign}|{whole}|{bare})"


def parse(lang: Language, written: str) -> tuple[str, str]:
    """Digits before and after the decimal mark; none before it where none are written: .5"""
    mark = lang.decimal
    other = "." if mark == "," else ","
    last = max(written.rfind("."), written.rfind(","))
    if last >= 0 and written[last] == other:
        # The mark of the other convention: 1,234.50 in German, 1.234,50 in English
        shown = written.count(other) == 1 and (
            mark in written or (mark == "," and re.fullmatch(r"\d*\.(\d{1,2}|\d{4,})|\.\d+", written))
        )
        mark = other if shown else mark
    elif written.count(mark) > 1:
        mark = other
    whole, _, part = written.partition(mark)
    return "".join(filter(str.isdecimal, whole)), part


def digits(lang: Language, written: str) -> str:
    """Each digit by its name."""
    names = {digit: lang.cardinal(int(digit)) for digit in set(written) if digit.isdecimal()}
    return " ".join(names[digit] for digit in written if digit in names)


def whole_number(lang: Language, written: str, gender: str = "", counted: bool = False) -> str:
    """A whole number; digit by digit where it starts with a nought or is too long to be a number."""
    if len(written) > LONGEST_NUMBER or (len(written) > 1 and written[0] == "0"):
        return digits(lang, written)
    return lang.cardinal(int(written or "0"), gender, counted)


def say_number(lang: Language, written: str, gender: str = "", counted: bool = False) -> str:
    """A written number, decimals and all."""
    whole, part = parse(lang, written)
    if not part:
        return whole_number(lang, whole, gender, counted)
    if not whole:
        return f"{lang.words['point']} {digits(lang, part)}"
    if lang.decimals is not None and len(whole) <= LONGEST_NUMBER:
        return lang.decimals(whole, part)
    if lang.digits_after_point or len(part) > 3:
        tail = digits(lang, part)
    else:
        bare = part.lstrip("0")
        tail = " ".join(
            [lang.cardinal(0)] * (len(part) - len(bare)) + ([lang.cardinal(int(bare))] if bare else [])
        )
    return f"{whole_number(lang, whole)} {lang.words['point']} {tail}"


def count(lang: Language, written: str, counted: Noun, adjective: bool = False) -> str:
    """A number and the noun it counts, agreeing; in the singular as an adjective: a five kilometer run."""
    return (
        f"{say_number(lang, written, counted.gender, True)} "
        f"{counted.forms[0] if adjective else form(lang, written, counted)}"
    )


THOUSANDS = ("mil", "mila", "mille")  # no "de" stands between them and what is counted


def sized(lang: Language, written: str, magnitude: Noun) -> str:
    """A number of thousands or millions; cent mille has no s."""
    said = count(lang, written, magnitude)
    return re.sub(r"\b(cent|quatre-vingt)s (?=mille\b)", r"\1 ", said) if lang.code == "fr" else said


def is_adjective(lang: Language, match: re.Match) -> bool:
    """Whether a measure stands between an article and a noun."""
    return bool(
        lang.attributive
        and lang.attributive.search(before(match))
        and re.match(r"[ -][^\W\d_]{3}", after(match))
    )


def form(lang: Language, written: str, counted: Noun) -> str:
    """The form of a noun that a written number asks for."""
    whole, part = parse(lang, written)
    number = int(whole[-LONGEST_NUMBER:] or "0")
    return counted.forms[min(lang.form(number, bool(part)), len(counted.forms) - 1)]


def before(match: re.Match, reach: int = 40) -> str:
    """What stands before a match, at most `reach` characters."""
    return match.string[max(0, match.start() - reach) : match.start()]


def after(match: re.Match, reach: int = 40) -> str:
    """What stands behind a match, at most `reach` characters."""
    return match.string[match.end() : match.end() + reach]


def spell(lang: Language, letters: str) -> str:
    """Letters by their names; of an accented letter the name of its base if it has none of its own."""
    import unicodedata

    names = (
        lang.letter_names.get(c.upper())
        or lang.letter_names.get(unicodedata.normalize("NFD", c)[0].upper(), c)
        for c in letters
    )
    return " ".join(names)


def ending(lang: Language, match: re.Match) -> str:
    """The full stop of an abbreviation that ends its sentence too, else nothing."""
    if not match[0].endswith("."):
        return ""
    return "." if ends_at(match.string, match.end(), conventions_of(lang)) else ""
