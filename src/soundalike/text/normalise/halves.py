"""Halves before what they are halves of: media taza, due tazze e mezzo, ein halber Liter."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from .counted import italian_gender, no_nouns, portuguese_gender, swedish_gender
from .de_one import is_feminine
from .language import LETTER, Language, before, ending

_HALF = r"(?:(\d{1,4})(?: ?½|[ -]1/2(?![\d/]|[.,]\d))|½|1/2(?![\d/]|[.,]\d)) ?"
_SPANISH_F = re.compile(
    r"(?:as?|dad(?:es)?|ci[oó]n(?:es)?|si[oó]n(?:es)?|vez|veces|noches?|mujer(?:es)?|calles?|llaves?|clases?|"
    r"tardes?)$"
)
_SPANISH_M = re.compile(r"(?:^d[ií]as?|(?:problem|program|map|tem|sistem|planet|gram|poem|idiom)as?)$")
_DUTCH_NEUTER = re.compile(
    r"(?:je|uur|jaar|pond|ons|glas|dozijn|brood|ei|procent|blik|pak|blok|stuk|kwartier|etmaal|vel|"
    r"bos|blad)s?$"
)
_GERMAN_M = re.compile(
    r"(?:[Ll]iter|[Mm]eter|[Ll]öffel|[Bb]echer|[Tt]ag|[Mm]onat|[Aa]pfel|[Zz]entner|[Ww]ürfel|"
    r"[Zz]oll|[Gg]rad)$"
)
_GERMAN_N = re.compile(
    r"(?:[Gg]ramm|[Kk]ilo|[Pp]fund|[Gg]las|[Jj]ahr|chen|[Pp]rozent|[Dd]utzend|[Bb]rot|[Hh]uhn|[Jj]ahrhundert|"
    r"[Ss]tück|[Bb]latt|[Ee]i)$"
)
_DATIVE = re.compile(r"(?i)\b(?:mit|von|bei|aus|nach|seit|zu|ab|binnen|vor) $")

_SHORT = ("an", "ei", "år")
# Words that a half may stand before and does not count
_NO_NOUNS = frozenset("más menos está están era fue hay meno più plus moins est wordt werd med".split())

Forms = Mapping[str, tuple[str, str, str]]


def halves_rule(forms: Forms, gender: Callable[[str], str]) -> tuple:
    """A rule for halves before a unit or a noun in figures: ½ l, 1/2 taza, 2 ½ tazas.

    `forms` says by gender what stands for a half, for one and a half, and for more; in it {one} and {many}
    are the noun, {n} the whole number. `gender` tells that of a noun; it gives none for what is no noun.
    """

    def say(lang: Language, match: re.Match) -> str | tuple[str, int] | None:
        key = match[2] if match[2] in lang.units else match[2].rstrip(".")
        unit = lang.units.get(key)
        if unit is None and (len(key) < 3 and key not in _SHORT or key in _NO_NOUNS | no_nouns(lang)):
            return None
        n = int(match[1] or 0)
        one, many = (unit.forms[0], unit.forms[-1]) if unit else (_one(lang, key, n), key)
        found = unit.gender if unit and unit.gender != "m" else gender(one)
        if lang.code == "de" and n and key[0].isupper():
            found = "m"  # zweieinhalb is the same for all
        if found not in forms:
            return None
        said = forms[found][min(n, 2)].format(n=lang.cardinal(n, found, True), one=one, many=many)
        said = _in_its_place(said, lang, before(match))
        return said + (ending(lang, match) if match[2] == key else ""), match.start(2) + len(key)

    return ("fraction", "ds", rf"{_HALF}({LETTER}{{1,20}}\.?)(?![^\W_]| ?\d)", say)


def _in_its_place(said: str, lang: Language, left: str) -> str:
    """The dative behind its German prepositions, and the Italian un'ora."""
    if lang.code == "de" and _DATIVE.search(left):
        return re.sub(r"^ein(e?) halb(?:er|es|e) ", lambda m: f"eine{'r' if m[1] else 'm'} halben ", said)
    return re.sub(r"^una (?=[aeio]\w+ e mezz)", "un'", said) if lang.code == "it" else said


def _one(lang: Language, noun: str, n: int) -> str:
    """A noun in the singular, as far as its end tells; nothing where it does not."""
    if lang.code == "it" and n:
        return noun[:-1] + "a" if noun.endswith("e") else noun[:-1] + "o" if noun.endswith("i") else noun
    if lang.code in ("es", "pt"):
        return re.sub(r"ões$", "ão", noun) if noun.endswith("ões") else re.sub(r"(?<=[nrld])es$|s$", "", noun)
    return noun


def _spanish(noun: str) -> str:
    return "f" if _SPANISH_F.search(noun) and not _SPANISH_M.search(noun) else "m"


_portuguese = portuguese_gender(lambda n: "um")


def _german(noun: str) -> str:
    if is_feminine(noun):
        return "f"
    return "m" if _GERMAN_M.search(noun) else "n" if _GERMAN_N.search(noun) else ""


def _two(half: str, tail: str) -> tuple[str, str, str]:
    """The forms of a language that puts the half behind the noun."""
    return (f"{half} {{one}}", f"{{n}} {{one}} {tail}", f"{{n}} {{many}} {tail}")


def _before(one: str, one_and: str, more: str) -> tuple[str, str, str]:
    """The forms of a language that puts the half before the noun."""
    return (f"{one} {{one}}", f"{one_and} {{many}}", f"{more} {{many}}")


SPANISH_HALVES = halves_rule({"m": _two("medio", "y medio"), "f": _two("media", "y media")}, _spanish)
PORTUGUESE_HALVES = halves_rule(
    {"m": _two("meio", "e meio"), "f": _two("meia", "e meia")},
    lambda noun: "f" if _portuguese(noun, 1) == "uma" else "m",
)
ITALIAN_HALVES = halves_rule(
    {"m": _two("mezzo", "e mezzo"), "f": _two("mezza", "e mezza")},
    lambda noun: "f" if italian_gender(noun, 1) == "una" else "m",
)
DUTCH_HALVES = halves_rule(
    {
        "m": _before("een halve", "anderhalve", "{n} en een halve"),
        "n": _before("een half", "anderhalf", "{n} en een half"),
    },
    lambda noun: "n" if _DUTCH_NEUTER.search(noun) else "m",
)
GERMAN_HALVES = halves_rule(
    {
        "m": _before("ein halber", "eineinhalb", "{n}einhalb"),
        "f": _before("eine halbe", "eineinhalb", "{n}einhalb"),
        "n": _before("ein halbes", "eineinhalb", "{n}einhalb"),
    },
    _german,
)
SWEDISH_HALVES = halves_rule(
    {
        "m": _before("en halv", "en och en halv", "{n} och en halv"),
        "n": _before("ett halvt", "ett och ett halvt", "{n} och ett halvt"),
    },
    lambda noun: "n" if swedish_gender(noun, 1) == "ett" and not noun.endswith(("ar", "or", "er")) else "m",
)


def french_halves(is_feminine: Callable[[str], bool]) -> tuple:
    """The rule of French, whose table of feminine nouns is where its numbers are."""
    forms = {"m": _two("un demi", "et demi"), "f": _two("une demi", "et demie")}
    return halves_rule(forms, lambda noun: "f" if is_feminine(noun) else "m")
