"""The recordings of an inventory: Ogg Vorbis streams of a few seconds in memory, read where a unit is wanted.

A stream is always decoded from its front, since seeking within Vorbis is not exact to the sample in
libsndfile: what comes back depends on what was read before, and may be moved by half a block.
"""

from __future__ import annotations

import io
import threading
from collections import OrderedDict

import numpy as np
import soundfile

from soundalike.core.errors import CheckpointError

BETWEEN = 0.1  # seconds of silence between recordings, so that none is heard at another's edge
COMPRESSION = 0.75  # of libsndfile, 0 to 1: 19 MB an hour of 24 kHz, and 3.4 kB a stream
SHORTEST = 4.0  # seconds of a stream, at least, so that few bytes are spent on headers
LONGEST = 6.0  # a longer recording is cut at its quietest place between the two
QUIET = 0.02  # seconds whose energy is compared for that
MARGIN = 512  # samples that a stream begins before and ends behind its own: the codec's edges are not heard
HELD = 128  # streams whose decoded samples are kept


class RecordingWriter:
    """Recordings one after the other on one axis of samples, kept as streams of a few seconds."""

    def __init__(self, rate: int):
        self.rate = rate
        self.samples = 0  # written so far
        self._streams: list[bytes] = []
        self._begins: list[int] = []  # sample at which each stream begins
        self._waiting = np.zeros(MARGIN, np.float32)  # what no stream holds yet, and the margin before it

    def write(self, samples: np.ndarray) -> int:
        """Write a recording (N,); returns the sample on the axis at which it begins."""
        quiet = np.zeros(round(BETWEEN * self.rate), np.float32)
        begin = self.samples + (0 if self.samples else len(quiet))
        parts = [samples.astype(np.float32), quiet]
        self._put(np.concatenate(parts if self.samples else [quiet, *parts]))
        return begin

    def finish(self) -> tuple[np.ndarray, np.ndarray]:
        """The bytes (N,) uint8 of the streams one after the other; and of each (P + 1, 2) int32 the first
        byte and the first sample, in the last row where all end.
        """
        if len(self._waiting) > MARGIN:
            self._cut(len(self._waiting) - MARGIN)
        starts = np.cumsum([0, *(len(stream) for stream in self._streams)])
        pieces = np.stack([starts, np.array([*self._begins, self.samples])], 1).astype(np.int32)
        return np.frombuffer(b"".join(self._streams), np.uint8).copy(), pieces

    def _put(self, samples: np.ndarray) -> None:
        """Take samples that end with silence, and make streams of what is long enough."""
        self._waiting = np.concatenate([self._waiting, samples])
        self.samples += len(samples)
        while len(self._waiting) - MARGIN > LONGEST * self.rate:
            self._cut(self._quietest())
        if len(self._waiting) - MARGIN >= SHORTEST * self.rate:
            self._cut(len(self._waiting) - MARGIN)

    def _quietest(self) -> int:
        """Where what waits is cut, in samples behind the margin."""
        size = round(QUIET * self.rate)
        low, high = round(SHORTEST * self.rate), round(LONGEST * self.rate)
        power = np.cumsum(self._waiting[MARGIN + low : MARGIN + high].astype(np.float64) ** 2)
        return low + size // 2 + int((power[size:] - power[:-size]).argmin())

    def _cut(self, size: int) -> None:
        """Make a stream of the first `size` samples that wait."""
        whole = np.pad(self._waiting, (0, MARGIN))[: size + 2 * MARGIN]
        self._begins.append(self.samples - (len(self._waiting) - MARGIN))
        data = io.BytesIO()
        with soundfile.SoundFile(
            data, "w", self.rate, 1, "VORBIS", format="OGG", compression_level=COMPRESSION
        ) as file:
            # libvorbis takes long blocks onto the stack: pieces of a second
            for at in range(0, len(whole), self.rate):
                file.write(whole[at : at + self.rate])
        self._streams.append(data.getvalue())
        self._waiting = self._waiting[size:]


class RecordingReader:
    """Samples out of the bytes of such streams. Re-entrant, and the same however often and in whatever order
    they are read.
    """

    def __init__(self, data: bytes, pieces: np.ndarray):
        """`data` and `pieces` are what RecordingWriter.finish returned. Raises CheckpointError where the
        first stream cannot be read.
        """
        self._data = memoryview(data)
        self._starts = pieces[:, 0].astype(int)
        self._begins = pieces[:, 1].astype(int)
        self._lock = threading.Lock()
        self._open: OrderedDict[int, tuple[soundfile.SoundFile, np.ndarray]] = OrderedDict()
        self.rate = int(self._opened(0).samplerate)  # hertz

    def __len__(self) -> int:
        return int(self._begins[-1])

    def read(self, first: int, stop: int) -> np.ndarray:
        """Samples `first` to `stop` (N,) float32; silence beyond either end."""
        begin = min(max(first, 0), len(self))
        end = max(begin, min(stop, len(self)))
        parts = [np.zeros(max(0, min(begin, stop) - first), np.float32)]
        while begin < end:
            piece = int(np.searchsorted(self._begins, begin, side="right")) - 1
            until = min(end, int(self._begins[piece + 1]))
            parts.append(self._decoded(piece, begin - self._begins[piece], until - self._begins[piece]))
            begin = until
        made = np.concatenate(parts)
        return np.pad(made, (0, max(0, stop - first) - len(made)))

    def _decoded(self, piece: int, first: int, stop: int) -> np.ndarray:
        """Samples `first` to `stop` of a stream, which is decoded as far as they need."""
        with self._lock:
            if piece in self._open:
                file, samples = self._open.pop(piece)
            else:
                file, samples = self._opened(piece), np.zeros(0, np.float32)
            missing = MARGIN + stop - len(samples)
            if missing > 0:
                samples = np.concatenate([samples, file.read(missing, dtype="float32")])
            self._open[piece] = file, samples
            if len(self._open) > HELD:
                self._open.popitem(last=False)
        return samples[MARGIN + first : MARGIN + stop]

    def _opened(self, piece: int) -> soundfile.SoundFile:
        try:
            return soundfile.SoundFile(io.BytesIO(self._data[self._starts[piece] : self._starts[piece + 1]]))
        except soundfile.LibsndfileError as error:
            raise CheckpointError(
                f"the inventory's recordings cannot be read ({error}). Fit it again."
            ) from None
