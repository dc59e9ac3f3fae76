"""Answers that end when the client leaves: work that is given up, streams that stop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

T = TypeVar("T")


async def gone(receive: Callable[[], Awaitable[dict]]) -> None:
    """Return when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def unless_gone(request: Request, work: Awaitable[T]) -> T:
    """What the work gives; it is cancelled, and ClientDisconnect raised, when the client leaves before."""
    task = asyncio.ensure_future(work)
    left = asyncio.ensure_future(gone(request.receive))
    try:
        await asyncio.wait({task, left}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise ClientDisconnect()
    finally:
        await _end(task, left)


class Stream(Response):
    """Bytes sent as they are made, until the client leaves or takes nothing for `stall` seconds. `close` is
    called at the end, however it comes.
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

    async def __call__(self, scope: dict, receive: Any, send: Any) -> None:
        sending = asyncio.ensure_future(self._send(send))
        left = asyncio.ensure_future(gone(receive))
        try:
            await asyncio.wait({sending, left}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            await _end(sending, left)
            await self.close()

    async def _send(self, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async for part in self.parts:
            for start in range(0, len(part), 1 << 16):
                body = {
                    "type": "http.response.body",
                    "body": part[start : start + (1 << 16)],
                    "more_body": True,
                }
                await asyncio.wait_for(send(body), self.stall)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _end(*tasks: asyncio.Future) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task
