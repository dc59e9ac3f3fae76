"""The alphabet: IPA phonemes with stress, and the marks between words.

A symbol is one phoneme (stress sign included for vowels) or one mark. Id 0 is padding.
"""

from __future__ import annotations

from ..contract import TextError

STRESSES = ("", "ˈ", "ˌ")
CONSONANTS = tuple("b d f h j k l m n p s t v w z ð ŋ ɡ ɹ ʃ ʒ θ t͡ʃ d͡ʒ".split())
VOWELS = tuple("i u æ ɑ ɔ ə ɚ ɛ ɪ ʊ ʌ aɪ aʊ eɪ oʊ ɔɪ".split())
START, GAP, COMMA, STOP, QUESTION, EXCLAMATION = "^", "_", ",", ".", "?", "!"
MARKS = (START, GAP, COMMA, STOP, QUESTION, EXCLAMATION)
PHONES = CONSONANTS + VOWELS
SYMBOLS = MARKS + CONSONANTS + tuple(stress + vowel for vowel in VOWELS for stress in STRESSES)
_IDS = {symbol: i + 1 for i, symbol in enumerate(SYMBOLS)}


def encode(symbols: list[str], where: str = "text") -> list[int]:
    """Ids of symbols. Raises TextError naming `where` and the symbol the alphabet lacks."""
    try:
        return [_IDS[symbol] for symbol in symbols]
    except KeyError as error:
        raise TextError(f"{where}: the alphabet has no symbol {error.args[0]!r}. It holds {' '.join(SYMBOLS)}") from None


def phone_classes() -> list[int]:
    """For each id the class of its sound without stress: 0 for padding and marks (silence), 1.. for PHONES."""
    classes = {phone: i + 1 for i, phone in enumerate(PHONES)}
    return [0] + [classes.get(symbol.lstrip("ˈˌ"), 0) for symbol in SYMBOLS]
