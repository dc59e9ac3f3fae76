"""Italian, Portuguese, Dutch, Swedish, Czech: numbers, money, units, dates and signs by the shared rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from string import ascii_lowercase, ascii_uppercase

from num2words import num2words

from .language import Language, Rule, after, before, compiled, money, nouns
from .roman import roman_value

_WORD_KEYS = (
    "point minus plus to and at dot slash hyphen underscore power squared cubed number hashtag about".split()
)
_SIGN_KEYS = "& % + = × ÷ § # @ ° < > © ™ $ € £".split()
_UNIT_KEYS = "km|m|cm|mm|kg|g|l L|km/h|%|°C|°|GB|MB|min|h|m²|W|V".split("|")


def _listed(keys: list[str], values: str) -> dict[str, str]:
    return dict(zip(keys, values.split(","), strict=True))


@dataclass(frozen=True)
class PlainLanguage:
    """What makes a language of the plain kind; lists are strings with their items in a fixed order."""

    code: str
    accents: str  # letters beyond a to z
    letter_names: str  # of A to Z
    words: str  # of _WORD_KEYS
    signs: str  # of _SIGN_KEYS
    units: str  # of _UNIT_KEYS
    money: Mapping[str, tuple[str, str]]
    sizes: Mapping[str, str]  # nouns of magnitudes
    abbreviations: Mapping[str, str]
    months: str
    of: str  # between a magnitude and what is counted
    feminine: Mapping[str, str]  # forms of one (and two) before a feminine noun
    masculine: Mapping[str, str] = field(default_factory=dict)  # before another
    cents: str = "{whole} {part}"
    date_form: str = "{day} {month}{year}"
    last: str = ""  # before the year of a date
    more_units: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    ordinals: Callable[[int, str], str] | None = None  # (n, gender), where num2words has none or wrong ones
    months_ordinal: str = ""  # days of dates said as ordinals: "first", "all", or none
    regnal: Callable[[int, str], str | None] | None = None
    rulers: str = ""
    roman_after: str = ""  # alternatives of what stands before a Roman numeral read as a number
    spoken: str = ""  # acronyms said as words, beside the usual ones
    spelled: str = ""  # and those spelled
    common: str = ""  # short words that may be shouted
    enders: str = ""
    leaning: str = ""
    ratio: str = ""  # between the sides of a ratio or a score
    times: str = ""  # before ten in 1e5, where it is not the sign's
    parts: Mapping[int, str] = field(default_factory=dict)  # of fractions: one|many
    part_gender: str = "m"
    over: str = ""
    clock: Callable[[int, int, int | None], str] | None = None

    def cardinal(self, n: int, gender: str = "", counted: bool = False) -> str:
        """A whole number; `counted` when a noun follows."""
        said = num2words(n, lang=self._num2words_code).replace("etttusen", "ettusen").replace(",", "")
        if self.code == "cs":
            said = re.sub(r"(?<=[^\W_])(?<!de)(stě|sta|set)\b", r" \1", said).replace(
                "dva miliardy", "dvě miliardy"
            )
        elif self.code == "it":
            said = re.sub(r"(?<=[^\W\d_])tre\b", "tré", said)
        elif self.code == "sv":
            said = re.sub(r"(miljoner|miljon|miljarder|miljard|biljoner|biljon)(?=[a-zåäö])", r"\1 ", said)
            said = re.sub(r"(miljon|miljard) er\b", r"\1er", said)
        if not counted:
            return said
        for plain, changed in (self.feminine if gender == "f" else self.masculine).items():
            if said == plain or said.endswith(" " + plain):
                return said[: len(said) - len(plain)] + changed
        return said

    def ordinal(self, n: int, gender: str = "m") -> str:
        """An ordinal; feminine in all its words where asked for."""
        if self.ordinals is not None:
            return self.ordinals(n, gender)
        said = num2words(n, lang=self._num2words_code, to="ordinal")
        return re.sub(r"o\b", "a", said) if gender == "f" and self.code in ("it", "pt") else said

    def year(self, n: int) -> str:
        """A year: in hundreds in Dutch and Swedish, else a number."""
        if self.code in ("nl", "sv") and 1100 <= n < 2000:
            low = self.cardinal(n % 100) if n % 100 else ""
            return f"{self.cardinal(n // 100)}{'honderd' if self.code == 'nl' else 'hundra'}{low}"
        return self.cardinal(n)

    def date(self, day: int, month: int, when: int | None, left: str = "") -> str:
        """A day of a month, and the year where there is one."""
        counted = self.months_ordinal == "all" or (self.months_ordinal == "first" and day == 1)
        spoken = self.ordinal(day, "g" if self.code == "cs" else "m") if counted else self.cardinal(day)
        year = f" {self.last}{self.year(when)}" if when is not None else ""
        return self.date_form.format(day=spoken, month=self.months.split()[month - 1], year=year)

    def time(self, hour: int, minute: int, second: int | None = None) -> str:
        """Hours and minutes as numbers, or as the language has it."""
        if self.clock is not None:
            return self.clock(hour, minute, second)
        return self.cardinal(hour) + (f" {self.cardinal(minute)}" if minute else "")

    def form(self, n: int, decimals: bool) -> int:
        """Which form of a noun a number asks for, counted from 0."""
        if self.code != "cs":
            return 0 if n == 1 and not decimals else 1
        if decimals:
            return 3  # the genitive singular; nouns without it take their last form
        if n == 1:
            return 0
        return 1 if 1 < n < 5 else 2

    def language(self) -> Language:
        """The whole table."""
        signs = self.signs.split(",")
        return Language(
            code=self.code,
            letters=frozenset(ascii_lowercase + self.accents),
            cardinal=self.cardinal,
            ordinal=self.ordinal,
            year=self.year,
            words=_listed(_WORD_KEYS, self.words)
            | ({"ratio": self.ratio} if self.ratio else {})
            | ({"times": self.times} if self.times else {}),
            symbols=_listed(_SIGN_KEYS, self.signs) | {"*": signs[4], "/": self.words.split(",")[7]},
            letter_names=_listed(list(ascii_uppercase), self.letter_names),
            form=self.form,
            units=nouns(_listed(_UNIT_KEYS, self.units) | dict(self.more_units)),
            currencies=money(self.money),
            magnitudes=nouns(self.sizes),
            of=self.of,
            cents=self.cents,
            digits_after_point=self.code in ("nl", "sv", "cs"),
            abbreviations=self.abbreviations,
            fraction=self.fraction,
            decimals=self.decimals if self.code == "cs" else None,
            enders=frozenset(("ecc.", "etc.", "enz.", "osv.", "m.m.", "atd.", *self.enders.split())),
            leaning=frozenset(self.leaning.split()),
            spoken_acronyms=frozenset(
                ("NATO NASA UNESCO UNICEF FIFA UEFA IKEA AIDS COVID OPEC " + self.spoken).split()
            ),
            spelled=frozenset(("USA FBI EU UE BBC TV PC CD DVD " + self.spelled).split()),
            common=frozenset(self.common.split()),
            regnal=self.regnal,
            rulers=frozenset(self.rulers.split()),
            roman_after=re.compile(rf"(?i)\b(?:{self.roman_after}) $") if self.roman_after else None,
            rules=self.rules,
            months={name: i + 1 for i, name in enumerate(self.months.split())} | self.short_months(),
            date=self.date,
            time=self.time,
        )

    def fraction(self, top: int, bottom: int) -> str:
        """due terzi, tre quarti; those with no name of their own as "tre su sette"."""
        names = self.parts.get(bottom)
        if names is None or top >= bottom:
            return f"{self.cardinal(top)} {self.over} {self.cardinal(bottom)}"
        one, many = names.split("|")
        counted = self.cardinal(top, self.part_gender, True)
        if top == 1:
            return f"{counted} {one}"
        return f"{counted} {self.many_parts(many) if self.code == 'cs' and top > 4 else many}"

    def decimals(self, whole: str, part: str) -> str:
        """dvě celé pět: the Czech word for the point agrees with the whole."""
        n = int(whole or "0")
        point = ("celá", "celé", "celých")[0 if n < 2 else 1 if n < 5 else 2]
        return f"{self.cardinal(n, 'f', True)} {point} {' '.join(self.cardinal(int(d)) for d in part)}"

    def short_months(self) -> dict[str, int]:
        """The months that are cut short with a full stop, as the abbreviations have them: 5 jan."""
        names = self.months.split()
        return {
            short[:-1]: names.index(said) + 1
            for short, said in self.abbreviations.items()
            if said in names and short.endswith(".") and short[0].islower()
        }

    def many_parts(self, few: str) -> str:
        """The Czech form for five and more of what two to four are called so: třetiny, třetin."""
        return few[:-1]

    @property
    def _num2words_code(self) -> str:
        return "pt_BR" if self.code == "pt" else self.code


ROMAN = r"(?=[IVXLC])(?:L?X{0,3}(?:IX|IV|V?I{0,3}))"


def rules_of(*given: tuple[str, str, str, Callable]) -> tuple[Rule, ...]:
    """Rules from their names, beginnings, patterns and words."""
    return tuple(Rule(name, begins, compiled(pattern), say) for name, begins, pattern, say in given)


def number_of(written: str) -> int:
    """The number of figures or a Roman numeral."""
    return int(written) if written[0].isdecimal() else roman_value(written)


def ordinal_rule(gender: str) -> Callable[[Language, re.Match], str]:
    """What says the first group of a match as an ordinal of a gender."""
    return lambda lang, match: lang.ordinal(number_of(match[1]), gender)


def day_rule(led: str) -> tuple[str, str, str, Callable]:
    """A rule for a day and a month in figures, 25/12, behind the words that `led` lists."""

    def say(lang: Language, match: re.Match) -> str | None:
        day = int(match[1])
        month = int(match[2])
        if lang.date is None or not 1 <= day <= 31 or not 1 <= month <= 12:
            return None
        listed = re.search(r"[^\W\d_]: $", before(match)) and len(match[0]) == 5 and match[1] != "10"
        if not re.search(rf"(?i)(?<![^\W\d_])(?:{led}) $", before(match)) and not match[3] and not listed:
            return None
        return lang.date(day, month, int(match[3]) if match[3] else None, before(match))

    return ("date", "d", r"(\d{1,2})/(\d{1,2})(?![\d/]|[.,]\d)(?: ((?:19|20)\d\d)(?!\d))?", say)


def followed_by(match: re.Match, pattern: str) -> bool:
    """Whether a pattern stands behind a match."""
    return bool(re.match(pattern, after(match)))


def pairs(text: str) -> dict[str, str]:
    """A table from "key=value; key=value"."""
    return dict(pair.strip().split("=", 1) for pair in text.split(";") if pair.strip())


def clock_rule(led: str, word: str = "", hours: Callable[[Language, int, int], str] | None = None) -> tuple:
    """A rule for times with a full stop, 14.30, behind the words that `led` lists or before those of `word`.

    `hours` says a time whose word is written; else the word is left as it stands.
    """

    def say(lang: Language, match: re.Match) -> str | None:
        times = [(match[1], match[2])] + ([(match[3], match[4])] if match[3] else [])
        found = led and re.search(rf"(?i)(?<![^\W\d_])(?:{led}) $", before(match))
        if lang.time is None or not (found or match[5]) or any(int(hour) > 24 for hour, _ in times):
            return None
        say_time = hours if hours is not None and match[5] else lambda lang, h, m: lang.time(h, m, None)
        said = [say_time(lang, int(hour), int(minute)) for hour, minute in times]
        if len(said) > 1 and match[5]:
            said[0] = lang.time(int(match[1]), int(match[2]), None)
        rest = "" if hours is not None else match[5] or ""
        return f" {lang.words['to']} ".join(said) + rest

    one = r"(\d{1,2})[.:]([0-5]\d)"
    tail = rf"( ?(?:{word})(?![^\W_]))?" if word else "()"
    return ("time", "d", rf"{one}(?: ?[-–] ?{one})?{tail}(?!\d|[.,:]\d)", say)


def noun_rule(nouns: str, gender: str) -> tuple:
    """A rule for a Roman numeral before or behind a noun that counts: XX secolo, secolo XX, secoli XV-XVI."""

    def say(lang: Language, match: re.Match) -> str | None:
        if not match[0]:
            return None
        left = re.search(rf"(?i)(?<![^\W\d_])(?:{nouns}) (?:[IVXL]+ ?(?:[-–]|e|y) ?)?$", before(match))
        right = followed_by(match, rf"\.? (?i:{nouns})(?![^\W\d_])")
        return lang.ordinal(roman_value(match[0]), gender) if left or right else None

    return ("roman", "l", rf"{ROMAN}(?![\w])", say)
