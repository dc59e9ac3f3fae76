"""The app: its routes, the middleware before them, the page."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.datastructures import URL
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from soundalike import __version__
from soundalike.serve.adaptations.store import AdaptationStore
from soundalike.serve.adaptations.worker import AdaptationWorker
from soundalike.serve.jobs.database import open_database
from soundalike.serve.jobs.store import JobStore
from soundalike.serve.jobs.worker import JobWorker
from soundalike.serve.middleware.head import HeadAsGet
from soundalike.serve.middleware.keys import read_keys
from soundalike.serve.middleware.limits import RequestGuard
from soundalike.serve.middleware.request_log import RequestLog
from soundalike.serve.routes import (
    adaptations,
    conversion,
    jobs,
    models,
    sentences,
    service,
    speech,
    stream,
    voices,
)

from .errors import Refusal, add_handlers
from .services import Services
from .settings import Settings

PAGE = Path(__file__).parent / "page"
ROUTES = (speech, conversion, sentences, stream, voices, models, jobs, adaptations, service)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The server as an ASGI app. Raises ConfigError for settings, keys or a database that cannot be used.

    Its state holds, while it is open, `services`, `job_store`, `job_worker`, `adaptation_store` and
    `adaptation_worker`.
    """
    settings = settings or Settings()
    settings.check()
    keys = read_keys(settings.key_file) if settings.key_file else {}
    engine = open_database(settings.url)
    job_store = JobStore(engine, settings.data / "jobs", settings.keep, settings.jobs)
    adaptation_store = AdaptationStore(settings.data / "adaptations", settings.adaptations, settings.lease)

    @contextlib.asynccontextmanager
    async def opened(app: FastAPI) -> AsyncIterator[None]:
        services = Services(settings, engine)
        job_worker = JobWorker(services, job_store)
        app.state.services = services
        app.state.job_store = job_store
        app.state.job_worker = job_worker
        adaptation_worker = AdaptationWorker(services, adaptation_store)
        app.state.adaptation_store = adaptation_store
        app.state.adaptation_worker = adaptation_worker
        try:
            yield
        finally:
            adaptation_worker.close()
            job_worker.close()
            services.close()

    app = FastAPI(
        title="Soundalike",
        version=__version__,
        summary="Speaks any text in a given voice.",
        lifespan=opened,
        # FastAPI's pages of docs load from elsewhere; /docs is our own
        docs_url=None,
        redoc_url=None,
    )
    app.state.keys_needed = bool(keys)
    add_handlers(app)
    for routes in ROUTES:
        app.include_router(routes.router)
    app.mount("/", Page(directory=PAGE, html=True), name="page")
    _add_middleware(app, settings, keys)
    return app


def _add_middleware(app: FastAPI, settings: Settings, keys: dict[str, str]) -> None:
    """What a request passes before the routes. The last added is the first passed."""
    app.add_middleware(HeadAsGet)
    app.add_middleware(RequestGuard, settings=settings, keys=keys)
    if settings.cors:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["*"],
        )
    app.add_middleware(RequestLog)


def _of_a_route(scope: Scope) -> Response | None:
    """The answer to a request that is nearly one of a route: 405 for another method, a redirection for a
    slash too many; none for any other.
    """
    path = scope["path"].rstrip("/")
    routes = [one for routes in ROUTES for one in routes.router.routes if isinstance(one, APIRoute)]
    methods = {method for route in routes if route.path_regex.match(path) for method in route.methods or ()}
    if not methods:
        return None
    if scope["method"] in methods and path != scope["path"]:
        return RedirectResponse(URL(scope=scope).replace(path=path), 307)
    allow = ", ".join(sorted(methods))
    message = f"{path} does not take {scope['method']}, only {allow}."
    return Refusal(405, "method_not_allowed", message, headers={"Allow": allow}).response()


class Page(StaticFiles):
    """The page's files, which a browser asks about anew each time, so that it never mixes two versions."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A file; 404 for a WebSocket, of which there are none here; of a route that is asked for by another
        method, or with a slash behind it, how it is asked for.
        """
        if scope["type"] == "websocket":
            refusal = Refusal(404, "not_found", "There is no such WebSocket; there is /v1/audio/stream.")
            await refusal.response()(scope, receive, send)
            return
        answer = _of_a_route(scope)
        if answer is not None:
            await answer(scope, receive, send)
            return
        await super().__call__(scope, receive, send)

    def file_response(self, *given: Any, **named: Any) -> Response:
        """A file that is not to be used again unasked."""
        response = super().file_response(*given, **named)
        response.headers["Cache-Control"] = "no-cache"
        return response
