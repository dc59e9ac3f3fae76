"""Routes that speak: OpenAI's, and the one call that takes a recording and a text."""

from __future__ import annotations

import base64
import contextlib
import json
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import Response

from soundalike.audio.speech import Speech, join
from soundalike.core.types import Voice
from soundalike.inference.quality_check import report
from soundalike.serve.answer import Stream, unless_gone
from soundalike.serve.encode import MEDIA, RATE, Encoder
from soundalike.serve.errors import Refusal, refusal_of
from soundalike.serve.models import DEFAULT
from soundalike.serve.schemas import Language, Model, Quality, Seed, SpeechRequest, Speed, Wanted, check_text
from soundalike.serve.services import Services, words_of

router = APIRouter()
BORN = 1_767_225_600  # what /v1/models says of when a model was made, seconds since 1970


@router.post("/v1/audio/speech", summary="Speak a text", response_class=Response)
async def speech(request: Request, wanted: SpeechRequest) -> Response:
    """Speaks `input` in the voice: bytes of sound as they are made, or with `stream_format` "sse" events
    `speech.audio.delta` and `.done`.
    """
    services: Services = request.app.state.services
    began = time.monotonic()
    check_text(wanted.input, services.settings.characters)
    if wanted.timestamps and wanted.stream_format != "sse":
        raise Refusal(
            400,
            "invalid_value",
            'timestamps: only with stream_format "sse"; /voice-cloning and jobs tell them too.',
            "timestamps",
        )
    request.state.characters = len(wanted.input)
    async with contextlib.AsyncExitStack() as held:
        held.enter_context(services.limiter.place(request.state.key))
        voice = await unless_gone(request, services.voice_of(wanted))
        pieces = services.stream(wanted, voice)
        held.push_async_callback(pieces.aclose)
        # So that what is wrong can still be told by a status
        first = await unless_gone(request, anext(pieces))
        services.metrics.first.observe(time.monotonic() - began)
        parts = (_events if wanted.stream_format == "sse" else _sound)(request, wanted, _with(first, pieces))
        held.push_async_callback(parts.aclose)
        media = "text/event-stream" if wanted.stream_format == "sse" else MEDIA[wanted.response_format]
        return Stream(
            parts, media, {"X-Seed": str(wanted.seed)}, services.settings.stall, held.pop_all().aclose
        )


async def _with(first: Speech, rest: AsyncIterator[Speech]) -> AsyncIterator[Speech]:
    yield first
    async for piece in rest:
        yield piece


async def _sound(
    request: Request, wanted: SpeechRequest, pieces: AsyncIterator[Speech]
) -> AsyncIterator[bytes]:
    encoder = Encoder(wanted.response_format)
    async for piece in pieces:
        told(request, piece)
        if data := encoder.add(piece):
            yield data
    if data := encoder.finish():
        yield data


async def _events(
    request: Request, wanted: SpeechRequest, pieces: AsyncIterator[Speech]
) -> AsyncIterator[bytes]:
    encoder = Encoder(wanted.response_format)
    seconds = 0.0
    doubts = []
    try:
        async for piece in pieces:
            told(request, piece)
            doubts += [f"in '{check.text}': {doubt}" for check in piece.checks for doubt in check.doubts]
            more = {"words": words_of(piece, seconds)} if wanted.timestamps else {}
            seconds += piece.seconds
            yield _event(
                {"type": "speech.audio.delta", "audio": base64.b64encode(encoder.add(piece)).decode(), **more}
            )
        if data := encoder.finish():
            yield _event({"type": "speech.audio.delta", "audio": base64.b64encode(data).decode()})
    except Exception as error:
        request.state.failure = error
        yield _event({"type": "error", **refusal_of(error).body})
        return
    frames = round(seconds * 100)
    usage = {
        "input_tokens": len(wanted.input),
        "output_tokens": frames,
        "total_tokens": len(wanted.input) + frames,
    }
    yield _event(
        {
            "type": "speech.audio.done",
            "usage": usage,
            "seconds": round(seconds, 3),
            "seed": wanted.seed,
            "doubts": doubts,
        }
    )


def _event(said: dict[str, Any]) -> bytes:
    return f"event: {said['type']}\ndata: {json.dumps(said, ensure_ascii=False)}\n\n".encode()


def told(request: Request, piece: Speech) -> None:
    """Count a piece of speech."""
    request.state.speech_seconds = getattr(request.state, "speech_seconds", 0.0) + piece.seconds
    request.app.state.services.metrics.utterance.inc(piece.seconds)


@router.post("/voice-cloning", summary="A recording and a text to speech, in one call")
async def voice_cloning(
    request: Request,
    audio: Annotated[UploadFile, File(description="a recording of the voice")],
    text: Annotated[str, Form(description="what to say")],
    transcript: Annotated[
        str | None, Form(description="what is said in the recording, to be compared", max_length=4096)
    ] = None,
    language: Annotated[Language | None, Form()] = None,
    speed: Annotated[Speed, Form()] = 1.0,
    seed: Annotated[Seed, Form()] = 0,
    quality: Annotated[Quality, Form()] = "best",
    model: Annotated[Model, Form()] = DEFAULT,
) -> dict[str, Any]:
    """The speech as a WAV file in base64, with its sampling rate, its seconds, its words, and what was found
    in the recording and in the speech.
    """
    services: Services = request.app.state.services
    check_text(text, services.settings.characters, "text")
    request.state.characters = len(text)
    wanted = Wanted(input=text, language=language, speed=speed, seed=seed, quality=quality, model=model)
    with services.limiter.place(request.state.key):
        return await unless_gone(
            request, _clone(request, services, await uploaded(services, audio, "audio"), transcript, wanted)
        )


async def _clone(
    request: Request, services: Services, data: bytes, transcript: str | None, wanted: Wanted
) -> dict[str, Any]:
    services.admit(wanted.model)
    voice = await services.heard(data, "audio", transcript, wanted.model)
    async with contextlib.aclosing(services.stream(wanted, voice)) as pieces:
        whole = join([piece async for piece in pieces]).resample(RATE)
    told(request, whole)
    return {
        "audio": base64.b64encode(whole.encode("wav")).decode(),
        "sampling_rate": whole.rate,
        "seconds": round(whole.seconds, 3),
        "seed": wanted.seed,
        "words": words_of(whole),
        "report": {"voice": report_of(voice), "speech": report(whole.checks)},
    }


def report_of(voice: Voice) -> dict[str, Any] | None:
    """What was found in the recording of a voice; None for a voice without one."""
    return voice.facts.get("report")


async def uploaded(services: Services, file: UploadFile, param: str) -> bytes:
    """The bytes of an uploaded file. Raises Refusal when they are too many."""
    data = await file.read()
    if len(data) > services.settings.upload:
        raise Refusal(
            413,
            "too_large",
            f"{param}: {len(data)} bytes, at most {services.settings.upload} are taken.",
            param,
        )
    return data


@router.post("/v1/audio/check", summary="What a recording is worth as a reference")
async def check(
    request: Request,
    audio: Annotated[UploadFile, File(description="a recording")],
    transcript: Annotated[str | None, Form(max_length=4096)] = None,
) -> dict[str, Any]:
    """The report of `soundalike check`: seconds, level, noise, clipping, the best stretch, problems by name,
    a sentence of advice.
    """
    services: Services = request.app.state.services
    with services.limiter.place(request.state.key):
        recording = await services.decode(await uploaded(services, audio, "audio"), "audio")
        return (
            await unless_gone(request, services.pool.call(services.cloner.check, recording, transcript))
        ).to_dict()


@router.get("/v1/models", summary="The models")
async def models(request: Request) -> dict[str, Any]:
    """The names that `model` may have."""
    return {"object": "list", "data": [_model(name) for name in request.app.state.services.models.names]}


@router.get("/v1/models/{name}", summary="One model")
async def model(request: Request, name: str) -> dict[str, Any]:
    """One of the names that `model` may have."""
    request.app.state.services.models.check(name)
    return _model(name)


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": BORN, "owned_by": "soundalike"}
