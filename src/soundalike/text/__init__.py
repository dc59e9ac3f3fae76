"""Text: normalising, sentences, phonemes, the alphabet."""

from .alphabet import SYMBOLS, encode
from .lexicon import Lexicon
from .normalise import normalise, split_sentences
from .phonemes import LANGUAGES, Spoken, phonemize

__all__ = ["LANGUAGES", "SYMBOLS", "Lexicon", "Spoken", "encode", "normalise", "phonemize", "split_sentences"]
