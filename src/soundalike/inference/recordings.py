"""Recordings as they come in: opened, mended where that is safe, cut to what a voice file has room for."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, field

import numpy as np

from soundalike.audio.audio import AUDIBLE_PEAK, Audio
from soundalike.audio.levels import frame_power, may_be_speech, speech_level
from soundalike.audio.low_frequencies import take_out
from soundalike.audio.recording import SourceFacts, mono_of, read_mono

Recording = Audio | str | os.PathLike | io.BytesIO

QUIET_PEAK = 0.02  # a recording whose peak is below is raised, so that no absolute threshold cuts it
RAISED_PEAK = 0.5
LEAST_PEAK = 1e-7  # nothing is in a recording whose peak is below
FULL_SCALE = 1.0
LOWERED_PEAK = 0.98


@dataclass(frozen=True)
class OpenedRecording:
    """A recording as one channel, mended, with what was found in it and what was done.

    `clipped` (T,) is the share of each hundredth of a second that was cut off.
    """

    audio: Audio
    clipped: np.ndarray
    source: SourceFacts = field(default_factory=SourceFacts)
    offset: float = 0.0  # the samples' mean that was taken out, as a share of full scale
    rumble_db: float | None = None  # over the speech, of what was taken out below it; None where nothing was
    gain_db: float = 0.0  # by which the recording was raised
    silent: bool = False


def open_recording(recording: Recording, *, highest_rate: int | None = None) -> OpenedRecording:
    """A recording as one channel at `highest_rate` in hertz or less, without an offset or rumble, at a level
    that can be worked with. Raises AudioError when it cannot be read.
    """
    if isinstance(recording, Audio):
        clipped = mono_of(recording.samples[:, None], recording.rate).clipped
        audio = recording if highest_rate is None else recording.resample(min(recording.rate, highest_rate))
        return _mended(np.array(audio.samples, np.float32), audio.rate, clipped, SourceFacts())
    found = read_mono(recording, highest_rate)
    return _mended(found.samples, found.rate, found.clipped, found.facts)


def _mended(samples: np.ndarray, rate: int, clipped: np.ndarray, source: SourceFacts) -> OpenedRecording:
    """A recording's samples (N,), changed in place where a fault can be taken out."""
    power = frame_power(samples, rate)
    taken = take_out(samples, rate, speech_level(power))
    peak = float(max(samples.max(), -samples.min())) if len(samples) else 0.0
    silent = peak < LEAST_PEAK or (peak < AUDIBLE_PEAK and not may_be_speech(_longer(power)))
    gain = 1.0
    if not silent and peak < QUIET_PEAK:
        gain = RAISED_PEAK / peak
    elif peak > FULL_SCALE:
        gain = LOWERED_PEAK / peak
    if gain != 1.0:
        samples *= np.float32(gain)
    return OpenedRecording(
        Audio(samples, rate),
        clipped,
        source,
        taken.offset,
        taken.rumble_db,
        gain_db=float(20 * np.log10(gain)),
        silent=silent,
    )


def _longer(power: np.ndarray) -> np.ndarray:
    """The power of frames of 50 ms, of those of 10 ms."""
    whole = len(power) // 5 * 5
    return power[:whole].reshape(-1, 5).mean(axis=1)


def shortened_clip(audio: Audio, size: int) -> np.ndarray:
    """The bytes (N,) uint8 of an Ogg Vorbis file of as much of a sound as fits into `size`; none where not
    even a second does.
    """
    data = audio.encode("ogg")
    while len(data) > size and audio.seconds > 1:
        share = max(0.1, 0.95 * size / len(data))
        audio = Audio(audio.samples[: int(len(audio.samples) * share)], audio.rate)
        data = audio.encode("ogg")
    return np.frombuffer(data if len(data) <= size else b"", np.uint8).copy()
