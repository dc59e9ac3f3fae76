"""The route that tells what of a text will be spoken, before it is."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from soundalike.inference.script_request import read_script
from soundalike.inference.speech_length import predicted_seconds
from soundalike.serve.answer import unless_gone
from soundalike.serve.ignored_fields import FieldsRoute
from soundalike.serve.schemas import TextRequest, check_text
from soundalike.serve.services import Services, check_seconds
from soundalike.text import Script

router = APIRouter(route_class=FieldsRoute)


@router.post("/v1/audio/sentences", summary="The sentences of a text, and how long they will take to say")
async def sentences(request: Request, body: TextRequest) -> dict[str, Any]:
    """The text as it will be read, nothing spoken: `sentences` with their `text` and `span` (characters of
    `input`), one for each part of the sound; `seconds` of speech, predicted; the `language`.
    """
    services: Services = request.app.state.services
    check_text(body.input, services.settings.characters)
    request.state.characters = len(body.input)
    with services.limiter.place(request.state.key):
        reading = services.pool.call(lambda: read_script(services.script_request(body)))
        script = await unless_gone(request, reading)
    seconds = predicted_seconds(script, body.speed)
    check_seconds(seconds, services.settings.speech_seconds)
    return {
        "object": "list",
        "sentences": _listed(script),
        "seconds": round(seconds, 2),
        "language": script.text_language.to_dict(),
    }


def _listed(script: Script) -> list[dict[str, Any]]:
    """The sentences of a script as JSON has them."""
    return [
        {"text": " ".join(one.text.split()), "span": [one.spans[0][0], one.spans[-1][1]]}
        for one in script.utterances
    ]
