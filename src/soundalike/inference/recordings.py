"""Recordings as they come in: opened, mended where that is safe, cut to what a voice file has room for."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np

from soundalike.audio.audio import AUDIBLE_PEAK, Audio
from soundalike.audio.decoding import open_sound
from soundalike.audio.levels import frame_power, may_be_speech, speech_level
from soundalike.audio.low_frequencies import take_out
from soundalike.audio.recording import SourceFacts, mono_of, read_mono
from soundalike.core.errors import AudioError


@runtime_checkable
class Samples(Protocol):
    """Numbers that become a numpy array: an array itself, or a tensor."""

    def __array__(self, *given: Any, **more: Any) -> np.ndarray:
        """The numbers."""
        ...


Recording = Audio | str | os.PathLike | io.BytesIO | Samples

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


def open_recording(
    recording: Recording, rate: int | None = None, *, highest_rate: int | None = None
) -> OpenedRecording:
    """A recording as one channel at `highest_rate` in hertz or less, without an offset or rumble, at a level
    that can be worked with; `rate` is that of samples, in hertz. An open file, bytes and a pair of rate and
    samples are taken too. Raises AudioError when it cannot be read.
    """
    recording, rate = as_recording(recording, rate)
    if isinstance(recording, Samples):
        mono = mono_of(*channels_of(recording, rate))
        sound = Audio(mono.samples, mono.rate)
        sound = sound if highest_rate is None else sound.resample(min(sound.rate, highest_rate))
        return _mended(np.array(sound.samples, np.float32), sound.rate, mono.clipped, mono.facts)
    if isinstance(recording, Audio):
        clipped = mono_of(recording.samples[:, None], recording.rate).clipped
        audio = recording if highest_rate is None else recording.resample(min(recording.rate, highest_rate))
        return _mended(np.array(audio.samples, np.float32), audio.rate, clipped, SourceFacts())
    found = read_mono(recording, highest_rate)
    return _mended(found.samples, found.rate, found.clipped, found.facts)


def as_recording(given: Any, rate: int | None = None) -> tuple[Recording, int | None]:
    """What a caller gives as a recording, as one of `Recording` and the rate of samples, in hertz: bytes, an
    open file, and a pair of rate and samples (as Gradio gives it) are taken too. Raises AudioError for
    anything else.
    """
    if isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], int):
        rate, given = given
    if isinstance(given, bytes):
        given = io.BytesIO(given)
    if not isinstance(given, Audio | io.BytesIO) and callable(read := getattr(given, "read", None)):
        given = io.BytesIO(read())
    if not isinstance(given, Recording):
        raise AudioError(
            f"{type(given).__name__} is no recording. Give a path, an open file, its bytes, an Audio, or "
            "samples with their rate."
        )
    return given, rate


def check_recordings(found: object) -> None:
    """Look into the recordings that are named by a path, or by several. Raises AudioError for one that is
    none; a pipe, which can be read once, is not looked into.
    """
    for path in [found] if isinstance(found, str) else found if isinstance(found, list) else []:
        if not os.path.exists(path) or os.path.isfile(path):
            open_sound(path)


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


def name_of(recording: Recording) -> str:
    """What messages call a recording."""
    return os.fspath(recording) if isinstance(recording, str | os.PathLike) else "reference"


def channels_of(samples: Samples, rate: int | None) -> tuple[np.ndarray, int]:
    """Samples as channels (N, C) float32, and their rate. The longer axis is time; whole numbers are taken as
    those of a file of so many bits. Raises AudioError for a missing rate, and what cannot be sound.
    """
    if not isinstance(rate, int | float) or rate <= 0:
        raise AudioError("samples need their rate in hertz: listen(samples, rate=24000).")
    values = np.asarray(samples)
    if values.dtype.kind not in "fiu" or values.ndim not in (1, 2) or not values.size:
        raise AudioError(
            f"samples of the type {values.dtype} and the shape {values.shape} are no sound. "
            "Give floats in [-1, 1] or whole numbers, (N,) or (N, channels)."
        )
    if values.dtype.kind in "iu":
        limits = np.iinfo(values.dtype)
        middle = 0 if values.dtype.kind == "i" else (limits.max + 1) // 2
        values = (values.astype(np.float64) - middle) / (limits.max + 1 - middle)
    if not np.isfinite(values).all():
        raise AudioError("samples hold numbers that are not finite (NaN). Leave them out.")
    columns = values.reshape(len(values), -1)
    if columns.shape[1] > columns.shape[0]:
        columns = columns.T
    return np.ascontiguousarray(columns, np.float32), int(rate)


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
