"""The listening test over HTTP: its page, the next trial for a listener, clips, and answers. Stands alone or
inside another application.
"""

from __future__ import annotations

import json
import math
import socket
from collections.abc import Callable
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException, Query, Request
from fastapi.responses import FileResponse, JSONResponse, Response

from soundalike.core.errors import ConfigError
from soundalike.evaluate.listening_test.plan import Clip, Plan, Trial
from soundalike.evaluate.listening_test.ratings import Rating, Ratings
from soundalike.evaluate.listening_test.wording import WORDINGS, check_scores
from soundalike.serve.middleware.limits import RequestGuard
from soundalike.serve.middleware.request_log import RequestLog
from soundalike.serve.settings import Settings

HERE = Path(__file__).parent / "page"
FILES = {
    "": HERE / "index.html",
    "listening.css": HERE / "listening.css",
    "listening.js": HERE / "listening.js",
}
FILES["base.css"] = HERE.parents[1] / "page" / "base.css"  # the look of all pages
RATER = r"^[\w-]{1,64}$"
LARGEST = 16_384  # bytes of an answer
LONGEST = 86_400.0  # seconds a trial is said to have taken, at most
KEPT = 32  # clips ready to be sent


class Listening:
    """One test: which trials each listener has rated, and which comes next."""

    def __init__(self, plan: Plan, ratings: Ratings, seed: int = 0, at_most: int | None = None):
        self.plan = plan
        self.ratings = ratings
        self.seed = seed
        self.at_most = at_most
        self.clips = {
            clip.name: clip
            for trial in plan.trials
            for clip in (*trial.clips, trial.reference)
            if clip is not None
        }
        self.wav = lru_cache(KEPT)(self._wav)

    def _wav(self, name: str) -> bytes:
        return self.clips[name].sound().encode("wav")

    def order(self, rater: str) -> list[Trial]:
        """The trials of one listener, in their order."""
        return self.plan.order(rater, self.seed, self.at_most)

    def state(self, rater: str) -> dict[str, Any]:
        """What the page shows this listener now."""
        order = self.order(rater)
        done = self.ratings.done(rater)
        waiting = [trial for trial in order if trial.name not in done]
        wording = WORDINGS[self.plan.test]
        return {
            "test": self.plan.test,
            "title": wording.title,
            "task": wording.task,
            "question": wording.question,
            "form": wording.form,
            "points": [{"value": value, "word": word, "hint": hint} for value, word, hint in wording.points],
            "done": len(order) - len(waiting),
            "total": len(order),
            "trial": _trial_shown(waiting[0]) if waiting else None,
        }

    def answer(self, rater: str, name: str, scores: dict[str, float], seconds: float) -> None:
        """Keep an answer. Raises HTTPException 422 for one that does not fit its trial."""
        order = self.order(rater)
        position = next((at for at, trial in enumerate(order, 1) if trial.name == name), None)
        if position is None:
            raise HTTPException(422, f"trial {name[:40]!r} is not one of this listener's")
        trial = order[position - 1]
        if set(scores) != {clip.name for clip in trial.clips}:
            raise HTTPException(422, "scores must hold one number for each clip of the trial, by its name")
        wrong = check_scores(self.plan.test, list(scores.values()))
        if wrong:
            raise HTTPException(422, wrong)
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        self.ratings.add(
            [_rating(rater, trial, clip, scores[clip.name], position, seconds, now) for clip in trial.clips]
        )


def _trial_shown(trial: Trial) -> dict[str, Any]:
    """A trial as the page learns of it: nothing says which clip is whose."""
    return {
        "name": trial.name,
        "clips": [clip.name for clip in trial.clips],
        "reference": trial.reference and trial.reference.name,
    }


def _rating(
    rater: str, trial: Trial, clip: Clip, score: float, position: int, seconds: float, now: str
) -> Rating:
    return Rating(
        rater, trial.name, clip.name, trial.key, clip.kind, clip.system, score, position, seconds, now
    )


def router(test: Listening) -> APIRouter:
    """The routes of a test, all relative, to be mounted anywhere."""
    routes = APIRouter()
    for name, path in FILES.items():
        routes.add_api_route(f"/{name}", _sender(path), include_in_schema=False)

    @routes.get("/state")
    def state(rater: str = Query(pattern=RATER)) -> JSONResponse:
        return JSONResponse(test.state(rater), headers={"Cache-Control": "no-store"})

    @routes.get("/clips/{name}.wav")
    def clip(name: str) -> Response:
        if name not in test.clips:
            raise HTTPException(404, "no such clip")
        return Response(
            test.wav(name), media_type="audio/wav", headers={"Cache-Control": "private, max-age=3600"}
        )

    @routes.post("/ratings")
    async def rate(request: Request, rater: str = Query(pattern=RATER)) -> JSONResponse:
        given = await _body(request)
        scores = given.get("scores")
        seconds = given.get("seconds")
        if not isinstance(scores, dict) or not all(_finite(score) for score in (*scores.values(), seconds)):
            raise HTTPException(422, "give 'trial', 'scores' (a number for each clip) and 'seconds'")
        test.answer(
            rater,
            str(given.get("trial")),
            {clip: float(score) for clip, score in scores.items()},
            min(max(0.0, float(given["seconds"])), LONGEST),
        )
        return JSONResponse(test.state(rater))

    return routes


def _sender(path: Path) -> Callable[[], FileResponse]:
    return lambda: FileResponse(path, headers={"Cache-Control": "no-cache"})


async def _body(request: Request) -> dict[str, Any]:
    """The JSON object that was sent; 413 when it is larger than any answer, 422 when it is none."""
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > LARGEST:
            raise HTTPException(413, "the answer is too large")
    try:
        given = json.loads(data, parse_int=float)  # however long a number is
    except (ValueError, RecursionError):
        raise HTTPException(422, "not JSON") from None
    if not isinstance(given, dict):
        raise HTTPException(422, "not a JSON object")
    return given


def _finite(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def alone(test: Listening, host: str = "127.0.0.1") -> FastAPI:
    """An application of this test only, behind the server's own request guard."""
    application = FastAPI(title="Soundalike listening test", docs_url=None, redoc_url=None, openapi_url=None)
    application.include_router(router(test))
    application.add_middleware(RequestGuard, settings=Settings(host=host), keys={})
    application.add_middleware(RequestLog)
    return application


def serve(test: Listening, host: str, port: int) -> None:
    """Show the test until interrupted. Raises ConfigError when the port cannot be used."""
    import uvicorn

    try:
        listener = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
    except (OSError, OverflowError) as error:
        raise ConfigError(
            f"port {port} on {host} cannot be used ({error}). Choose another with --port."
        ) from None
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listener.getsockname()[1]}/"
    print(f"listening test: {address}  (Ctrl+C ends it; ratings are kept in {test.ratings.path})", flush=True)
    uvicorn.Server(uvicorn.Config(alone(test, host), log_level="warning")).run(sockets=[listener])
