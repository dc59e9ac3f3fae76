"""Audio files: decoding by libsndfile and FFmpeg, encoding, writing, comments."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np

from soundalike.core.errors import AudioError
from soundalike.core.files import can_make, write_atomic

from .quiet import quiet_decoder

FORMATS = {
    "wav": ("WAV", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "ogg": ("OGG", "VORBIS"),
}


BLOCK = 1 << 18  # samples of each channel decoded at a time


def read_channels(
    path: str | os.PathLike | io.BytesIO, longest: float = float("inf"), container: str | None = None
) -> tuple[np.ndarray, int]:
    """The channels (N, C) float32 of a file and their rate in hertz; what `Audio.read` averages.

    Raises AudioError as that does, and for a recording of more than `longest` seconds, of which no more than
    that is decoded. Without a `container` (FFmpeg's name of it) FFmpeg chooses among all it knows, some of
    which name further files.
    """
    source: str | io.BytesIO
    if isinstance(path, io.BytesIO):
        source = path
        name = "<stream>"
    else:
        source = name = os.fspath(path)
        if not os.path.exists(name):
            raise AudioError(f"{name}: no such file. Give the path of a recording.")
        if os.path.isdir(name):
            raise AudioError(f"{name}: this is a folder. Give the path of one recording.")
        if os.path.getsize(name) == 0:
            raise AudioError(f"{name}: the file is empty. Give a recording of speech.")
    channels, rate = _decode(source, name, longest, container)
    if len(channels) == 0:
        raise AudioError(f"{name}: the file holds no sound. Give a recording of speech.")
    if not np.isfinite(channels).all():
        raise AudioError(
            f"{name}: the file holds samples that are not finite numbers (NaN). Export it again."
        )
    return np.asarray(channels, np.float32).reshape(len(channels), -1), int(rate)


def format_of(path: str | os.PathLike, format: str | None = None) -> str:
    """The output format: the one asked for, else the name's ending. Raises AudioError listing the valid
    ones.
    """
    chosen = (format or Path(path).suffix.lstrip(".") or "wav").lower()
    if chosen not in FORMATS:
        raise AudioError(
            f"{path or chosen}: cannot write format '{chosen}'. Choose one of {', '.join(FORMATS)}."
        )
    return chosen


def check_target(path: str | os.PathLike, format: str | None = None) -> None:
    """Raise AudioError unless a sound can be written to `path`: known format, a folder that is writable or
    can be made, not a device.
    """
    target = Path(path)
    format_of(target, format)
    if (target.exists() and not target.is_file()) or not can_make(target.parent):
        raise AudioError(f"{target}: cannot be written. Choose a file in a folder you may write to.")


def encode_samples(samples: np.ndarray, rate: int, format: str, comment: str = "") -> bytes:
    """Samples (N,) in [-1, 1] as the bytes of a file in one of FORMATS, with a comment in its metadata.

    Samples beyond [-1, 1] are clipped. Raises AudioError for another format.
    """
    import soundfile

    container, subtype = FORMATS[format_of("", format)]
    buffer = io.BytesIO()
    samples = np.clip(samples, -1.0, 1.0)
    with soundfile.SoundFile(buffer, "w", rate, 1, subtype=subtype, format=container) as file:
        if comment:
            file.comment = comment
        # Libsndfile's Vorbis encoder overflows its stack on long blocks
        for start in range(0, len(samples), rate):
            file.write(samples[start : start + rate])
    return buffer.getvalue()


def write_encoded(path: str | os.PathLike, data: bytes) -> None:
    """Write the bytes of a sound file, whole or not at all. Raises AudioError when it cannot be written."""
    target = Path(path)
    try:
        write_atomic(target, data)
    except OSError as error:
        if not os.access(target.parent, os.W_OK):
            raise AudioError(
                f"{target}: cannot write into {target.parent} ({error.strerror}). Choose another folder."
            ) from error
        raise AudioError(f"{target}: cannot be written ({error.strerror}).") from error


def read_comment(path: str | os.PathLike) -> str:
    """The comment in a file's metadata; empty where there is none, or the format has no place for one that is
    read here.
    """
    import soundfile

    try:
        with quiet_decoder(path), soundfile.SoundFile(os.fspath(path)) as file:
            return file.comment or ""
    except (soundfile.LibsndfileError, TypeError):
        pass  # not one of libsndfile's formats
    import av

    try:
        with av.open(os.fspath(path)) as container:
            return {name.lower(): value for name, value in container.metadata.items()}.get("comment", "")
    except (av.FFmpegError, ValueError, UnicodeDecodeError):
        return ""


def _decode(
    path: str | io.BytesIO, name: str, longest: float, container: str | None
) -> tuple[np.ndarray, int]:
    import soundfile

    parts = []
    seconds = 0.0
    try:
        with quiet_decoder(path), soundfile.SoundFile(path) as file:
            rate = file.samplerate
            # A file made as a stream does not say how long it is
            while len(block := file.read(BLOCK, dtype="float32", always_2d=True)):
                parts.append(block)
                seconds = _counted(seconds + len(block) / rate, longest, name)
        return np.concatenate(parts) if parts else np.zeros((0, 1), np.float32), rate
    except (soundfile.LibsndfileError, TypeError):
        parts = []  # not one of libsndfile's formats: FFmpeg knows more
        seconds = 0.0
    if isinstance(path, io.BytesIO):
        path.seek(0)
    import av

    try:
        with av.open(path, "r", format=container) as opened:
            if not opened.streams.audio:
                raise AudioError(f"{name}: the file holds no sound track. Give a recording of speech.")
            stream = opened.streams.audio[0]
            rate = stream.rate
            resampler = av.AudioResampler(format="fltp", layout=stream.layout, rate=rate)
            for frame in opened.decode(stream):
                parts += [r.to_ndarray() for r in resampler.resample(frame)]
                seconds = _counted(seconds + frame.samples / rate, longest, name)
            parts += [r.to_ndarray() for r in resampler.resample(None)]
    except (av.FFmpegError, ValueError) as error:
        raise AudioError(
            f"{name}: not a readable recording ({error}). Give wav, flac, mp3, m4a, ogg or webm."
        ) from error
    if not parts:
        raise AudioError(f"{name}: the file holds no sound. Give a recording of speech.")
    return np.concatenate(parts, axis=1).T, rate


def _counted(seconds: float, longest: float, name: str) -> float:
    """The seconds decoded so far. Raises AudioError when they are more than wanted."""
    if seconds > longest:
        raise AudioError(f"{name}: longer than {longest:g} s. Cut out 5 to 10 s of speech.")
    return seconds
