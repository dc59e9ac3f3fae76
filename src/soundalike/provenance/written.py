"""Speech that is written piece by piece, as it is made, so that a long file is never held whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import numpy as np

from soundalike.audio.io import SoundWriter, write_encoded
from soundalike.audio.speech import Speech
from soundalike.audio.wav_header import wav_header
from soundalike.core.errors import AudioError
from soundalike.core.types import QualityCheck

from . import c2pa
from .metadata import notes_in


@dataclass(frozen=True)
class Written:
    """What was written: how long it lasts, and the checks of its pieces."""

    seconds: float
    checks: tuple[QualityCheck, ...]


@dataclass(frozen=True)
class Credentials:
    """Files by which Content Credentials are signed: the certificate chain and its private key, PEM; none
    where either is None.
    """

    certificate: str | None = None
    key: str | None = None


def write_pieces(
    path: Path,
    pieces: Iterator[Speech],
    format: str,
    credentials: Credentials = Credentials(),
    note: str = "",
) -> Written:
    """Write pieces of speech in one voice as one file, which appears whole or not at all; `note` is a further
    line of its comment. The first piece is made before anything is written.

    Raises AudioError when there are no pieces or the file cannot be written, and what making them raises.
    """
    written: list[Written] = []
    begun = _begun(pieces)

    def write(temporary: Path) -> None:
        with open(temporary, "w+b") as file:
            written.append(encode_pieces(file, begun, format, credentials, note))

    write_encoded(path, write)
    return written[0]


def encode_pieces(
    file: BinaryIO,
    pieces: Iterator[Speech],
    format: str,
    credentials: Credentials = Credentials(),
    note: str = "",
) -> Written:
    """Write pieces of speech in one voice into an open file, as `write_pieces` does."""
    begun = _begun(pieces)
    first = next(begun)
    comment = "\n".join(line for line in (first.origin, note) if line)
    seconds = 0.0
    checks: list[QualityCheck] = []
    with SoundWriter(file, first.rate, format, comment) as writer:
        for piece in chain([first], begun):
            writer.write(piece.samples)
            seconds += piece.seconds
            checks += piece.checks
    if credentials.certificate and credentials.key:
        file.seek(0)
        signed = c2pa.sign(
            file.read(), format, credentials.certificate, credentials.key, notes_in(first.origin)
        )
        file.seek(0)
        file.truncate()
        file.write(signed)
    return Written(seconds, tuple(checks))


def stream_pieces(file: BinaryIO, pieces: Iterator[Speech]) -> Written:
    """Write pieces of speech into an open file as they are made, each at once: a WAV file of 16 bits whose
    header does not know its length, so the file need not be one that can be sought in. Raises AudioError
    where there are no pieces, and what making them raises.
    """
    begun = _begun(pieces)
    seconds = 0.0
    checks: list[QualityCheck] = []
    for number, piece in enumerate(begun):
        if not number:
            file.write(wav_header(piece.rate, comment=piece.origin))
        file.write(np.round(np.clip(piece.samples, -1.0, 1.0) * 32767).astype("<i2").tobytes())
        file.flush()
        seconds += piece.seconds
        checks += piece.checks
    return Written(seconds, tuple(checks))


def _begun(pieces: Iterator[Speech]) -> Iterator[Speech]:
    """The same pieces, the first of which is made already. Raises AudioError where there are none."""
    first = next(pieces, None)
    if first is None:
        raise AudioError("there is no sound to be written.")
    return chain([first], pieces)
