"""Pieces of speech as the bytes of an answer: as they are made, or whole."""

from __future__ import annotations

import io
from collections.abc import AsyncGenerator

from starlette.requests import HTTPConnection

from soundalike.audio.speech import Speech

from .encode import Encoder

Pieces = AsyncGenerator[Speech, None]
LENGTH_IN_HEADER = ("wav", "flac")  # formats that players believe to be as long as their header says


async def with_first(first: Speech, rest: Pieces) -> Pieces:
    """The first piece, then the rest."""
    yield first
    async for piece in rest:
        yield piece


async def whole_sound(request: HTTPConnection, format: str, pieces: Pieces) -> bytes:
    """The bytes of a file with all pieces, which knows its length."""
    file = io.BytesIO()
    encoder = Encoder(format, file)
    async for piece in pieces:
        count_speech(request, piece)
        encoder.add(piece)
    encoder.finish()
    return file.getvalue()


async def sound_of(request: HTTPConnection, format: str, pieces: Pieces) -> AsyncGenerator[bytes, None]:
    """The bytes of pieces in a format, as they are made."""
    encoder = Encoder(format)
    async for piece in pieces:
        count_speech(request, piece)
        if data := encoder.add(piece):
            yield data
    if data := encoder.finish():
        yield data


def count_speech(request: HTTPConnection, piece: Speech) -> None:
    """Count the seconds of a piece of speech, for the request's log and for the metrics."""
    request.state.speech_seconds = getattr(request.state, "speech_seconds", 0.0) + piece.seconds
    request.app.state.services.metrics.speech_seconds.inc(piece.seconds)
