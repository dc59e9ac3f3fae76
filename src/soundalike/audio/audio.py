"""Audio: mono samples and their rate. Read, write, resample, trim, loudness."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from soundalike.core import html
from soundalike.core.errors import AudioError

from . import loudness
from .io import check_target, encode_samples, format_of, write_encoded
from .levels import frame_power, speech_level
from .low_frequencies import take_out
from .recording import read_mono

if TYPE_CHECKING:
    from typing_extensions import Self

SILENCE_DB = -40.0  # quieter than the loud parts by this much counts as silence
NOISE_FLOOR_DB = -85.0  # dBFS; nothing below this is sound
PIECE = 6000  # hundredths of a second looked at together
MARGIN = 0.05  # seconds of silence that stay at the ends of a trimmed sound
AUDIBLE_PEAK = 1e-3  # a recording that never exceeds this is silent

Some = TypeVar("Some", bound="Audio")


@dataclass(frozen=True)
class Audio:
    """Mono sound: `samples` float32 (N,) nominally in [-1, 1], at `rate` hertz."""

    samples: np.ndarray
    rate: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.seconds:.2f} s, {self.rate} Hz)"

    def _repr_html_(self) -> str:
        """A player, for notebooks."""
        if not len(self.samples):
            return html.captioned(repr(self))
        format = html.format_for(self.seconds)
        return html.player(self.encode(format), format, repr(self))

    @staticmethod
    def join(pieces: Iterable[Some]) -> Some:
        """Pieces one after the other; pieces of speech become speech, with all that is known of them. Raises
        AudioError unless there are some, all of one rate.
        """
        given = list(pieces)
        if not given:
            raise AudioError("there are no pieces to join. Give one or more.")
        kind = type(given[0]) if len({type(piece) for piece in given}) == 1 else Audio
        return kind._joined(given)  # type: ignore[return-value]  # pieces of several kinds become Audio

    @classmethod
    def _joined(cls, pieces: Sequence[Audio]) -> Audio:
        """Pieces of this kind one after the other."""
        return concatenate(pieces)

    @staticmethod
    def read(path: str | os.PathLike | io.BytesIO) -> Audio:
        """Sound from any file libsndfile or PyAV (FFmpeg) reads, a video's sound track included.

        Channels that fit one another are averaged, of others one is taken, of several tracks the first that
        holds speech. Raises AudioError naming the file when it is missing, holds no audio, or holds samples
        that are not numbers.
        """
        found = read_mono(path)
        return Audio(found.samples, found.rate)

    def resample(self, rate: int) -> Self:
        """The same sound at another rate (soxr, high quality)."""
        if rate == self.rate:
            return self
        import soxr

        samples = soxr.resample(self.samples, self.rate, rate).astype(np.float32)
        return replace(self, samples=samples, rate=rate)

    def trim(self, margin: float = MARGIN) -> Audio:
        """Without silence at the ends, save for `margin` seconds."""
        loud = np.flatnonzero(self.activity())
        if len(loud) == 0:
            return self
        hop = self.rate // 100
        pad = int(margin * self.rate)
        start = max(0, loud[0] * hop - pad)
        stop = min(len(self.samples), (loud[-1] + 1) * hop + pad)
        return Audio(self.samples[start:stop], self.rate)

    def activity(self) -> np.ndarray:
        """Which hundredths of a second hold sound: (T,) bool, relative to the loud parts of the recording."""
        return active_frames(self.frame_power())

    def without_low_frequencies(self) -> Audio:
        """Without an offset and rumble, where they are large beside the speech."""
        samples = self.samples.copy()
        take_out(samples, self.rate, speech_level(frame_power(samples, self.rate)))
        return Audio(samples, self.rate)

    def frame_power(self) -> np.ndarray:
        """The mean square (T,) of each hundredth of a second."""
        hop = max(1, self.rate // 100)
        frames = self.samples[: len(self.samples) // hop * hop].reshape(-1, hop)
        power = [(frames[at : at + PIECE] ** 2).mean(axis=1) for at in range(0, len(frames), PIECE)]
        return np.concatenate(power) if power else np.zeros(0, np.float32)

    def speech_seconds(self) -> float:
        """Seconds that are not silence."""
        return float(self.activity().sum()) / 100

    def normalised(self, db: float = -23.0) -> Audio:
        """Scaled so that its active parts have `db` dBFS RMS; the peak stays below 0.98."""
        active = np.repeat(self.activity(), self.rate // 100)
        samples = loudness.normalise_active_level(self.samples, active, db)
        return self if samples is self.samples else Audio(samples, self.rate)

    def loudness(self) -> float:
        """Integrated loudness in LUFS (ITU-R BS.1770-4); -inf for silence."""
        return loudness.integrated_loudness(self.samples, self.rate)

    def levelled(self, lufs: float) -> Self:
        """Scaled to a loudness in LUFS; peaks that would pass 0.98 are rounded off."""
        return replace(self, samples=loudness.level_to_loudness(self.samples, self.rate, lufs))

    def write(self, path: str | os.PathLike, format: str | None = None) -> None:
        """Write the sound; the format follows the name's ending unless given. The file appears whole or not
        at all.

        Raises AudioError when the format is unknown or the place cannot be written.
        """
        target = Path(path)
        format = format_of(target, format)
        check_target(target, format)
        write_encoded(target, self.encode(format))

    def encode(self, format: str = "wav") -> bytes:
        """The sound as the bytes of a file in one of FORMATS. Raises AudioError for another format."""
        return encode_samples(self.samples, self.rate, format)


def active_frames(power: np.ndarray) -> np.ndarray:
    """Which of the frames (T,) of a mean square hold sound, relative to the loud ones: (T,) bool."""
    if not len(power):
        return np.zeros(0, bool)
    level = 10 * np.log10(power + 1e-12)
    return (level > np.percentile(level, 95) + SILENCE_DB) & (level > NOISE_FLOOR_DB)


def concatenate(pieces: Sequence[Audio]) -> Audio:
    """The sound of pieces one after the other. Raises AudioError unless all have one rate."""
    rates = {piece.rate for piece in pieces}
    if len(rates) != 1:
        raise AudioError(f"cannot join pieces of different rates {sorted(rates)}: resample them first.")
    return Audio(np.concatenate([piece.samples for piece in pieces]), rates.pop())
