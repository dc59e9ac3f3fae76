"""How surely each word of a sentence was said, by an aligner."""

from __future__ import annotations

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.core.contracts import Aligner
from soundalike.core.types import Alignment
from soundalike.text import Utterance
from soundalike.text.alphabet import MARKS

ABSENT = -20.0  # the score of a word that there was no time to say


def word_scores(audio: Audio, utterance: Utterance, aligner: Aligner) -> np.ndarray:
    """For each word (W,) the mean log-probability of its phonemes where the aligner finds them; 0 is certain,
    below -5 is elsewhere. A sound too short for its text scores ABSENT throughout.
    """
    return scores_of(aligner.align(audio, utterance.symbols), utterance)


def scores_of(found: Alignment | None, utterance: Utterance) -> np.ndarray:
    """The same of an alignment of the sound with the utterance's symbols; None is a sound too short."""
    if found is None:
        return np.full(len(utterance.words), ABSENT)
    phonemes = np.array([symbol not in MARKS for symbol in utterance.symbols])
    word = np.array(utterance.word_of)[phonemes]
    sums = np.bincount(word, found.scores[phonemes], len(utterance.words))
    return sums / np.bincount(word, minlength=len(utterance.words)).clip(1)
