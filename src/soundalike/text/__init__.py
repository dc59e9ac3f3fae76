"""Text: normalising, sentences, phonemes, the alphabet; markup, pronunciations, the language of a text.

The names below are imported when they are asked for, so that a network that needs the alphabet does not load
the reading of text.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from soundalike.core.text_options import TextOptions

    from .alphabet import SYMBOLS, encode
    from .detect import detect_language
    from .formats import find_format, visible_text
    from .language_choice import reading_language
    from .lexicon import Lexicon
    from .normalise import LANGUAGES, NormalisedSpan, base_language, is_spoken
    from .phonemes import Utterance, in_halves, installed, phonemize
    from .script import Script, TokenTrace, is_ssml, open_text, read, write_script
    from .segment.split import segments, sentence_spans, split_sentences
    from .source import Source
    from .user_languages import find_language, user_codes

__all__ = [
    "LANGUAGES",
    "SYMBOLS",
    "Lexicon",
    "NormalisedSpan",
    "Script",
    "Source",
    "TextOptions",
    "TokenTrace",
    "Utterance",
    "base_language",
    "detect_language",
    "encode",
    "find_format",
    "find_language",
    "in_halves",
    "installed",
    "is_spoken",
    "is_ssml",
    "open_text",
    "phonemize",
    "read",
    "reading_language",
    "segments",
    "sentence_spans",
    "split_sentences",
    "user_codes",
    "visible_text",
    "write_script",
]

_HOMES = {
    "alphabet": ("SYMBOLS", "encode"),
    "detect": ("detect_language",),
    "formats": ("find_format", "visible_text"),
    "lexicon": ("Lexicon",),
    "normalise": ("LANGUAGES", "NormalisedSpan", "base_language", "is_spoken"),
    "phonemes": ("Utterance", "in_halves", "installed", "phonemize"),
    "language_choice": ("reading_language",),
    "script": ("Script", "TokenTrace", "is_ssml", "open_text", "read", "write_script"),
    "segment.split": ("segments", "sentence_spans", "split_sentences"),
    "source": ("Source",),
    "user_languages": ("find_language", "user_codes"),
    ".core.text_options": ("TextOptions",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOME_OF[name]}", __name__), name)
