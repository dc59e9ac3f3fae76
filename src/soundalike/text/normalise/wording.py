"""Rules for words, capitals, signs and addresses that every language shares."""

from __future__ import annotations

import functools
import re

from soundalike.text.segment.conventions import Conventions, conventions_of
from soundalike.text.segment.lines import breaks
from soundalike.text.segment.stops import ends_at

from .foreign import transliterate
from .initialisms import INTERJECTIONS, is_initialism
from .language import LETTER, PROTECTED, Language, Rule, after, before, compiled, ending, spell, whole_number
from .marks import ellipsis, mark
from .numeric import END, alternatives
from .roman import item_number, single_rule

# Scripts whose vowels are marks
_MARKED = "\u0591-\u05c7\u064b-\u065f\u0900-\u0dff\u0e00-\u0eff\u0f00-\u109f\u1780-\u17ff"
_WORD = rf"{LETTER}(?:{LETTER}|[{_MARKED}])*"
_DOMAINS = "com|org|net|edu|gov|io|info|dev|app|ai|uk|de|fr|es|ru|it|nl|ca|eu|us|me|tv|au|se|cz|pt|br"
_VOWEL = re.compile(r"[aeiouyáéíóúäöüàèâêîôûëïœæаеёиоуыэюя]", re.IGNORECASE)
_HARD = re.compile(
    r"[^aeiouyáéíóúäöüàèâêîôûаеёиоуыэюя]{4}|^(?:[bcdfgjkmnpqtvwxz][bcdfgkmnpqtvxz])", re.IGNORECASE
)


def wording_rules(lang: Language) -> list[Rule]:
    """The rules for letters and signs in their order."""
    c = compiled
    label = r"[^\W_](?:[\w-]{0,62})"
    return [
        Rule("email", "ld", c(rf"[\w.+-]{{1,64}}@{label}(?:\.{label}){{1,4}}"), _address),
        Rule("url", "ld", c(r"(?:https?|ftp)://[^\s<>\"()]{1,300}|www\.[^\s<>\"()]{1,300}"), _address),
        Rule(
            "url",
            "ld",
            c(rf"(?:{label}\.){{1,3}}(?:{_DOMAINS})(?![\w.]{{0,9}}\w)(?:/[^\s<>\"()]{{0,200}})?"),
            _address,
        ),
        Rule("abbreviation", "ld", c(rf"(?:{alternatives(lang.abbreviations)})(?![^\W_])"), _abbreviation),
        Rule("roman", "l", c(r"(?!x\b)[ivx]{1,5}(?=\)\s|\.\s+[^\Wa-z_])"), item_number),
        single_rule(),
        Rule("unit", "l", c(rf"(?:{alternatives(_greek(lang))}){END}"), _lone_unit),
        Rule(
            "alphanumeric",
            "ld",
            c(
                rf"(?:{LETTER}{{1,12}}\d|\d{{1,12}}{LETTER})[^\W_]{{0,20}}(?![^\W_])|"
                rf"{LETTER}{{2,8}}-\d{{1,4}}(?![\w.,]{{0,9}}\d)"
            ),
            _alphanumeric,
        ),
        Rule("letters", "l", c(rf"(?:{LETTER}\.){{2,8}}(?:'s)?(?![^\W_])"), _dotted),
        Rule("initial", "l", c(rf"{LETTER}\.(?=\s+{LETTER})"), _initial),
        Rule("letters", "l", c(rf"({LETTER}{{1,3}})&({LETTER}{{1,3}}?)('?s)?(?![^\W_])"), _joined_letters),
        Rule("letters", "l", c(rf"{LETTER}{{2,30}}(?:'s)?(?![^\W_])"), _capitals),
        Rule("transliterated", "l", c(rf"{_WORD}(?:['-]{_WORD})*"), _foreign),
        Rule("word", "l", c(rf"{_WORD}(?:['-]{_WORD})*"), lambda lang, m: m[0]),
        Rule("digits", "d", c(r"\d+"), lambda lang, m: whole_number(lang, m[0])),
        Rule("space", "s", c(r"\s+"), _space),
        Rule(
            "hashtag",
            "s",
            c(r"#([^\W\d_]\w{0,60})"),
            lambda lang, m: f"{lang.words['hashtag']} {_camel(lang, m[1])}",
        ),
        Rule(
            "name", "s", c(r"@([^\W\d_]\w{0,60})"), lambda lang, m: f"{lang.words['at']} {_camel(lang, m[1])}"
        ),
        Rule("number-sign", "s", c(r"[#№] ?(?=\d)"), lambda lang, m: lang.words["number"]),
        Rule("mark", "s", c(r"…|\.{2,}|(?:\. ){2,}\."), ellipsis),
        Rule("mark", "s", c(r"[.,;:!?¡¿。、，！？：；؟،।]"), mark),
        Rule("dash", "s", c(r"[—–−-]+"), _dash),
        Rule("bracket", "s", c(r"[()]"), _bracket),
        Rule("symbol", "s", c(r"[^\w\s]"), _symbol),
    ]


def _greek(lang: Language) -> list[str]:
    """The units with Greek letters, which are no words: μm, kΩ."""
    return [key for key in lang.units if len(key) > 1 and re.search("[μΩ]", key)]


def _lone_unit(lang: Language, match: re.Match) -> str:
    """A unit without a number, for many; for one between an article and a noun: the kΩ range."""
    forms = lang.units[match[0]].forms
    led = re.search(r"\b(?:the|an?) $", before(match)) and re.match(r" [^\W\d_]{3}", after(match))
    return forms[0] if lang.code == "en" and led else forms[min(2, len(forms) - 1)]


def _space(lang: Language, match: re.Match) -> str:
    return "." if "\n" in match[0] and match.start() in _line_ends(match.string, conventions_of(lang)) else ""


@functools.lru_cache(maxsize=2)
def _line_ends(text: str, table: Conventions) -> frozenset[int]:
    """Where a text's lines end that are no wraps of a paragraph."""
    return frozenset(broken.start for broken in breaks(text, table))


def _dash(lang: Language, match: re.Match) -> str:
    left = before(match, 1)
    right = after(match, 1)
    if match[0] != "—" and len(match[0]) == 1 and left.strip() and right.strip():
        return ""  # inside a compound: mid-1990s, Paris–London
    if match[0] == "-" and (not left.strip()) != (not right.strip()) and left != "" and right != "":
        return ""
    return ","


def _bracket(lang: Language, match: re.Match) -> str:
    """Brackets are pauses inside a sentence."""
    if match[0] == "(":
        return (
            ","
            if re.search(r"[^\s.,;:!?(\[]\s?$", before(match, 3)) and re.search(r"\s$|^$", before(match, 1))
            else ""
        )
    return "," if re.match(r"\s+[^\W_]", after(match, 6)) else ""


def _symbol(lang: Language, match: re.Match) -> str | None:
    sign = match[0]
    if (
        sign == "*"
        and not re.search(r"[\w)] ?$", before(match, 2))
        or sign == "*"
        and not re.match(r" ?[\w(]", after(match, 2))
    ):
        return ""
    if sign == "*" and not (re.search(r"\d ?$", before(match, 2)) or re.match(r" ?\d", after(match, 2))):
        return ""
    if sign == "~":
        return lang.words["about"] if re.match(r" ?[$€£¥]?[.,]?\d", after(match, 4)) else ""
    if sign == "^":
        return (
            lang.words["power"]
            if re.match(r"\w", after(match, 1)) and re.search(r"\w$", before(match, 1))
            else ""
        )
    if sign == "/":
        return _slash(lang, match)
    if sign == "$" and lang.code == "en" and re.match(r"[^\W\d_]", after(match, 1)):
        return "dollar"  # $HOME
    if sign in "·⋅∙•" and re.search(r"\d ?$", before(match, 2)) and re.match(r" ?\d", after(match, 2)):
        return lang.words.get("times", lang.symbols["×"])
    return lang.symbols.get(sign)


def _slash(lang: Language, match: re.Match) -> str:
    """A slash is said in paths and beside figures; between two words, he/she or N/A, it is not."""
    left = before(match)
    right = after(match)
    if not re.match(r" ?\w", right) or not re.search(r"\w ?$", left):
        return ""
    path = re.search(r"[/\\.~_:][\w.~-]*$", left) or re.match(r"[\w~-]*(?:[/\\_]|\.\w)", right)
    if not path and re.search(r"[^\W\d_] ?$", left) and re.match(r" ?[^\W\d_]", right):
        return ""
    return lang.symbols["/"]


def _abbreviation(lang: Language, match: re.Match) -> str:
    said = lang.abbreviations[match[0]]
    return said + ending(lang, match)


def _alphanumeric(lang: Language, match: re.Match) -> str | None:
    said = []
    shown = re.findall(rf"{LETTER}+|\d+", match[0])
    if not any(part[0].isdecimal() for part in shown):
        return None
    if "-" in match[0] and not shown[0].isupper():
        return None
    for part in shown:
        if part[0].isdecimal():
            said.append(_figures(lang, part))
        elif part in lang.spoken_acronyms or part in lang.acronyms:
            said.append(lang.acronyms.get(part) or part.capitalize())
        elif len(part) <= 3 and (part.isupper() or len(part) == 1 or not _VOWEL.search(part)):
            said.append(spell(lang, part.upper()))
        else:
            said.append(_read(lang, part))
    return " ".join(said)


def _figures(lang: Language, figures: str) -> str:
    if (
        lang.code == "en"
        and len(figures) in (3, 4)
        and figures[0] != "0"
        and figures[-2:] != "00"
        and figures[-2] != "0"
    ):
        return f"{lang.cardinal(int(figures[:-2]))} {lang.cardinal(int(figures[-2:]))}"
    return (
        whole_number(lang, figures) if len(figures) < 5 else " ".join(lang.cardinal(int(f)) for f in figures)
    )


def _dotted(lang: Language, match: re.Match) -> str | None:
    written, owner, _ = match[0].partition("'")
    letters = written.replace(".", "")
    if not letters.isupper() and not (lang.code == "en" and len(letters) > 2):
        return None
    known = letters.upper() in lang.spoken_acronyms or letters.upper() in lang.acronyms
    said = (
        (lang.acronyms.get(letters.upper()) or letters.capitalize())
        if known
        else spell(lang, letters.upper())
    )
    return f"{said.rstrip(PROTECTED)}'s" if owner else said + ending(lang, match)


def _initial(lang: Language, match: re.Match) -> str | None:
    letter = match[0][0]
    if (
        not letter.isupper()
        or not re.match(r"\s+(?:[^\W\d_]\.|[^\W\d_]{2})", after(match))
        or not after(match).lstrip()[:1].isupper()
    ):
        return None
    if (
        letter.lower() not in lang.letters
        or lang.lettered.search(before(match))
        or re.search(r"(?<![\w.])[^\W\d_] $", before(match))
    ):
        return None
    said = spell(lang, letter)
    if ends_at(match.string, match.end(), conventions_of(lang)):
        return said.rstrip(PROTECTED) + "."
    return said


def _joined_letters(lang: Language, match: re.Match) -> str | None:
    """AT&T, R&D, Q&A: letters, with the word for the sign."""
    if not (match[1] + match[2]).isupper():
        return None
    said = f"{spell(lang, match[1])} {lang.symbols['&']} {spell(lang, match[2])}"
    return f"{said.rstrip(PROTECTED)}'s" if match[3] else said


def _capitals(lang: Language, match: re.Match) -> str | None:
    word, owner, rest = match[0].partition("'")
    many = ""
    if not word.isupper() and word[-1] == "s" and word[:-1].isupper() and len(word) > 2:
        word = word[:-1]
        many = "s"
    if (
        not word.isupper()
        or any(letter.lower() not in lang.letters and letter not in lang.letter_names for letter in word)
        or (owner and not rest)
    ):
        return None
    many = many or (owner + rest)
    if word in lang.acronyms:
        return lang.acronyms[word] + many
    if word in lang.spoken_acronyms:
        return word.capitalize() + many
    if not is_initialism(lang, word) and (
        word.lower() in lang.common
        or word.lower() in INTERJECTIONS
        or (len(word) > 3 and _VOWEL.search(word) and (len(word) > 5 or not _HARD.search(word)))
        or len(word) > 7
    ):
        return word.lower() + many
    said = spell(lang, word)
    if not many:
        return said
    said = said.rstrip(PROTECTED)
    return said + ("'s" if said[-2:-1] in (" ", "") or "'" in many else "s")


def _foreign(lang: Language, match: re.Match) -> str | None:
    if all(_readable(lang, letter) for letter in match[0] if letter.isalpha()):
        return None
    said = _read(lang, match[0])
    return f"{said}\x02{match[0]!r} is in another script; it is read as {said!r}"


def _camel(lang: Language, word: str) -> str:
    parts = re.findall(r"[A-ZА-ЯЁ]+(?![a-zа-яё])|[^\W\d_A-ZА-ЯЁ]+|[A-ZА-ЯЁ][^\W\d_A-ZА-ЯЁ]*|\d+", word)
    return " ".join(
        whole_number(lang, p)
        if p.isdecimal()
        else spell(lang, p)
        if p.isupper() and 1 < len(p) < 5
        else _read(lang, p)
        for p in parts
    )


def _read(lang: Language, word: str) -> str:
    """A word as it is, its parts in a foreign script in the language's letters."""
    runs = re.findall(r"['-]|[^'-]+", word)
    return "".join(
        run if run in "'-" or all(_readable(lang, letter) for letter in run) else transliterate(lang, run)
        for run in runs
    )


def _readable(lang: Language, letter: str) -> bool:
    from .engine import base_letters

    return letter.lower() in lang.letters or any(b.lower() in lang.letters for b in base_letters(letter))


def _address(lang: Language, match: re.Match) -> tuple[str, int]:
    written = match[0].rstrip(".,;:!?'-")
    said = []
    for part in re.findall(
        rf"{LETTER}+|\d+|[^\w\s]|_", re.sub(r"^(?:https?|ftp)://", "", written).rstrip("/")
    ):
        if part.isdecimal():
            said.append(
                whole_number(lang, part) if len(part) < 5 else " ".join(lang.cardinal(int(d)) for d in part)
            )
        elif part.lower() in lang.foreign:
            said.append(lang.foreign[part.lower()])
        elif part[0].isalpha():
            spelled = (
                part.lower() == "www"
                or not _VOWEL.search(part)
                or (len(part) < 3 and part.lower() not in ("co", "me", "my", "no", "to", "us"))
            )
            said.append(spell(lang, part.upper()) if spelled else _read(lang, part))
        else:
            names = {".": "dot", "-": "hyphen", "_": "underscore", "@": "at", "/": "slash", "+": "plus"}
            said.append(lang.words[names[part]] if part in names else lang.symbols.get(part, ""))
    return " ".join(said), match.start() + len(written)
