"""Routes of voices: kept, listed, shown, deleted."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile

from soundalike.core.types import Voice
from soundalike.serve.answer import unless_gone
from soundalike.serve.ignored_fields import FieldsRoute
from soundalike.serve.schemas import Transcript
from soundalike.serve.services import Services
from soundalike.serve.voice_store import Kept, check_name, taken

from .speech import uploaded

router = APIRouter(prefix="/v1/audio/voices", route_class=FieldsRoute)
MOST = 16  # recordings of one voice
SHOWN = ("seconds", "speech_seconds", "pitch", "language", "report", "clips")  # of a voice's facts


@router.get("", summary="All voices")
async def listing(request: Request) -> dict[str, Any]:
    """The voices kept, by name, then those that come with the program; as `data`, and as `voices`, which
    clients of similar servers read.
    """
    services: Services = request.app.state.services
    kept_voices = await services.pool.call(services.store.listing)
    listed = [as_json(kept) for kept in kept_voices]
    return {"object": "list", "data": listed, "voices": listed}


@router.post("", status_code=201, summary="Keep the voice of a recording")
async def add(
    request: Request,
    audio: Annotated[
        list[UploadFile],
        File(description="a recording of the voice, 5 to 10 s; or several of one person", max_length=MOST),
    ],
    name: Annotated[str, Form(description="up to 64 letters, digits, spaces, - and _", max_length=200)],
    transcript: Annotated[Transcript | None, Form()] = None,
    replace: Annotated[bool, Form()] = False,
) -> dict[str, Any]:
    """Listens to a recording, or several of one person, and keeps the voice under a name. The recordings
    themselves are not kept, but for a clip of at most 10 s in the voice.
    """
    services: Services = request.app.state.services
    check_name(name)
    with services.limiter.place(request.state.key):
        if not replace and await services.pool.call(services.store.has, name):
            raise taken(name)
        recordings = [await services.decode(await uploaded(services, one, "audio"), "audio") for one in audio]
        voice = await unless_gone(request, services.pool.call(services.cloner.listen, recordings, transcript))
        return as_json(await services.pool.call(services.store.put, name, voice, replace))


@router.get("/{voice_id}", summary="One voice")
async def show(request: Request, voice_id: str) -> dict[str, Any]:
    """The facts of a voice."""
    services: Services = request.app.state.services
    voice: Voice = await services.pool.call(services.store.get, voice_id)
    bundled = not await services.pool.call(services.store.has, voice_id)
    name = voice.facts.get("name", voice_id)
    return as_json(Kept(Kept.id_of(name if bundled else voice_id), name, voice.facts, bundled))


@router.delete("/{voice_id}", summary="Delete a voice")
async def remove(request: Request, voice_id: str) -> dict[str, Any]:
    """Deletes a voice for good."""
    services: Services = request.app.state.services
    await services.pool.call(services.store.remove, voice_id)
    return {"id": Kept.id_of(voice_id), "object": "voice", "deleted": True}


def as_json(kept: Kept) -> dict[str, Any]:
    """A voice as clients see it, without the place where it is kept."""
    shown = {name: kept.facts.get(name) for name in SHOWN}
    state = {"usable": bool(kept.facts), "bundled": kept.bundled}
    return {"id": kept.id, "object": "voice", "name": kept.name, **state, **shown}
