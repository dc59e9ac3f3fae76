"""Audio: samples with their rate, one object. Read, write, resample, trim, loudness."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from soundalike.core.errors import AudioError
from soundalike.core.files import write_whole
from soundalike.core.types import Attention, Timestamp

from .io import FORMATS, check_target, format_of, read_channels
from .loudness import KNEE, _k_weighting

if TYPE_CHECKING:
    from soundalike.core.types import QualityCheck

SILENCE_DB = -40.0  # quieter than the loud parts by this much counts as silence
AUDIBLE_PEAK = 1e-3  # a recording that never exceeds this is silent


@dataclass(frozen=True)
class Audio:
    """Mono sound: `samples` float32 (N,) nominally in [-1, 1], at `rate` hertz; of speech that was made, also
    when what is said, what was found on listening to each sentence again, a note of its origin, which files
    of it carry, and where a model with attention looked.
    """

    samples: np.ndarray
    rate: int
    timestamps: tuple[Timestamp, ...] = ()
    checks: tuple[QualityCheck, ...] = ()
    origin: str = ""
    attention: tuple[Attention, ...] = ()

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    @staticmethod
    def read(path: str | os.PathLike | io.BytesIO) -> Audio:
        """Sound from any file libsndfile or PyAV (FFmpeg) reads, a video's sound track included.

        Several channels are averaged. Raises AudioError naming the file when it is missing, holds no audio,
        or holds samples that are not numbers.
        """
        channels, rate = read_channels(path)
        return Audio(np.ascontiguousarray(channels.mean(axis=1), dtype=np.float32), rate)

    def resample(self, rate: int) -> Audio:
        """The same sound at another rate (soxr, high quality)."""
        if rate == self.rate:
            return self
        import soxr

        return replace(
            self, samples=soxr.resample(self.samples, self.rate, rate).astype(np.float32), rate=rate
        )

    def trim(self, margin: float = 0.05) -> Audio:
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
        hop = max(1, self.rate // 100)
        whole = len(self.samples) // hop * hop
        if whole == 0:
            return np.zeros(0, bool)
        power = (self.samples[:whole].reshape(-1, hop) ** 2).mean(axis=1)
        level = 10 * np.log10(power + 1e-12)
        return (level > np.percentile(level, 95) + SILENCE_DB) & (level > -85.0)

    def speech_seconds(self) -> float:
        """Seconds that are not silence."""
        return float(self.activity().sum()) / 100

    def normalised(self, db: float = -23.0) -> Audio:
        """Scaled so that its active parts have `db` dBFS RMS; the peak stays below 0.98."""
        active = np.repeat(self.activity(), self.rate // 100)
        chosen = self.samples[: len(active)][active] if active.any() else self.samples
        rms = float(np.sqrt((chosen.astype(np.float64) ** 2).mean())) if len(chosen) else 0.0
        peak = float(np.abs(self.samples).max()) if len(self.samples) else 0.0
        if rms <= 0 or peak <= 0:
            return self
        gain = min(10 ** (db / 20) / rms, 0.98 / peak)
        return Audio((self.samples * gain).astype(np.float32), self.rate)

    def loudness(self) -> float:
        """Integrated loudness in LUFS (ITU-R BS.1770-4: K-weighted, gated blocks of 0.4 s); -inf for
        silence.
        """
        size = int(0.4 * self.rate)
        hop = int(0.1 * self.rate)
        samples = (
            self.samples if len(self.samples) >= size else np.pad(self.samples, (0, size - len(self.samples)))
        )
        blocks = np.lib.stride_tricks.sliding_window_view(samples, size)[::hop]
        weight = _k_weighting(np.fft.rfftfreq(size, 1 / self.rate))
        power = np.array([(np.abs(np.fft.rfft(block)) ** 2 * weight).sum() for block in blocks])
        power *= 2.0 / size**2
        level = 10 * np.log10(power + 1e-20) - 0.691
        kept = power[level > -70.0]
        if not len(kept):
            return -float("inf")
        kept = kept[10 * np.log10(kept) - 0.691 > 10 * np.log10(kept.mean()) - 0.691 - 10.0]
        return float(10 * np.log10(kept.mean()) - 0.691)

    def levelled(self, lufs: float) -> Audio:
        """Scaled to a loudness. Peaks that would pass 0.98 are rounded off, so that a lively voice is no
        quieter than a flat one.
        """
        loudness = self.loudness()
        gain = 1.0
        made = self
        if loudness == -float("inf"):
            return self
        for _ in range(3):  # rounding takes some loudness away again
            gain *= 10 ** ((lufs - loudness) / 20)
            samples = self.samples * gain
            over = np.abs(samples) > KNEE
            rest = 0.98 - KNEE
            samples[over] = np.sign(samples[over]) * (
                KNEE + rest * np.tanh((np.abs(samples[over]) - KNEE) / rest)
            )
            made = replace(self, samples=samples.astype(np.float32))
            loudness = made.loudness()
            if abs(loudness - lufs) < 0.1:
                break
        return made

    def write(self, path: str | os.PathLike, format: str | None = None) -> None:
        """Write the sound; the format follows the name's ending unless given. The file appears whole or not
        at all.

        Raises AudioError when the format is unknown or the place cannot be written.
        """
        target = Path(path)
        format = format_of(target, format)
        check_target(target, format)
        write_whole(target, self.encode(format))

    def encode(self, format: str = "wav") -> bytes:
        """The sound as the bytes of a file in one of FORMATS. Raises AudioError for another format."""
        import soundfile

        container, subtype = FORMATS[format_of("", format)]
        buffer = io.BytesIO()
        samples = np.clip(self.samples, -1.0, 1.0)
        with soundfile.SoundFile(buffer, "w", self.rate, 1, subtype=subtype, format=container) as file:
            if self.origin:
                file.comment = self.origin
            # Libsndfile's Vorbis encoder overflows its stack on long blocks
            for start in range(0, len(samples), self.rate):
                file.write(samples[start : start + self.rate])
        return buffer.getvalue()


def join(pieces: list[Audio]) -> Audio:
    """Pieces one after the other, with all that is told of them. All must have one rate."""
    rates = {piece.rate for piece in pieces}
    if len(rates) != 1:
        raise AudioError(f"cannot join pieces of different rates {sorted(rates)}: resample them first.")
    rate = rates.pop()
    timestamps = []
    at = 0
    for piece in pieces:
        timestamps += [timestamp.moved(at / rate) for timestamp in piece.timestamps]
        at += len(piece.samples)
    checks = tuple(check for piece in pieces for check in piece.checks)
    origins = dict.fromkeys(line for piece in pieces for line in piece.origin.splitlines())
    attention = tuple(one for piece in pieces for one in piece.attention)
    return Audio(
        np.concatenate([piece.samples for piece in pieces]),
        rate,
        tuple(timestamps),
        checks,
        "\n".join(origins),
        attention,
    )
