"""Routes of adaptations: make one, give it recordings, start it, watch it, hear both voices."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Request, UploadFile
from pydantic import BaseModel, Field
from starlette.responses import FileResponse, Response

from soundalike.core.adapting import SCORECARD
from soundalike.core.backends import torch_is_installed
from soundalike.core.installation import install_command
from soundalike.inference import voice_file
from soundalike.serve.adaptations.store import AdaptationStore
from soundalike.serve.adaptations.worker import AdaptationWorker
from soundalike.serve.answer import unless_gone
from soundalike.serve.encode import MEDIA
from soundalike.serve.errors import Refusal
from soundalike.serve.ignored_fields import FieldsRoute
from soundalike.serve.schemas import SpeechRequest, check_text
from soundalike.serve.services import Services
from soundalike.serve.sound_answer import whole_sound
from soundalike.serve.voice_store import check_name, taken

from .speech import uploaded

router = APIRouter(prefix="/v1/adaptations", route_class=FieldsRoute)
LEAST = 45.0  # seconds of recordings: a third of so few is kept to compare the voices
TOLD = ("seconds", "speech_seconds", "problems", "advice")  # of a recording's check


class Start(BaseModel):
    """How long it may train."""

    minutes: float = Field(20.0, gt=0, le=1440)


@router.post("", status_code=201, summary="Begin a voice that is learned from minutes of recordings")
async def add(
    request: Request,
    name: Annotated[str, Form(description="of the voice: letters, digits, spaces, - and _", max_length=200)],
    replace: Annotated[bool, Form(description="a voice of that name may be replaced")] = False,
) -> dict[str, Any]:
    """A draft, which recordings are then added to."""
    services: Services = request.app.state.services
    services.check_recordings_allowed("audio")
    if not torch_is_installed():
        raise Refusal(
            501, "not_installed", f"Learning a voice needs PyTorch. Run: {install_command('train')}"
        )
    check_name(name)
    if not replace and await services.pool.call(services.store.has, name):
        raise taken(name)
    return await asyncio.to_thread(_store(request).add, request.state.key, name, replace)


@router.get("", summary="Adaptations")
async def listing(request: Request) -> dict[str, Any]:
    """Those of the caller's key, the newest first."""
    return {
        "object": "list",
        "data": await asyncio.to_thread(_store(request).listing, request.state.key),
    }


@router.get("/{adaptation_id}", summary="One adaptation")
async def show(request: Request, adaptation_id: str) -> dict[str, Any]:
    """Its status, what it says, the curves of its training, and its result once it is done."""
    return await asyncio.to_thread(_store(request).show, adaptation_id, request.state.key)


@router.post("/{adaptation_id}/recordings", status_code=201, summary="Add a recording")
async def add_recording(
    request: Request,
    adaptation_id: str,
    audio: Annotated[UploadFile, File(description="a recording of the person")],
) -> dict[str, Any]:
    """Keeps a recording, and tells what it is worth."""
    services: Services = request.app.state.services
    store = _store(request)
    await asyncio.to_thread(store.get, adaptation_id, request.state.key)
    with services.limiter.place(request.state.key):
        recording = await services.decode(await uploaded(services, audio, "audio"), "audio")
        data = recording.getvalue()
        check = await unless_gone(request, services.pool.call(services.cloner.check, recording, None))
        found = check.to_dict()
        told = {name: found[name] for name in TOLD}
        name = (audio.filename or "recording")[:100]
        return await asyncio.to_thread(
            store.keep_recording, adaptation_id, request.state.key, name, data, told
        )


@router.delete("/{adaptation_id}/recordings/{number}", summary="Take a recording out")
async def drop_recording(request: Request, adaptation_id: str, number: int) -> dict[str, Any]:
    """Deletes a recording of a draft."""
    await asyncio.to_thread(_store(request).drop_recording, adaptation_id, request.state.key, number)
    return {"number": number, "object": "audio.recording", "deleted": True}


@router.post("/{adaptation_id}/start", status_code=202, summary="Start the training")
async def start(request: Request, adaptation_id: str, body: Start) -> dict[str, Any]:
    """Queues it. One that failed or was cancelled goes on where it was."""
    started = await asyncio.to_thread(
        _store(request).start, adaptation_id, request.state.key, body.minutes, LEAST
    )
    worker: AdaptationWorker = request.app.state.adaptation_worker
    worker.wake.set()
    return started


@router.post("/{adaptation_id}/cancel", summary="Cancel an adaptation")
async def cancel(request: Request, adaptation_id: str) -> dict[str, Any]:
    """Ends one that is queued or running. What it has learned so far is kept for another start."""
    return await asyncio.to_thread(_store(request).cancel, adaptation_id, request.state.key)


@router.delete("/{adaptation_id}", summary="Delete an adaptation")
async def remove(request: Request, adaptation_id: str) -> dict[str, Any]:
    """Deletes it with its recordings. The voice that came of it stays."""
    await asyncio.to_thread(_store(request).remove, adaptation_id, request.state.key)
    return {"id": adaptation_id, "object": "audio.adaptation", "deleted": True}


@router.post("/{adaptation_id}/speech/{which}", summary="Speak in either voice", response_class=Response)
async def speech(
    request: Request, adaptation_id: str, which: Literal["before", "adapted"], body: SpeechRequest
) -> Response:
    """Speaks `input` in the voice before or after the training, to compare them; `voice` is not looked at."""
    services: Services = request.app.state.services
    check_text(body.input, services.settings.characters)
    file = await _made(request, adaptation_id, f"{which}.voice")
    with services.limiter.place(request.state.key):
        await unless_gone(request, services.check_length(body))
        voice = await services.pool.call(lambda: services.adapted(voice_file.read(file), body.model))
        sound = whole_sound(request, body.response_format, services.stream(body, voice))
        data = await unless_gone(request, sound)
    headers = {"X-Seed": str(body.seed), "Cache-Control": "no-store"}
    return Response(data, media_type=MEDIA[body.response_format], headers=headers)


@router.get("/{adaptation_id}/scorecard", summary="How both voices compare", response_class=Response)
async def scorecard(request: Request, adaptation_id: str) -> Response:
    """The page of the comparison on the sentences that were kept aside."""
    file = await _made(request, adaptation_id, SCORECARD)
    return FileResponse(file, media_type="text/html", headers={"Cache-Control": "no-store"})


async def _made(request: Request, adaptation_id: str, name: str) -> Path:
    """A file of its work folder, once it is there."""
    store = _store(request)
    await asyncio.to_thread(store.get, adaptation_id, request.state.key)
    file = store.work(adaptation_id) / name
    if not file.is_file():
        raise Refusal(409, "adaptation_unfinished", "The adaptation is not done yet.", "id")
    return file


def _store(request: Request) -> AdaptationStore:
    return request.app.state.adaptation_store
