"""The app: routes, the door before them, the page."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles

from .. import __version__
from . import speech, voice_routes
from .errors import Refusal, add_handlers
from .house import House
from .keys import read_keys
from .limits import Door
from .settings import Settings
from .watch import Watch

PAGE = Path(__file__).parent / "page"


def create_app(settings: Settings | None = None) -> FastAPI:
    """The server as an ASGI app. Raises ConfigError for settings, keys or a database that cannot be used."""
    settings = settings or Settings()
    settings.check()
    keys = read_keys(settings.key_file) if settings.key_file else {}

    @contextlib.asynccontextmanager
    async def opened(app: FastAPI) -> AsyncIterator[None]:
        app.state.house = house = House(settings)
        try:
            yield
        finally:
            house.close()

    about = {"title": "Soundalike", "version": __version__, "summary": "Speaks any text in a given voice."}
    app = FastAPI(**about, lifespan=opened, docs_url=None, redoc_url=None)  # FastAPI's pages of docs load from elsewhere
    add_handlers(app)
    app.include_router(speech.router)
    app.include_router(voice_routes.router)

    @app.get("/healthz", summary="Whether the process answers")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz", summary="Whether the model is loaded and there is room")
    async def readyz(request: Request) -> JSONResponse:
        house: House = request.app.state.house
        if house.failure:
            return Refusal(503, "no_model", "The model cannot be loaded. The server's log says why.").response()
        if not house.ready:
            return Refusal(503, "loading", "The model is being loaded.", headers={"Retry-After": "2"}).response()
        return JSONResponse({"status": "ready", "inside": house.desk.inside, "room": house.desk.most})

    @app.get("/metrics", summary="Numbers for Prometheus", response_class=Response)
    async def metrics(request: Request) -> Response:
        house: House = request.app.state.house
        house.metrics.inside.set(house.desk.inside)
        house.metrics.ready.set(house.ready)
        return Response(house.metrics.text(), media_type="text/plain; version=0.0.4")

    app.mount("/", StaticFiles(directory=PAGE, html=True), name="page")
    app.add_middleware(Door, settings=settings, keys=keys)  # the last added is the first asked
    if settings.cors:
        app.add_middleware(CORSMiddleware, allow_origins=list(settings.cors), allow_methods=["GET", "POST", "DELETE"], allow_headers=["*"])
    app.add_middleware(Watch)
    return app


