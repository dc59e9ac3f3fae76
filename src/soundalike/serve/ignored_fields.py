"""Fields that are sent and are not known here: every answer names them, of JSON as of a form."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

HEADER = "X-Ignored-Fields"
FIELD_NAME = re.compile(r"[\w.-]{1,40}", re.ASCII)  # what may stand in a header
MOST = 20  # names in a header


class FieldsRoute(APIRoute):
    """A route whose answer has HEADER where the body held fields that it does not take."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, and the header after it."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            answer = await handler(request)
            if self.body_field is not None:
                model: Any = self.body_field.field_info.annotation
                names = unknown(await _sent(request), model.model_fields)
                if names:
                    answer.headers[HEADER] = ", ".join(names)
            return answer

        return handle


async def _sent(request: Request) -> list[str]:
    """The names of a body's fields, without those that are null: the body was read before, and is kept."""
    if "json" not in request.headers.get("content-type", ""):
        return list(await request.form())
    body = await request.json()
    return [name for name, value in body.items() if value is not None] if isinstance(body, dict) else []


def unknown(sent: Iterable[str], known: Iterable[str]) -> list[str]:
    """The first MOST of the names that are not known, sorted; without those that no header can hold."""
    return [name for name in sorted(set(sent) - set(known)) if FIELD_NAME.fullmatch(name)][:MOST]
