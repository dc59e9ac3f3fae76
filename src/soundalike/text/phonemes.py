"""Speakable text to symbols, through gruut: a lexicon first, a model for the words it lacks."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from ..contract import TextError
from .alphabet import COMMA, EXCLAMATION, GAP, QUESTION, START, STOP
from .normalise import normalise

_LOCK = threading.Lock()  # gruut keeps one lexicon connection; asking it in turn costs milliseconds


@dataclass(frozen=True)
class Spoken:
    """A text as it will be said: symbols, and which word each belongs to (-1 for the start mark)."""

    symbols: list[str]  # S symbols: a start mark, then phonemes and one mark after each word
    words: list[str]
    word_of: list[int]  # S indices into words; a mark belongs to the word before it


def phonemize(text: str, where: str = "text") -> Spoken:
    """Symbols of an English text. Raises TextError naming `where` if the text cannot be spoken."""
    from gruut import sentences

    symbols, words, word_of = [START], [], [-1]
    with _LOCK:
        tokens = [token for sentence in sentences(normalise(text, where=where), lang="en-us") for token in sentence]
    for token in tokens:
        if token.is_spoken and token.phonemes:
            if words and symbols[-1] not in (COMMA, STOP, QUESTION, EXCLAMATION):
                symbols.append(GAP)
                word_of.append(len(words) - 1)
            words.append(token.text)
            symbols += token.phonemes
            word_of += [len(words) - 1] * len(token.phonemes)
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
