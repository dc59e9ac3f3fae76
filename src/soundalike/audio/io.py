"""Audio files: encoding, writing, comments. `recording` reads them."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np

from soundalike.core.errors import AudioError
from soundalike.core.files import can_make, write_atomic

from .decoding import pyav
from .quiet import quiet_decoder

FORMATS = {
    "wav": ("WAV", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "ogg": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
    "m4a": ("MP4", "AAC"),  # by FFmpeg
}
OPUS_RATES = (8_000, 12_000, 16_000, 24_000, 48_000)  # hertz that Opus is encoded at
AAC_BITS = 96_000  # a second


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
    if format_of(target, format) == "m4a":
        pyav(f"{target}: m4a is not written without FFmpeg; wav, flac, mp3, ogg and opus are.")
    if (target.exists() and not target.is_file()) or not can_make(target.parent):
        raise AudioError(f"{target}: cannot be written. Choose a file in a folder you may write to.")


def encode_samples(samples: np.ndarray, rate: int, format: str, comment: str = "") -> bytes:
    """Samples (N,) in [-1, 1] as the bytes of a file in one of FORMATS, with a comment in its metadata.

    Samples beyond [-1, 1] are clipped. Raises AudioError for another format.
    """
    import soundfile

    container, subtype = FORMATS[format_of("", format)]
    samples = np.clip(samples, -1.0, 1.0)
    if subtype == "AAC":
        return _as_m4a(samples, rate, comment)
    if subtype == "OPUS" and rate not in OPUS_RATES:
        import soxr

        samples = np.clip(soxr.resample(samples, rate, max(OPUS_RATES)), -1.0, 1.0)
        rate = max(OPUS_RATES)
    buffer = io.BytesIO()
    with soundfile.SoundFile(buffer, "w", rate, 1, subtype=subtype, format=container) as file:
        if comment:
            file.comment = comment
        # Libsndfile's Vorbis encoder overflows its stack on long blocks
        for start in range(0, len(samples), rate):
            file.write(samples[start : start + rate])
    return buffer.getvalue()


def _as_m4a(samples: np.ndarray, rate: int, comment: str) -> bytes:
    """Samples (N,) in [-1, 1] as the bytes of an MP4 file of AAC."""
    av = pyav("m4a: not a format that is written without FFmpeg. wav, flac, mp3, ogg and opus are.")
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="ipod") as container:
        if comment:
            container.metadata["comment"] = comment
        stream = container.add_stream("aac", rate=rate, layout="mono")
        stream.bit_rate = AAC_BITS
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples[None], np.float32), format="fltp", layout="mono"
        )
        frame.sample_rate = rate
        frame.pts = 0
        if len(samples):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
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
    try:
        av = pyav("")
    except AudioError:
        return ""
    try:
        with av.open(os.fspath(path)) as container:
            return {name.lower(): value for name, value in container.metadata.items()}.get("comment", "")
    except (av.FFmpegError, ValueError, UnicodeDecodeError):
        return ""
