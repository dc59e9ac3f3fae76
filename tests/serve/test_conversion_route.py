"""The server's voice conversion, as its clients use it."""

from __future__ import annotations

import io

import numpy as np
import pytest
from conftest import HERE, REFERENCE

pytest.importorskip("fastapi", reason="needs soundalike[serve]")
httpx = pytest.importorskip("httpx", reason="needs httpx")

from soundalike import Audio  # noqa: E402
from soundalike.provenance import watermark  # noqa: E402

SOURCE = HERE / "data" / "ben_1.flac"
ROUTE = "/v1/audio/voice-conversion"
RATE = 24_000


@pytest.fixture(scope="module")
def http(served):
    with httpx.Client(base_url=f"http://127.0.0.1:{served.port}", timeout=900) as client:
        yield client


def asked(http, data=None, file=None, more=(), **fields):
    files = [("file", ("source.flac", SOURCE.read_bytes() if file is None else file))]
    return http.post(ROUTE, data={**(data or {}), **fields}, files=[*files, *more])


def test_a_recording_comes_back_in_the_voice_exactly_as_long(http, cloner, voice):
    answer = asked(http, voice="Anna", response_format="wav", seed="3")
    assert answer.status_code == 200 and answer.headers["x-seed"] == "3"
    assert answer.headers["content-type"] == "audio/wav" and "content-length" in answer.headers
    made = Audio.read(io.BytesIO(answer.content))
    source = Audio.read(SOURCE)
    assert made.seconds == pytest.approx(source.seconds, abs=1e-4) and watermark.find(made)
    heard, own = cloner.speaker_encoder.embed([made])[0], cloner.speaker_encoder.embed([source])[0]
    assert heard @ voice.identity.astype(np.float32) > 0.6 > 0.4 > heard @ own
    assert asked(http, voice="Anna", response_format="wav", seed="3").content == answer.content


def test_a_recording_of_the_voice_may_be_sent_along_and_the_answer_streams(http):
    reference = [("ref_audio", ("me.flac", REFERENCE.read_bytes()))]
    wishes = {"pitch": "keep", "strength": "0.9", "keep_breaths": "true", "response_format": "pcm"}
    answer = asked(http, wishes, more=reference)
    assert answer.status_code == 200 and "content-length" not in answer.headers
    size = len(Audio.read(SOURCE).resample(RATE).samples)
    assert len(answer.content) == 2 * size and answer.headers["content-type"] == "audio/pcm"


def long_silence() -> bytes:
    return Audio(np.zeros(181 * 8000, np.float32), 8000).encode("flac")


@pytest.mark.parametrize(
    "fields, file, status, param, message",
    [
        ({"pitch": "high"}, None, 400, "pitch", "pitch = high cannot be had. Choose auto, keep, or -12"),
        ({"strength": "2"}, None, 400, "strength", "strength = 2.0 is out of range. Choose 0 to 1"),
        ({"loudness": "nan"}, None, 400, "loudness", "finite"),
        ({"response_format": "doc"}, None, 400, "response_format", "mp3"),
        ({"voice": "nobody"}, None, 404, "voice", "No voice is called 'nobody'"),
        ({"model": "gpt-9"}, None, 404, "model", "does not exist"),
        ({}, b"", 400, None, "file: the file is empty"),
        ({}, b"Dear Anna,\n" * 50, 400, None, "file: not a recording"),
        ({}, long_silence, 400, None, "file: longer than 180 s. Send it in parts."),
    ],
)
def test_what_is_refused(http, fields, file, status, param, message):
    answer = asked(http, file=file() if callable(file) else file, **fields)
    error = answer.json()["error"]
    assert answer.status_code == status and message in error["message"] and error["param"] == param, error


def test_a_form_without_a_recording_is_refused(http):
    answer = http.post(ROUTE, data={"voice": "Anna"})
    assert answer.status_code == 400 and answer.json()["error"]["param"] == "file"


def test_the_schema_names_every_field(http):
    schema = http.get("/openapi.json").json()
    form = schema["paths"][ROUTE]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    fields = schema["components"]["schemas"][form["$ref"].rsplit("/", 1)[1]]["properties"]
    wanted = {"file", "voice", "ref_audio", "model", "response_format", "stream", "pitch", "strength"}
    assert wanted | {"keep_breaths", "loudness", "transcript", "seed"} == set(fields)
    assert ROUTE in http.get("/docs").text


def test_where_a_consent_is_required_a_recording_alone_is_no_voice(running):
    server = running(require_consent=True)
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=900) as client:
        server.services.wait()
        reference = [("ref_audio", ("me.flac", REFERENCE.read_bytes()))]
        answer = asked(client, more=reference)
        assert answer.status_code == 403 and answer.json()["error"]["code"] == "consent_missing"
