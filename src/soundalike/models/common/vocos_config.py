"""The sizes of the built-in vocoder, and what it promises however it is run; who runs its graphs reads them
without PyTorch.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

from soundalike.core.types import ADDED_LATER

MOST_CORRECTED = 2.0  # nats, of a band in a correction towards the mel
SOURCE_BINS = 128  # lowest bins of the pulses' spectrum that a backbone with a residual reads: up to 3 kHz
SOFTEST, LOUDEST = -14.0, 6.0  # nats that the gain of a filter is held between
BREATH = 1.0  # nats by which the noise is softer than the mel before it is corrected


@dataclass(frozen=True)
class VocosConfig:
    """Sizes of the network."""

    width: int = 256
    blocks: int = 6
    kernel: int = 7
    pitch_width: int = 128  # of the small network that predicts pitch from a mel
    pitch_blocks: int = field(default=2, metadata=ADDED_LATER)
    # Whether it chooses among classes of pitch; else it regresses
    pitch_classes: bool = field(default=False, metadata=ADDED_LATER)
    # Add a free complex spectrum to the filtered source
    residual: bool = field(default=False, metadata=ADDED_LATER)
    # Times that the samples are corrected towards the mel
    mel_corrections: int = field(default=0, metadata=ADDED_LATER)

    @property
    def context(self) -> int:
        """Frames on either side of a stretch of sound that it is made of: those that the convolutions reach.
        Its spectra reach some more, of which less than a millionth of full scale is left.
        """
        return (self.blocks + 1) * (self.kernel // 2)


class VocodesStretches(ABC):
    """A vocoder that can make a stretch of a sound by itself, of the frames in it and about it."""

    @property
    @abstractmethod
    def context(self) -> int:
        """Frames on either side of a stretch that it needs."""

    @abstractmethod
    def source(self, pitch: Any) -> Any:
        """The pulses (..., N) that it filters, of a pitch (..., T) in hertz. Their phase adds up from the
        beginning, so a stretch needs those of the whole.
        """
