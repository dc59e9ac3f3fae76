"""What tells the end of a sentence in each language: its openers, and abbreviations by what follows them."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from soundalike.text.normalise.language import Language


@dataclass(frozen=True, eq=False)
class Conventions:
    """The tables of one language. Abbreviations are written with their full stop, capitals as they stand."""

    code: str
    # Small words, in lower case, that a capital letter gives only at the beginning of a sentence or line
    openers: frozenset[str]
    # Abbreviations that a word of the same sentence always follows: titles, "e.g."
    titles: frozenset[str]
    # Abbreviations of what is numbered: no end before a figure; a sentence's end only before an opener
    numbered: frozenset[str]
    # Words that are spelled like one of `numbered`: before anything else than a number they end a sentence
    words: frozenset[str]
    # Abbreviations that end a sentence before any capital
    final: frozenset[str]
    # Abbreviations that end a sentence before an opener only
    loose: frozenset[str]
    # Capitalised words that may follow one of `final` in the same sentence: 5 p.m. Tuesday
    trailing: frozenset[str]
    # Words before which a long sentence may be cut: conjunctions and relatives
    clauses: frozenset[str]
    # Words that lean on the next, so that no cut comes after them
    leaning: frozenset[str]
    # Words whose next letter is a name, no initial: vitamin C
    lettered: frozenset[str] = frozenset()
    # Verbs of saying that may stand after a name after a quotation: "Why?" Mary asked
    saying: frozenset[str] = frozenset()
    # How words end that are numbered like the abbreviations above: Hauptstr. 5
    endings: tuple[str, ...] = ()
    # Abbreviations that are in `final` behind figures: 1950 г.
    counted: frozenset[str] = frozenset()
    # Names written with a mark: Yahoo!
    marked: frozenset[str] = frozenset()
    # A figure with a full stop is an ordinal
    has_ordinals: bool = False
    # Every noun has a capital
    has_capital_nouns: bool = False
    # The beginnings of abbreviations of several words, with what follows: "z." before "B."
    beginnings: dict[str, tuple[str, ...]] = field(default_factory=dict)


def words(text: str) -> frozenset[str]:
    """A set of words from a text; those that hold a space are written with an underscore."""
    return frozenset(word.replace("_", " ") for word in text.split())


@functools.cache
def _tables() -> dict[str, Conventions]:
    from .english import ENGLISH
    from .germanic import DUTCH, GERMAN, SWEDISH
    from .romance import FRENCH, ITALIAN, PORTUGUESE, SPANISH
    from .slavic import CZECH, RUSSIAN

    tables = (ENGLISH, GERMAN, DUTCH, SWEDISH, SPANISH, FRENCH, ITALIAN, PORTUGUESE, RUSSIAN, CZECH)
    return {table.code: table for table in tables}


_MADE: dict[str, tuple[Language, Conventions]] = {}


def conventions_of(lang: Language) -> Conventions:
    """The conventions of a language, with the abbreviations that its normalising knows beside its own; those
    alone where the language is the user's.
    """
    made = _MADE.get(lang.code)
    if made is None or made[0] is not lang:
        table = _tables().get(lang.code) or _bare(lang.code)
        made = _MADE[lang.code] = (lang, _with_abbreviations(table, lang))
    return made[1]


def _bare(code: str) -> Conventions:
    """The conventions of a language of which nothing is known."""
    none: frozenset[str] = frozenset()
    return Conventions(code, none, none, none, none, none, none, none, none, none)


def _with_abbreviations(table: Conventions, lang: Language) -> Conventions:
    known = table.titles | table.numbered | table.final | table.loose
    sizes = {name for name in lang.magnitudes if name.endswith(".")} - table.titles - table.numbered
    final = (table.final | {name for name in lang.enders if name.endswith(".")} - known) - sizes
    numbered = table.numbered | lang.leaning - known - final
    read = {name for name in lang.abbreviations if name.endswith(".")}
    loose = table.loose | sizes | read - known - final - numbered
    beginnings: dict[str, tuple[str, ...]] = {}
    for name in table.titles | numbered | final | loose:
        parts = name.split()
        for size in range(1, len(parts)):
            head = " ".join(parts[:size])
            beginnings[head] = (*beginnings.get(head, ()), " ".join(parts[size:]))
    return replace(table, final=final, numbered=numbered, loose=loose, beginnings=beginnings)


# The marks of a sentence's end with the quotes and brackets behind them; French sets a space between
MARKS = re.compile(
    r"(?:\.(?: \.){1,20}|[.!?…؟])[.!?…؟]{0,20}(?:[\"'”“’‘»«›‹)\]*_]|[ \u00a0\u202f][»›]){0,5}(?=\s|$)"
    r"|[。！？]+[」』”]?|।"
)
