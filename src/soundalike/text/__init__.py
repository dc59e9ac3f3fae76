"""Text: normalising, sentences, phonemes, the alphabet."""

from .alphabet import SYMBOLS, encode
from .normalise import LANGUAGES, Reading, explain, normalise, sentence_spans, split_sentences
from .phonemes import Spoken, phonemize

__all__ = ["LANGUAGES", "SYMBOLS", "Reading", "Spoken", "encode", "explain", "normalise", "phonemize", "sentence_spans", "split_sentences"]
