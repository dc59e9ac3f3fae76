"""Recordings as one sound: the track that holds speech, the channels that fit, read to the end of the file.

A recording is decoded twice, first to look at it, then to keep one channel of it at no more than the rate
that is asked for. So an hour of stereo takes little more memory than its one channel.
"""

from __future__ import annotations

import io
import os
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from soundalike.core.errors import AudioError

from .channels import ChannelChoice, ChannelScan
from .clipping import ClippingScan
from .decoding import SoundFile, open_sound
from .levels import may_be_speech

AUDIBLE_POWER = 1e-14  # of a frame's mean square: a track that never has more is silent


@dataclass(frozen=True)
class SourceFacts:
    """What a file was found to be when one sound was made of it."""

    track: int = 1  # the one that was taken, from 1
    tracks: int = 1
    channels: ChannelChoice = ChannelChoice("one")
    wrong_length: bool = False  # its header gave a wrong length


@dataclass(frozen=True)
class MonoSound:
    """One channel (N,) float32 of a recording, its rate, and what was found of the file. `clipped` (T,) is
    the share of each hundredth of a second that is cut off, seen at the file's own rate.
    """

    samples: np.ndarray
    rate: int
    clipped: np.ndarray
    facts: SourceFacts


@dataclass(frozen=True)
class _Track:
    """A track that was looked at."""

    number: int
    choice: ChannelChoice
    loud: bool
    speech: bool

    def mix(self, block: np.ndarray) -> np.ndarray:
        """One channel (N,) of a block (N, C) of it, should the number of channels change in mid-file."""
        most = 1 if self.choice.chosen is None else max(self.choice.chosen) + 1
        return self.choice.mix(block if block.shape[1] >= most else _fitted(block, most))


class TrackBytes(io.BytesIO):
    """The bytes of one track of a file that had several."""

    def __init__(self, data: bytes | memoryview, track: int = 1, tracks: int = 1):
        super().__init__(data)
        self.track = track
        self.tracks = tracks


def read_mono(
    source: str | os.PathLike | io.BytesIO,
    highest_rate: int | None = None,
    longest: float = float("inf"),
) -> MonoSound:
    """A recording as one channel, at its own rate or at `highest_rate` in hertz where that is lower.

    Raises AudioError naming the file when it is missing, holds no sound, or samples that are not numbers.
    """
    sound = open_sound(source, longest)
    track = choose_track(sound)
    samples = array("f")  # grows in place, where joining parts would need twice the memory
    clipping = None
    resampler = None
    rate = 0
    for block, own_rate in sound.blocks(track.number):
        mono = track.mix(block)
        if clipping is None:
            clipping = ClippingScan(own_rate)
            rate = own_rate if highest_rate is None else min(own_rate, highest_rate)
            if rate != own_rate:
                import soxr

                resampler = soxr.ResampleStream(own_rate, rate, 1, dtype="float32")
        clipping.add(mono)
        samples.frombytes((mono if resampler is None else resampler.resample_chunk(mono)).tobytes())
    if clipping is None:
        raise _no_sound(sound)
    if resampler is not None:
        samples.frombytes(resampler.resample_chunk(np.zeros(0, np.float32), last=True).tobytes())
    number, tracks = track.number + 1, sound.tracks
    if isinstance(source, TrackBytes):
        number, tracks = source.track, source.tracks
    facts = SourceFacts(number, tracks, track.choice, sound.wrong_length)
    return MonoSound(np.frombuffer(samples, np.float32), rate, clipping.shares(), facts)


@dataclass(frozen=True)
class MonoBlocks:
    """One channel of a recording at `rate` in hertz, read block by block as often as it is asked for, so that
    a long one is never held whole.
    """

    sound: SoundFile
    track: _Track
    rate: int

    def blocks(self) -> Iterator[np.ndarray]:
        """Blocks (N,) float32. Raises AudioError as `read_mono` does."""
        import soxr

        stream = None
        found = False
        for block, own_rate in self.sound.blocks(self.track.number):
            found = True
            mono = self.track.mix(block)
            if own_rate == self.rate:
                yield mono
                continue
            if stream is None:
                stream = soxr.ResampleStream(own_rate, self.rate, 1, dtype="float32")
            yield stream.resample_chunk(mono)
        if not found:
            raise _no_sound(self.sound)
        if stream is not None:
            yield stream.resample_chunk(np.zeros(0, np.float32), last=True)


def open_mono(source: str | os.PathLike | io.BytesIO, rate: int) -> MonoBlocks:
    """A recording to be read in blocks. Raises AudioError naming the file when it is missing or no
    recording.
    """
    sound = open_sound(source)
    return MonoBlocks(sound, choose_track(sound), rate)


def mono_of(channels: np.ndarray, rate: int) -> MonoSound:
    """One channel of samples (N, C) that are in memory already, at their own rate."""
    choice = ChannelChoice("one")
    if channels.shape[1] > 1:
        scan = ChannelScan(rate, channels.shape[1])
        scan.add(channels)
        choice = scan.choice()
    samples = choice.mix(channels)
    clipping = ClippingScan(rate)
    if len(samples):
        clipping.add(samples)
    return MonoSound(samples, rate, clipping.shares(), SourceFacts(channels=choice))


def read_channels(
    source: str | os.PathLike | io.BytesIO, longest: float = float("inf"), container: str | None = None
) -> tuple[np.ndarray, int, int, int]:
    """The channels (N, C) float32 of the track that holds speech, their rate, the track's number from 1, and
    how many there are.

    Raises AudioError as `read_mono` does, and for a recording of more than `longest` seconds, of which no
    more than that is decoded. Without a `container` (FFmpeg's name of it) FFmpeg chooses among all it knows,
    some of which name further files.
    """
    sound = open_sound(source, longest, container)
    track = choose_track(sound).number
    samples = array("f")
    rate = width = 0
    for block, own_rate in sound.blocks(track):
        rate, width = own_rate, width or block.shape[1]
        samples.frombytes(_fitted(block, width).tobytes())
    if not width:
        raise _no_sound(sound)
    return np.frombuffer(samples, np.float32).reshape(-1, width), rate, track + 1, sound.tracks


def choose_track(sound: SoundFile) -> _Track:
    """The first track in which somebody seems to speak, else the first that is not silent, else the first."""
    seen = []
    for number in range(sound.tracks):
        track = _looked_at(sound, number)
        if track.speech or sound.tracks == 1:
            return track
        seen.append(track)
    return next((track for track in seen if track.loud), seen[0])


def _looked_at(sound: SoundFile, number: int) -> _Track:
    """A track after a look at all of it; a single channel of a file with a single track is not looked at."""
    scan = None
    for block, rate in sound.blocks(number):
        if scan is None:
            if block.shape[1] == 1 and sound.tracks == 1:
                return _Track(number, ChannelChoice("one"), True, True)
            scan = ChannelScan(rate, block.shape[1])
        scan.add(_fitted(block, scan.count))
    if scan is None:
        return _Track(number, ChannelChoice("one"), False, False)
    power = scan.levels().max(axis=1)
    loud = bool(power.max() > AUDIBLE_POWER * scan.size**2)
    return _Track(number, scan.choice(), loud, loud and may_be_speech(power))


def _fitted(block: np.ndarray, width: int) -> np.ndarray:
    """A block of so many channels: the first of more, the last repeated of fewer."""
    if block.shape[1] == width:
        return block
    return block[:, np.minimum(np.arange(width), block.shape[1] - 1)]


def _no_sound(sound: SoundFile) -> AudioError:
    return AudioError(f"{sound.name}: the file holds no sound. Give a recording of speech.")
