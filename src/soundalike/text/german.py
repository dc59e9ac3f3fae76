"""German words in sounds, by the models of g2p2; where their stress lies, which those do not say."""

from __future__ import annotations

import functools
import importlib.resources
import importlib.util
import lzma
from typing import Any

from soundalike.core.errors import TextError

from .alphabet import is_vowel, spell_ipa

PACKAGES = ("g2p2", "g2p2_group_germanic")
# Of what is written without a vowel of its own, and of glides
_SPELLED = {"n̩": "ən", "l̩": "əl", "m̩": "əm", "ŋ̍": "əŋ", "ŋ̩": "əŋ", "i̯": "j", "u̯": "v", "y̯": "j"}
_PREFIXES = ("be", "ge", "er", "ver", "zer", "ent", "emp")  # never stressed
_LAST = ("ei", "ell", "tion", "tät", "ier", "ant", "ent", "anz", "enz", "ist", "ekt", "ur", "al")
_ENDINGS = ("en", "e", "s", "er", "es", "n", "")  # of inflection, behind those
_FIRST = ("mal", "mals", "sal")  # not such endings: manchmal, damals
_SECOND = frozenset(  # stressed on the second syllable
    "damit danach davon dafür dabei dazu dadurch dagegen daher dahin daran darauf darin daraus darüber darum "
    "darunter heraus herein herum hinaus hinein hinauf voraus zurück zusammen warum wieso woher wohin wobei "
    "wofür womit wovon worauf effekt korrekt vielleicht sofort allein".split()
)
_VERBS = ("ieren", "ierung", "ierungen", "iert", "ierte", "ierten", "iere", "ierend")
# Words of grammar, which sentences are seldom about
_WEAK = frozenset(
    "der die das den dem des ein eine einen einem einer eines und oder in im ins an am zu zum zur von vom "
    "mit auf für bei aus um ist sind war es er sie wir ich du ihr man sich so dass wie als".split()
)
# Words that the model takes for names when they begin a sentence
_SMALL = _WEAK | frozenset("dies man manche mancher seine seiner seinem seinen seines werden hallo".split())
_NEVER = {"ə", "ɐ"}  # stressed
_TENSE = {"i", "e", "o", "u", "y", "ø"}  # short and tense: in a syllable without stress


def installed() -> bool:
    """Whether g2p2 and its German model are there."""
    return all(importlib.util.find_spec(name) is not None for name in PACKAGES)


@functools.cache
def _model() -> Any:
    """The model out of its package: g2p2 itself would keep a copy in a cache of its own."""
    import g2p2

    packed = importlib.resources.files(PACKAGES[1]) / "de.g2p.xz"
    return g2p2.Model.from_bytes(lzma.decompress(packed.read_bytes()))


def german(word: str, where: str = "text") -> list[str]:
    """The symbols of a German word; none where the model gives none, or a sound that the alphabet has not."""
    lower = word.lower()
    ipa = _model().phonemize(lower if lower in _SMALL else word)
    for sign, sounds in _SPELLED.items():
        ipa = ipa.replace(sign, sounds)
    try:
        return stressed(word, spell_ipa(ipa, where))
    except TextError:
        return []


def stressed(word: str, symbols: list[str]) -> list[str]:
    """The symbols of a word, stressed where German words of its spelling are."""
    plain = [symbol.lstrip("ˈˌ") for symbol in symbols]
    vowels = [i for i, symbol in enumerate(plain) if is_vowel(symbol)]
    full = [i for i in vowels if plain[i] not in _NEVER]
    if not full or word.lower() in _WEAK:
        return plain
    place = _stressed_place(word.lower(), plain, vowels, full)
    return [f"ˈ{symbol}" if i == place else symbol for i, symbol in enumerate(plain)]


def _stressed_place(word: str, plain: list[str], vowels: list[int], full: list[int]) -> int:
    """The stressed of the full vowels of a word."""
    if len(full) == 1:
        return full[0]
    long = [i for i in full if plain[i] == "iː"]
    if word.endswith(_VERBS) and long:
        return long[-1]
    if _foreign(word) and any(plain[i] in _TENSE or plain[i] == "a" for i in full[:-1]):
        return full[-1]
    begins = next((prefix for prefix in _PREFIXES if word.startswith(prefix)), "")
    if begins and len(word) > len(begins) + 3 and full[0] == vowels[0] or word in _SECOND:
        return full[1]
    # A short tense vowel is in a syllable without stress, and so is a last open one
    loose = [i for i in full if plain[i] not in _TENSE and i != len(plain) - 1]
    return loose[0] if loose else full[0]


def _foreign(word: str) -> bool:
    """Whether a word ends as those that are stressed on the last syllable."""
    if word.endswith(_FIRST):
        return False
    return any(word.endswith(last + ending) for last in _LAST for ending in _ENDINGS)
