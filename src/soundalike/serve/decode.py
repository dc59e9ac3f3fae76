"""Recordings of strangers are decoded in a process of their own, which may take little time and memory and
open no file.

The parent keeps a few such processes ready; each decodes one recording and ends. `python -m
soundalike.serve.decode` is the child.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path

from soundalike.core.errors import AudioError

HIGHEST = 48_000  # hertz at most of what the child gives back
PACKAGES = Path(__file__).parents[2]  # where this package is found


class Decoder:
    """Turns the bytes of a recording into a WAV file that may be trusted."""

    def __init__(self, longest: float, seconds: float = 10.0, memory: int = 768, ready: int = 2):
        self._given = json.dumps({"longest": longest, "seconds": seconds, "memory": memory})
        self._seconds = seconds
        self._ready: queue.SimpleQueue[subprocess.Popen] = queue.SimpleQueue()
        self._closed = False
        for _ in range(ready):
            self._ready.put(self._start())

    def decode(self, data: bytes, name: str = "recording") -> io.BytesIO:
        """A recording as a WAV file of one or two channels. Raises AudioError, naming `name`, for bytes that
        are none, or too long a one.
        """
        kind = kind_of(data)
        if not data:
            raise AudioError(f"{name}: the file is empty. Give a recording of speech.")
        if kind is None:
            raise AudioError(f"{name}: not a recording. Give wav, flac, mp3, m4a, ogg or webm.")
        try:
            child = self._ready.get_nowait()
            threading.Thread(target=self._refill, daemon=True).start()
        except queue.Empty:
            child = self._start()
        try:
            out, _ = child.communicate(
                json.dumps({"kind": kind}).encode() + b"\n" + data, timeout=self._seconds + 5
            )
        except subprocess.TimeoutExpired:
            raise AudioError(f"{name}: decoding it takes too long. Cut out 5 to 10 s of speech.") from None
        finally:
            with contextlib.suppress(OSError):
                child.kill()
            child.communicate()
        if out[:1] == b"+":
            return io.BytesIO(out[1:])
        said = (
            out[1:].decode(errors="replace")
            if out[:1] == b"-"
            else "decoding it takes too much time or memory. Cut out 5 to 10 s of speech."
        )
        raise AudioError(f"{name}: {said}")

    def _start(self) -> subprocess.Popen:
        kept = {
            name: os.environ[name]
            for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
            if name in os.environ
        }
        return subprocess.Popen(
            [sys.executable, "-m", "soundalike.serve.decode", self._given],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=PACKAGES,
            env={**kept, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )

    def _refill(self) -> None:
        child = self._start()
        if self._closed:
            child.kill()
            child.communicate()
        else:
            self._ready.put(child)

    def close(self) -> None:
        """End the processes that are ready."""
        self._closed = True
        with contextlib.suppress(queue.Empty):
            while True:
                child = self._ready.get_nowait()
                child.kill()
                child.communicate()


def kind_of(data: bytes) -> str | None:
    """FFmpeg's name of a recording's format by its first bytes, whatever its name says; None for what is
    none.

    Playlists, which name other files, are never tried.
    """
    head = data[:12]
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    for start, kind in (
        (b"fLaC", "flac"),
        (b"OggS", "ogg"),
        (b"ID3", "mp3"),
        (b"\x1a\x45\xdf\xa3", "matroska"),
        (b"caff", "caf"),
        (b"#!AMR", "amr"),
    ):
        if head.startswith(start):
            return kind
    if head[4:8] == b"ftyp":
        return "mp4"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return "aac"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06:
        return "mp3"
    return None


def child() -> None:
    """Decode what comes in: + and a WAV file, or - and a sentence, goes out."""
    import av
    import numpy as np
    import soundfile

    from soundalike.audio.io import read_channels

    given = json.loads(sys.argv[1])
    rehearse()
    limit(given["memory"], given["seconds"])
    said = sys.stdin.buffer
    out = sys.stdout.buffer
    kind = json.loads(said.readline())["kind"]
    try:
        channels, rate = read_channels(io.BytesIO(said.read()), given["longest"], kind)
        if channels.shape[1] > 2:
            loudest = np.argsort(-(channels**2).sum(axis=0))[:2]
            channels = channels[:, np.sort(loudest)]
        if rate > HIGHEST:
            import soxr

            channels = soxr.resample(channels, rate, HIGHEST)
            rate = HIGHEST
        sound = io.BytesIO()
        soundfile.write(sound, channels, rate, format="WAV", subtype="FLOAT")
        out.write(b"+" + sound.getbuffer())
    except AudioError as error:
        out.write(b"-" + str(error).removeprefix("<stream>: ").encode())
    except (MemoryError, OSError, av.FFmpegError, soundfile.LibsndfileError):
        out.write(b"-decoding it takes too much memory. Cut out 5 to 10 s of speech.")
    out.flush()


def rehearse() -> None:
    """Decode a moment of silence, so that all that decoding needs is loaded before nothing more can be."""
    import av
    import soundfile
    import soxr  # noqa: F401

    sound = io.BytesIO()
    soundfile.write(sound, [0.0] * 480, 48_000, format="WAV", subtype="PCM_16")
    sound.seek(0)
    with av.open(sound, format="wav") as opened:
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=48_000)
        for frame in opened.decode(opened.streams.audio[0]):
            [each.to_ndarray() for each in resampler.resample(frame)]


def limit(memory: int, seconds: float) -> None:
    """Take from this process all but so many megabytes and seconds, and the means to open files; where the
    system can.
    """
    try:
        import resource
    except ImportError:
        return  # Windows: the parent's clock alone
    with open("/proc/self/statm") if os.path.exists("/proc/self/statm") else io.StringIO("0") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    most = now + memory * 2**20
    for what, value in (
        ("RLIMIT_AS", most),
        ("RLIMIT_CPU", int(seconds) + 1),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NOFILE", 3),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(getattr(resource, what), (value, value))


if __name__ == "__main__":
    child()
