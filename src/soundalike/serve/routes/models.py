"""Routes that list the models, as OpenAI's clients and those of similar servers ask for them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from soundalike.serve.models import current_name

router = APIRouter()
CREATED = 1_767_225_600  # when a model was made, as /v1/models has it: seconds since 1970


@router.get("/v1/models", summary="The models")
async def models(request: Request) -> dict[str, Any]:
    """The names that `model` may have."""
    return {"object": "list", "data": [_model(name) for name in request.app.state.services.models.names]}


@router.get("/v1/audio/models", summary="The models, as Open WebUI asks for them")
async def audio_models(request: Request) -> dict[str, Any]:
    """The names that `model` may have, as `data` and as `models`."""
    listed = await models(request)
    return {**listed, "models": [{"id": one["id"], "name": one["id"]} for one in listed["data"]]}


@router.get("/v1/models/{name}", summary="One model")
async def model(request: Request, name: str) -> dict[str, Any]:
    """One of the names that `model` may have."""
    request.app.state.services.models.check(current_name(name))
    return _model(name)


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": CREATED, "owned_by": "soundalike"}
