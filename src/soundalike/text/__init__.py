"""Text: normalising, sentences, phonemes, the alphabet; markup, pronunciations, the language of a text."""

from .alphabet import SYMBOLS, encode
from .detect import detect_language
from .lexicon import Lexicon
from .normalise import LANGUAGES, Reading, explain, normalise, sentence_spans, split_sentences
from .phonemes import Spoken, in_halves, phonemize
from .script import Script, read

__all__ = [
    "LANGUAGES", "SYMBOLS", "Lexicon", "Reading", "Script", "Spoken", "detect_language", "encode", "explain", "in_halves", "normalise", "phonemize",
    "read", "sentence_spans", "split_sentences",
]  # fmt: skip
