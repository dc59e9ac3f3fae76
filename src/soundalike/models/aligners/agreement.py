"""How well a transcript fits its sound, by an aligner."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from soundalike.core.types import Alignment
from soundalike.text.alphabet import MARKS

DISAGREEMENT = -4.0  # agreement under which a transcript is taken to be wrong


def agreement(alignment: Alignment, symbols: Sequence[str]) -> float:
    """The mean log-probability of the phonemes among the symbols (S,) of an alignment; 0 is certain."""
    phonemes = np.array([symbol not in MARKS for symbol in symbols])
    return float(alignment.scores[phonemes].mean())
