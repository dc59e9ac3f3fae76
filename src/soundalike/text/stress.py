"""Where the main stress of a word lies, where its pronunciation leaves it out."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from .alphabet import is_vowel

# Which syllable a language stresses; "written": where its spelling says so; "none": not known
Stress = Literal["first", "last", "last but one", "written", "none"]
_PLACES: dict[str, int] = {"first": 0, "last": -1, "last but one": -2}
_GERMAN_PREFIX = re.compile(r"(emp|ent|er|ver|zer)[^aeiouäöü]*[aeiouäöü].*", re.IGNORECASE)
_RUN = re.compile(r"[aeiouáéíóúâêôãõàü]+", re.IGNORECASE)


def stressed(symbols: list[str], word: str, language: str) -> list[str]:
    """The symbols of a word with its main stress, where the lexicon leaves it out but the language's rules
    tell it.

    Czech: the first vowel; German: the first, past an unstressed prefix; French: the last that is not a
    schwa; Spanish and Portuguese: the written accent, else by the word's ending; Russian: where its lexicon
    writes a long vowel. Other words of one vowel stay as they are.
    """
    if language == "ru":  # its lexicon writes stress as length
        return ["ˈ" + symbol[:-1] if symbol.endswith("ː") else symbol for symbol in symbols]
    weak = ("ə", "ɐ") if language == "de" else ()
    vowels = [i for i, symbol in enumerate(symbols) if is_vowel(symbol) and symbol not in weak]
    if len(vowels) < 2 or language not in ("cs", "de", "es", "fr", "pt") or _has_stress(symbols):
        return symbols
    word = unicodedata.normalize("NFC", word.lower())
    if language == "cs":
        chosen = vowels[0]
    elif language == "de":
        chosen = vowels[1 if _GERMAN_PREFIX.fullmatch(word) else 0]
    elif language == "fr":
        chosen = next((i for i in reversed(vowels) if symbols[i] != "ə"), vowels[-1])
    else:
        accent = max((m.start() for m in re.finditer("[áéíóúâêôãõ]", word)), default=-1)
        ending = "nsaeiou" if language == "es" else "saeom"
        back = len(_RUN.findall(word[accent + 1 :])) if accent >= 0 else int(word[-1:] in ending)
        chosen = vowels[max(0, len(vowels) - 1 - back)]
    return _with_stress(symbols, chosen)


def stressed_by_place(symbols: list[str], stress: Stress) -> list[str]:
    """The symbols of a word with its main stress on the vowel that a language always stresses; as they are
    where they hold a main stress, or fewer than two vowels.
    """
    vowels = [i for i, symbol in enumerate(symbols) if is_vowel(symbol)]
    if len(vowels) < 2 or stress not in _PLACES or _has_stress(symbols):
        return symbols
    return _with_stress(symbols, vowels[_PLACES[stress]])


def _has_stress(symbols: list[str]) -> bool:
    return any(symbol[0] == "ˈ" for symbol in symbols)


def _with_stress(symbols: list[str], at: int) -> list[str]:
    return symbols[:at] + ["ˈ" + symbols[at].lstrip("ˌ")] + symbols[at + 1 :]
