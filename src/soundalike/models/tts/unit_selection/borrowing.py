"""Units that no recording holds, taken from what the acoustic model says in the same voice: a recording more,
which only the targets of missing diphones may use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from soundalike.audio.audio import Audio

from .collection import LEVEL
from .costs import Units, log_frames, unit_spectra
from .diphone_check import MissingDiphone
from .recordings import RecordingReader
from .targets import CLASSES, Targets


def with_borrowed(
    units: Units, targets: Targets, missing: Sequence[MissingDiphone], begin: int
) -> tuple[Units, dict[int, int]]:
    """The units with those of a predicted sentence behind them, whose sound begins at sample `begin` of the
    stream; and for each target of a missing diphone the unit it must take.
    """
    count = len(units.symbols)
    border = int(units.border[-1]) + 2  # behind the last border
    times = begin + np.maximum(0, np.round((targets.cuts - 0.5) * units.frame)).astype(np.int64)
    longer = replace(
        units,
        symbols=np.concatenate([units.symbols, targets.symbols.astype(units.symbols.dtype)]),
        classes=np.concatenate([units.classes, CLASSES[targets.symbols]]),
        flags=np.concatenate([units.flags, targets.flags.astype(units.flags.dtype)]),
        left=np.concatenate([units.left, targets.left]),
        right=np.concatenate([units.right, targets.right]),
        border=np.concatenate([units.border, border + np.arange(len(targets))]),
        times=np.concatenate([units.times, times]),
        borders=np.concatenate([units.borders, targets.borders]),
        border_pitch=np.concatenate([units.border_pitch, targets.border_pitch]),
        log_frames=np.concatenate(
            [units.log_frames, log_frames(times, np.arange(len(targets)), units.frame)]
        ),
        spectra=np.concatenate(
            [units.spectra, unit_spectra(targets.means, targets.borders, np.arange(len(targets)))]
        ),
        pitch=np.concatenate([units.pitch, targets.pitch]),
    )
    wanted = sorted({place for one in missing for place in (one.at, one.at + 1)})
    return longer, {at: count + at for at in wanted}


class BorrowedReader:
    """The recordings of an inventory, and behind them a sentence that the model said, at their level."""

    def __init__(self, reader: RecordingReader, samples: np.ndarray):
        self._reader = reader
        self._samples = Audio(samples, reader.rate).normalised(LEVEL).samples

    def read(self, first: int, stop: int) -> np.ndarray:
        """Samples `first` to `stop` (N,) float32 of the stream or of the sentence behind it."""
        begin = len(self._reader)
        if first < begin and stop <= begin:
            return self._reader.read(first, stop)
        low, high = max(0, first - begin), max(0, min(stop - begin, len(self._samples)))
        found = self._samples[low:high]
        return np.pad(found, (max(0, begin - first), max(0, stop - begin - len(self._samples))))
