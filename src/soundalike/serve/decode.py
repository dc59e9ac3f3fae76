"""Uploaded recordings are decoded in a process of their own, which may take little time and memory and open
no file.

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

from soundalike.audio.decoding import CUT_OUT
from soundalike.audio.recording import TrackBytes
from soundalike.core.errors import AudioError

from .mpeg import mpeg_kind, whole_frames

HIGHEST = 48_000  # hertz at most of what the child gives back
PACKAGES = Path(__file__).parents[2]  # where this package is found
BEGINNINGS = {
    b"fLaC": "flac",
    b"OggS": "ogg",
    b"ID3": "mp3",
    b"\x1a\x45\xdf\xa3": "matroska",
    b"caff": "caf",
    b"#!AMR": "amr",
}


class Decoder:
    """Turns the bytes of an uploaded recording into a WAV file that is safe to read."""

    def __init__(self, longest: float, seconds: float = 10.0, memory: int = 768, ready: int = 2):
        self._limits = json.dumps({"longest": longest, "seconds": seconds, "memory": memory})
        self._seconds = seconds
        self._ready: queue.SimpleQueue[subprocess.Popen] = queue.SimpleQueue()
        self._closed = False
        for _ in range(ready):
            self._ready.put(self._start())

    def decode(self, data: bytes, name: str = "recording") -> io.BytesIO:
        """A recording as a WAV file of one or two channels. Raises AudioError, naming `name`, for bytes that
        are not a recording, and for one that is too long.
        """
        kind = kind_of(data)
        if not data:
            raise AudioError(f"{name}: the file is empty. Give a recording of speech.")
        if kind is None:
            raise AudioError(f"{name}: not a recording. Give wav, flac, mp3, m4a, ogg or webm.")
        if kind in ("mp3", "aac") and not data.startswith(b"ID3"):
            data = whole_frames(data)
        out = self._answer(json.dumps({"kind": kind}).encode() + b"\n" + data, name)
        if out[:1] == b"+":
            return TrackBytes(out[3:], track=out[1], tracks=out[2])
        problem = (
            out[1:].decode(errors="replace")
            if out[:1] == b"-"
            else f"decoding it takes too much time or memory. {CUT_OUT}"
        )
        raise AudioError(f"{name}: {problem}")

    def _answer(self, request: bytes, name: str) -> bytes:
        """What a decoding process writes. Raises AudioError where it takes too long."""
        child = self._next()
        try:
            return child.communicate(request, timeout=self._seconds + 5)[0]
        except subprocess.TimeoutExpired:
            raise AudioError(f"{name}: decoding it takes too long. {CUT_OUT}") from None
        finally:
            with contextlib.suppress(OSError):
                child.kill()
            child.communicate()

    def _next(self) -> subprocess.Popen:
        """A process that is ready, or a new one."""
        try:
            child = self._ready.get_nowait()
        except queue.Empty:
            return self._start()
        threading.Thread(target=self._refill, daemon=True).start()
        return child

    def _start(self) -> subprocess.Popen:
        kept = {
            name: os.environ[name]
            for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
            if name in os.environ
        }
        return subprocess.Popen(
            [sys.executable, "-m", "soundalike.serve.decode", self._limits],
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


# How files begin that are no sound, and in which the frames of an MP3 file may be found by chance
NO_SOUND = (b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF", b"MZ", b"{", b"<")


def kind_of(data: bytes) -> str | None:
    """FFmpeg's name of a recording's format by its first bytes; None for what is not a recording.

    Playlists, which name other files, are not recordings.
    """
    head = data[:12]
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    for start, kind in BEGINNINGS.items():
        if head.startswith(start):
            return kind
    if head[4:8] == b"ftyp":
        return "mp4"
    return None if head.startswith(NO_SOUND) else mpeg_kind(data)


def child() -> None:
    """Decode what comes in: + with a byte for the sound track that was taken, one for how many there are, and
    a WAV file; or - and a sentence, goes out.
    """
    import av
    import soundfile

    limits = json.loads(sys.argv[1])
    warm_up()
    limit_resources(limits["memory"], limits["seconds"])
    out = sys.stdout.buffer
    kind = json.loads(sys.stdin.buffer.readline())["kind"]
    try:
        sound, track, tracks = decoded(sys.stdin.buffer.read(), limits["longest"], kind)
        out.write(bytes([ord("+"), min(track, 255), min(tracks, 255)]) + sound)
    except AudioError as error:
        out.write(b"-" + str(error).removeprefix("<stream>: ").encode())
    except (MemoryError, OSError, av.FFmpegError, soundfile.LibsndfileError):
        out.write(f"-decoding it takes too much memory. {CUT_OUT}".encode())
    out.flush()


def decoded(data: bytes, longest: float, kind: str) -> tuple[memoryview, int, int]:
    """A recording as the bytes of a WAV file: the two loudest channels of the sound track that holds speech,
    at HIGHEST or less; the track's number from 1, and how many there are.
    """
    import numpy as np
    import soundfile

    from soundalike.audio.recording import read_channels

    channels, rate, track, tracks = read_channels(io.BytesIO(data), longest, kind)
    if channels.shape[1] > 2:
        loudest = np.argsort(-(channels**2).sum(axis=0))[:2]
        channels = channels[:, np.sort(loudest)]
    if rate > HIGHEST:
        import soxr

        channels = soxr.resample(channels, rate, HIGHEST)
        rate = HIGHEST
    sound = io.BytesIO()
    soundfile.write(sound, channels, rate, format="WAV", subtype="FLOAT")
    return sound.getbuffer(), track, tracks


def warm_up() -> None:
    """Decode a moment of silence, so that all that decoding needs is loaded before the limits are set."""
    import av
    import numpy as np
    import soundfile
    import soxr  # noqa: F401 - loaded for `decoded`

    from soundalike.audio.levels import may_be_speech
    from soundalike.audio.recording import mono_of

    # What numpy loads when it is first called for
    tone = np.sin(np.arange(48_000)).astype(np.float32)
    mono_of(np.stack([tone, -tone], axis=1), 48_000)
    may_be_speech(np.arange(20.0))

    sound = io.BytesIO()
    soundfile.write(sound, [0.0] * 480, 48_000, format="WAV", subtype="PCM_16")
    sound.seek(0)
    with av.open(sound, "r", format="wav") as opened:
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=48_000)
        for frame in opened.decode(opened.streams.audio[0]):
            [each.to_ndarray() for each in resampler.resample(frame)]


def limit_resources(memory: int, seconds: float) -> None:
    """Let this process take so many megabytes and seconds more at most, and open no files, where the system
    can see to it.
    """
    try:
        import resource
    except ImportError:
        return  # Windows: the parent's clock alone
    with open("/proc/self/statm") if os.path.exists("/proc/self/statm") else io.StringIO("0") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    limits = {
        resource.RLIMIT_AS: now + memory * 2**20,
        resource.RLIMIT_CPU: int(seconds) + 1,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 3,
    }
    for what, value in limits.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (value, value))


if __name__ == "__main__":
    child()
