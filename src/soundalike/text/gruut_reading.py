"""Normalised text to words with their parts of speech and their sounds, by gruut's data, and marks."""

from __future__ import annotations

import functools
import threading
from dataclasses import replace

from .french import with_liaisons
from .gruut_data import LETTER, GruutData
from .tokenizer import Piece, sentences

_LOCK = threading.Lock()  # one reader of a language serves all threads, in turn; asking it costs milliseconds


def read_pieces(plain: str, language: str) -> list[Piece]:
    """The words and marks of a normalised text, in order, the words with their tags and sounds."""
    with _LOCK:
        data = _data(language)
        found = [_read(sentence, data) for sentence in sentences(plain, language, data.holds)]
    if language == "fr":
        found = [with_liaisons(sentence) for sentence in found]
    return [piece for sentence in found for piece in sentence]


def looked_up(word: str, language: str) -> list[str]:
    """The sounds of a word in the lexicon of a language; none for another."""
    with _LOCK:
        return _data(language).looked_up(word)


def open_ahead(language: str) -> None:
    """Open the data of a language in a thread beside this one, so that the first sentence waits the less for
    it: most of the time is SQLite's.
    """

    def opening() -> None:
        with _LOCK:
            _data(language)

    threading.Thread(target=opening, name="lexicon").start()


@functools.cache
def _data(language: str) -> GruutData:
    return GruutData(language)


def _read(sentence: list[Piece], data: GruutData) -> list[Piece]:
    """The words and marks of a sentence, the words with their tags and sounds."""
    tags = iter(data.parts_of_speech([piece.text for piece in sentence if not piece.mark]))
    return [piece if piece.mark else _sounded(piece, next(tags), data) for piece in sentence]


def _sounded(word: Piece, tag: str, data: GruutData) -> Piece:
    role = LETTER if word.is_letter else f"gruut:{tag}"
    sounds = data.looked_up(word.text, role) or data.guessed(word.text)
    return replace(word, tag=tag, sounds=tuple(sounds))
