"""Audio files: encoding, writing, comments. `recording` reads them."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

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
    if target.is_dir() or str(path).endswith(("/", os.sep)):
        inside = target / "out.wav"
        raise AudioError(f"{path}: cannot be written, as it is a folder. Name a file, such as {inside}.")
    if target.exists() and not target.is_file():
        raise AudioError(f"{target}: is a device or a pipe. Name a file, or take - for standard output.")
    if not can_make(target.parent):
        raise AudioError(f"{target}: cannot be written. Choose a file in a folder you may write to.")


def encode_samples(samples: np.ndarray, rate: int, format: str, comment: str = "") -> bytes:
    """Samples (N,) in [-1, 1] as the bytes of a file in one of FORMATS, with a comment in its metadata.

    Samples beyond [-1, 1] are clipped. Raises AudioError for another format.
    """
    buffer = io.BytesIO()
    with SoundWriter(buffer, rate, format, comment) as writer:
        writer.write(samples)
    return buffer.getvalue()


class SoundWriter:
    """Writes a sound file in one of FORMATS part by part, for sound that is too long to be held whole. It is
    whole when the context ends.

    `file` is open for writing, and can be sought in. Raises AudioError for another format.
    """

    def __init__(self, file: BinaryIO, rate: int, format: str, comment: str = ""):
        import soundfile

        self._sink = _Sink(file)
        container, subtype = FORMATS[format_of("", format)]
        self._resampler: Any = None
        if subtype == "OPUS" and rate not in OPUS_RATES:
            import soxr

            self._resampler = soxr.ResampleStream(rate, max(OPUS_RATES), 1, dtype="float32")
            rate = max(OPUS_RATES)
        self._rate = rate
        self._file: Any
        if subtype == "AAC":
            self._file = _AacWriter(file, rate, comment)
        else:
            with self._sink.checked():
                self._file = soundfile.SoundFile(self._sink, "w", rate, 1, subtype=subtype, format=container)
                if comment:
                    self._file.comment = comment

    def write(self, samples: np.ndarray) -> None:
        """The next samples (N,); those beyond [-1, 1] are clipped."""
        if self._resampler is not None:
            samples = self._resampler.resample_chunk(np.asarray(samples, np.float32))
        self._put(samples)

    def _put(self, samples: np.ndarray) -> None:
        samples = np.clip(samples, -1.0, 1.0)
        # Libsndfile's Vorbis encoder overflows its stack on long blocks
        for start in range(0, len(samples), self._rate):
            with self._sink.checked():
                self._file.write(samples[start : start + self._rate])

    def __enter__(self) -> SoundWriter:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if self._resampler is not None and kind is None:
            self._put(self._resampler.resample_chunk(np.zeros(0, np.float32), last=True))
        with self._sink.checked() if kind is None else nullcontext():
            self._file.close()


class _Sink:
    """A file that libsndfile writes to by calls from C, out of which no error comes: it is kept until they
    are over.
    """

    def __init__(self, file: BinaryIO):
        self._file = file
        self._error: OSError | None = None

    @contextmanager
    def checked(self) -> Iterator[None]:
        """Within it errors of the file are kept; at its end the first is raised, as OSError."""
        try:
            yield
        except (RuntimeError, AssertionError):
            # What libsndfile makes of the error
            if self._error is None:
                raise
        if self._error is not None:
            raise self._error

    def _tried(self, act: Callable[..., int], *values: Any) -> int:
        try:
            return act(*values)
        except OSError as error:
            self._error = self._error or error
            return 0

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """As of a file."""
        return self._tried(self._file.seek, offset, whence)

    def tell(self) -> int:
        """As of a file."""
        return self._tried(self._file.tell)

    def write(self, data: Any) -> int:
        """As of a file."""
        return self._tried(self._file.write, data)


class _AacWriter:
    """Writes an MP4 file of AAC."""

    def __init__(self, file: BinaryIO, rate: int, comment: str):
        av = pyav("m4a: not a format that is written without FFmpeg. wav, flac, mp3, ogg and opus are.")
        self._frame = av.AudioFrame
        self._container = av.open(file, "w", format="ipod")
        if comment:
            self._container.metadata["comment"] = comment
        self._stream = self._container.add_stream("aac", rate=rate, layout="mono")
        self._stream.bit_rate = AAC_BITS
        self._rate = rate
        self._at = 0

    def write(self, samples: np.ndarray) -> None:
        """The next samples (N,) in [-1, 1]."""
        values = np.ascontiguousarray(samples[None], np.float32)
        frame = self._frame.from_ndarray(values, format="fltp", layout="mono")
        frame.sample_rate = self._rate
        frame.pts = self._at
        self._at += len(samples)
        self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Encode what the encoder holds back, and end the file."""
        self._container.mux(self._stream.encode(None))
        self._container.close()


def write_encoded(path: str | os.PathLike, data: bytes | Callable[[Path], object]) -> None:
    """Write the bytes of a sound file, or what a function writes to the path it is given, whole or not at
    all. Raises AudioError when it cannot be written.
    """
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
