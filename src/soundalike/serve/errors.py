"""Refusals in the shape of OpenAI's errors: {"error": {"message", "type", "param", "code"}}."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from soundalike.core.errors import AudioError, CheckpointError, ConfigError, SoundalikeError, TextError

CODES = {
    AudioError: "invalid_audio",
    TextError: "invalid_text",
    ConfigError: "invalid_value",
    CheckpointError: "voice_unusable",
}


class Refusal(Exception):
    """A request that is answered with an error."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        param: str | None = None,
        headers: dict[str, str] | None = None,
    ):
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.param = param
        self.headers = headers or {}

    @property
    def body(self) -> dict[str, Any]:
        """The error as JSON."""
        kind = "invalid_request_error"
        if self.status == 429:
            kind = "rate_limit_error"
        if self.status >= 500:
            kind = "server_error"
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}

    def response(self) -> JSONResponse:
        """The answer to a refused request."""
        return JSONResponse(self.body, self.status, self.headers)


def refusal_of(error: Exception) -> Refusal:
    """The refusal that answers an error; it says nothing of the server's files, nor of its faults."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, CheckpointError):  # its message names a file of the server
        return Refusal(
            409,
            "voice_unusable",
            "This voice cannot be used with the server's model. Make it again from its recording.",
            "voice",
        )
    if isinstance(error, SoundalikeError):
        code = next((code for kind, code in CODES.items() if isinstance(error, kind)), "invalid_value")
        return Refusal(400, code, str(error))
    return Refusal(500, "internal_error", "Something went wrong in the server. Its log says what.")


def invalid_value(error: RequestValidationError | ValidationError) -> Refusal:
    """The refusal of a body or form with a wrong value, by the first that is wrong."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return Refusal(400, "invalid_json", "The body is not JSON.")
    place = [str(part) for part in first["loc"] if part not in ("body", "query", "path", "form")]
    param = ".".join(place)
    if not param:
        return Refusal(
            400, "invalid_json", "The body must be a JSON object, its Content-Type application/json."
        )
    problem = first["msg"].removeprefix("Value error, ")
    message = problem if problem.startswith(f"{param} = ") else f"{param}: {problem}"
    return Refusal(400, "invalid_value", f"{message}.", param)


def add_handlers(app: FastAPI) -> None:
    """Let every refusal of the app have OpenAI's shape."""

    @app.exception_handler(Refusal)
    @app.exception_handler(SoundalikeError)
    async def refused(request: Request, error: Exception) -> JSONResponse:
        return refusal_of(error).response()

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return invalid_value(error).response()

    @app.exception_handler(HTTPException)
    async def failed(request: Request, error: HTTPException) -> JSONResponse:
        codes = {
            404: "not_found",
            405: "method_not_allowed",
            400: "invalid_body",
            415: "unsupported_media_type",
        }
        return Refusal(
            error.status_code,
            codes.get(error.status_code, "http_error"),
            str(error.detail),
            headers=dict(error.headers or {}),
        ).response()
