"""The header of WAV files: writing one of a known length or of a stream, and reading to their end files whose
header gives a wrong length, as recorders that were cut off and programs that write to a pipe leave them.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Mapping
from typing import BinaryIO

UNKNOWN = 0xFFFFFFFF  # the length of a stream, which libsndfile reads to its end
LARGEST = 0xFFFFFFFE  # bytes that a length of 32 bits can tell
STREAMED = 0x7FFFFFFE  # lengths from here on are those of streams
CUT_OFF = 0.02  # share of the sound that a file must lack to count as cut off
CHUNK_HEADER = 8  # bytes: a name of four letters and a length
FIRST_CHUNK = 12  # where the first chunk begins
MOST_CHUNKS = 1000  # a file with more is not looked through


def wav_header(rate: int, size: int | None = None, comment: str = "") -> bytes:
    """The header of a WAV file of one channel of 16 bits at `rate` hertz: of `size` bytes of sound, or of a
    stream, whose length is not known; with a comment (INFO ICMT).
    """
    format = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16)
    told = comment.encode() + b"\0"
    told += b"\0" * (len(told) % 2)
    note = struct.pack("<4sI4s4sI", b"LIST", len(told) + 12, b"INFO", b"ICMT", len(told)) + told
    chunks = format + (note if comment else b"")
    whole, rest = (UNKNOWN, UNKNOWN) if size is None else (4 + len(chunks) + CHUNK_HEADER + size, size)
    return struct.pack("<4sI4s", b"RIFF", whole, b"WAVE") + chunks + struct.pack("<4sI", b"data", rest)


class PatchedFile(io.RawIOBase):
    """A file of which some bytes are replaced, given as {position: bytes}; the file itself stays as it is."""

    def __init__(self, file: BinaryIO, patches: Mapping[int, bytes]):
        self._file = file
        self._patches = dict(patches)
        self._file.seek(0)

    def readable(self) -> bool:
        """True: it can be read."""
        return True

    def seekable(self) -> bool:
        """True: it can be read from any place."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, as files do."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The place of the next byte that is read."""
        return self._file.tell()

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # its own is private
        """Fill a buffer, as files do; the number of bytes read."""
        start = self._file.tell()
        data = bytearray(self._file.read(len(buffer)))
        for place, patch in self._patches.items():
            for i, byte in enumerate(patch):
                if 0 <= place + i - start < len(data):
                    data[place + i - start] = byte
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the file below."""
        self._file.close()
        super().close()


def with_true_length(source: str | os.PathLike | io.BytesIO) -> PatchedFile | None:
    """A WAV or RF64 file with the length in its header put right; None where it is right, where the header
    says that it is unknown, and for other files.
    """
    file: BinaryIO = io.BytesIO(source.getvalue()) if isinstance(source, io.BytesIO) else open(source, "rb")
    patches = None
    try:
        patches = _patches(file)
    finally:
        if not patches:
            file.close()
    return PatchedFile(file, patches) if patches else None


def _patches(file: BinaryIO) -> dict[int, bytes]:
    """The bytes to be replaced in the header of a file; none where it is right."""
    total = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(FIRST_CHUNK)
    if head[:4] not in (b"RIFF", b"RF64") or head[8:12] != b"WAVE":
        return {}
    long_size = None  # what RF64 says of the data's length
    at = FIRST_CHUNK
    for _ in range(MOST_CHUNKS):
        found = _chunk(file, at)
        if found is None:
            return {}
        name, size = found
        if name == b"ds64":
            long_size = struct.unpack("<Q", file.read(24)[8:16])[0] if size >= 24 else None
        if name == b"data":
            by_rf64 = long_size is not None and size == UNKNOWN
            told = long_size if by_rf64 and long_size is not None else size
            start = at + CHUNK_HEADER
            beyond = by_rf64 and start + told > total  # which libsndfile refuses of RF64 alone
            if told == UNKNOWN or (_fits(file, start, told, total) and not beyond):
                return {}
            length = min(total - start, LARGEST)
            whole = min(total - CHUNK_HEADER, LARGEST)
            return {0: b"RIFF" + struct.pack("<I", whole), at + 4: struct.pack("<I", length)}
        at += CHUNK_HEADER + size + size % 2
    return {}


def _chunk(file: BinaryIO, at: int) -> tuple[bytes, int] | None:
    """The name and length of the chunk at a place; None where there is none."""
    file.seek(at)
    head = file.read(CHUNK_HEADER)
    if len(head) < CHUNK_HEADER or not all(32 <= byte < 127 for byte in head[:4]):
        return None
    return head[:4], struct.unpack("<I", head[4:])[0]


def _fits(file: BinaryIO, start: int, size: int, total: int) -> bool:
    """Whether data of that size are followed by the end of the file, or by whole chunks up to there. Data
    longer than the file are read to its end anyway: it is told where they were cut off, and not where the
    length is that of a stream.
    """
    beyond = start + size - total
    if beyond >= 0:
        return size >= STREAMED or beyond <= CUT_OFF * size
    at = start + size + size % 2
    for _ in range(MOST_CHUNKS):
        if total - at < CHUNK_HEADER:
            # A byte that fills up, or a few that a program left, but no sample of a sound
            return total - at <= 1
        found = _chunk(file, at)
        if found is None or at + CHUNK_HEADER + found[1] > total:
            return False
        at += CHUNK_HEADER + found[1] + found[1] % 2
    return True
