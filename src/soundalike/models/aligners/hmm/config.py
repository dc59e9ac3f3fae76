"""The aligner's sizes and constants, by themselves: who runs its graph reads them without PyTorch."""

from __future__ import annotations

import math
from dataclasses import dataclass

from soundalike.text.alphabet import PHONES

CLASSES = len(PHONES) + 1  # class 0 is silence
LEAST = 3  # frames a phoneme lasts at least, where the clip is long enough: 32 ms
PRIOR_SCALE = 0.8  # power of the classes' prior that scores are divided by

COMMONEST = math.log(0.06)  # no prior counts for more: silence is common without being unlikely


@dataclass(frozen=True)
class AlignerConfig:
    """Sizes of the network."""

    width: int = 256
    kernel: int = 3
    # A field of view of about a tenth of a second either way: sharp edges
    dilations: tuple[int, ...] = (1, 2, 3, 1)
