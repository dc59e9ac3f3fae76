"""Routes that speak: OpenAI's, and the one call that takes a recording and a text."""

from __future__ import annotations

import base64
import contextlib
import json
import time
from collections.abc import AsyncGenerator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from starlette.responses import Response

from soundalike.audio.speech import Speech, join
from soundalike.core.languages import TextLanguage
from soundalike.core.text_options import TextFormat
from soundalike.core.types import Voice
from soundalike.inference.quality_check import report
from soundalike.serve.answer import Stream, unless_gone
from soundalike.serve.encode import MEDIA, RATE, Encoder
from soundalike.serve.errors import Refusal, refusal_of
from soundalike.serve.ignored_fields import FieldsRoute
from soundalike.serve.models import DEFAULT
from soundalike.serve.schemas import (
    EmotionWord,
    Intensity,
    Language,
    Model,
    Quality,
    Seed,
    SpeechRequest,
    Speed,
    TextRequest,
    Transcript,
    check_text,
)
from soundalike.serve.services import Services, words_of
from soundalike.serve.sound_answer import (
    LENGTH_IN_HEADER,
    Pieces,
    count_speech,
    sound_of,
    whole_sound,
    with_first,
)
from soundalike.serve.voice_problems import problems_header

router = APIRouter(route_class=FieldsRoute)


@router.post("/v1/audio/speech", summary="Speak a text", response_class=Response)
async def speech(request: Request, body: SpeechRequest) -> Response:
    """Speaks `input` in the voice: bytes of sound as they are made, or with `stream_format` "sse" events
    `speech.audio.delta` and `.done`.
    """
    services: Services = request.app.state.services
    began = time.monotonic()
    check_text(body.input, services.settings.characters)
    if body.timestamps and body.stream_format != "sse":
        raise Refusal(
            400,
            "invalid_value",
            'timestamps: only with stream_format "sse"; /voice-cloning and jobs tell them too.',
            "timestamps",
        )
    request.state.characters = len(body.input)
    async with contextlib.AsyncExitStack() as held:
        held.enter_context(services.limiter.place(request.state.key))
        await unless_gone(request, services.check_length(body))
        voice = await unless_gone(request, services.voice_of(body))
        whole_answer = sent_whole(services, body)
        pieces = services.stream(body, voice, bool(body.stream) and not whole_answer)
        held.push_async_callback(pieces.aclose)
        # Awaited here, so that an error before the first sound is still answered by a status
        first = await unless_gone(request, anext(pieces))
        services.metrics.first_sound.observe(time.monotonic() - began)
        media = "text/event-stream" if body.stream_format == "sse" else MEDIA[body.response_format]
        headers = {"X-Seed": str(body.seed), **language_header(first)}
        if body.ref_audio is not None:
            headers |= problems_header(voice)
        if whole_answer:
            whole = whole_sound(request, body.response_format, with_first(first, pieces))
            data = await unless_gone(request, whole)
            return Response(data, media_type=media, headers={**headers, "Cache-Control": "no-store"})
        all_pieces = with_first(first, pieces)
        if body.stream_format == "sse":
            parts = _events(request, body, all_pieces)
        else:
            parts = sound_of(request, body.response_format, all_pieces)
        held.push_async_callback(parts.aclose)
        return Stream(parts, media, headers, services.settings.stall, held.pop_all().aclose)


def sent_whole(services: Services, body: SpeechRequest) -> bool:
    """Whether an answer is sent at once, with its true length: where that was asked for, and for short speech
    in the formats whose headers tell how long it is.
    """
    if body.stream_format == "sse":
        return False
    return body.stream is False or (body.response_format in LENGTH_IN_HEADER and services.is_short(body))


async def _events(request: Request, body: SpeechRequest, pieces: Pieces) -> AsyncGenerator[bytes, None]:
    """Pieces as events: a delta each, and done or an error."""
    encoder = Encoder(body.response_format)
    seconds = 0.0
    doubts: list[str] = []
    language: TextLanguage | None = None
    try:
        async for piece in pieces:
            count_speech(request, piece)
            doubts += [f"in '{check.text}': {doubt}" for check in piece.checks for doubt in check.doubts]
            more = {"words": words_of(piece, seconds)} if body.timestamps else {}
            seconds += piece.seconds
            language = language or piece.language
            yield _delta(encoder.add(piece), **more)
        if data := encoder.finish():
            yield _delta(data)
    except Exception as error:
        request.state.failure = error
        yield _event({"type": "error", **refusal_of(error).body})
        return
    yield _event(done_event(len(body.input), seconds, body.seed, doubts, language))


def done_event(
    characters: int, seconds: float, seed: int, doubts: list[str], language: TextLanguage | None
) -> dict[str, Any]:
    """What ends a stream of speech: its length, what is in doubt in it, the language it was read in."""
    return {
        "type": "speech.audio.done",
        "usage": _usage(characters, seconds),
        "seconds": round(seconds, 3),
        "seed": seed,
        "doubts": doubts,
        "language": language.to_dict() if language else None,
    }


def language_header(piece: Speech) -> dict[str, str]:
    """The header that tells the language a text is read in: `de; found`."""
    return {"X-Language": f"{piece.language.code}; {piece.language.how}"} if piece.language else {}


def _delta(data: bytes, **more: Any) -> bytes:
    return _event({"type": "speech.audio.delta", "audio": base64.b64encode(data).decode(), **more})


def _event(content: dict[str, Any]) -> bytes:
    return f"event: {content['type']}\ndata: {json.dumps(content, ensure_ascii=False)}\n\n".encode()


def _usage(characters: int, seconds: float) -> dict[str, int]:
    """What OpenAI's clients expect: characters in, hundredths of a second out."""
    made = round(seconds * 100)
    return {"input_tokens": characters, "output_tokens": made, "total_tokens": characters + made}


def text_request(
    text: Annotated[str, Form(description="what to say")],
    language: Annotated[Language | None, Form()] = None,
    speed: Annotated[Speed, Form()] = 1.0,
    seed: Annotated[Seed, Form()] = 0,
    quality: Annotated[Quality | None, Form()] = None,
    model: Annotated[Model, Form()] = DEFAULT,
    text_format: Annotated[TextFormat, Form()] = "auto",
) -> TextRequest:
    """The text of a form, and how it is to be spoken."""
    return TextRequest(
        input=text,
        language=language,
        speed=speed,
        seed=seed,
        quality=quality,
        model=model,
        text_format=text_format,
    )


def emotional_request(
    body: Annotated[TextRequest, Depends(text_request)],
    emotion: Annotated[EmotionWord | None, Form()] = None,
    intensity: Annotated[Intensity | None, Form()] = None,
) -> TextRequest:
    """The same with an emotion."""
    return body.model_copy(update={"emotion": emotion, "intensity": intensity})


@router.post("/voice-cloning", summary="A recording and a text to speech, in one call")
async def voice_cloning(
    request: Request,
    audio: Annotated[UploadFile, File(description="a recording of the voice")],
    body: Annotated[TextRequest, Depends(emotional_request)],
    transcript: Annotated[
        Transcript | None, Form(description="what is said in the recording, to be compared")
    ] = None,
) -> dict[str, Any]:
    """The speech as a WAV file in base64, with its sampling rate, its seconds, its words, and what was found
    in the recording and in the speech.
    """
    services: Services = request.app.state.services
    check_text(body.input, services.settings.characters, "text")
    request.state.characters = len(body.input)
    with services.limiter.place(request.state.key):
        await unless_gone(request, services.check_length(body, "text"))
        data = await uploaded(services, audio, "audio")
        return await unless_gone(request, _clone(request, data, transcript, body))


async def _clone(request: Request, data: bytes, transcript: str | None, body: TextRequest) -> dict[str, Any]:
    """The answer of /voice-cloning."""
    services: Services = request.app.state.services
    services.admit(body.model)
    voice = await services.listen(data, "audio", transcript, body.model)
    async with contextlib.aclosing(services.stream(body, voice)) as pieces:
        whole = join([piece async for piece in pieces]).resample(RATE)
    count_speech(request, whole)
    return {
        "audio": base64.b64encode(whole.encode("wav")).decode(),
        "sampling_rate": whole.rate,
        "seconds": round(whole.seconds, 3),
        "seed": body.seed,
        "words": words_of(whole),
        "language": whole.language.to_dict() if whole.language else None,
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
async def check_recording(
    request: Request,
    audio: Annotated[UploadFile, File(description="a recording")],
    transcript: Annotated[Transcript | None, Form()] = None,
) -> dict[str, Any]:
    """The report of `soundalike check`: seconds, level, noise, clipping, the best stretch, problems by name,
    a sentence of advice.
    """
    services: Services = request.app.state.services
    with services.limiter.place(request.state.key):
        recording = await services.decode(await uploaded(services, audio, "audio"), "audio")
        check = services.pool.call(services.cloner.check, recording, transcript)
        return (await unless_gone(request, check)).to_dict()
