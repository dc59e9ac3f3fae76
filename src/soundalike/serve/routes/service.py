"""Routes about the server itself: whether it is up, what may be asked for, its measures and routes."""

from __future__ import annotations

import asyncio
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from soundalike import __version__
from soundalike.core.backends import torch_is_installed
from soundalike.core.languages import LanguageStatus
from soundalike.core.speaking import QUALITIES
from soundalike.serve.encode import MEDIA
from soundalike.serve.errors import Refusal
from soundalike.serve.request_options import FASTEST, SLOWEST, choices, ranges
from soundalike.serve.services import Services
from soundalike.text import LANGUAGES, installed, user_codes

router = APIRouter()
# The settings that clients may know
LIMITS = ("characters", "job_characters", "speech_seconds", "upload", "longest")
HEAD = (
    '<!doctype html><html lang="en"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>Soundalike: routes</title>'
)


@router.get("/healthz", summary="Whether the process answers")
async def healthz() -> dict[str, str]:
    """Always ok."""
    return {"status": "ok"}


@router.get("/readyz", summary="Whether the model is loaded and there is room")
async def readyz(request: Request) -> JSONResponse:
    """How many requests are being worked on, and for how many there is room."""
    services: Services = request.app.state.services
    if services.failure:
        return Refusal(503, "no_model", "The model cannot be loaded. The server's log says why.").response()
    if not services.ready:
        return Refusal(503, "loading", "The model is being loaded.", headers={"Retry-After": "2"}).response()
    limiter = services.limiter
    return JSONResponse({"status": "ready", "inside": limiter.inside, "room": limiter.most})


@router.get("/v1/limits", summary="What may be asked for")
async def limits(request: Request) -> dict[str, Any]:
    """The longest text and recording, formats, models, languages, the range or the words of each option."""
    services: Services = request.app.state.services
    codes = [language for language in (*LANGUAGES, *user_codes()) if installed(language)]
    measured = services.models.languages()
    statuses = [measured.get(code) or LanguageStatus(code, None) for code in codes]
    return {
        **{name: getattr(services.settings, name) for name in LIMITS},
        "formats": list(MEDIA),
        "speed": [SLOWEST, FASTEST],
        "qualities": list(QUALITIES),
        "keys": request.app.state.keys_needed,
        "adapts": torch_is_installed(),
        "version": __version__,
        "models": services.models.describe(),
        "languages": codes,
        "language_status": [status.to_dict() for status in statuses],
        "options": ranges(),
        "choices": choices(),
    }


@router.get("/metrics", summary="Measures for Prometheus", response_class=Response)
async def metrics(request: Request) -> Response:
    """Requests, seconds of speech, jobs by status and more, in Prometheus' text format."""
    services: Services = request.app.state.services
    services.metrics.inside.set(services.limiter.inside)
    services.metrics.ready.set(services.ready)
    counts = await asyncio.to_thread(request.app.state.job_store.counts)
    for status, count in ({"queued": 0, "running": 0} | counts).items():
        services.metrics.jobs.labels(status).set(count)
    return Response(services.metrics.text(), media_type="text/plain; version=0.0.4")


@router.get("/docs", summary="This list", response_class=HTMLResponse)
async def docs(request: Request) -> HTMLResponse:
    """The routes, for readers."""
    return HTMLResponse(page_of(request.app.openapi()))


def page_of(schema: dict[str, Any]) -> str:
    """The routes of an OpenAPI schema as a plain page, for readers; /openapi.json is for programs."""
    rows = "".join(
        f"<dt><code>{method.upper()} {escape(path)}</code> {escape(route.get('summary', ''))}</dt>"
        f"<dd>{escape(route.get('description', ''))}</dd>"
        for path, methods in schema["paths"].items()
        for method, route in methods.items()
    )
    program = '<p>As a program reads them: <a href="/openapi.json">openapi.json</a>.</p>'
    return f"{HEAD}<h1>Routes</h1>{program}<dl>{rows}</dl></html>"
