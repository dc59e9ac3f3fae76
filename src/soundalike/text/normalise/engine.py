"""Normalisation: plain characters with their places kept, rules tried in order, words and marks joined."""

from __future__ import annotations

import dataclasses
import re
import unicodedata

from .initialisms import is_initialism
from .language import PROTECTED, Language, NormalisedSpan, Rule

_QUOTES = (
    dict.fromkeys("“”„«»‟″〝〞＂", '"')
    | dict.fromkeys("‘’`´‛‚ʼʻ′＇", "'")
    | {"‐": "-", "‑": "-", "‒": "–", "―": "—", "⸺": "—"}
)
_KEPT = set("…²³¹⁰⁴⁵⁶⁷⁸⁹⁻⁺ⁿªº™№℠")  # compatibility would turn these into other signs or digits
_JOINERS = {"\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\ufe0f", "\ufe0e"}
_MARKS = ",;:.!?"  # weakest first; of several in a row the strongest is kept
_ROUNDS = 6
# Figures in groups with the spaces that typesetters put between them
_GROUPED = re.compile(r"(?<![\d,.])\d{1,3}(?:[\u00a0\u2007-\u2009\u202f]\d{3})+(?!\d)")
_SPACED = re.compile(r"\s+")
_SHOUTED = re.compile(r"(?<![\d&_])[^\W\d_]+(?![\d&_$]|[^\W_])")


def make_plain(text: str, group: str = " ") -> tuple[str, list[int]]:
    """The text in plain characters, and for each of them (and the end) its place in the original. `group`
    stands for the narrow or unbreakable space between groups of figures.
    """
    plain: list[str] = []
    between = {m.start() + i for m in _GROUPED.finditer(text) for i, c in enumerate(m[0]) if c.isspace()}
    places: list[int] = []
    i = 0
    while i < len(text):
        stop = i + 1
        if ord(text[i]) > 64 or text[i] in "<>=":  # a letter takes its combining marks along
            while (
                stop < len(text)
                and text[stop] > "\u02ff"
                and unicodedata.category(text[stop])[0] == "M"
                and text[stop] not in "\ufe0e\ufe0f"
            ):
                stop += 1
        new = group if i in between else "".join(map(_plain, unicodedata.normalize("NFC", text[i:stop])))
        plain += new
        places += [i] * len(new)
        i = stop
    return "".join(plain), places + [len(text)]


def _plain(character: str) -> str:
    if character in _QUOTES:
        return _QUOTES[character]
    if character.isascii() or character in _KEPT:
        return character
    if character in _JOINERS:
        return ""
    kind = unicodedata.category(character)
    if kind == "Nd":
        return str(unicodedata.digit(character))
    if kind in ("No", "Nl") and not unicodedata.decomposition(character):
        value = unicodedata.numeric(character)
        return f" {int(value)} " if value == int(value) else ""
    if kind[0] == "Z":
        return "\n" if kind in ("Zl", "Zp") else " "
    if kind[0] == "C":
        return " "
    if unicodedata.decomposition(character).startswith("<fraction>"):
        return character
    return "".join(_QUOTES.get(c, c) for c in unicodedata.normalize("NFKC", character))


def hush(plain: str, lang: Language) -> str:
    """The text with what is shouted in small letters: all of it, or three and more words in a row.

    Capitals mark no abbreviation there; what is read letter by letter even so stays as it is.
    """
    words = list(_SHOUTED.finditer(plain))
    if all(word[0].isupper() for word in words):
        unknown = any(len(word[0]) > 1 and not _stays(word[0], lang) for word in words)
        return _lowered(plain, words, lang) if unknown and len(words) > 1 else plain
    run: list[re.Match] = []
    for word in [*words, None]:
        if word is not None and word[0].isupper():
            run.append(word)
            continue
        if len(run) > 2 and any(len(w[0]) > 1 and w[0].lower() in lang.common for w in run):
            plain = _lowered(plain, run, lang)
        run = []
    return plain


def _lowered(plain: str, words: list[re.Match], lang: Language) -> str:
    """The text with these words of it in small letters."""
    parts = []
    at = 0
    for word in words:
        parts += [plain[at : word.start()], _lower(word, plain, lang)]
        at = word.end()
    return "".join([*parts, plain[at:]])


def _lower(match: re.Match, plain: str, lang: Language) -> str:
    word = match[0]
    if len(word) == 1:  # the letter of an elision or a contraction: L'ÉTÉ, DON'T
        elided = plain[match.end() : match.end() + 1] == "'" and lang.code != "en"
        return word.lower() if elided or plain[max(0, match.start() - 1) : match.start()] == "'" else word
    if _stays(word, lang) or (lang.code == "en" and _stays_in_english(match, plain)):
        return word
    if _NUMERAL.match(plain, match.end()) and lang.regnal:
        return word.capitalize()
    short = word.capitalize()
    low = short if f"{short}." in lang.abbreviations or f"{short}." in lang.leaning else word.lower()
    return low if len(low) == len(word) else word


# Roman numbers that are no words, and one behind a word: HENRY VIII
_ROMAN = re.compile(r"X{0,2}(?:IX|IV|VI{1,3}|II{1,2}|V)|XI{0,3}")
_NUMERAL = re.compile(rf"\s(?=[IVX]{{2}})(?:{_ROMAN.pattern})(?![^\W_])")
# Where "us" is no pronoun: at the beginning of a clause, behind an article, before what a country has
_SUBJECT = re.compile(
    r"(?:^|[.!?:;—–|\n]\s*|\b(?:THE|the|AN?|EVERY|FORMER|NEW|SENIOR|TOP|NON|PRO|ANTI|EX)[\s-])$"
)
_OF_A_COUNTRY = re.compile(
    r"\s(?:(?:AIR|ARMED|SPECIAL|SUPREME|STATE|FOREIGN|FEDERAL|CENTRAL|MILITARY|NUCLEAR) )?"
    r"(?:TROOPS?|ARMY|NAVY|MARINES?|FORCES?|SOLDIERS?|MILITARY|PRESIDENT|SENATE|SENATORS?|CONGRESS\w*|"
    r"GOVERNMENT|ADMINISTRATION|EMBASSY|AMBASSADOR|DIPLOMATS?|OFFICIALS?|SECRETARY|TREASURY|COURTS?|JUDGES?|"
    r"CITIZENS?|DOLLARS?|ECONOMY|STOCKS?|MARKETS?|TARIFFS?|SANCTIONS|TRADE|ELECTIONS?|VOTERS?|STATES?|"
    r"BORDERS?|WARSHIPS?|"
    r"AIRSTRIKES?|STRIKES?|DRONES?|MISSILES?|JETS?|BASES?|BANKS?|FIRMS?|COMPAN(?:Y|IES)|FACTOR(?:Y|IES)|"
    r"INTELLIGENCE|ALLIES|POLICY|LAWS?|LAWMAKERS?|POLICE|IMMIGRATION|VISAS?|INFLATION|DEBT|BONDS?)(?![^\W_])"
)
# Verbs behind which it is one even so: GIVE US TROOPS
_GIVES = re.compile(r"\b(?:GIVES?|GAVE|TELL|TOLD|SHOW|LEND|BRING|GRANT|OFFER|LET|HELPS?|MAKES?|CALL)\s$")
# What follows the pronoun at the beginning of a clause: US TOO
_OURSELVES = re.compile(r"\s(?:TOO|VERSUS|VS|ALL|BOTH|GUYS|GIRLS|BOYS|KIDS|NEITHER|EITHER)(?![^\W_])")


def _stays_in_english(match: re.Match, plain: str) -> bool:
    """Whether a word of an English text in capitals is a Roman number or the USA: US TROOPS LEAVE."""
    if match[0] == "US":
        left = plain[max(0, match.start() - 8) : match.start()]
        if _SUBJECT.search(left):
            return not _OURSELVES.match(plain, match.end())
        return bool(_OF_A_COUNTRY.match(plain, match.end())) and not _GIVES.search(left)
    return len(match[0]) > 1 and bool(_ROMAN.fullmatch(match[0]))


def _stays(word: str, lang: Language) -> bool:
    return word in lang.spoken_acronyms or word in lang.acronyms or is_initialism(lang, word)


def scan(text: str, lang: Language, rules: dict[str, list[Rule]]) -> list[NormalisedSpan]:
    """Spans of a text: in order, without gaps, `"".join` of what they say being the spoken form.

    What is said is read again until it stays as it is, so that speaking a spoken form changes nothing.
    """
    spans = _scan_once(text, lang, rules)
    for _ in range(_ROUNDS):
        spoken = "".join(span.spoken for span in spans)
        again = _scan_once(spoken, lang, rules)
        if "".join(span.spoken for span in again) == spoken:
            break
        spans = _carried_over(spans, again)
    return spans


def _carried_over(spans: list[NormalisedSpan], again: list[NormalisedSpan]) -> list[NormalisedSpan]:
    """Spans with what a second pass over their spoken forms says, each part where it began."""
    said = [""] * len(spans)
    k = 0
    end = len(spans[0].spoken)
    for span in again:
        while span.start >= end and k + 1 < len(spans):
            k += 1
            end += len(spans[k].spoken)
        said[k] += span.spoken
    return [dataclasses.replace(span, spoken=spoken) for span, spoken in zip(spans, said, strict=True)]


def _scan_once(text: str, lang: Language, rules: dict[str, list[Rule]]) -> list[NormalisedSpan]:
    plain, places = make_plain(text, " " if " " in lang.groups else lang.groups[1])
    plain = hush(plain, lang)
    found: list[tuple[int, int, str, str, str]] = []
    i = 0
    while i < len(plain):
        first = plain[i]
        name = "skipped"
        spoken = ""
        warning = ""
        stop = i + 1
        for rule in rules["d" if "0" <= first <= "9" else "l" if first.isalpha() else "s"]:
            match = rule.pattern.match(plain, i)
            if match is None or match.end() == i:
                continue
            said = rule.say(lang, match)
            if said is None:
                continue
            name = rule.name
            stop = match.end()
            if isinstance(said, tuple):
                said, stop = said
            spoken, _, warning = said.partition("\x02")
            break
        found.append((i, stop, name, spoken, warning))
        i = stop
    spans = _merge(text, places, found)
    return _join(text, spans, lang)


def _merge(text: str, places: list[int], found: list[tuple[int, int, str, str, str]]) -> list[list]:
    """Spans in the original; one that covers no character of it (half of a ligature) goes with the next."""
    spans: list[list] = []
    held = ""
    for start, stop, name, spoken, warning in found:
        a = places[start]
        b = places[stop]
        if a == b:
            held = f"{held} {spoken}" if spoken.strip() else held
            continue
        if held:
            spoken = f"{held} {spoken}"
            held = ""
        if spans and name == "skipped" and spans[-1][2] == "skipped":
            spans[-1][1] = b
            continue
        spans.append([a, b, name, spoken, warning])
    if text:
        if not spans:
            spans.append([0, len(text), "skipped", held, ""])
        spans[0][0] = 0
        for left, right in zip(spans[:-1], spans[1:], strict=True):
            left[1] = right[0]
        spans[-1][1] = len(text)
    return spans


def tidy(spoken: str, lang: Language) -> str:
    """Only what may be spoken: the language's letters, marks, apostrophes and hyphens inside words, single
    spaces.
    """
    kept = []
    for character in spoken:
        if character in " ,.;:!?'-" or character == PROTECTED or character.lower() in lang.letters:
            kept.append(character)
        else:
            kept.append(
                "".join(c for c in base_letters(character) if c.lower() in lang.letters)
                or ("" if character.isalpha() else " ")
            )
    spoken = re.sub(r"(?<![^\W_])['-]+|['-]+(?![^\W_])", " ", "".join(kept))
    return _SPACED.sub(" ", spoken).strip()


_LETTERS = {
    "ß": "ss",
    "ẞ": "SS",
    "ł": "l",
    "Ł": "L",
    "ø": "o",
    "Ø": "O",
    "æ": "ae",
    "Æ": "Ae",
    "œ": "oe",
    "Œ": "Oe",
    "đ": "d",
    "Đ": "D",
    "ð": "th",
    "Ð": "Th",
    "þ": "th",
    "Þ": "Th",
    "ı": "i",
}


def base_letters(character: str) -> str:
    """A letter as letters of a to z, with its accents as signs of their own behind it."""
    return _LETTERS.get(character) or unicodedata.normalize("NFD", character)


def _join(text: str, spans: list[list], lang: Language) -> list[NormalisedSpan]:
    """Words one space apart, marks behind the word before them, one mark in a row, none at the start."""
    said: list[str] = []
    mark_at = -1  # the span whose spoken form ends in the last mark, while no word came after it
    begun = False
    for k, (_, _, _, spoken, _) in enumerate(spans):
        out = ""
        for part in re.findall(rf"[{_MARKS}]|[^{_MARKS}]+", tidy(spoken, lang)):
            if part in _MARKS:
                if not begun:
                    continue
                if mark_at == k:
                    out = out[:-1] + max(part, out[-1], key=_MARKS.index)
                elif mark_at >= 0:
                    said[mark_at] = said[mark_at][:-1] + max(part, said[mark_at][-1], key=_MARKS.index)
                else:
                    out = out.rstrip() + part
                    mark_at = k
            elif part.strip():
                gap = " " if begun and (out or said) else ""
                if gap and not out and said and spans[k - 1][2] == "space" and not said[-1]:
                    said[-1] = " "
                    gap = ""
                out = out + gap + part.strip()
                begun = True
                mark_at = -1
        said.append(out)
    whole = _settle(said)
    return [
        NormalisedSpan(a, b, text[a:b], name, spoken, warning)
        for (a, b, name, _, warning), spoken in zip(spans, whole, strict=True)
    ]


def _settle(said: list[str]) -> list[str]:
    """The full stops of spelled letters put in, where no stronger mark follows at once."""
    following = ""
    settled = []
    for spoken in reversed(said):
        out = []
        for character in reversed(spoken):
            if character == PROTECTED:
                character = "" if following in (".", "!", "?") else "."
            out.append(character)
            following = character or following
        settled.append("".join(reversed(out)))
    return settled[::-1]
