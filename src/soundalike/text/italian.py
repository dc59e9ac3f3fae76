"""Italian words in sounds, by the rules of its spelling: for those that the lexicon has not."""

from __future__ import annotations

import re
import unicodedata

from .alphabet import is_vowel

_LETTERS = {letter: letter for letter in "abdefijklmnoprstuv"}
_LETTERS |= {"c": "k", "g": "ɡ", "q": "k", "w": "v", "x": "k s", "y": "i", "z": "t͡s", "è": "ɛ", "ò": "ɔ"}
_VOWELS = "aeiouàèéìíòóùú"
_FRONT = "eièéìí"
_BACK = "aouàòóùú"
# What more than one letter, or what is around one, makes of them
_RULES = [
    (re.compile(rule.format(v=_VOWELS, f=_FRONT, b=_BACK)), sounds)
    for rule, sounds in (
        ("gli(?=[{v}])", "ʎ ʎ"),
        ("gli", "ʎ ʎ i"),
        ("^gn", "ɲ"),
        ("gn", "ɲ ɲ"),
        ("sci(?=[{b}])", "ʃ"),
        ("sc(?=[{f}])", "ʃ"),
        ("cci(?=[{b}])", "t t͡ʃ"),
        ("cc(?=[{f}])", "t t͡ʃ"),
        ("ggi(?=[{b}])", "d d͡ʒ"),
        ("gg(?=[{f}])", "d d͡ʒ"),
        ("ci(?=[{b}])", "t͡ʃ"),
        ("c(?=[{f}])", "t͡ʃ"),
        ("gi(?=[{b}])", "d͡ʒ"),
        ("g(?=[{f}])", "d͡ʒ"),
        ("cch", "k k"),
        ("ggh", "ɡ ɡ"),
        ("ch", "k"),
        ("gh", "ɡ"),
        ("cq", "k k"),
        ("zz", "t t͡s"),
        ("h", ""),
        ("(?<=[{v}])s(?=[{v}])", "z"),
        ("s(?=[bdglmnrv])", "z"),
    )
]
# Of words stressed on the last syllable but two: facile, economico, bellissimo, possibile
_EARLY = re.compile(r".*(?:[ai]bil[ei]|evol[ei]|[^aeiou]ic[ai]|[^aeiou]ic[oh][ei]?|issim[aeio]|esim[aeio])")
_GLIDES = {"i": "j", "u": "w"}


_FOREIGN = re.compile(r".*[jkwxy].*|.*[^aeiouàèéìíòóùú]")


def is_foreign(word: str) -> bool:
    """Whether a word is not spelled as Italian words are."""
    return _FOREIGN.fullmatch(unicodedata.normalize("NFC", word.lower())) is not None


def italian(word: str) -> list[str]:
    """The symbols of an Italian word, stressed where an accent is written, or else on the last syllable but
    one, or but two where its ending is stressed so.
    """
    written = re.sub("['’]", "", unicodedata.normalize("NFC", word.lower()))
    symbols: list[str] = []
    accented: int | None = None
    at = 0
    while at < len(written):
        found = next(((match, sounds) for rule, sounds in _RULES if (match := rule.match(written, at))), None)
        if found:
            match, sounds = found
            symbols += sounds.split()
            at += len(match.group())
            continue
        letter = written[at]
        plain = unicodedata.normalize("NFD", letter)[0]
        if letter in _VOWELS and letter != plain:
            accented = len(symbols)
        symbols += _LETTERS.get(letter, _LETTERS.get(plain, "")).split()
        at += 1
    stress = _stressed_place(written, symbols) if accented is None else accented
    return [
        _GLIDES[symbol]
        if symbol in _GLIDES and i != stress and is_vowel("".join(symbols[i + 1 : i + 2]))
        else f"ˈ{symbol}"
        if i == stress
        else symbol
        for i, symbol in enumerate(symbols)
    ]


def _stressed_place(word: str, symbols: list[str]) -> int | None:
    """Where the stress of a word lies that is written without an accent: the place of a vowel."""
    vowels = [i for i, symbol in enumerate(symbols) if is_vowel(symbol)]
    cores = [i for i in vowels if not (symbols[i] in _GLIDES and (i + 1 in vowels or i - 1 in vowels))]
    if len(cores) < 2:
        cores = vowels
    if len(cores) < 2:  # il, che, non
        return None
    early = 3 if len(cores) > 2 and _EARLY.fullmatch(word) else 2
    return cores[max(0, len(cores) - early)]
