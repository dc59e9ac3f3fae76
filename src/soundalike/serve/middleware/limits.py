"""The request guard, in ASGI: who may send requests, how large their bodies may be, and how long they may
take to arrive.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from soundalike.serve.errors import Refusal
from soundalike.serve.settings import Settings

from .keys import holder, offered_key

KEYED = ("/v1/", "/voice-cloning", "/metrics")  # beginnings of paths that need a key where there are keys
PUBLIC = ("/v1/limits",)  # ... but for this, which says that a key is needed
DRAIN = 0.5  # seconds for which the body of a refused request is still read
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class RequestGuard:
    """Checks hosts, origins and keys before a body is read; then reads the body, bounded in bytes and time,
    and passes it on whole.
    """

    def __init__(self, app: ASGIApp, settings: Settings, keys: dict[str, str]):
        self.app = app
        self.settings = settings
        self.keys = keys
        self._room = 8 * settings.json_bytes  # bytes of bodies held at once
        self._held = 0  # bytes of bodies held now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with a refusal."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if scope["type"] == "websocket":
            await self._pass_websocket(scope, headers, receive, send)
            return
        announced = 0
        try:
            scope.setdefault("state", {})["key"] = self.admit(scope, headers)
            announced = self.announced(headers)
            self._held += announced
            body = await self.read(receive, announced)
        except Refusal as refusal:
            self._held -= announced
            refusal.headers.setdefault("Connection", "close")
            if refusal.status != 408 and brings_body(headers):
                await drain(receive)
            await refusal.response()(scope, receive, send)
            return
        except BaseException:
            self._held -= announced
            raise
        try:
            await self.app(scope, _replayed(body, receive), send)
        finally:
            self._held -= announced

    async def _pass_websocket(
        self, scope: Scope, headers: dict[str, str], receive: Receive, send: Send
    ) -> None:
        """Pass a WebSocket on, or refuse it before it is opened. Its messages are bounded where they are
        read.
        """
        try:
            scope.setdefault("state", {})["key"] = self.admit(scope, headers)
        except Refusal as refusal:
            await refusal.response()(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def admit(self, scope: Scope, headers: dict[str, str]) -> str | None:
        """The name of the caller's key, None where none is needed. Raises Refusal."""
        method = scope.get("method", "")  # a WebSocket has none
        self._check_host(headers.get("host", ""))
        if method not in ("GET", "HEAD", "OPTIONS"):
            self._check_origin(headers.get("origin", ""), headers.get("host", ""))
        keyed = scope["path"].startswith(KEYED) and scope["path"] not in PUBLIC
        if not self.keys or not keyed or method == "OPTIONS":
            return None
        return self._holder(headers)

    def _check_host(self, host: str) -> None:
        """Raise Refusal for a name this server does not answer to.

        A page elsewhere whose name was made to mean this machine must not reach a server meant for this
        machine.
        """
        if not self.settings.names and self.settings.host not in LOOPBACK:
            return
        if host_of(f"//{host}")[0] not in (*LOOPBACK, *self.settings.names):
            raise Refusal(
                421, "wrong_host", "This server does not answer to that name. `--host-name NAME` lets it."
            )

    def _check_origin(self, origin: str, host: str) -> None:
        """Raise Refusal for a request by a page of another site that is not allowed."""
        allowed = self.settings.cors
        if not origin or host_of(origin)[1] == host or origin in allowed or "*" in allowed:
            return
        raise Refusal(
            403,
            "foreign_origin",
            f"Pages of {origin[:100]} may not use this server. `--cors {origin[:100]}` lets them.",
        )

    def _holder(self, headers: dict[str, str]) -> str:
        """The name of the caller's key. Raises Refusal for none, or one that is not known."""
        offered = offered_key(headers)
        key = holder(self.keys, offered)
        if key is None:
            message = "Incorrect API key." if offered else "Give an API key: Authorization: Bearer KEY."
            raise Refusal(401, "invalid_api_key", message, headers={"WWW-Authenticate": "Bearer"})
        return key

    def announced(self, headers: dict[str, str]) -> int:
        """Bytes that a body may have: as many as its header says. Raises Refusal for more than are
        accepted, or than there is room for.
        """
        most = self.settings.json_bytes
        if not brings_body(headers):
            return 0
        size = int(headers["content-length"]) if headers.get("content-length", "").isdigit() else most
        if size > most:
            raise Refusal(413, "too_large", f"The body has {size} bytes, at most {most} are taken.")
        if self._held + size > self._room:
            raise Refusal(
                429, "queue_full", "Too many uploads at once. Come again later.", headers={"Retry-After": "2"}
            )
        return size

    async def read(self, receive: Receive, most: int) -> bytes:
        """A body of at most so many bytes. Raises Refusal for more, and for one that comes too slowly."""
        if not most:
            return b""
        parts = []
        size = 0
        began = time.monotonic()
        while True:
            left = began + self.settings.body_grace + size / self.settings.body_rate - time.monotonic()
            try:
                message = await asyncio.wait_for(receive(), max(0.0, left))
            except (asyncio.TimeoutError, TimeoutError):
                raise Refusal(
                    408, "body_timeout", f"The body came too slowly: {size} bytes so far."
                ) from None
            if message["type"] == "http.disconnect":
                raise Refusal(400, "client_left", "The client left.")
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > most:
                raise Refusal(413, "too_large", f"The body has more than {most} bytes.")
            if not message.get("more_body"):
                return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives a body that was read already, then what comes after it."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def brings_body(headers: dict[str, str]) -> bool:
    """Whether a request has a body."""
    return "content-length" in headers or "transfer-encoding" in headers


def host_of(url: str) -> tuple[str, str]:
    """The host of a URL, and its host with the port; empty where it is none."""
    try:
        parts = urlsplit(url)
        return parts.hostname or "", parts.netloc
    except ValueError:
        return "", ""


async def drain(receive: Receive) -> None:
    """Read and drop what a refused client is still sending, for a moment: most clients read no answer
    before they have sent all.
    """
    until = time.monotonic() + DRAIN
    with contextlib.suppress(asyncio.TimeoutError, TimeoutError):
        while (await asyncio.wait_for(receive(), max(0.0, until - time.monotonic()))).get("more_body"):
            pass
