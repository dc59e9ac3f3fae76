"""A line of JSON for every request, numbers for Prometheus, and headers that every answer has. No texts, no
sound, no names of voices.
"""

from __future__ import annotations

import json
import logging
import secrets
import sys
import time
import traceback
from typing import Any

from starlette.requests import ClientDisconnect

from soundalike.serve.errors import refusal_of

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-site"),
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; base-uri 'none'; frame-ancestors 'none'",
    ),
)
log = logging.getLogger("soundalike.serve")


class Watch:
    """The outermost layer."""

    def __init__(self, app: Any):
        self.app = app

    async def __call__(self, scope: dict, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        began = time.monotonic()
        number = secrets.token_hex(8)
        state = scope.setdefault("state", {})
        status = 0
        size = 0

        async def counted(message: dict) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *HEADERS, (b"x-request-id", number.encode())]
            size += len(message.get("body", b""))
            await send(message)

        failure: BaseException | None = None
        try:
            await self.app(scope, receive, counted)
        except ClientDisconnect:
            status = 499
        except Exception as error:
            failure = error
            if status:
                # The answer has begun: the connection is closed, so that its end is not taken for whole
                raise _Cut() from None
            await refusal_of(error).response()(scope, receive, counted)
        finally:
            took = time.monotonic() - began
            route = getattr(scope.get("route"), "path", "page" if status < 400 else "none")
            failure = failure or state.get("failure")
            facts = {
                "id": number,
                "method": scope["method"],
                "route": route,
                "status": status,
                "seconds": round(took, 4),
                "bytes": size,
            }
            facts |= {name: state[name] for name in ("key", "characters") if state.get(name) is not None}
            if "speech_seconds" in state:
                facts["speech_seconds"] = round(state["speech_seconds"], 3)
            if failure is not None:
                facts["failure"] = places(failure)
            log.info("request", extra={"facts": facts})
            services = getattr(scope["app"].state, "services", None) if "app" in scope else None
            if services is not None:
                services.metrics.requests.labels(scope["method"], route, str(status)).inc()
                services.metrics.latency.labels(route).observe(took)
                services.metrics.characters.inc(state.get("characters", 0))


class _Cut(Exception):
    """An answer that broke off."""


def places(error: BaseException) -> list[str]:
    """An error's kind and where it came from; not its message, which may hold a client's text."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return [type(error).__name__, *(f"{frame.filename}:{frame.lineno}" for frame in frames)]


class Lines(logging.Formatter):
    """Log records as lines of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        said |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[1] is not None:
            said["failure"] = places(record.exc_info[1])
        return json.dumps(said, ensure_ascii=False)


def settle_logs(level: str = "info") -> None:
    """Send this server's and uvicorn's records to standard error as lines of JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    for name, least in (
        ("soundalike.serve", level.upper()),
        ("uvicorn", level.upper()),
        ("alembic", "WARNING"),
    ):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(least)
