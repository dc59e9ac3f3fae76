"""What programs written for OpenAI's service, and for servers like it, ask for and get."""

from __future__ import annotations

import io
import time
import wave

import pytest
from conftest import HERE

pytest.importorskip("fastapi", reason="needs soundalike[serve]")
httpx = pytest.importorskip("httpx", reason="needs httpx")
soundfile = pytest.importorskip("soundfile")

from soundalike import Audio  # noqa: E402
from soundalike.inference import bundled_voices  # noqa: E402

SHORT = "Good evening."
TWO = "Good evening. How are you?"


@pytest.fixture(scope="module")
def http(served):
    with httpx.Client(base_url=f"http://127.0.0.1:{served.port}", timeout=900) as client:
        yield client


def say(http, **fields):
    return http.post("/v1/audio/speech", json={"model": "tts-1", "voice": "Anna", "input": SHORT, **fields})


@pytest.mark.parametrize("text", [SHORT, TWO])
def test_short_flac_and_wav_answers_know_their_length(http, text):
    flac = say(http, input=text, response_format="flac").content
    samples, rate = soundfile.read(io.BytesIO(flac), dtype="int16")
    with wave.open(io.BytesIO(say(http, input=text, response_format="wav").content)) as sound:
        assert sound.getnframes() == len(samples) and rate == sound.getframerate() == 24_000
        assert len(sound.readframes(sound.getnframes())) == 2 * len(samples)


def test_a_client_may_ask_for_the_whole_of_a_long_answer(http):
    text = "The harbor was quiet this morning. Nobody came. " * 8
    whole = say(http, input=text, response_format="wav", stream=False)
    assert int(whole.headers["content-length"]) == len(whole.content)
    with wave.open(io.BytesIO(whole.content)) as sound:
        assert 2 * sound.getnframes() == len(whole.content) - 44
    assert "content-length" in say(http, stream=False, response_format="mp3").headers
    assert "content-length" not in say(http, input=text, response_format="wav", stream=True).headers


def test_the_sound_of_a_flac_job_knows_its_length(http):
    job = http.post(
        "/v1/audio/jobs", json={"voice": "Anna", "input": SHORT, "response_format": "flac"}
    ).json()
    while (now := http.get(f"/v1/audio/jobs/{job['id']}").json())["status"] in ("queued", "running"):
        time.sleep(0.1)
    samples, rate = soundfile.read(io.BytesIO(http.get(f"/v1/audio/jobs/{job['id']}/audio").content))
    assert len(samples) / rate == pytest.approx(now["seconds"], abs=0.01)


@pytest.mark.parametrize(
    "name",
    [
        *("model", "voice", "response_format", "speed", "seed", "stream_format", "language", "quality"),
        *("instructions", "ref_audio", "timestamps", "stream", "loudness", "pitch"),
    ],
)
def test_null_is_as_good_as_nothing(http, name):
    assert say(http, **{name: None}).status_code == 200


def test_null_is_no_text(http):
    assert say(http, input=None).json()["error"]["param"] == "input"


@pytest.mark.parametrize("name", ["model", "voice", "response_format", "language"])
def test_so_is_a_name_left_blank(http, name):
    assert say(http, **{name: ""}).status_code == 200


# What other programs send, by name
REQUESTS = {
    # which adds the model and a user's own fields to what the page sends
    "Open WebUI": {"input": SHORT, "voice": "alloy", "model": "tts-1", "user": "a-b-c"},
    "SillyTavern": {
        "input": SHORT,
        "response_format": "mp3",
        "voice": "onyx",
        "speed": 1,
        "model": "tts-1-1106",
    },
    "SillyTavern with fields of its user's": {
        "input": SHORT,
        "voice": "Anna",
        "model": "tts-1",
        "response_format": "MP3",
        "exaggeration": "0.5",
        "cfg_weight": "0.4",
    },
    "LibreChat": {"input": SHORT, "model": "tts-1", "voice": "nova", "backend": "piper"},
    "LibreChat without voices": {"input": SHORT, "model": "tts-1-hd-1106", "quality": "fast"},
    "Kokoro-FastAPI": {
        "model": "tts-1",
        "input": SHORT,
        "voice": "shimmer",
        "response_format": "wav",
        "download_format": None,
        "speed": 1.0,
        "stream": True,
        "return_download_link": False,
        "lang_code": "a",
        "volume_multiplier": 1.0,
        "normalization_options": {"normalize": True, "unit_normalization": False},
    },
    "openedai-speech": {"input": SHORT},
    "openedai-speech in capitals": {
        "input": SHORT,
        "voice": "fable",
        "response_format": "FLAC",
        "speed": 1.1,
    },
    "OpenAI's newest": {"model": "gpt-4o-mini-tts-2025-12-15", "input": SHORT, "voice": {"id": "cedar"}},
}


@pytest.mark.parametrize("client", REQUESTS)
def test_requests_of_other_programs_are_answered(http, client):
    headers = {"Authorization": "Bearer not-needed", "X-OpenWebUI-User-Name": "Anna"}
    answer = http.post("/v1/audio/speech", json=REQUESTS[client], headers=headers)
    assert answer.status_code == 200, answer.text
    assert Audio.read(io.BytesIO(answer.content)).speech_seconds() > 0.3


def test_fields_that_are_not_known_are_named_and_ignored(http):
    plain = say(http, response_format="pcm")
    told = say(http, response_format="pcm", lang_code="a", **{"file": "/etc/passwd", "\nbad: name": 1})
    assert told.content == plain.content
    assert told.headers["x-ignored-fields"] == "file, lang_code" and "x-ignored-fields" not in plain.headers
    job = http.post("/v1/audio/jobs", json={"voice": "Anna", "input": SHORT, "lang_code": "a"})
    assert job.status_code == 202 and job.headers["x-ignored-fields"] == "lang_code"


def test_voices_and_models_are_listed_under_both_names(http):
    voices = http.get("/v1/audio/voices").json()
    assert voices["voices"] == voices["data"] and {"id", "name"} <= voices["voices"][0].keys()
    models = http.get("/v1/audio/models").json()
    assert [one["id"] for one in models["models"]] == [one["id"] for one in models["data"]]
    assert models["data"] == http.get("/v1/models").json()["data"]
    assert http.get("/v1/models/tts-1-1106").status_code == 200


@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/", "/docs", "/v1/models", "/v1/audio/voices", "/v1/limits", "/metrics"]
)
def test_head_is_get_without_the_body(http, path):
    asked = http.head(path)
    got = http.get(path)
    assert asked.status_code == got.status_code == 200 and asked.content == b""
    assert asked.headers["content-type"] == got.headers["content-type"]
    assert http.head("/nothing-here").status_code == 404
    assert http.head("/v1/audio/speech").status_code == http.get("/v1/audio/speech").status_code


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/v1/audio/speech", "POST"),
        ("DELETE", "/v1/audio/speech/", "POST"),
        ("PUT", "/v1/models", "GET"),
        ("PATCH", "/v1/audio/voices", "GET, POST"),
    ],
)
def test_a_route_that_is_asked_for_by_another_method_is_there(http, method, path, allow):
    answer = http.request(method, path)
    assert answer.status_code == 405 and answer.headers["allow"] == allow
    assert answer.json()["error"]["code"] == "method_not_allowed"


def test_a_slash_too_many_is_no_other_route(http):
    answer = http.get("/v1/models/", follow_redirects=False)
    assert answer.status_code == 307 and answer.headers["location"].endswith("/v1/models")
    assert http.get("/v1/models/", follow_redirects=True).json() == http.get("/v1/models").json()


def test_bundled_voices_speak_until_one_of_their_name_is_kept(http, cloner):
    listed = {one["id"]: one for one in http.get("/v1/audio/voices").json()["data"]}
    assert all(listed[name]["bundled"] and listed[name]["usable"] for name in bundled_voices.NAMES)
    assert not listed["anna"]["bundled"]
    assert http.get("/v1/audio/voices/Alloy").json()["id"] == bundled_voices.OPENAI_NAMES["alloy"]
    before = say(http, voice="alloy", response_format="pcm").content
    assert before == say(http, voice=bundled_voices.OPENAI_NAMES["alloy"], response_format="pcm").content
    refused = http.delete("/v1/audio/voices/alloy")
    assert refused.status_code == 409 and "comes with the program" in refused.json()["error"]["message"]
    recording = (HERE / "data" / "ben_1.flac").read_bytes()
    kept = http.post("/v1/audio/voices", files={"audio": recording}, data={"name": "alloy"})
    assert kept.status_code == 201
    assert say(http, voice="alloy", response_format="pcm").content != before
    assert http.delete("/v1/audio/voices/alloy").status_code == 200
    assert say(http, voice="alloy", response_format="pcm").content == before


LONG = {
    "digits": ("7" * 4000, {}),
    "amounts": ("$1,234,567.89 " * 250, {}),
    "pauses": ("Yes. " + "[pause 30s] No. " * 40, {}),
    "SSML": ("<speak>" + '<break time="10s"/>Yes.' * 100 + "</speak>", {}),
    "slowly": ("The harbor was quiet this morning, and nobody came. " * 75, {"speed": 0.25}),
}


@pytest.mark.parametrize("case", LONG)
def test_what_would_take_too_long_is_refused_before_it_is_spoken(http, served, case):
    text, more = LONG[case]
    before = served.services.metrics.speech_seconds._value.get()
    answer = say(http, input=text, **more)
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert (error["code"], error["param"]) == ("speech_too_long", "input")
    assert "at most 600 s" in error["message"] and "/v1/audio/jobs" in error["message"]
    assert served.services.metrics.speech_seconds._value.get() == before
    job = http.post("/v1/audio/jobs", json={"voice": "Anna", "input": text, **more})
    assert job.status_code == 202
    http.delete(f"/v1/audio/jobs/{job.json()['id']}")


def test_the_other_route_has_the_same_bound(http):
    files = {"audio": (HERE / "data" / "ben_1.flac").read_bytes()}
    refused = http.post("/voice-cloning", files=files, data={"text": "7" * 4000}).json()["error"]
    assert (refused["code"], refused["param"]) == ("speech_too_long", "text")
    assert http.get("/v1/limits").json()["speech_seconds"] == 600
