"""A line of JSON for every request, measures for Prometheus, and headers that every answer has. Texts, sound
and names of voices are never logged.
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
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from soundalike.serve.errors import refusal_of

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-site"),
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
        b"base-uri 'none'; frame-ancestors 'none'",
    ),
)
log = logging.getLogger("soundalike.serve")


class _Answer:
    """An answer on its way out: its status and size are noted, headers are added."""

    def __init__(self, send: Send):
        self.id = secrets.token_hex(8)
        self.status = 0
        self.size = 0
        self._send = send

    async def send(self, message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            self.status = message["status"]
            message["headers"] = [*message["headers"], *HEADERS, (b"x-request-id", self.id.encode())]
        elif message["type"] == "websocket.accept":
            self.status = 101
        self.size += len(message.get("body") or message.get("text") or b"")
        await self._send(message)


class RequestLog:
    """The outermost middleware: it logs and counts every request, whatever its end."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, then log and count it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        began = time.monotonic()
        answer = _Answer(send)
        scope.setdefault("state", {})
        failure: BaseException | None = None
        try:
            await self.app(scope, receive, answer.send)
        except ClientDisconnect:
            answer.status = 499
        except Exception as error:
            failure = error
            if answer.status:
                # The answer has begun: the connection is closed, so that its end is not taken for whole
                raise _Cut() from None
            await refusal_of(error).response()(scope, receive, answer.send)
        finally:
            _note(scope, answer, time.monotonic() - began, failure)


def _note(scope: Scope, answer: _Answer, seconds: float, failure: BaseException | None) -> None:
    """Log and count one request."""
    state = scope["state"]
    route = getattr(scope.get("route"), "path", "page" if answer.status < 400 else "none")
    method = scope.get("method", "WEBSOCKET")
    failure = failure or state.get("failure")
    facts: dict[str, Any] = {
        "id": answer.id,
        "method": method,
        "route": route,
        "status": answer.status,
        "seconds": round(seconds, 4),
        "bytes": answer.size,
    }
    facts |= {name: state[name] for name in ("key", "characters") if state.get(name) is not None}
    if "speech_seconds" in state:
        facts["speech_seconds"] = round(state["speech_seconds"], 3)
    if failure is not None:
        facts["failure"] = places(failure)
    log.info("request", extra={"facts": facts})
    services = getattr(scope["app"].state, "services", None) if "app" in scope else None
    if services is not None:
        services.metrics.requests.labels(method, route, str(answer.status)).inc()
        services.metrics.latency.labels(route).observe(seconds)
        services.metrics.characters.inc(state.get("characters", 0))


class _Cut(Exception):
    """An answer that broke off."""


def places(error: BaseException) -> list[str]:
    """An error's kind and where it came from; not its message, which may hold a client's text."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return [type(error).__name__, *(f"{frame.filename}:{frame.lineno}" for frame in frames)]


def _failure_of(record: logging.LogRecord) -> list[str] | None:
    """The kind and places of the exception that a record tells of; None where it tells of none."""
    error = record.exc_info[1] if record.exc_info else None
    return None if error is None else places(error)


class Lines(logging.Formatter):
    """Log records as lines of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """One record: time, level, event, and its facts."""
        line: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        line |= getattr(record, "facts", {})
        if failure := _failure_of(record):
            line["failure"] = failure
        return json.dumps(line, ensure_ascii=False)


class PlainLines(logging.Formatter):
    """Log records as lines for people: the time, then a request and its answer, or the event."""

    def format(self, record: logging.LogRecord) -> str:
        """One record in words."""
        facts = getattr(record, "facts", {})
        said = record.getMessage()
        if said == "request":
            said = f"{facts['method']} {facts['route']}: {facts['status']} in {facts['seconds']:.2f} s"
        elif said == "job":
            said = f"{facts['job']}: {facts['status']} in {facts['seconds']:.1f} s"
        failure = facts.get("failure") or _failure_of(record)
        told = f" ({', '.join(failure)})" if failure else ""
        level = "" if record.levelno <= logging.INFO else f"{record.levelname.lower()}: "
        return f"{self.formatTime(record, '%H:%M:%S')} {level}{said}{told}"


class ErrorStream(logging.StreamHandler):
    """Writes to standard error as it is when a record comes, as whoever runs the server within a program of
    theirs may have put another in its place, and closed the one before.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        self.stream = sys.stderr
        super().emit(record)


def settle_logs(level: str = "info", plain: bool = False) -> None:
    """Send this server's and uvicorn's records to standard error, as lines of JSON or, `plain`, of words."""
    handler = ErrorStream(sys.stderr)
    handler.setFormatter(PlainLines() if plain else Lines())
    levels = {"soundalike.serve": level.upper(), "uvicorn": level.upper(), "alembic": "WARNING"}
    for name, least in levels.items():
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(least)
