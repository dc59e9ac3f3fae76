"""Text: normalising, sentences, phonemes, the alphabet; markup, pronunciations, the language of a text."""

from .alphabet import SYMBOLS, encode
from .detect import detect_language
from .lexicon import Lexicon
from .normalise import normalise, split_sentences
from .phonemes import LANGUAGES, Spoken, phonemize
from .script import Script, read

__all__ = ["LANGUAGES", "SYMBOLS", "Lexicon", "Script", "Spoken", "detect_language", "encode", "normalise", "phonemize", "read", "split_sentences"]
