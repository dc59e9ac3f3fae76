"""The alphabet: IPA phonemes with stress, and the marks between words.

A symbol is one phoneme (stress sign included for vowels) or one mark. Id 0 is padding. English sounds come
first; those that other languages add follow, so that ids of older tables stay what they were.
"""

from __future__ import annotations

import unicodedata

from soundalike.core.errors import TextError

STRESSES = ("", "ˈ", "ˌ")
CONSONANTS = tuple("b d f h j k l m n p s t v w z ð ŋ ɡ ɹ ʃ ʒ θ t͡ʃ d͡ʒ".split())
VOWELS = tuple("i u æ ɑ ɔ ə ɚ ɛ ɪ ʊ ʌ aɪ aʊ eɪ oʊ ɔɪ".split())
START = "^"
GAP = "_"
COMMA = ","
STOP = "."
QUESTION = "?"
EXCLAMATION = "!"
MARKS = (START, GAP, COMMA, STOP, QUESTION, EXCLAMATION)
MORE_CONSONANTS = tuple(
    "x ç ʁ r ɾ ɲ ʎ c ɟ ɣ ɕ t͡s d͡z t͡ɕ ʂ ʐ ɦ r̝ ʝ ɥ ʔ ɧ bʲ dʲ fʲ kʲ lʲ mʲ nʲ pʲ rʲ sʲ tʲ vʲ zʲ xʲ ɡʲ".split()
)
MORE_VOWELS = tuple("a e o y ø œ ɐ ɨ ʏ ʉ ɵ aː eː iː oː uː yː øː ɛː ɔː ɑː ʉː ɑ̃ ɔ̃ ɛ̃ ɐ̃ õ ẽ ĩ ũ".split())
PHONES = CONSONANTS + VOWELS + MORE_CONSONANTS + MORE_VOWELS


def _with_stress(vowels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(stress + vowel for vowel in vowels for stress in STRESSES)


SYMBOLS = MARKS + CONSONANTS + _with_stress(VOWELS) + MORE_CONSONANTS + _with_stress(MORE_VOWELS)
_IDS = {symbol: i + 1 for i, symbol in enumerate(SYMBOLS)}


def encode(symbols: list[str], where: str = "text") -> list[int]:
    """Ids of symbols. Raises TextError naming `where` and the symbol the alphabet lacks."""
    try:
        return [_IDS[symbol] for symbol in symbols]
    except KeyError as error:
        raise TextError(
            f"{where}: the alphabet has no symbol {error.args[0]!r}. It holds {' '.join(SYMBOLS)}"
        ) from None


def phone_classes() -> list[int]:
    """For each id the class of its sound without stress: 0 for padding and marks (silence), 1.. for
    PHONES.
    """
    classes = {phone: i + 1 for i, phone in enumerate(PHONES)}
    return [0] + [classes.get(symbol.lstrip("ˈˌ"), 0) for symbol in SYMBOLS]


def is_vowel(symbol: str) -> bool:
    """Whether a symbol is a vowel, stressed or not."""
    return symbol.lstrip("ˈˌ") in VOWELS + MORE_VOWELS


def vowel_classes() -> list[bool]:
    """For each class of `phone_classes`, whether it is a vowel."""
    return [False] + [is_vowel(phone) for phone in PHONES]


_VARIANTS = str.maketrans(
    {
        "g": "ɡ",
        "χ": "x",
        "ʀ": "ʁ",
        "ɫ": "l",
        "ʋ": "v",
        "β": "b",
        "ɱ": "m",
        "ʍ": "w",
        "ħ": "h",
        "ɻ": "ɹ",
        "ʈ": "t",
        "ɖ": "d",
        "ɳ": "n",
        "ɭ": "l",
        "ɒ": "ɑ",
        "ɜ": "ɚ",
        "ɝ": "ɚ",
        "ɤ": "o",
        "ɯ": "ɨ",
        "ɘ": "ə",
        "ɶ": "œ",
        "'": "ˈ",
    }
)
_PHONES = {unicodedata.normalize("NFD", phone): phone for phone in PHONES}
_LONGEST = max(len(phone) for phone in _PHONES)
_NASAL = "\u0303"


def spell_ipa(ipa: str, where: str = "text") -> list[str]:
    """Symbols of one word in IPA, stress signs moved onto the vowel that follows them.

    Sounds that the alphabet does not distinguish (diphthongs, lengths, diacritics) become their nearest.
    Raises TextError naming `where` and the sign that stands for no sound.
    """
    text = unicodedata.normalize("NFD", ipa).translate(_VARIANTS).replace("œ" + _NASAL, "ɛ" + _NASAL)
    text = text.replace("tʃ", "t͡ʃ").replace("dʒ", "d͡ʒ")
    symbols: list[str] = []
    stress = ""
    at = 0
    while at < len(text):
        character = text[at]
        if character in "ˈˌ":
            stress = character
            at = at + 1
            continue
        size = next(
            (n for n in range(min(_LONGEST, len(text) - at), 0, -1) if text[at : at + n] in _PHONES), 0
        )
        if size:
            phone = _PHONES[text[at : at + size]]
            vowel = is_vowel(phone)
            symbols.append(stress + phone if vowel else phone)
            stress = "" if vowel else stress
        elif not (unicodedata.combining(character) or character in "ː²ʲʰʷˑ.‿ "):
            name = unicodedata.name(character, f"U+{ord(character):04X}")
            raise TextError(
                f"{where}: {character!r} ({name}) in /{ipa}/ stands for no sound. The alphabet "
                f"holds {' '.join(PHONES)}"
            )
        at += size or 1
    return symbols
