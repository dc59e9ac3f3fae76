"""The app on uvicorn, with a limit on how long a client may take to send its headers."""

from __future__ import annotations

import asyncio
import warnings
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from soundalike.serve.middleware.request_log import settle_logs

from .app import create_app
from .settings import Settings


def timed(seconds: float) -> type[H11Protocol]:
    """uvicorn's protocol, which closes a connection that has not sent a request's headers in so many
    seconds.
    """

    class Timed(H11Protocol):
        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self.loop.call_later(seconds, self._headers_due)

        def _headers_due(self) -> None:
            if self.cycle is None and not self.transport.is_closing():
                self.transport.close()

    return Timed


def server(app: FastAPI, settings: Settings) -> uvicorn.Server:
    """A uvicorn server of the app, not yet running."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=timed(settings.headers_within),
        loop="asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=10,
        limit_concurrency=max(256, 4 * settings.waiting),
        timeout_graceful_shutdown=10,
        h11_max_incomplete_event_size=32_768,
        lifespan="on",
    )
    return uvicorn.Server(config)


def serve(settings: Settings) -> None:
    """Serve until interrupted."""
    settle_logs()
    warnings.simplefilter("ignore")  # they quote texts; what matters to clients is in the answers
    asyncio.run(server(create_app(settings), settings).serve())
