"""Recordings as they come in: opened, and cut to what a voice file has room for."""

from __future__ import annotations

import io
import os

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.io import read_channels

from .reference_check import mono

Recording = Audio | str | os.PathLike | io.BytesIO


def open_recording(recording: Recording) -> tuple[Audio, np.ndarray]:
    """A recording as one channel, and its channels (N, C). Raises AudioError when it cannot be read."""
    if isinstance(recording, Audio):
        return recording, recording.samples[:, None]
    channels, rate = read_channels(recording)
    return Audio(mono(channels), rate), channels


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
