"""The recordings of an inventory: one Ogg Vorbis stream in memory, read where a unit is wanted."""

from __future__ import annotations

import io
import threading

import numpy as np
import soundfile

from soundalike.core.errors import CheckpointError

BETWEEN = 0.1  # seconds of silence between recordings, so that none is heard at another's edge
COMPRESSION = 0.75  # of libsndfile, 0 to 1: 19 MB an hour of 24 kHz


class RecordingWriter:
    """Recordings one after the other into one Ogg Vorbis stream."""

    def __init__(self, rate: int):
        self.rate = rate
        self.samples = 0  # written so far
        self._bytes = io.BytesIO()
        self._file = soundfile.SoundFile(
            self._bytes, "w", rate, 1, "VORBIS", format="OGG", compression_level=COMPRESSION
        )

    def write(self, samples: np.ndarray) -> int:
        """Write a recording (N,); returns where in the stream it begins."""
        quiet = np.zeros(round(BETWEEN * self.rate), np.float32)
        if not self.samples:
            self._put(quiet)
        begin = self.samples
        self._put(samples.astype(np.float32))
        self._put(quiet)
        return begin

    def _put(self, samples: np.ndarray) -> None:
        # libvorbis takes long blocks onto the stack: pieces of a second
        for at in range(0, len(samples), self.rate):
            self._file.write(samples[at : at + self.rate])
        self.samples += len(samples)

    def finish(self) -> np.ndarray:
        """The bytes (N,) uint8 of the stream."""
        self._file.close()
        return np.frombuffer(self._bytes.getvalue(), np.uint8).copy()


class RecordingReader:
    """Samples out of the bytes of such a stream. Re-entrant."""

    def __init__(self, data: bytes):
        self._lock = threading.Lock()
        try:
            self._file = soundfile.SoundFile(io.BytesIO(data))
        except soundfile.LibsndfileError as error:
            raise CheckpointError(
                f"the inventory's recordings cannot be read ({error}). Fit it again."
            ) from None

    @property
    def rate(self) -> int:
        """Hertz."""
        return int(self._file.samplerate)

    def __len__(self) -> int:
        return len(self._file)

    def read(self, first: int, stop: int) -> np.ndarray:
        """Samples `first` to `stop` (N,) float32; silence beyond either end."""
        begin = min(max(first, 0), len(self._file))
        end = max(begin, min(stop, len(self._file)))
        with self._lock:
            self._file.seek(begin)
            found = self._file.read(end - begin, dtype="float32")
        if begin == first and end == stop:
            return found
        return np.pad(found, (begin - first, (stop - first) - (begin - first) - len(found)))
