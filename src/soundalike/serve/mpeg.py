"""Streams of MPEG audio (mp3, and AAC in ADTS frames), told by frames that follow one another, wherever the
first one begins: such streams are cut anywhere, and still play.
"""

from __future__ import annotations

from collections.abc import Callable

SEARCHED = 1 << 14  # bytes in which the first whole frame must begin
FRAMES = 3  # that must follow one another, as two bytes of chance are soon found
# Thousands of bits a second of each version and layer, by the four bits of a frame's header that tell them,
# from 1 (ISO/IEC 11172-3 and 13818-3)
KILOBITS = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
RATES = (44_100, 48_000, 32_000)  # hertz of version 1; version 2 has half, version 2.5 a quarter


def mpeg_kind(data: bytes) -> str | None:
    """ "mp3" or "aac" for a stream of such frames, cut or not; None for anything else."""
    return _first_frame(data)[0]


def whole_frames(data: bytes) -> bytes:
    """A stream from its first whole frame on, as some decoders want it; other data as it is."""
    return data[_first_frame(data)[1] :]


def _first_frame(data: bytes) -> tuple[str | None, int]:
    """The kind of stream, and where its first whole frame begins; None and 0 for anything else."""
    at = data.find(0xFF, 0, SEARCHED)
    while at >= 0:
        for kind, size_of in (("aac", adts_size), ("mp3", mp3_size)):
            if _frames_follow(data, at, size_of):
                return kind, at
        at = data.find(0xFF, at + 1, SEARCHED)
    return None, 0


def _frames_follow(data: bytes, at: int, size_of: Callable[[bytes], int]) -> bool:
    """Whether FRAMES frames follow one another from a place, or as many as there are, and one at least."""
    for number in range(FRAMES):
        head = data[at : at + 6]
        # What is cut off at the end of the data counts as there
        if number and len(head) < 6:
            return True
        size = size_of(head)
        if not size:
            return False
        at += size
    return True


def mp3_size(head: bytes) -> int:
    """The bytes of a frame of MPEG audio, by its first four; 0 where they begin none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version = {3: 1.0, 2: 2.0, 0: 2.5}.get(head[1] >> 3 & 3)
    layer = {3: 1, 2: 2, 1: 3}.get(head[1] >> 1 & 3)
    speed, rate = head[2] >> 4, head[2] >> 2 & 3
    if version is None or layer is None or not 1 <= speed <= 14 or rate == 3:
        return 0
    hertz = RATES[rate] // {1.0: 1, 2.0: 2, 2.5: 4}[version]
    bits = KILOBITS[int(version), layer][speed - 1] * 1000
    padding = head[2] >> 1 & 1
    if layer == 1:
        return (12 * bits // hertz + padding) * 4
    samples = 576 if layer == 3 and version != 1.0 else 1152
    return samples // 8 * bits // hertz + padding


def adts_size(head: bytes) -> int:
    """The bytes of an ADTS frame of AAC, by its first six; 0 where they begin none."""
    if len(head) < 6 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or head[2] >> 2 & 15 > 12:
        return 0
    size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return size if size > 7 else 0
