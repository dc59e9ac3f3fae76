"""Codes of a recording, and the `.codes` file that keeps them.

A file is the eight bytes of MAGIC, the length of a header as four bytes (little-endian), the header as JSON,
and the codes packed bit by bit, frame after frame, the lowest level first; a checksum of them stands in the
header. So a file of 8 x 1024 codes takes 80 bits a frame and some 300 bytes more.
"""

from __future__ import annotations

import json
import math
import os
import struct
import zlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from soundalike.core.errors import AudioError, ConfigError
from soundalike.core.files import write_atomic

MAGIC = b"SLCODES1"
ENDING = ".codes"
LONGEST_HEADER = 65_536  # bytes
MOST_LEVELS = 64
LARGEST_SIZE = 65_536
MOST_FRAMES = 10_000_000  # more than a day
KEYS = {
    "codec": str,
    "size": int,
    "levels": int,
    "frames": int,
    "frames_per_second": float,
    "samples": int,
    "sample_rate": int,
    "gain": float,
    "checksum": int,
}


@dataclass(frozen=True)
class CodeFacts:
    """What codes are of."""

    codec: str  # digest of the codec's codebooks
    size: int  # codes in each codebook
    frames_per_second: float
    samples: int  # of the recording at sample_rate
    sample_rate: int
    gain: float  # that the recording was multiplied with before it was encoded


@dataclass(frozen=True)
class Codes:
    """A recording as codes (T', Q): of each frame one of each codebook."""

    values: np.ndarray  # int64
    facts: CodeFacts

    @property
    def levels(self) -> int:
        """How many codebooks they are of."""
        return self.values.shape[1]

    @property
    def seconds(self) -> float:
        """How long the recording lasts."""
        return self.facts.samples / self.facts.sample_rate

    @property
    def bit_rate(self) -> float:
        """Bits a second."""
        return self.levels * math.log2(self.facts.size) * self.facts.frames_per_second

    def with_levels(self, levels: int) -> Codes:
        """The first so many levels. Raises ConfigError for more than there are, and for none."""
        if not 1 <= levels <= self.levels:
            raise ConfigError(f"levels = {levels}: the codes have {self.levels}. Choose 1 to {self.levels}.")
        return replace(self, values=self.values[:, :levels])

    def save(self, path: str | os.PathLike) -> None:
        """Write a `.codes` file, whole or not at all. Raises AudioError where the place cannot be written."""
        try:
            write_atomic(path, self.to_bytes())
        except OSError as error:
            raise AudioError(f"{path}: cannot be written ({error.strerror}). Choose another place.") from None

    def to_bytes(self) -> bytes:
        """The bytes of a `.codes` file."""
        packed = _packed(self.values, self.facts.size)
        header = {**asdict(self.facts), "levels": self.levels, "frames": len(self.values)}
        said = json.dumps({**header, "checksum": zlib.crc32(packed)}).encode()
        return MAGIC + struct.pack("<I", len(said)) + said + packed

    @staticmethod
    def load(path: str | os.PathLike) -> Codes:
        """Read a `.codes` file. Raises AudioError where it is missing, none, damaged or cut off."""
        file = Path(path)
        try:
            data = file.read_bytes()
        except OSError as error:
            raise AudioError(
                f"{path}: cannot be read ({error.strerror}). Give a file of `soundalike codec encode`."
            ) from None
        return Codes.from_bytes(data, str(path))

    @staticmethod
    def from_bytes(data: bytes, name: str = "codes") -> Codes:
        """The codes in the bytes of a file; `name` is for errors. Raises AudioError as `load` does."""
        header, packed = _header(data, name)
        bits = _bits(header["size"])
        frames, levels = header["frames"], header["levels"]
        if len(packed) != -(-frames * levels * bits // 8) or zlib.crc32(packed) != header["checksum"]:
            raise AudioError(f"{name}: the codes are cut off or damaged. Copy the file again.")
        values = _unpacked(packed, frames, levels, bits)
        if values.max(initial=0) >= header["size"]:
            raise AudioError(f"{name}: the codes are damaged. Copy the file again.")
        facts = {key: header[key] for key in CodeFacts.__dataclass_fields__}
        return Codes(values, CodeFacts(**facts))


def _header(data: bytes, name: str) -> tuple[dict[str, Any], bytes]:
    """The header of a file's bytes, checked, and what follows it."""
    if not data.startswith(MAGIC):
        raise AudioError(f"{name}: not a {ENDING} file. Make one with `soundalike codec encode`.")
    begin = len(MAGIC) + 4
    size = struct.unpack("<I", data[len(MAGIC) : begin])[0] if len(data) >= begin else LONGEST_HEADER + 1
    try:
        if size > LONGEST_HEADER:
            raise ValueError("no header")
        header = json.loads(data[begin : begin + size])
        found = {key: header[key] for key in KEYS}
        found = {key: KEYS[key](value) for key, value in found.items() if _is_a(value, KEYS[key])}
        if found.keys() != KEYS.keys() or not _is_possible(found):
            raise ValueError("impossible values")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise AudioError(
            f"{name}: its header does not say what the codes are. Copy the file again."
        ) from None
    return found, data[begin + size :]


def _is_a(value: Any, kind: type) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, (int, float) if kind is float else kind)


def _is_possible(header: dict[str, Any]) -> bool:
    """Whether the numbers of a header are of codes that there may be."""
    rate, gain = header["frames_per_second"], header["gain"]
    return (
        1 <= header["levels"] <= MOST_LEVELS
        and 2 <= header["size"] <= LARGEST_SIZE
        and 0 <= header["frames"] <= MOST_FRAMES
        and 0 < header["sample_rate"] <= 1_000_000
        and math.isfinite(rate)
        and rate > 0
        and math.isfinite(gain)
        and gain > 0
        # The samples are those of the frames, to within two frames
        and abs(header["samples"] / header["sample_rate"] * rate - header["frames"]) <= 2
    )


def _bits(size: int) -> int:
    return (size - 1).bit_length()


def _packed(values: np.ndarray, size: int) -> bytes:
    """Codes (T', Q) bit by bit, the highest bit of each first."""
    places = np.arange(_bits(size))[::-1]
    return np.packbits((values[..., None] >> places & 1).astype(np.uint8)).tobytes()


def _unpacked(packed: bytes, frames: int, levels: int, bits: int) -> np.ndarray:
    """The codes (T', Q) that were packed."""
    flat = np.unpackbits(np.frombuffer(packed, np.uint8), count=frames * levels * bits)
    return flat.reshape(frames, levels, bits).astype(np.int64) @ (1 << np.arange(bits)[::-1])
