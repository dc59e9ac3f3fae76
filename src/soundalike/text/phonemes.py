"""Speakable text to symbols, through gruut: a lexicon first, a model for the words it lacks.

English comes with the package; other languages need gruut's lexicon of that language (`pip install soundalike[de]`).
"""

from __future__ import annotations

import re
import threading
import unicodedata
from dataclasses import dataclass

from ..contract import ConfigError, TextError
from .alphabet import COMMA, EXCLAMATION, GAP, QUESTION, START, STOP, is_vowel, spell_ipa
from .normalise import normalise

LANGUAGES = ("en", "cs", "de", "es", "fr", "it", "nl", "pt", "ru", "sv")
_LOCK = threading.Lock()  # gruut keeps one lexicon connection; asking it in turn costs milliseconds


@dataclass(frozen=True)
class Spoken:
    """A text as it will be said: symbols, and which word each belongs to (-1 for the start mark)."""

    symbols: list[str]  # S symbols: a start mark, then phonemes and one mark after each word
    words: list[str]
    word_of: list[int]  # S indices into words; a mark belongs to the word before it


def base_language(code: str) -> str:
    """The language of a code such as en, en-GB or pt_BR. Raises ConfigError listing the languages there are."""
    language = code.replace("_", "-").split("-")[0].lower()
    if language not in LANGUAGES:
        raise ConfigError(f"language '{code}' is not known. Choose one of {', '.join(LANGUAGES)}.")
    return language


def phonemize(text: str, where: str = "text", language: str = "en") -> Spoken:
    """Symbols of a text. Raises TextError naming `where` if it cannot be spoken, ConfigError for a language not known or not installed."""
    from gruut import sentences

    language = base_language(language)
    plain = normalise(text, where) if language == "en" else unicodedata.normalize("NFC", text)
    symbols, words, word_of = [START], [], [-1]
    with _LOCK:
        try:
            tokens = [token for sentence in sentences(plain, lang="en-us" if language == "en" else language) for token in sentence]
        except (ValueError, ImportError):
            raise ConfigError(f"the lexicon of language '{language}' is not installed: pip install soundalike[{language}].") from None
    for token in tokens:
        if token.is_spoken and token.phonemes:
            if words and symbols[-1] not in (COMMA, STOP, QUESTION, EXCLAMATION):
                symbols.append(GAP)
                word_of.append(len(words) - 1)
            words.append(token.text)
            sounds = token.phonemes if language == "en" else stressed(spell_ipa("".join(token.phonemes), where), token.text, language)
            symbols += sounds
            word_of += [len(words) - 1] * len(sounds)
        elif words and symbols[-1] not in (COMMA, STOP, QUESTION, EXCLAMATION) and (token.is_major_break or token.is_minor_break):
            mark = COMMA if token.is_minor_break else {"?": QUESTION, "!": EXCLAMATION}.get(token.text.strip()[:1], STOP)
            symbols.append(mark)
            word_of.append(len(words) - 1)
    if not words:
        raise TextError(f"{where}: no word in {text!r} can be spoken. Give at least one word.")
    if symbols[-1] not in (STOP, QUESTION, EXCLAMATION):
        if symbols[-1] == COMMA:
            symbols.pop(), word_of.pop()
        symbols.append(STOP)
        word_of.append(len(words) - 1)
    return Spoken(symbols, words, word_of)


_GERMAN_PREFIX = re.compile(r"(be|emp|ent|er|ge|ver|zer)[^aeiouäöü]*[aeiouäöü].*", re.IGNORECASE)
_RUN = re.compile(r"[aeiouáéíóúâêôãõàü]+", re.IGNORECASE)


def stressed(symbols: list[str], word: str, language: str) -> list[str]:
    """The symbols of a word with its main stress, where the lexicon leaves it out but the language's rules tell it.

    Czech: the first vowel; German: the first, past an unstressed prefix; French: the last that is not a schwa; Spanish and
    Portuguese: the written accent, else by the word's ending; Russian: where its lexicon writes a long vowel. Other words of one vowel
    stay as they are.
    """
    if language == "ru":  # its lexicon writes stress as length
        return ["ˈ" + symbol[:-1] if symbol.endswith("ː") else symbol for symbol in symbols]
    weak = ("ə", "ɐ") if language == "de" else ()
    vowels = [i for i, symbol in enumerate(symbols) if is_vowel(symbol) and symbol not in weak]
    if len(vowels) < 2 or language not in ("cs", "de", "es", "fr", "pt") or any(symbol[0] in "ˈ" for symbol in symbols):
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
    return symbols[:chosen] + ["ˈ" + symbols[chosen]] + symbols[chosen + 1 :]
