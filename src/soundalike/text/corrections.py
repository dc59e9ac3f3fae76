"""What is wrong in gruut's lexicons of other languages than English, put right: found by comparing the most
frequent words with eSpeak NG's sounds and with the rules of spelling.
"""

from __future__ import annotations

import re
import sqlite3

from .alphabet import is_vowel

# Words by language, with their right sounds, as the lexicon writes them
WORDS = {
    "fr": {"ne": "n ə", "ce": "s ə", "gens": "ʒ ɑ̃"},
    "it": {"presto": "p r ˈɛ s t o"},
    "cs": {
        "a": "ʔ a",
        "ale": "ʔ a l ɛ",
        "jsem": "s ɛ m",
        "jsi": "s ɪ",
        "jsou": "s ou̯",
        "k": "k",
        "od": "ʔ o d",
        "po": "p o",
        "takhle": "t a k ɦ l ɛ",
        "v": "v",
        "z": "z",
    },
}
# Rows that hold something else than the word's sounds: a Dutch "sup" is what was left of a raised ə, and
# some Czech rows hold two pronunciations in one. Such words are guessed by gruut's model.
BROKEN = {
    "cs": (
        "word NOT GLOB '*[0-9]*' AND length(phonemes) - length(replace(phonemes, ' ', '')) > length(word) + 2"
    ),
    "nl": "phonemes LIKE '%s u p%' AND word NOT LIKE '%soep%' AND word NOT LIKE '%sup%'",
}
_ITALIAN_SAME = [
    (re.compile(pattern), plain)
    for pattern, plain in (
        ("[ˈˌ]", ""),
        ("ɛ", "e"),
        ("ɔ", "o"),
        ("z", "s"),
        ("d͡s", "t͡s"),
        ("j", "i"),
        ("w", "u"),
        ("[ŋmɱ]", "n"),
        (r"(?:t(?=t͡)|d(?=d͡))", ""),
        (r"(.͡.|.)\1+", r"\1"),
        ("(t͡ʃ|d͡ʒ|ʃ|ʎ|ɲ)i(?=[aeou])", r"\1"),
    )
]
_FRENCH_SCHWA = "ə"


def correct(lexicon: sqlite3.Connection, language: str) -> None:
    """Put right gruut's lexicon of a language, held as the table `word_phonemes`."""
    if language in BROKEN:
        lexicon.execute(f"DELETE FROM word_phonemes WHERE {BROKEN[language]}")
    for word, sounds in WORDS.get(language, {}).items():
        lexicon.execute("DELETE FROM word_phonemes WHERE word = ?", (word,))
        lexicon.execute("INSERT INTO word_phonemes VALUES (?, 0, '', ?)", (word, sounds))


def corrected(symbols: list[str], language: str) -> list[str]:
    """The symbols of a word from gruut's lexicon or model, as they are said in a sentence."""
    if language == "es":
        return _spanish(symbols)
    if language == "fr":
        return _french(symbols)
    return symbols


def _spanish(symbols: list[str]) -> list[str]:
    """With the glide of bien and muy, for which gruut writes the consonant of yo."""
    return [
        "j" if symbol == "ʝ" and not _is_onset(symbols, i) else symbol for i, symbol in enumerate(symbols)
    ]


def _is_onset(symbols: list[str], i: int) -> bool:
    """Whether a symbol begins a syllable: a vowel is behind it, and none but a vowel before it."""
    before = symbols[i - 1] if i else ""
    return any(map(is_vowel, symbols[i + 1 : i + 2])) and (not before or is_vowel(before))


def _french(symbols: list[str]) -> list[str]:
    """Without the mute e between single consonants, past the first syllable: rapid'ment, maint'nant."""
    kept: list[str] = []
    for i, symbol in enumerate(symbols):
        around = [*kept[-2:], *symbols[i + 1 : i + 3]]
        single = len(around) == 4 and [is_vowel(one) for one in around] == [True, False, False, True]
        if symbol != _FRENCH_SCHWA or not single:
            kept.append(symbol)
    return kept


def is_italian(found: list[str], spelled: list[str]) -> bool:
    """Whether the sounds that the lexicon has for a word are an Italian reading of its spelling, whose rules
    make `spelled` of it; stress, openness of vowels, length and voice of consonants are the lexicon's.
    """
    return _plain(found) == _plain(spelled)


def _plain(symbols: list[str]) -> str:
    sounds = "".join(symbols)
    for pattern, plain in _ITALIAN_SAME:
        sounds = pattern.sub(plain, sounds)
    return sounds
