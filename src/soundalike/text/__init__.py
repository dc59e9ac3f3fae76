"""Text: normalising, sentences, phonemes, the alphabet."""

from .alphabet import SYMBOLS, encode
from .normalise import normalise, split_sentences
from .phonemes import Spoken, phonemize

__all__ = ["SYMBOLS", "Spoken", "encode", "normalise", "phonemize", "split_sentences"]
