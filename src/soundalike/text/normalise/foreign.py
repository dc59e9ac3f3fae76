"""Words in a script that the language does not read, in the letters of its own."""

from __future__ import annotations

import re
import unicodedata

from .language import Language

_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρστυφχψως",
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron "
        "pi rho sigma tau upsilon phi chi psi omega sigma".split(),
        strict=True,
    )
)
_CYRILLIC_PAIRS = (
    ("shch", "щ"),
    ("tch", "ч"),
    ("sch", "ш"),
    ("sh", "ш"),
    ("ch", "ч"),
    ("zh", "ж"),
    ("kh", "х"),
    ("ph", "ф"),
    ("th", "т"),
    ("ck", "к"),
    ("qu", "кв"),
    ("oo", "у"),
    ("ee", "и"),
    ("ea", "и"),
    ("ou", "ау"),
    ("ow", "оу"),
    ("ay", "ей"),
    ("ya", "я"),
    ("yu", "ю"),
    ("yo", "йо"),
    ("ce", "се"),
    ("ci", "си"),
    ("cy", "си"),
    ("x", "кс"),
)
_CYRILLIC = dict(
    zip(
        "abcdefghijklmnopqrstuvwyz", "а б к д е ф г х и дж к л м н о п к р с т у в в и з".split(), strict=True
    )
)


def transliterate(lang: Language, word: str) -> str:
    """A foreign word in the language's letters; "" if nothing is known about its characters. Letters and
    spaces only.
    """
    known = lang.foreign.get(word.lower())
    if known:
        return known
    if len(word) == 1 and word.lower() in _GREEK:
        latin = _GREEK[word.lower()]
    else:
        from anyascii import anyascii

        latin = " ".join(
            _romanise(c, anyascii)
            for c in re.findall(r"[\u2e80-\u9fff\uac00-\ud7af]|[^\u2e80-\u9fff\uac00-\ud7af]+", word)
        )
        latin = re.sub(r"[^A-Za-z ]+", "", latin)
        latin = (
            latin.lower() if not word[0].isupper() else " ".join(part.capitalize() for part in latin.split())
        )
    return to_cyrillic(latin) if lang.code == "ru" else latin


def _romanise(part: str, anyascii) -> str:
    return anyascii(unicodedata.normalize("NFC", part))


def to_cyrillic(latin: str) -> str:
    """Latin letters as Russian would write their sound, roughly."""
    out = []
    for word in latin.lower().split():
        if len(word) > 3 and word.endswith("e") and word[-2] not in "aeiou":
            word = word[:-1]
        for pair, letter in _CYRILLIC_PAIRS:
            word = word.replace(pair, letter)
        out.append("".join(_CYRILLIC.get(c, c) for c in word))
    return " ".join(out)
