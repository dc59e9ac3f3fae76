"""Words that a lexicon or a model gives no sayable sounds: stutters, drawn-out words, heaps of consonants."""

from __future__ import annotations

import re
from collections.abc import Callable

from .alphabet import is_vowel, spell_ipa
from .letters import letter_name

# English sounds of their own that hold no vowel, or that the model gets wrong
SOUNDS: dict[str, str] = dict(
    line.split()
    for line in """
brr bɹˈɚ
brrr bɹˈɚ
eww ˈiju
ew ˈiju
grr ɡɹˈɚ
grrr ɡɹˈɚ
hm həm
hmm həm
meh mˈɛ
mm mˈʌm
mmm mˈʌm
pff pf
pfft pft
psst pst
pst pst
sh ʃ
shh ʃ
shhh ʃ
ssh ʃ
tsk tɪsk
yeah jˈæ
zz zz
zzz zzz
""".strip().splitlines()
)
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
_NO_VOWEL = re.compile(r"[b-df-hj-np-tv-xz]+", re.IGNORECASE)
_HEAP = re.compile(r"[b-df-hj-np-tv-xz]{7}", re.IGNORECASE)
_FRAGMENT = 3  # letters of a stutter at most
_PREFIXES = frozenset("re co de pre pro un in ex non".split())


def drawn_out(word: str, lookup: Callable[[str], list[str]]) -> list[str]:
    """The sounds of the word that a drawn-out one is made of, sooo or heyyy; none for another. `lookup` gives
    the sounds of a word of the lexicon, or none.
    """
    if not _DRAWN_OUT.search(word) or lookup(word):
        return []
    shorter = (_DRAWN_OUT.sub(r"\1", word), _DRAWN_OUT.sub(r"\1\1", word))
    return next((list(found) for found in map(lookup, shorter) if found), [])


def letter_by_letter(word: str, lookup: Callable[[str], list[str]]) -> list[str]:
    """The names of a word's letters, where nobody could say it as a word: no vowel or seven consonants in a
    row, and no sounds with a vowel in the lexicon; none for another.
    """
    if not (_NO_VOWEL.fullmatch(word) or _HEAP.search(word)) or any(map(is_vowel, lookup(word))):
        return []
    return [symbol for letter in word for symbol in spell_ipa(letter_name(letter, "en"))]


def stutter(fragment: str, following: str, plain: str) -> bool:
    """Whether a word is the stuttered beginning of the one it is hyphened to: b-but, St-stop."""
    a = fragment.lower()
    b = following.lower()
    return len(a) <= _FRAGMENT and a not in _PREFIXES and b.startswith(a) and f"{a}-{b}" in plain.lower()


def beginning(fragment: str, symbols: list[str], language: str) -> list[str]:
    """The sounds of a stuttered beginning, from those of the word: its consonants and a weak vowel."""
    first = next((i for i, symbol in enumerate(symbols) if is_vowel(symbol)), len(symbols))
    if first == len(symbols):
        return symbols
    vowel = symbols[first].lstrip("ˈˌ")
    whole = re.search(r"[aeiouyáéíóúäöüаеёиоуыэюя]", fragment.lower())
    return [*symbols[:first], vowel if whole or language != "en" else "ə"]
