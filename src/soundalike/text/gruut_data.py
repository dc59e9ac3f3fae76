"""gruut's data of a language, read without gruut: a lexicon, a tagger of parts of speech where there is one,
and a model that guesses the sounds of other words.

The lexicon is an SQLite file, the models are conditional random fields (CRFsuite) whose features are named
here as they were in their training.
"""

from __future__ import annotations

import base64
import functools
import importlib.util
import re
import sqlite3
import string
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import corrections

LETTER = "gruut:letter"  # the role of a letter that is named, not said
_NEAR_WORDS = 2  # words on either side that the tagger looks at
_NEAR_LETTERS = 3  # letters on either side that the guesser looks at
_NOT_OF_WORDS = re.compile(r"\W")
_NOTHING = "_"  # the sound of a letter that is silent


_folders: dict[str, Path] = {}  # that were found, by language


def data_folder(language: str) -> Path | None:
    """Where the data of a language lie; None where they are not installed."""
    if language not in _folders:
        found = importlib.util.find_spec(f"gruut_lang_{language}")
        if found is None or found.origin is None:
            return None
        _folders[language] = Path(found.origin).parent
    return _folders[language]


class GruutData:
    """The data of one language. Not to be used in several threads at once."""

    def __init__(self, language: str):
        folder = data_folder(language)
        if folder is None:
            raise FileNotFoundError(f"gruut_lang_{language}")
        self._folder = folder
        self._lexicon = _indexed(folder / "lexicon.db", language)
        self._known: dict[str, dict[str, list[str]]] = {}

    def holds(self, word: str) -> bool:
        """Whether the lexicon has a word, written so."""
        return bool(self._rows(word))

    def looked_up(self, word: str, role: str = "") -> list[str]:
        """The sounds of a word in the lexicon, which may have it in small letters or without signs; in a role
        where it has several. None of another word.
        """
        lower = word.lower()
        for written in (word, lower, _NOT_OF_WORDS.sub("", word), _NOT_OF_WORDS.sub("", lower)):
            sounds = self._rows(written)
            if sounds:
                return list(sounds.get(role) or sounds.get("") or next(iter(sounds.values())))
        return []

    def _rows(self, word: str) -> dict[str, list[str]]:
        """The sounds of a word, written so, by their roles; the first of each."""
        if word not in self._known:
            order = "SELECT role, phonemes FROM word_phonemes WHERE word = ? ORDER BY pron_order"
            found: dict[str, list[str]] = {}
            for role, sounds in self._lexicon.execute(order, (word,)):
                found.setdefault(role, sounds.split())
            self._known[word] = found
        return self._known[word]

    def guessed(self, word: str) -> list[str]:
        """The likeliest sounds of a word by its letters."""
        letters = unicodedata.normalize("NFC", word.lower())
        coded = self._guesser.tag([_features_of_letter(letters, at) for at in range(len(letters))])
        sounds = [sound for code in coded for sound in base64.b64decode(code).decode().split("|")]
        return [sound for sound in sounds if sound != _NOTHING]

    def parts_of_speech(self, words: list[str]) -> list[str]:
        """The tag of each word of a sentence; empty ones in a language without a tagger."""
        if self._tagger is None:
            return [""] * len(words)
        return self._tagger.tag([_features_of_word(words, at) for at in range(len(words))])

    @functools.cached_property
    def _guesser(self) -> Any:
        return _model(self._folder / "g2p" / "model.crf")

    @functools.cached_property
    def _tagger(self) -> Any:
        file = self._folder / "pos" / "model.crf"
        return _model(file) if file.is_file() else None


def _indexed(file: Path, language: str) -> sqlite3.Connection:
    """A lexicon in memory, corrected, with an index: in its file each look-up reads through all of it."""
    held = sqlite3.connect(":memory:", check_same_thread=False)
    # Else the index is sorted in a temporary file, which a full or read-only disk has no place for
    held.execute("PRAGMA temp_store = MEMORY")
    held.execute("ATTACH ? AS file", (str(file),))
    held.execute(
        "CREATE TABLE word_phonemes AS SELECT word, pron_order, role, phonemes FROM file.word_phonemes"
    )
    held.execute("CREATE INDEX words ON word_phonemes (word)")
    corrections.correct(held, language)
    held.commit()
    held.execute("DETACH file")
    return held


def _model(file: Path) -> Any:
    import pycrfsuite

    tagger = pycrfsuite.Tagger()
    tagger.open(str(file))
    return tagger


def _coded(text: str) -> str:
    """A text in letters that CRFsuite takes."""
    return base64.b64encode(text.encode()).decode("ascii")


def _near(at: int, size: int, most: int) -> Iterator[tuple[str, int]]:
    """The places on either side of one, within so many, each with how it is named."""
    for away in range(1, most + 1):
        if at >= away:
            yield f"-{away}", at - away
        if at + away < size:
            yield f"+{away}", at + away


def _features_of_letter(letters: str, at: int) -> dict[str, Any]:
    found: dict[str, Any] = {"bias": 1.0, "grapheme": _coded(letters[at])}
    if at == 0:
        found["begin"] = True
    for name, place in _near(at, len(letters), _NEAR_LETTERS):
        found[f"grapheme{name}"] = _coded(letters[place])
    if at == len(letters) - 1:
        found["end"] = True
    return found


def _features_of_word(words: list[str], at: int) -> dict[str, Any]:
    found = _spelling(words[at], "")
    if at == 0:
        found["BOS"] = True
    if at == len(words) - 1:
        found["EOS"] = True
    for name, place in _near(at, len(words), _NEAR_WORDS):
        found |= _spelling(words[place], f"{name}:")
    return found


def _spelling(word: str, prefix: str) -> dict[str, Any]:
    """What the tagger sees of a word."""
    found: dict[str, Any] = {
        f"{prefix}bias": 1.0,
        f"{prefix}word": _coded(word),
        f"{prefix}len(word)": len(word),
        f"{prefix}word.ispunctuation": word in string.punctuation,
        f"{prefix}word.isdigit()": word.isdigit(),
    }
    for size in (2, 3):
        found[f"{prefix}word[:{size}]"] = word[:size]
        found[f"{prefix}word[-{size}:]"] = word[-size:]
    return found
