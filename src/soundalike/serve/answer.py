"""Answers that end when the client leaves: work is cancelled, streams stop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

T = TypeVar("T")
CHUNK = 1 << 16  # bytes sent at a time


async def client_gone(receive: Receive) -> None:
    """Return when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def unless_gone(request: Request, work: Awaitable[T]) -> T:
    """What the work gives; it is cancelled, and ClientDisconnect raised, when the client leaves before."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(client_gone(request.receive))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise ClientDisconnect()
    finally:
        await ended(task, gone)


class Stream(Response):
    """Bytes sent as they are made, until the client leaves or takes nothing for `stall` seconds. `close` is
    called at the end, whatever ends it.
    """

    def __init__(
        self,
        parts: AsyncIterator[bytes],
        media_type: str,
        headers: dict[str, str],
        stall: float,
        close: Callable[[], Awaitable[None]],
    ):
        self.parts = parts
        self.stall = stall
        self.close = close
        self.status_code = 200
        self.media_type = media_type
        self.background = None
        self.init_headers({**headers, "Cache-Control": "no-store", "X-Accel-Buffering": "no"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer, as ASGI has it."""
        sending = asyncio.ensure_future(self._send(send))
        gone = asyncio.ensure_future(client_gone(receive))
        try:
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            await ended(sending, gone)
            await self.close()

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async for part in self.parts:
            for start in range(0, len(part), CHUNK):
                body = part[start : start + CHUNK]
                message = {"type": "http.response.body", "body": body, "more_body": True}
                await asyncio.wait_for(send(message), self.stall)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def ended(*tasks: asyncio.Future) -> None:
    """Cancel tasks, and wait until they have ended."""
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task
