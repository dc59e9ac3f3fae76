"""A recording that is to be converted: looked at as a whole, then read in pieces cut where it is quiet.

It is decoded block by block, once for each of these, and a few stretches once more between them. So a long
recording takes no more memory than a short one.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from soundalike.audio.audio import AUDIBLE_PEAK, Audio, active_frames
from soundalike.audio.levels import frame_power, may_be_speech, speech_level
from soundalike.audio.loudness import LOUDEST_PEAK, LoudnessScan
from soundalike.audio.low_frequencies import take_out
from soundalike.audio.mel import MelSpec
from soundalike.audio.pitch import pitch
from soundalike.audio.recording import mono_of, open_mono

from .recordings import LEAST_PEAK, Recording, Samples, as_recording, channels_of

HUNDREDTHS = 100  # frames a second whose power is known
USUAL_LEVEL = 10 ** (-23 / 20)  # root mean square to which the source's speech is brought
FIRST = 10.0  # seconds of the first piece at most, so that its sound comes soon
LATER = 12.0  # seconds of the pieces after it at most
LEAST = 0.5  # share of that which a piece has at least
PAUSE = 0.1  # seconds whose power decides where the source is cut
PITCH_PART = 4.0  # seconds whose pitch is found together
STRETCH = 12.0  # seconds of each stretch that is looked at closely
STRETCHES = 5


class Blocks(Protocol):
    """One channel of sound at `rate` hertz, read block by block as often as it is asked for."""

    @property
    def rate(self) -> int:
        """Hertz."""
        ...

    def blocks(self) -> Iterator[np.ndarray]:
        """Blocks (N,) float32, in order."""
        ...


@dataclass(frozen=True)
class AudioBlocks:
    """The blocks of a sound that is in memory already."""

    audio: Audio

    @property
    def rate(self) -> int:
        """Hertz."""
        return self.audio.rate

    def blocks(self) -> Iterator[np.ndarray]:
        """A second each."""
        for at in range(0, len(self.audio.samples), self.audio.rate):
            yield self.audio.samples[at : at + self.audio.rate].astype(np.float32)


def open_source(recording: Recording, rate: int, own_rate: int | None = None) -> Blocks:
    """A recording as blocks at `rate`; `own_rate` is that of samples, in hertz. Raises AudioError when it
    cannot be read.
    """
    recording, own_rate = as_recording(recording, own_rate)
    if isinstance(recording, Samples):
        mono = mono_of(*channels_of(recording, own_rate))
        return AudioBlocks(Audio(mono.samples, mono.rate).resample(rate))
    if isinstance(recording, Audio):
        return AudioBlocks(Audio(recording.samples, recording.rate).resample(rate))
    return open_mono(recording, rate)


def source_name(recording: Recording) -> str:
    """What messages call the recording."""
    return os.fspath(recording) if isinstance(recording, str | os.PathLike) else "source"


@dataclass(frozen=True)
class SourceScan:
    """What is known of a whole source: its length in samples, the power (T,) of each hundredth of a second
    and which of them hold sound, its loudness in LUFS, the root mean square of its speech, its offset and
    its peak without that, and some `stretches` in which there is much to hear.
    """

    rate: int
    samples: int
    power: np.ndarray
    active: np.ndarray
    loudness: float
    level: float
    offset: float
    peak: float
    stretches: tuple[Audio, ...]

    @property
    def seconds(self) -> float:
        """How long the source lasts."""
        return self.samples / self.rate

    @property
    def silent(self) -> bool:
        """Whether nothing is said in it."""
        if self.peak < LEAST_PEAK or not self.active.any() or self.loudness == -float("inf"):
            return True
        longer = self.power[: len(self.power) // 5 * 5].reshape(-1, 5).mean(axis=1)
        return self.peak < AUDIBLE_PEAK and not may_be_speech(longer)

    @property
    def gain(self) -> float:
        """The factor that brings the speech to its usual level."""
        return min(USUAL_LEVEL / self.level, LOUDEST_PEAK / max(self.peak, LEAST_PEAK))

    def prepared(self, samples: np.ndarray) -> np.ndarray:
        """Samples (N,) of the source at its usual level, without its offset and large rumble."""
        made = (samples - np.float32(self.offset)).astype(np.float32)
        take_out(made, self.rate, self.level)
        return made * np.float32(self.gain)

    def pitch(self) -> float | None:
        """The mean of the pitch, log2 of hertz; None where nothing is voiced."""
        return mean_pitch([Audio(self.prepared(one.samples), one.rate) for one in self.stretches])


def mean_pitch(pieces: list[Audio]) -> float | None:
    """The mean of the voiced frames' pitch, log2 of hertz; None where nothing is voiced."""
    hertz = np.concatenate([np.zeros(0), *(part for piece in pieces for part in _pitches(piece))])
    return float(np.log2(hertz[hertz > 0]).mean()) if (hertz > 0).any() else None


def _pitches(audio: Audio) -> Iterator[np.ndarray]:
    """The pitch (T,) in hertz of parts of a sound, as all of it at once would take much memory."""
    spec = dataclasses.replace(MelSpec(), sample_rate=audio.rate)
    samples = audio.normalised().samples
    size = int(PITCH_PART * audio.rate)
    for at in range(0, len(samples), size):
        yield pitch(samples[at : at + size], spec)


def scan_source(source: Blocks) -> SourceScan:
    """A look at the whole of a source. Raises AudioError where it cannot be read."""
    rate = source.rate
    loudness = LoudnessScan(rate)
    powers: list[np.ndarray] = []
    count = 0
    total = 0.0
    low = high = 0.0
    for block in of_size(source.blocks(), rate):
        loudness.add(block)
        powers.append(frame_power(block, rate))
        count += len(block)
        total += float(block.sum(dtype=np.float64))
        low, high = min(low, float(block.min())), max(high, float(block.max()))
    power = np.concatenate([np.zeros(0), *powers])
    active = active_frames(power)
    offset = total / max(1, count)
    return SourceScan(
        rate,
        count,
        power,
        active,
        loudness.loudness() if count else -float("inf"),
        speech_level(power),
        offset,
        max(high - offset, offset - low),
        tuple(_stretches(source, active, count)),
    )


def of_size(blocks: Iterator[np.ndarray], size: int) -> Iterator[np.ndarray]:
    """The same samples in blocks of one size; the last is as long as it is."""
    rest = np.zeros(0, np.float32)
    for block in blocks:
        rest = np.concatenate([rest, block]) if len(rest) else block
        whole = len(rest) // size * size
        for at in range(0, whole, size):
            yield rest[at : at + size]
        rest = rest[whole:]
    if len(rest):
        yield rest


def _stretches(source: Blocks, active: np.ndarray, count: int) -> Iterator[Audio]:
    """The stretches with the most sound of each part of a source, all of a short one."""
    size = int(STRETCH * HUNDREDTHS)
    hop = max(1, source.rate // HUNDREDTHS)
    parts = min(STRETCHES, max(1, len(active) // size))
    places = []
    for number in range(parts):
        first, last = (number * len(active) // parts, (number + 1) * len(active) // parts)
        sums = np.concatenate([[0], np.cumsum(active[first:last])])
        width = min(size, last - first)
        start = first + int((sums[width:] - sums[: len(sums) - width]).argmax())
        places.append((start * hop, min(count, (start + width) * hop)))
    if parts == 1 and places:
        places = [(places[0][0], count if len(active) <= size else places[0][1])]
    for samples, _ in read_pieces(source, places, 0, count):
        yield Audio(samples, source.rate)


def cut_places(scan: SourceScan) -> list[tuple[int, int]]:
    """The first and last-plus-one sample of each piece of a source, which is cut at its quietest places,
    FIRST or LATER seconds apart at most.
    """
    hop = max(1, scan.rate // HUNDREDTHS)
    near = np.ones(int(PAUSE * HUNDREDTHS)) / (PAUSE * HUNDREDTHS)
    smooth = np.convolve(scan.power, near, mode="same") if len(scan.power) else scan.power
    places = []
    at = 0
    longest = FIRST
    while len(scan.power) - at > longest * HUNDREDTHS:
        first, last = at + int(LEAST * longest * HUNDREDTHS), at + int(longest * HUNDREDTHS)
        cut = first + int(smooth[first:last].argmin())
        places.append((at * hop, cut * hop))
        at = cut
        longest = LATER
    return [*places, (at * hop, scan.samples)]


def read_pieces(
    source: Blocks, places: list[tuple[int, int]], context: int, count: int
) -> Iterator[tuple[np.ndarray, int]]:
    """The samples (N,) of each place of a source of `count` samples, with up to `context` samples before and
    after it, and how many there are before it.
    """
    blocks = source.blocks()
    held = np.zeros(0, np.float32)
    begin = 0  # the place of what is held
    for start, stop in places:
        first, last = max(0, start - context), min(count, stop + context)
        while True:
            gone = min(len(held), first - begin)
            held, begin = held[gone:], begin + gone
            block = next(blocks, None) if begin + len(held) < last else None
            if block is None:
                break
            held = np.concatenate([held, block])
        yield held[first - begin : last - begin].copy(), start - first
