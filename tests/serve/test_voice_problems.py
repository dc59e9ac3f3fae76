"""What is wrong with recordings that are sent along, and fields that are not known, told by every route."""

from __future__ import annotations

import base64

import pytest
from conftest import sentences

pytest.importorskip("fastapi", reason="needs soundalike[serve]")
httpx = pytest.importorskip("httpx", reason="needs httpx")

from fastapi.routing import APIRoute  # noqa: E402

from soundalike.audio.audio import Audio  # noqa: E402
from soundalike.serve.app import ROUTES  # noqa: E402
from soundalike.serve.ignored_fields import FieldsRoute  # noqa: E402

ANNA = [path for path, _ in sentences()][:2]
BEN = [path for path, _ in sentences()][2]
FAST = {"quality": "fast", "response_format": "wav"}


@pytest.fixture(scope="module")
def http(served):
    with httpx.Client(base_url=f"http://127.0.0.1:{served.port}", timeout=900) as client:
        yield client


def files(name, paths):
    return [(name, (path.name, path.read_bytes())) for path in paths]


def clipped(path) -> bytes:
    audio = Audio.read(path)
    return Audio((audio.samples * 20).clip(-0.9, 0.9), audio.rate).encode("wav")


def test_another_person_among_the_recordings_of_a_kept_voice_is_told(http):
    made = http.post(
        "/v1/audio/voices", data={"name": "Two people"}, files=files("audio", [*ANNA, BEN])
    ).json()
    assert [("another-person" in clip["problems"]) for clip in made["clips"]] == [False, False, True]
    assert made["clips"][2]["advice"].startswith("Another person seems to speak in it")
    assert http.get("/v1/audio/voices/two people").json()["clips"] == made["clips"]
    one = http.post("/v1/audio/voices", data={"name": "One person"}, files=files("audio", ANNA)).json()
    assert all("another-person" not in clip["problems"] for clip in one["clips"])


def test_another_person_among_the_recordings_of_a_conversion_is_told(http):
    route = "/v1/audio/voice-conversion"
    source = files("file", [BEN])
    answer = http.post(route, files=[*source, *files("ref_audio", [ANNA[0], BEN])])
    assert answer.status_code == 200 and "another-person" in answer.headers["x-voice-problems"]
    plain = http.post(route, files=[*source, *files("ref_audio", ANNA)])
    assert "another-person" not in plain.headers.get("x-voice-problems", "")


@pytest.mark.parametrize("route", ["/v1/audio/speech", "/v1/audio/jobs"])
def test_a_poor_recording_is_told_where_the_answer_has_no_place_for_it(http, route):
    body = {"input": "Good evening.", **FAST, "ref_audio": base64.b64encode(clipped(ANNA[0])).decode()}
    answer = http.post(route, json=body)
    assert answer.status_code in (200, 202) and "clipped" in answer.headers["x-voice-problems"]
    kept = http.post(route, json={"input": "Good evening.", **FAST, "voice": "Anna"})
    assert "x-voice-problems" not in kept.headers, "a kept voice was judged when it was made"


@pytest.mark.parametrize(
    ("route", "data", "name"),
    [
        ("/voice-cloning", {"text": "Yes.", "quality": "fast", "sped": "1.2", "a b": "1"}, "audio"),
        ("/v1/audio/check", {"transscript": "Yes.", "sped": "1"}, "audio"),
        ("/v1/audio/voices", {"name": "Misspelt", "replce": "true", "sped": "1"}, "audio"),
        ("/v1/audio/voice-conversion", {"voices": "Anna", "sped": "1"}, "file"),
        ("/v1/adaptations", {"name": "Mara", "sped": "1", "replce": "true"}, None),
    ],
)
def test_misspelt_fields_of_forms_are_named(http, route, data, name):
    answer = http.post(route, data=data, files=files(name, [ANNA[0]]) if name else None)
    assert answer.status_code < 300, answer.text
    wrong = sorted(
        set(data) - {"text", "quality", "name", "a b"},
    )
    assert answer.headers["x-ignored-fields"] == ", ".join(wrong)
    if route == "/v1/adaptations":
        one = f"{route}/{answer.json()['id']}"
        more = http.post(f"{one}/recordings", files=files("audio", ANNA[:1]), data={"txt": "Yes."})
        assert more.headers["x-ignored-fields"] == "txt"
        assert "x-ignored-fields" not in http.get(one).headers
        http.delete(one)


def test_so_are_those_of_json(http):
    body = {"input": "Good evening.", "sped": 1, "nothing": None}
    answer = http.post("/v1/audio/sentences", json=body)
    assert answer.status_code == 200 and answer.headers["x-ignored-fields"] == "sped"


def test_every_route_that_takes_a_body_names_them():
    routes = [route for routes in ROUTES for route in routes.router.routes if isinstance(route, APIRoute)]
    assert all(isinstance(route, FieldsRoute) for route in routes if route.body_field is not None)
