"""Recordings as they come in: opened, and cut to what a voice file has room for."""

from __future__ import annotations

import io
import os
from typing import Any, Protocol, runtime_checkable

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.io import read_channels
from soundalike.core.errors import AudioError

from .reference_check import mono


@runtime_checkable
class Samples(Protocol):
    """Numbers that become a numpy array: an array itself, or a tensor."""

    def __array__(self, *given: Any, **more: Any) -> np.ndarray:
        """The numbers."""
        ...


Recording = Audio | str | os.PathLike | io.BytesIO | Samples


def open_recording(recording: Recording, rate: int | None = None) -> tuple[Audio, np.ndarray]:
    """A recording as one channel, and its channels (N, C); `rate` is that of samples, in hertz. Raises
    AudioError when it cannot be read.
    """
    if isinstance(recording, Audio):
        return recording, recording.samples[:, None]
    if isinstance(recording, Samples):
        channels, hertz = channels_of(recording, rate)
    else:
        channels, hertz = read_channels(recording)
    return Audio(mono(channels), hertz), channels


def name_of(recording: Recording) -> str:
    """What messages call a recording."""
    return os.fspath(recording) if isinstance(recording, str | os.PathLike) else "reference"


def channels_of(samples: Samples, rate: int | None) -> tuple[np.ndarray, int]:
    """Samples as channels (N, C) float32, and their rate. The longer axis is time; whole numbers are taken as
    those of a file of so many bits. Raises AudioError for a missing rate, and what cannot be sound.
    """
    if rate is None or rate <= 0:
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
