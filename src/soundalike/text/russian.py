"""What Russian spelling does not tell, or its lexicon has wrong: written stress, words of their own, е for
ё, and г said as v.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence

from .alphabet import is_vowel

STRESS = "\u0301"  # behind a stressed vowel
_STRESSED = re.compile(rf"[а-яё]+{STRESS}[а-яё{STRESS}]*", re.IGNORECASE)
_VOWELS = "аеёиоуыэюя"
_GENITIVE = re.compile(r".*[ое]го(?:ся)?")
# Words that end like a genitive and are none: their г is said as it is written
_WITH_G = frozenset(
    "много немного намного ненамного строго дорого недорого полого убого отлого ого лого эго".split()
)
_WITH_G |= frozenset("иго лего диего".split())
SOUNDS: dict[str, str] = dict(
    line.split()
    for line in """
большая bolʲʂˈaja
были bˈɨlʲi
вода vodˈa
все vsʲˈe
здравствуй zdrˈastvuj
здравствуйте zdrˈastvujtʲe
конечно konʲˈeʂno
легко lʲexkˈo
лестница lʲˈesnʲit͡sa
мужчина muɕˈina
мужчины muɕˈinɨ
мягкий mʲˈaxkʲij
нарочно narˈoʂno
ничто nʲiʂtˈo
пожалуйста poʐˈalusta
поздно pˈozno
праздник prˈaznʲik
сегодня sʲevˈodnʲa
сердце sʲˈert͡se
скучно skˈuʂno
солнце sˈont͡se
счастье ɕˈastʲje
считать ɕitˈatʲ
счёт ɕˈot
уже uʐˈe
чувство t͡ɕˈustvo
что ʂtˈo
чтоб ʂtˈop
чтобы ʂtˈobɨ
яичница jiˈiʂnʲit͡sa
""".strip().splitlines()
)


def words_with_stress(text: str) -> Iterator[tuple[int, int]]:
    """Where words with a written stress lie in a text: the first and the last-plus-one character."""
    return ((match.start(), match.end()) for match in _STRESSED.finditer(text))


def with_written_stress(word: str, symbols: Sequence[str]) -> list[str]:
    """The symbols of a word, stressed on those vowels behind which it is written. Where it has not as many
    vowels as letters for them, its stress stays.
    """
    letters = [i for i, letter in enumerate(word.lower()) if letter in _VOWELS]
    chosen = {k for k, i in enumerate(letters) if word[i + 1 : i + 2] == STRESS}
    places = [i for i, symbol in enumerate(symbols) if is_vowel(symbol)]
    if len(places) != len(letters):
        return list(symbols)
    plain = [symbol.lstrip("ˈˌ") if i in places else symbol for i, symbol in enumerate(symbols)]
    return [
        f"ˈ{symbol}" if i in places and places.index(i) in chosen else symbol
        for i, symbol in enumerate(plain)
    ]


def with_yo(word: str, is_known: Callable[[str], bool]) -> str:
    """A word that is not known, with ё where that makes one that is: ещё of еще. As it is where none or
    several would be.
    """
    lower = word.lower()
    if "ё" in lower or is_known(lower):
        return word
    places = [i for i, letter in enumerate(lower) if letter == "е"]
    made = [f"{lower[:i]}ё{lower[i + 1 :]}" for i in places]
    found = list(itertools.islice(filter(is_known, made), 2))
    return found[0] if len(found) == 1 else word


def with_genitive(word: str, symbols: Sequence[str]) -> list[str]:
    """The symbols of a word whose ending -ого or -его is said with v."""
    lower = word.lower()
    made = list(symbols)
    if _GENITIVE.fullmatch(lower) and lower not in _WITH_G and "ɡ" in made:
        made[len(made) - 1 - made[::-1].index("ɡ")] = "v"
    return made
