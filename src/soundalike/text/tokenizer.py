"""Normalised text to words and marks, sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .alphabet import COMMA, EXCLAMATION, QUESTION, STOP

_MARKS = {".": STOP, "?": QUESTION, "!": EXCLAMATION}
_MARK = re.compile(r"(?:\.{3}|[,;:]|[.?!]+)$")
_HYPHEN = re.compile("[-_]")
_INITIALS = re.compile(r"[A-Z]{2,}|(?:[a-zA-Z]\.)+")  # of English


@dataclass(frozen=True)
class Piece:
    """A word, or a mark."""

    text: str
    mark: str = ""  # COMMA, STOP, QUESTION or EXCLAMATION; empty for a word
    is_letter: bool = False  # whether it is a letter that is called by its name
    tag: str = ""  # part of speech, guessed, once it was read; Penn Treebank's of English
    sounds: tuple[str, ...] = ()  # as a lexicon writes them, or guessed, once it was read


def sentences(plain: str, language: str, is_known: Callable[[str], bool]) -> Iterator[list[Piece]]:
    """The words and marks of a normalised text, in order, sentence by sentence. `is_known` says of a word
    whether the lexicon has it as it is written, so that it is not taken apart.
    """
    sentence: list[Piece] = []
    for written in plain.split():
        for piece in _pieces(written, language, is_known):
            sentence.append(piece)
            if piece.mark and piece.mark != COMMA:
                yield sentence
                sentence = []
    if sentence:
        yield sentence


def _pieces(written: str, language: str, is_known: Callable[[str], bool]) -> Iterator[Piece]:
    """What is written between two spaces: words, then the marks behind them."""
    word = written if is_known(written) else _respelled(written, language)
    marks: list[Piece] = []
    while word and not is_known(word):
        bare = word.strip("'") if language == "en" else word
        if bare != word:
            word = bare
            continue
        if language == "en" and _INITIALS.fullmatch(word):
            yield from (Piece(letter, is_letter=True) for letter in word if letter != ".")
            word = ""
            break
        mark = _MARK.search(word)
        if mark is None:
            break
        marks.append(Piece(mark[0], _kind_of(mark[0], language)))
        word = word[: mark.start()]
    yield from _words(word, language, is_known)
    yield from reversed(marks)


def _words(word: str, language: str, is_known: Callable[[str], bool]) -> Iterator[Piece]:
    """A word without marks: what stands between its hyphens, unless it is known; nothing of one that holds
    nothing to say, as a dash between spaces.
    """
    parts = [word] if is_known(word) else _HYPHEN.split(word)
    if len(parts) > 1:
        for part in parts:
            yield from _pieces(part, language, is_known)
    elif any(character.isalnum() for character in word):
        yield Piece(word)


def _respelled(word: str, language: str) -> str:
    """A word in the letters that gruut's lexicons have."""
    word = word.replace("’", "'")
    return word.replace("ß", "ss") if language == "de" else word


def _kind_of(mark: str, language: str) -> str:
    """The mark that some signs stand for; dots are a pause, but for Czech, the end of a sentence."""
    if mark == "..." and language != "cs":
        return COMMA
    return _MARKS.get(mark[0], COMMA)
