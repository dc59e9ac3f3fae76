"""Routes of jobs: add, list, show, fetch, cancel, delete."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response

from soundalike.inference.script_request import read_script
from soundalike.serve.answer import unless_gone
from soundalike.serve.encode import MEDIA
from soundalike.serve.errors import Refusal
from soundalike.serve.ignored_fields import FieldsRoute
from soundalike.serve.jobs.store import JobStore
from soundalike.serve.jobs.worker import JobWorker
from soundalike.serve.schemas import JobRequest, check_text
from soundalike.serve.services import Services
from soundalike.serve.voice_problems import problems_header
from soundalike.serve.voice_store import to_bytes

router = APIRouter(prefix="/v1/audio/jobs", route_class=FieldsRoute)


@router.post("", status_code=202, summary="Speak a long text in the background")
async def add(request: Request, response: Response, body: JobRequest) -> dict[str, Any]:
    """Queues a text, which is read first. The voice is taken as it is now; the result is kept for a day."""
    services: Services = request.app.state.services
    store: JobStore = request.app.state.job_store
    check_text(body.input, services.settings.job_characters)
    request.state.characters = len(body.input)
    with services.limiter.place(request.state.key):
        reading = services.script_request(body)
        await unless_gone(request, asyncio.to_thread(read_script, reading))
        voice = await unless_gone(request, services.voice_of(body))
        job = await asyncio.to_thread(lambda: store.add(request.state.key, body, to_bytes(voice)))
    worker: JobWorker = request.app.state.job_worker
    worker.wake.set()
    if body.ref_audio is not None:
        response.headers.update(problems_header(voice))
    return job


@router.get("", summary="Jobs")
async def listing(request: Request) -> dict[str, Any]:
    """The newest hundred jobs of the caller's key, the newest first."""
    store: JobStore = request.app.state.job_store
    return {"object": "list", "data": await asyncio.to_thread(store.listing, request.state.key)}


@router.get("/{job_id}", summary="One job")
async def show(request: Request, job_id: str) -> dict[str, Any]:
    """Its status and how far it is."""
    store: JobStore = request.app.state.job_store
    return await asyncio.to_thread(store.show, job_id, request.state.key)


@router.get("/{job_id}/audio", summary="The sound of a job", response_class=Response)
async def audio(request: Request, job_id: str) -> Response:
    """The sound as a file, once the job is done."""
    return await _result(request, job_id, "")


@router.get("/{job_id}/words", summary="When each word of a job is said", response_class=Response)
async def words(request: Request, job_id: str) -> Response:
    """{"words": [{"text", "start", "stop", "span"}]}, seconds, once the job is done."""
    return await _result(request, job_id, "json")


@router.post("/{job_id}/cancel", summary="Cancel a job")
async def cancel(request: Request, job_id: str) -> dict[str, Any]:
    """Ends a job that is queued or running; one that is over stays as it is."""
    store: JobStore = request.app.state.job_store
    return await asyncio.to_thread(store.cancel, job_id, request.state.key)


@router.delete("/{job_id}", summary="Delete a job")
async def remove(request: Request, job_id: str) -> dict[str, Any]:
    """Deletes a job and its result, whatever its status."""
    store: JobStore = request.app.state.job_store
    await asyncio.to_thread(store.remove, job_id, request.state.key)
    return {"id": job_id, "object": "audio.job", "deleted": True}


async def _result(request: Request, job_id: str, ending: str) -> Response:
    """A file of a job's, once it is done."""
    store: JobStore = request.app.state.job_store
    row = await asyncio.to_thread(store.row, job_id, request.state.key)
    if row.status != "done":
        raise Refusal(409, "job_unfinished", f"The job is {row.status}; there is no sound to fetch.", "id")
    path = store.result(row, ending)
    if not path.is_file():
        raise Refusal(410, "result_gone", "The result is not kept by this server any more.", "id")
    media = "application/json" if ending else MEDIA[row.wanted["response_format"]]
    return FileResponse(
        path, media_type=media, filename=f"speech.{path.suffix[1:]}", headers={"Cache-Control": "no-store"}
    )
