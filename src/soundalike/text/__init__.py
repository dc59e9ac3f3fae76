"""Text: normalising, sentences, phonemes, the alphabet; markup, pronunciations, the language of a text."""

from .alphabet import SYMBOLS, encode
from .detect import detect_language
from .lexicon import Lexicon
from .normalise import (
    LANGUAGES,
    NormalisedSpan,
    base_language,
    explain,
    normalise,
    sentence_spans,
    split_sentences,
)
from .phonemes import Utterance, in_halves, installed, phonemize
from .script import Script, TokenTrace, is_ssml, read

__all__ = [
    "LANGUAGES",
    "SYMBOLS",
    "Lexicon",
    "NormalisedSpan",
    "Script",
    "TokenTrace",
    "Utterance",
    "base_language",
    "detect_language",
    "encode",
    "explain",
    "in_halves",
    "installed",
    "is_ssml",
    "normalise",
    "phonemize",
    "read",
    "sentence_spans",
    "split_sentences",
]
