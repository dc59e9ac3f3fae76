"""Decoders written in C that speak their mind on standard error, kept from doing so.

libmpg123, by which libsndfile reads MPEG, prints a line for every frame that is odd, also in sound files that
play well.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from typing import BinaryIO

# How files begin that libsndfile reads without libmpg123
OTHERS = (b"RIFF", b"RIFX", b"RF64", b"FORM", b"fLaC", b"OggS", b"caff", b".snd", b"riff")
STDERR = 2

_lock = threading.Lock()
_inside = 0  # how many threads decode
_kept = -1  # what standard error was before


@contextlib.contextmanager
def quiet_decoder(source: str | os.PathLike | BinaryIO) -> Iterator[None]:
    """Within it nothing is written to standard error, where libmpg123 might read the source: a path, or an
    open file, whose place stays as it is.
    """
    if _beginning(source).startswith(OTHERS):
        yield
        return
    _silence()
    try:
        yield
    finally:
        _restore()


def _beginning(source: str | os.PathLike | BinaryIO) -> bytes:
    if isinstance(source, str | os.PathLike):
        try:
            with open(source, "rb") as file:
                return file.read(4)
        except OSError:
            return b""
    place = source.tell()
    found = source.read(4)
    source.seek(place)
    return found


def _silence() -> None:
    global _inside, _kept
    with _lock, contextlib.suppress(OSError):  # there may be no standard error
        _inside += 1
        if _inside == 1:
            _kept = os.dup(STDERR)
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, STDERR)
            os.close(nothing)


def _restore() -> None:
    global _inside, _kept
    with _lock:
        _inside -= 1
        if _inside == 0 and _kept >= 0:
            os.dup2(_kept, STDERR)
            os.close(_kept)
            _kept = -1
