"""The route that gives a recording another voice."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from starlette.responses import Response

from soundalike.audio.decoding import CUT_OUT
from soundalike.audio.speech import Speech
from soundalike.core.contracts import Converter
from soundalike.core.converting import AUTO, PITCH_HELP, STRENGTH
from soundalike.core.errors import AudioError
from soundalike.core.speaking import LOUDNESS
from soundalike.core.types import Voice
from soundalike.inference import bundled_voices
from soundalike.provenance.metadata import today
from soundalike.serve.answer import Stream, unless_gone
from soundalike.serve.encode import MEDIA
from soundalike.serve.errors import Refusal
from soundalike.serve.ignored_fields import FieldsRoute
from soundalike.serve.models import DEFAULT
from soundalike.serve.request_options import LOUDNESS_OPTION, STRENGTH_OPTION
from soundalike.serve.schemas import Format, Model, Pitch, Seed, Transcript, option_type
from soundalike.serve.services import Services
from soundalike.serve.sound_answer import LENGTH_IN_HEADER, sound_of, whole_sound, with_first
from soundalike.serve.voice_problems import problems_header

from .speech import uploaded

router = APIRouter(route_class=FieldsRoute)
MOST = 16  # recordings of one voice
IN_PARTS = "Send it in parts."


@dataclass(frozen=True)
class Target:
    """Whose voice a recording gets, and what the answer is to be."""

    voice: str | None
    ref_audio: list[UploadFile]
    model: str
    response_format: str
    stream: bool | None


def target_of(
    voice: Annotated[
        str | None, Form(description="a voice's name or id; a bundled one without it", max_length=200)
    ] = None,
    ref_audio: Annotated[
        list[UploadFile] | None,
        File(
            description="a recording of the voice, or several of one person; wins over `voice`",
            max_length=MOST,
        ),
    ] = None,
    model: Annotated[Model, Form()] = DEFAULT,
    response_format: Annotated[Format, Form()] = "mp3",
    stream: Annotated[
        bool | None,
        Form(description="false: the whole answer at once, with its true length"),
    ] = None,
) -> Target:
    """The voice of a form, and what is to be answered."""
    return Target(voice or None, ref_audio or [], model, response_format, stream)


@dataclass(frozen=True)
class Wishes:
    """How a recording is to be converted."""

    seed: int
    request: dict[str, Any]  # fields of ConversionRequest


def wishes_of(
    pitch: Annotated[Pitch, Form(description=PITCH_HELP)] = AUTO,
    strength: Annotated[
        option_type(STRENGTH_OPTION),  # type: ignore[valid-type]  # built from its Option
        Form(description=STRENGTH_OPTION.help),
    ] = STRENGTH.high,
    keep_breaths: Annotated[
        bool, Form(description="keep the recording's own sound in its pauses, which are otherwise made quiet")
    ] = False,
    loudness: Annotated[
        option_type(LOUDNESS_OPTION),  # type: ignore[valid-type]  # built from its Option
        Form(description="LUFS of the whole"),
    ] = LOUDNESS,
    transcript: Annotated[
        Transcript | None, Form(description="what the recording says, up to a minute; its words are checked")
    ] = None,
    seed: Annotated[Seed, Form()] = 0,
) -> Wishes:
    """The wishes of a form."""
    request = {
        "pitch": pitch,
        "strength": strength,
        "keep_breaths": keep_breaths,
        "loudness": loudness,
        "transcript": transcript or "",
    }
    return Wishes(seed, request)


@router.post("/v1/audio/voice-conversion", summary="Give a recording another voice", response_class=Response)
async def voice_conversion(
    request: Request,
    file: Annotated[UploadFile, File(description="the recording: its words, timing and melody stay")],
    target: Annotated[Target, Depends(target_of)],
    wishes: Annotated[Wishes, Depends(wishes_of)],
) -> Response:
    """The recording in the voice, exactly as long: bytes of sound, as its pieces are made."""
    services: Services = request.app.state.services
    began = time.monotonic()
    services.admit(target.model)
    async with contextlib.AsyncExitStack() as held:
        held.enter_context(services.limiter.place(request.state.key))
        source = await source_of(services, file)
        voice = await unless_gone(request, voice_of(services, target))
        pieces = services.pool.stream(lambda: converted(services, source, voice, target.model, wishes))
        held.push_async_callback(pieces.aclose)
        # Awaited here, so that an error before the first sound is still answered by a status
        first = await unless_gone(request, anext(pieces))
        services.metrics.first_sound.observe(time.monotonic() - began)
        media = MEDIA[target.response_format]
        headers = {"X-Seed": str(wishes.seed), **(problems_header(voice) if target.ref_audio else {})}
        everything = with_first(first, pieces)
        if sent_whole(services, target, source):
            data = await unless_gone(request, whole_sound(request, target.response_format, everything))
            return Response(data, media_type=media, headers={**headers, "Cache-Control": "no-store"})
        parts = sound_of(request, target.response_format, everything)
        held.push_async_callback(parts.aclose)
        return Stream(parts, media, headers, services.settings.stall, held.pop_all().aclose)


async def source_of(services: Services, file: UploadFile) -> io.BytesIO:
    """The uploaded recording as a WAV file that is safe to read. Raises Refusal and AudioError."""
    data = await uploaded(services, file, "file")
    try:
        return await services.decode(data, "file")
    except AudioError as error:
        raise AudioError(str(error).replace(CUT_OUT, IN_PARTS)) from None


async def voice_of(services: Services, target: Target) -> Voice:
    """The voice that a form names or brings. Raises Refusal and SoundalikeError."""
    if not target.ref_audio:
        name = target.voice or bundled_voices.DEFAULT
        return await services.pool.call(services.kept_voice, name, target.model)
    services.check_recordings_allowed("ref_audio")
    recordings = [
        await services.decode(await uploaded(services, one, "ref_audio"), "ref_audio")
        for one in target.ref_audio
    ]
    return await services.pool.call(lambda: services.cloner_of(target.model).listen(recordings))


def converted(
    services: Services, source: io.BytesIO, voice: Voice, model: str, wishes: Wishes
) -> Generator[Speech, None, None]:
    """The recording in the voice, piece by piece. Raises Refusal for a model that cannot convert, and
    SoundalikeError.
    """
    cloner = services.cloner_of(model)
    if not isinstance(cloner.synthesizer, Converter):
        raise Refusal(
            400, "invalid_value", f"model: '{model}' cannot convert recordings. Leave it out.", "model"
        )
    options = cloner.conversion_options(seed=wishes.seed)
    # Nobody would be told what is found in the source: POST /v1/audio/check does that
    yield from cloner.convert_in_pieces(
        source, voice, options, day=today(), source_check=False, **wishes.request
    )


def sent_whole(services: Services, target: Target, source: io.BytesIO) -> bool:
    """Whether an answer is sent at once, with its true length: where that was asked for, and for a short
    recording in the formats whose headers tell how long it is.
    """
    import soundfile

    source.seek(0)
    short = soundfile.info(source).duration <= services.settings.whole_seconds
    return target.stream is False or (target.response_format in LENGTH_IN_HEADER and short)
