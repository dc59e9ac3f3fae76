"""The app: routes, the door before them, the page."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from html import escape
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles

from soundalike import __version__
from soundalike.inference.option_table import option_table
from soundalike.inference.pipeline import QUALITIES
from soundalike.inference.postprocess import LOUDEST, SOFTEST
from soundalike.serve.jobs.database import open_database
from soundalike.serve.jobs.store import JobStore
from soundalike.serve.jobs.worker import JobWorker
from soundalike.serve.middleware.keys import read_keys
from soundalike.serve.middleware.limits import RequestGuard
from soundalike.serve.middleware.request_log import Watch
from soundalike.serve.routes import jobs as job_routes
from soundalike.serve.routes import speech
from soundalike.serve.routes import voices as voice_routes
from soundalike.text import LANGUAGES, installed

from .encode import MEDIA
from .errors import Refusal, add_handlers
from .models import OPTIONS
from .services import Services
from .settings import Settings

PAGE = Path(__file__).parent / "page"


def create_app(settings: Settings | None = None) -> FastAPI:
    """The server as an ASGI app. Raises ConfigError for settings, keys or a database that cannot be used."""
    settings = settings or Settings()
    settings.check()
    keys = read_keys(settings.key_file) if settings.key_file else {}
    engine = open_database(settings.url)
    job_store = JobStore(engine, settings.data / "jobs", settings.keep, settings.jobs)

    @contextlib.asynccontextmanager
    async def opened(app: FastAPI) -> AsyncIterator[None]:
        app.state.services = services = Services(settings, engine)
        app.state.job_store, app.state.job_worker = job_store, (job_worker := JobWorker(services, job_store))
        try:
            yield
        finally:
            job_worker.close()
            services.close()

    about = {"title": "Soundalike", "version": __version__, "summary": "Speaks any text in a given voice."}
    app = FastAPI(
        **about, lifespan=opened, docs_url=None, redoc_url=None
    )  # FastAPI's pages of docs load from elsewhere
    add_handlers(app)
    app.include_router(speech.router)
    app.include_router(voice_routes.router)
    app.include_router(job_routes.router)

    @app.get("/healthz", summary="Whether the process answers")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz", summary="Whether the model is loaded and there is room")
    async def readyz(request: Request) -> JSONResponse:
        services: Services = request.app.state.services
        if services.failure:
            return Refusal(
                503, "no_model", "The model cannot be loaded. The server's log says why."
            ).response()
        if not services.ready:
            return Refusal(
                503, "loading", "The model is being loaded.", headers={"Retry-After": "2"}
            ).response()
        return JSONResponse(
            {"status": "ready", "inside": services.limiter.inside, "room": services.limiter.most}
        )

    @app.get("/v1/limits", summary="What may be asked for")
    async def limits(request: Request) -> dict[str, Any]:
        told = {
            name: getattr(settings, name) for name in ("characters", "job_characters", "upload", "longest")
        }
        told |= {
            "formats": list(MEDIA),
            "speed": [0.25, 4.0],
            "qualities": list(QUALITIES),
            "keys": bool(keys),
            "version": __version__,
        }
        told["models"] = request.app.state.services.models.told()
        options = {
            **{
                name: (option_table()[name].range.low, option_table()[name].range.high)
                for name in OPTIONS
                if name != "speed"
            },
            "loudness": (SOFTEST, LOUDEST),
        }
        return {
            **told,
            "languages": [language for language in LANGUAGES if installed(language)],
            "options": options,
        }

    @app.get("/metrics", summary="Numbers for Prometheus", response_class=Response)
    async def metrics(request: Request) -> Response:
        services: Services = request.app.state.services
        services.metrics.inside.set(services.limiter.inside)
        services.metrics.ready.set(services.ready)
        for status, count in (
            {"queued": 0, "running": 0} | await asyncio.to_thread(job_store.counts)
        ).items():
            services.metrics.jobs.labels(status).set(count)
        return Response(services.metrics.text(), media_type="text/plain; version=0.0.4")

    @app.get("/docs", summary="This list", response_class=HTMLResponse)
    async def docs() -> HTMLResponse:
        return HTMLResponse(page_of(app.openapi()))

    app.mount("/", Fresh(directory=PAGE, html=True), name="page")
    app.add_middleware(RequestGuard, settings=settings, keys=keys)  # the last added is the first asked
    if settings.cors:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["*"],
        )
    app.add_middleware(Watch)
    return app


class Fresh(StaticFiles):
    """Files that a browser asks about anew each time, so that it never mixes those of two versions."""

    def file_response(self, *given: Any, **named: Any) -> Response:
        response = super().file_response(*given, **named)
        response.headers["Cache-Control"] = "no-cache"
        return response


def page_of(schema: dict[str, Any]) -> str:
    """The routes of an OpenAPI schema as a plain page, for readers; /openapi.json is for programs."""
    rows = [
        f"<dt><code>{method.upper()} {escape(path)}</code> {escape(said.get('summary', ''))}</dt><dd>{escape(said.get('description', ''))}</dd>"
        for path, methods in schema["paths"].items()
        for method, said in methods.items()
    ]
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Soundalike: routes</title>'
    return f'{head}<h1>Routes</h1><p>As a program reads them: <a href="/openapi.json">openapi.json</a>.</p><dl>{"".join(rows)}</dl></html>'
