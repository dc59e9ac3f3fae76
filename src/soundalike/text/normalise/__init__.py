"""Written text to the words that are said for it, span by span: numbers, dates, money, units, abbreviations,
capitals, signs.
"""

from __future__ import annotations

import functools
import importlib
import re
from dataclasses import replace

from soundalike.core.errors import ConfigError, TextError
from soundalike.core.languages import language_name
from soundalike.text.user_languages import find_language, user_codes

from .abbreviations import abbreviation_rules, with_abbreviations
from .codes import code_rules
from .currencies import with_currencies
from .days import day_rules
from .engine import scan
from .language import Language, NormalisedSpan, Rule
from .numeric import END, alternatives, numeric_rules
from .roman import list_rules
from .signs import sign_rules
from .user import user_rules, user_table
from .wording import wording_rules


def _quick(table: Language) -> Language:
    """The table with its numbers below a hundred looked up; num2words works each out anew."""

    @functools.cache
    def small(n: int) -> str:
        return table.cardinal(n)

    def cardinal(n: int, gender: str = "", counted: bool = False) -> str:
        return small(n) if n < 100 and not gender and not counted else table.cardinal(n, gender, counted)

    return replace(table, cardinal=cardinal)


# The tables of the package's languages, each in the module of its code
_TABLES = {
    "en": "ENGLISH",
    "de": "GERMAN",
    "es": "SPANISH",
    "fr": "FRENCH",
    "ru": "RUSSIAN",
    "it": "ITALIAN",
    "pt": "PORTUGUESE",
    "nl": "DUTCH",
    "sv": "SWEDISH",
    "cs": "CZECH",
}
LANGUAGES = tuple(_TABLES)
_BY_NAME = {language_name(code).lower(): code for code in LANGUAGES}
# A word without the marks about it
_CORE = re.compile(r"[^\w$£€¥&%@#+=°]*(.*?)[^\w%°+]*", re.DOTALL)

__all__ = [
    "LANGUAGES",
    "NormalisedSpan",
    "base_language",
    "explain",
    "explain_words",
    "is_spoken",
    "normalise",
    "table_of",
]


@functools.cache
def _table(code: str) -> Language:
    """The table of a language of the package; its module is loaded when it is first read."""
    module = importlib.import_module(f".{code}", __package__)
    return _quick(with_currencies(with_abbreviations(getattr(module, _TABLES[code]))))


@functools.cache
def _rules(code: str) -> dict[str, list[Rule]]:
    """The rules of a language of the package; made when it is first read, as patterns take a while to
    compile.
    """
    lang = _table(code)
    units = alternatives(lang.units)
    ordered = [
        *code_rules(lang),
        *sign_rules(lang, units, END),
        *day_rules(lang),
        *list_rules(lang),
        *lang.rules,
        *abbreviation_rules(lang),
        *numeric_rules(lang),
        *wording_rules(lang),
    ]
    return _by_beginning(ordered)


def _by_beginning(ordered: list[Rule]) -> dict[str, list[Rule]]:
    """Rules by the kind of character they begin with, most specific first."""
    return {kind: [rule for rule in ordered if kind in rule.begins] for kind in "dls"}


def table_of(language: str) -> Language:
    """The table of a language, by its code or its English name; a region ("en-US") is left aside. Raises
    ConfigError listing the codes there are.
    """
    code = language.replace("_", "-").partition("-")[0].lower()
    code = _BY_NAME.get(code, code)
    if code in _TABLES:
        return _table(code)
    own = find_language(code)
    if own is None:
        raise ConfigError(
            f"language '{language}' is not known. Choose one of {', '.join((*LANGUAGES, *user_codes()))}, or "
            "add it with `soundalike languages add FOLDER`."
        )
    return user_table(own)


def is_spoken(language: str) -> bool:
    """Whether texts in a language can be read: one of LANGUAGES, or one that the user has added; by its code,
    a region left aside.
    """
    code = language.partition("-")[0]
    return code in LANGUAGES or find_language(code) is not None


def base_language(code: str) -> str:
    """The language of a code such as en, en-GB or pt_BR. Raises ConfigError listing the languages there
    are.
    """
    return table_of(code).code


def explain(text: str, language: str = "en") -> list[NormalisedSpan]:
    """How each span of the text is read: spans in order that cover it all; their spoken forms joined are the
    normal form.
    """
    lang = table_of(language)
    own = find_language(lang.code)
    return scan(text, lang, _rules(lang.code) if own is None else _by_beginning(user_rules(own)))


def explain_words(text: str, language: str = "en") -> list[NormalisedSpan]:
    """`explain` with finer spans: those that are spoken as written are taken apart into their words, and the
    places of words have no marks about them.
    """
    found = []
    for span in explain(text, language):
        parts = [span]
        if span.spoken == span.written and len(span.written.split()) > 1:
            parts = [
                replace(
                    span,
                    start=span.start + piece.start(),
                    stop=span.start + piece.end(),
                    written=piece[0],
                    spoken=piece[0],
                )
                for piece in re.finditer(r"\s*\S+\s*\Z|\s*\S+", span.written)
            ]
        for part in parts:
            core = _CORE.fullmatch(part.written)
            if core and core[1]:
                start = part.start + core.start(1)
                part = replace(part, start=start, stop=start + len(core[1]), written=core[1])
            found.append(part)
    return found


def normalise(text: str, language: str = "en", where: str = "text") -> str:
    """The text as words: letters of the language and the marks . , ? ! ; : only.

    Raises TextError naming `where` for a text that is empty or holds nothing that can be spoken.
    """
    if not text.strip():
        raise TextError(f"{where}: the text is empty. Give a sentence to speak.")
    spoken = "".join(span.spoken for span in explain(text, language))
    if not any(character.isalpha() for character in spoken):
        raise TextError(f"{where}: the text holds nothing that can be spoken. Give at least one word.")
    return spoken
