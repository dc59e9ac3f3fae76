"""The app on uvicorn, with a limit on how long a client may take to send its headers."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import warnings
from collections.abc import Callable
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from soundalike.core.errors import ConfigError
from soundalike.serve.middleware.request_log import settle_logs

from .app import create_app
from .settings import Settings

LAST_PORT = 65_535
LONGEST_MESSAGE = 65_536  # bytes of one message that a WebSocket sends


def timed(seconds: float) -> type[H11Protocol]:
    """uvicorn's protocol, which closes a connection that has not sent a request's headers in so many
    seconds.
    """

    class Timed(H11Protocol):
        upgraded = False  # to a WebSocket

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self.loop.call_later(seconds, self._headers_due)

        def handle_websocket_upgrade(self, event: Any) -> None:
            self.upgraded = True
            super().handle_websocket_upgrade(event)

        def _headers_due(self) -> None:
            if self.cycle is None and not self.upgraded and not self.transport.is_closing():
                self.transport.close()

    return Timed


class Server(uvicorn.Server):
    """A uvicorn server that tells its address once it listens."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[str], None] | None):
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, then tell where."""
        await super().startup(sockets)
        if self.started and self._announce is not None:
            listening = [one for group in self.servers for one in group.sockets]
            port = listening[0].getsockname()[1] if listening else self.config.port
            self._announce(url_of(self.config.host, port))


def url_of(host: str, port: int) -> str:
    """The address that a browser on this machine is given for a server."""
    if host in ("", "0.0.0.0", "::"):
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def server(app: FastAPI, settings: Settings, announce: Callable[[str], None] | None = None) -> uvicorn.Server:
    """A uvicorn server of the app, not yet running; `announce` hears its address once it listens."""
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
        ws_max_size=LONGEST_MESSAGE,
        ws_per_message_deflate=False,  # sound does not get smaller
        lifespan="on",
    )
    return Server(config, announce)


def check_address(host: str, port: int) -> None:
    """Raise ConfigError unless a server can listen there."""
    if not 0 <= port <= LAST_PORT:
        raise ConfigError(f"port {port}: there are ports from 0 to {LAST_PORT} only. Choose one with --port.")
    faults = []
    try:
        places = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        faults = [fault for family, *_, address in places if (fault := _bind_fault(family, address))]
    except OSError as error:
        places, faults = [], [error]
    # A name may stand for addresses that this machine does not have beside one that it has
    serious = [fault for fault in faults if fault.errno in (errno.EADDRINUSE, errno.EACCES)]
    if serious or len(faults) >= max(1, len(places)):
        reason = (serious or faults)[0].strerror
        raise ConfigError(
            f"{host}, port {port}: cannot be listened on ({reason}). Choose another with --port."
        )


def _bind_fault(family: int, address: Any) -> OSError | None:
    """Why a socket cannot be bound to an address; none where it can."""
    try:
        with socket.socket(family, socket.SOCK_STREAM) as one:
            if os.name == "posix":
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(address)
    except OSError as error:
        return error
    return None


def serve(settings: Settings, plain: bool = False, announce: Callable[[str], None] | None = None) -> None:
    """Serve until interrupted. The log is lines of JSON, or, `plain`, of words; `announce` hears the address
    once the server listens. Raises ConfigError where it cannot listen.
    """
    check_address(settings.host, settings.port)
    settle_logs(plain=plain)
    warnings.simplefilter("ignore")  # they quote texts; what matters to clients is in the answers
    asyncio.run(server(create_app(settings), settings, announce).serve())
