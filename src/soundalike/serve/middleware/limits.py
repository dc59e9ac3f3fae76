"""The door, in ASGI: who may come in, how much they may bring, and how long they may take to hand it over."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any
from urllib.parse import urlsplit

from soundalike.serve.errors import Refusal
from soundalike.serve.settings import Settings

from .keys import holder

CLOSED = ("/v1/", "/voice-cloning", "/metrics")  # what needs a key where there are keys
PUBLIC = ("/v1/limits",)  # ... but for this, which says that a key is needed
DRAIN = 0.5  # seconds
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class RequestGuard:
    """Checks keys, origins and hosts before a body is read; then reads the body, bounded in bytes and time,
    and hands it on whole.
    """

    def __init__(self, app: Any, settings: Settings, keys: dict[str, str]):
        self.app = app
        self.settings = settings
        self.keys = keys
        self._room = 8 * settings.json_bytes  # bytes of bodies held at once
        self._held = 0

    async def __call__(self, scope: dict, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        announced = 0
        try:
            scope.setdefault("state", {})["key"] = self.admit(scope, headers)
            announced = self.announced(scope, headers)
            self._held += announced
            body = await self.read(receive, announced)
        except Refusal as refusal:
            self._held -= announced
            refusal.headers.setdefault("Connection", "close")
            if refusal.status != 408 and brings_body(headers):
                await drain(receive)
            return await refusal.response()(scope, receive, send)
        except BaseException:
            self._held -= announced
            raise
        given = False

        async def again() -> dict:
            nonlocal given
            if not given:
                given = True
                return {"type": "http.request", "body": body, "more_body": False}
            return await receive()

        try:
            await self.app(scope, again, send)
        finally:
            self._held -= announced

    def admit(self, scope: dict, headers: dict[str, str]) -> str | None:
        """The name of the caller's key, None where none is needed. Raises Refusal."""
        host = headers.get("host", "")
        names = (*LOOPBACK, *self.settings.names)
        if (self.settings.names or self.settings.host in LOOPBACK) and part_folder(f"//{host}")[
            0
        ] not in names:
            # a page elsewhere whose name was made to mean this machine must not reach a server meant for this
            # machine
            raise Refusal(
                421, "wrong_host", "This server does not answer to that name. `--host-name NAME` lets it."
            )
        origin = headers.get("origin")
        if origin and scope["method"] not in ("GET", "HEAD", "OPTIONS"):
            if (
                part_folder(origin)[1] != host
                and origin not in self.settings.cors
                and "*" not in self.settings.cors
            ):
                raise Refusal(
                    403,
                    "foreign_origin",
                    f"Pages of {origin[:100]} may not use this server. `--cors {origin[:100]}` lets them.",
                )
        if (
            not self.keys
            or not scope["path"].startswith(CLOSED)
            or scope["path"] in PUBLIC
            or scope["method"] == "OPTIONS"
        ):
            return None
        key = holder(self.keys, headers.get("authorization", ""))
        if key is None:
            message = (
                "Give an API key: Authorization: Bearer KEY."
                if "authorization" not in headers
                else "Incorrect API key."
            )
            raise Refusal(401, "invalid_api_key", message, headers={"WWW-Authenticate": "Bearer"})
        return key

    def announced(self, scope: dict, headers: dict[str, str]) -> int:
        """Bytes that a body may have: as many as it says. Raises Refusal for more than are taken, or than
        there is room for.
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

    async def read(self, receive: Any, most: int) -> bytes:
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


def brings_body(headers: dict[str, str]) -> bool:
    return "content-length" in headers or "transfer-encoding" in headers


def part_folder(url: str) -> tuple[str, str]:
    """The host of a URL, and its host with the port; empty where it is none."""
    try:
        parts = urlsplit(url)
        return parts.hostname or "", parts.netloc
    except ValueError:
        return "", ""


async def drain(receive: Any) -> None:
    """Take in and forget what a refused client is still sending, for a moment: most clients read no answer
    before they have sent all.
    """
    until = time.monotonic() + DRAIN
    with contextlib.suppress(asyncio.TimeoutError, TimeoutError):
        while (await asyncio.wait_for(receive(), max(0.0, until - time.monotonic()))).get("more_body"):
            pass
