"""Sound files decoded block by block: by libsndfile where it knows the format, else by FFmpeg (PyAV)."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import io
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from soundalike.core.errors import AudioError
from soundalike.core.installation import install_command

from .quiet import quiet_decoder
from .wav_header import with_true_length

BLOCK = 1 << 17  # samples of each channel decoded at a time
MP3_HEAD = 1 << 16  # bytes in which the frames of an MP3 file are told, if they are
SMALL_BLOCK = 1 << 12
MOST_FRAMES = 1 << 40  # what libsndfile says of more: that it does not know
CUT_OUT = "Cut out 5 to 10 s of speech."  # where a recording is too long
ADVICE = "Give wav, flac, mp3, m4a, ogg or webm."
EXTRA = "media"  # of this package: brings PyAV


@dataclass(frozen=True)
class SoundFile:
    """A file that holds sound: how many tracks, and blocks of each as often as they are asked for."""

    source: str | io.BytesIO
    name: str  # for messages
    container: str | None = None  # FFmpeg's name of its format; None: as FFmpeg finds
    longest: float = float("inf")  # seconds; longer ones raise AudioError
    tracks: int = 1
    by_ffmpeg: bool = False
    wrong_length: bool = False  # its header gives a wrong length, so it is read to its end

    def blocks(self, track: int = 0) -> Iterator[tuple[np.ndarray, int]]:
        """Blocks (N, C) float32 of a track, each with the rate in hertz. Raises AudioError for samples that
        are not numbers, and where it lasts longer than it may.
        """
        seconds = 0.0
        found = self._by_ffmpeg(track) if self.by_ffmpeg else self._by_libsndfile()
        for block, rate in found:
            seconds += len(block) / rate
            if seconds > self.longest:
                raise AudioError(f"{self.name}: longer than {self.longest:g} s. {CUT_OUT}")
            if not np.isfinite(block).all():
                raise AudioError(
                    f"{self.name}: the file holds samples that are not finite numbers (NaN). Export it again."
                )
            if len(block):
                yield block, rate

    def _by_libsndfile(self) -> Iterator[tuple[np.ndarray, int]]:
        import soundfile

        with _opened(self.source) as file:
            silence = (
                functools.partial(quiet_decoder, self.source)
                if file.format == "MP3"
                else contextlib.nullcontext
            )
            # libsndfile loses the last block of a FLAC file that does not say how long it is
            size = SMALL_BLOCK if file.frames > MOST_FRAMES else BLOCK
            while True:
                try:
                    with silence():
                        block = file.read(size, dtype="float32", always_2d=True)
                except soundfile.LibsndfileError:
                    return  # a broken end
                # A file made as a stream does not say how long it is
                if not len(block):
                    return
                yield block, file.samplerate

    def _by_ffmpeg(self, track: int) -> Iterator[tuple[np.ndarray, int]]:
        av = _pyav_for(self.name)
        try:
            with _av_opened(av, self.source, self.container) as opened:
                stream = opened.streams.audio[track]
                resampler = None
                for frame in _frames(av, opened, stream):
                    resampler = resampler or av.AudioResampler(
                        format="fltp", layout=frame.layout, rate=frame.sample_rate
                    )
                    for part in resampler.resample(frame):
                        yield part.to_ndarray().T, part.sample_rate
                for part in resampler.resample(None) if resampler else ():
                    yield part.to_ndarray().T, part.sample_rate
        except (av.FFmpegError, ValueError) as error:
            raise _unreadable(self.name, error) from error


def open_sound(
    source: str | os.PathLike | io.BytesIO, longest: float = float("inf"), container: str | None = None
) -> SoundFile:
    """A file of sound, looked into but not decoded yet. Raises AudioError naming the file where it is
    missing, no recording, or needs a decoder that is not installed.
    """
    name = "<stream>" if isinstance(source, io.BytesIO) else os.fspath(source)
    if not isinstance(source, io.BytesIO):
        _check_path(name)
        source = _whole(name) if _is_pipe(name) else name
    import soundfile

    try:
        patched = with_true_length(source)
        if patched is not None:
            patched.close()
        with _opened(source) as file:
            if _is_mp4(source):  # in which libsndfile may take noise for an MP3
                raise TypeError("MP4")
            endless = file.frames > MOST_FRAMES
            guessed = endless or (file.format == "MP3" and not _tells_its_length(source))
        if not (guessed and importlib.util.find_spec("av")):
            return SoundFile(source, name, container, longest, wrong_length=patched is not None)
    except (soundfile.LibsndfileError, TypeError, OSError):
        pass  # not one of libsndfile's formats: FFmpeg knows more
    av = _pyav_for(name)
    try:
        with _av_opened(av, source, container) as opened:
            tracks = len(opened.streams.audio)
    except (av.FFmpegError, ValueError) as error:
        raise _unreadable(name, error) from error
    if not tracks:
        raise AudioError(f"{name}: the file holds no sound track. Give a recording of speech.")
    return SoundFile(source, name, container, longest, tracks, by_ffmpeg=True)


def _tells_its_length(source: str | io.BytesIO) -> bool:
    """Whether an MP3 file says how many frames it has. Of others libsndfile guesses, and may end too soon."""
    head = _head(source, MP3_HEAD)
    return b"Xing" in head or b"Info" in head


def _is_mp4(source: str | io.BytesIO) -> bool:
    """Whether a file, whatever its name, begins as an MP4 does (m4a, mp4, mov)."""
    return _head(source, 8)[4:] == b"ftyp"


def _head(source: str | io.BytesIO, size: int) -> bytes:
    """The first bytes of a file."""
    if isinstance(source, io.BytesIO):
        return source.getbuffer()[:size].tobytes()
    with open(source, "rb") as file:
        return file.read(size)


def _check_path(name: str) -> None:
    if not os.path.exists(name):
        raise AudioError(f"{name}: no such file. Give the path of a recording.")
    if os.path.isdir(name):
        raise AudioError(f"{name}: this is a folder. Give the path of one recording.")
    if os.path.getsize(name) == 0 and not _is_pipe(name):
        raise AudioError(f"{name}: the file is empty. Give a recording of speech.")
    if not os.access(name, os.R_OK):
        raise AudioError(f"{name}: cannot be read (permission denied). Let yourself read it, or copy it.")


def _is_pipe(name: str) -> bool:
    """Whether a path is a pipe or a terminal, which can be read once."""
    mode = os.stat(name).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


def _whole(name: str) -> io.BytesIO:
    """What comes out of a pipe. Raises AudioError where it is nothing."""
    with open(name, "rb") as file:
        data = file.read()
    if not data:
        raise AudioError(f"{name}: nothing comes out of it. Give a recording of speech.")
    return io.BytesIO(data)


@contextlib.contextmanager
def _opened(source: str | io.BytesIO) -> Iterator[Any]:
    """The file as libsndfile reads it, its length put right."""
    import soundfile

    with contextlib.ExitStack() as held:
        patched = with_true_length(source)
        if patched is not None:
            held.enter_context(patched)
        elif isinstance(source, io.BytesIO):
            source.seek(0)
        with quiet_decoder(source):
            file = soundfile.SoundFile(source if patched is None else patched)
        yield held.enter_context(file)


@contextlib.contextmanager
def _av_opened(av: Any, source: str | io.BytesIO, container: str | None) -> Iterator[Any]:
    if isinstance(source, io.BytesIO):
        source.seek(0)
    with av.open(source, "r", format=container) as opened:
        yield opened


def _frames(av: Any, opened: Any, stream: Any) -> Iterator[Any]:
    """The frames of a stream that can be decoded; a broken packet is passed over."""
    for packet in opened.demux(stream):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            continue


def _unreadable(name: str, error: Exception) -> AudioError:
    reason = re.sub(r"^\[Errno \d+\] |: '.*'$", "", str(error))  # FFmpeg's number, and the name once more
    return AudioError(f"{name}: not a readable recording ({reason}). {ADVICE}")


def pyav(need: str) -> Any:
    """PyAV, which is FFmpeg. Raises AudioError, with a sentence on what needs it, where it is not
    installed.
    """
    try:
        import av
    except ImportError:
        raise AudioError(f"{need} FFmpeg comes with {install_command(EXTRA)}") from None
    return av


def _pyav_for(name: str) -> Any:
    return pyav(
        f"{name}: not a recording, or one that is not read without FFmpeg (m4a, mp4, webm, mkv, aac). "
        "wav, flac, mp3, ogg, opus and aiff are."
    )
