"""The server as its clients use it: a real one, in a thread, and the official `openai` client."""

from __future__ import annotations

import base64
import io
import json
import time

import numpy as np
import pytest
from conftest import HERE, REFERENCE

pytest.importorskip("fastapi", reason="needs soundalike[serve]")
httpx = pytest.importorskip("httpx", reason="needs httpx")

from soundalike import Audio  # noqa: E402
from soundalike.core.types import Reference as Recording  # noqa: E402

TEXT = "The harbor was quiet this morning."
LONG = "The harbor was quiet this morning. Nobody came. " * 60


@pytest.fixture(scope="module")
def http(served):
    with httpx.Client(base_url=f"http://127.0.0.1:{served.port}", timeout=900) as client:
        yield client


@pytest.fixture(scope="module")
def openai_client(served):
    openai = pytest.importorskip("openai", reason="needs openai")
    return openai.OpenAI(base_url=f"http://127.0.0.1:{served.port}/v1", api_key="not-needed", max_retries=0)


def events(answer) -> list[dict]:
    """The data of server-sent events, whose names are their types."""
    blocks = [block.splitlines() for block in answer.text.strip().split("\n\n")]
    assert all(name == f"event: {json.loads(data[6:])['type']}" for name, data in blocks)
    return [json.loads(data[6:]) for _, data in blocks]


@pytest.mark.parametrize("kind", ["mp3", "opus", "aac", "flac", "wav", "pcm"])
def test_the_openai_client_gets_every_format(openai_client, http, kind):
    answer = openai_client.audio.speech.create(model="tts-1", voice="Anna", input=TEXT, response_format=kind)
    data = answer.read()
    audio = (
        Audio(np.frombuffer(data, "<i2") / np.float32(32768), 24_000)
        if kind == "pcm"
        else Audio.read(io.BytesIO(data))
    )
    assert 1.0 < audio.speech_seconds() < 4.0 and audio.rate in (24_000, 48_000)
    assert answer.response.headers["content-type"].startswith("audio/")
    # What is short and says how long it is in its header is sent whole
    assert ("content-length" in answer.response.headers) == (kind in ("wav", "flac"))
    plain = http.post(
        "/v1/audio/speech", json={"model": "tts-1", "voice": "Anna", "input": TEXT, "response_format": "pcm"}
    ).content
    sound = np.frombuffer(plain, "<i2").astype(float)
    assert abs(len(sound) / 24_000 - audio.seconds) < 0.15
    if kind in ("pcm", "wav", "flac"):
        assert np.array_equal(np.round(audio.samples[: len(sound)] * 32768), sound)


def test_the_openai_client_streams_and_names_errors(openai_client):
    import openai

    wanted = {"model": "soundalike", "voice": "anna", "input": LONG[:500], "response_format": "pcm"}
    with openai_client.audio.speech.with_streaming_response.create(**wanted) as answer:
        sizes = [len(part) for part in answer.iter_bytes()]
    assert len(sizes) > 3 and sum(sizes) > 24_000 * 2 * 10
    with pytest.raises(openai.NotFoundError) as caught:
        openai_client.audio.speech.create(model="tts-1", voice="nobody", input="Hi.")
    assert (
        caught.value.code == "voice_not_found"
        and caught.value.param == "voice"
        and "No voice is called 'nobody'" in str(caught.value)
    )
    with pytest.raises(openai.NotFoundError, match="does not exist"):
        openai_client.audio.speech.create(model="gpt-9", voice="anna", input="Hi.")
    with pytest.raises(openai.BadRequestError) as caught:
        openai_client.audio.speech.create(model="tts-1", voice="anna", input="Hi.", speed=5)
    assert caught.value.param == "speed"
    assert {"tts-1", "soundalike"} <= {model.id for model in openai_client.models.list()}
    assert openai_client.models.retrieve("tts-1").owned_by == "soundalike"


def test_a_voice_may_be_named_by_id_as_openai_does(openai_client):
    assert (
        len(openai_client.audio.speech.create(model="tts-1", voice={"id": "anna"}, input="Hi.").read()) > 1000
    )


def test_the_server_says_what_the_library_says(http, cloner, voice):
    from soundalike.audio.speech import join
    from soundalike.provenance.metadata import today

    body = {"voice": "Anna", "input": LONG[:600], "response_format": "pcm", "seed": 5}
    data = http.post("/v1/audio/speech", json=body).content
    heard = join(
        list(cloner.speak(LONG[:600], voice, cloner.Options(seed=5), day=today(), quality="fast"))
    ).samples
    sent = np.frombuffer(data, "<i2") / 32767
    # Threads may differ in the last bits
    assert len(sent) == len(heard) and np.abs(sent - heard).max() < 2e-3
    assert http.post("/v1/audio/speech", json=body).content == data
    assert http.post("/v1/audio/speech", json={**body, "seed": 6}).content != data


def test_events_bring_sound_and_words(http):
    body = {
        "voice": "Anna",
        "input": "Good evening. It costs $3.50.",
        "stream_format": "sse",
        "response_format": "wav",
        "timestamps": True,
    }
    answer = http.post("/v1/audio/speech", json=body)
    assert answer.headers["content-type"].startswith("text/event-stream")
    *deltas, done = events(answer)
    assert {delta["type"] for delta in deltas} == {"speech.audio.delta"} and done[
        "type"
    ] == "speech.audio.done"
    audio = Audio.read(io.BytesIO(b"".join(base64.b64decode(delta["audio"]) for delta in deltas)))
    assert abs(audio.seconds - done["seconds"]) < 0.01
    usage = done["usage"]
    assert (
        usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"] and usage["output_tokens"] > 0
    )
    words = [word for delta in deltas for word in delta.get("words", [])]
    assert [body["input"][slice(*word["span"])] for word in words] == [
        "Good",
        "evening",
        "It",
        "costs",
        "$3.50",
    ]
    assert [word["start"] for word in words] == sorted(word["start"] for word in words) and words[-1][
        "stop"
    ] <= done["seconds"]
    refused = http.post("/v1/audio/speech", json={**body, "stream_format": "audio"})
    assert refused.status_code == 400 and refused.json()["error"]["param"] == "timestamps"


def test_the_first_sentence_is_sent_in_pieces_where_that_is_asked_for(http):
    text = "The harbor was quiet this morning, and nobody came. Then a bell rang."
    body = {"voice": "Anna", "input": text, "stream_format": "sse", "response_format": "pcm", "seed": 3}
    *plain, said = events(http.post("/v1/audio/speech", json={**body, "timestamps": True}))
    *deltas, done = events(http.post("/v1/audio/speech", json={**body, "timestamps": True, "stream": True}))
    assert len(plain) == 2 < len(deltas) and done == said and done["doubts"] == []
    words = [[word for one in some for word in one["words"]] for some in (deltas, plain)]
    assert words[0] == words[1]
    one, other = (
        np.frombuffer(b"".join(base64.b64decode(delta["audio"]) for delta in some), "<i2").astype(float)
        for some in (deltas, plain)
    )
    assert len(one) == len(other)
    assert np.abs(one - other).max() < 0.06 * np.abs(other).max()  # as the loudness is predicted
    stretched = {**body, "stream": True, "speed": 4}  # in whole sentences
    assert len(events(http.post("/v1/audio/speech", json=stretched))) == 3


def test_a_recording_may_come_with_the_request(http, cloner):
    body = {
        "input": TEXT,
        "response_format": "wav",
        "ref_audio": base64.b64encode((HERE / "data" / "ben_1.flac").read_bytes()).decode(),
    }
    bare = http.post("/v1/audio/speech", json=body)
    assert bare.status_code == 200
    assert (
        http.post(
            "/v1/audio/speech", json={**body, "ref_audio": f"data:audio/flac;base64,{body['ref_audio']}"}
        ).content
        == bare.content
    )
    one, two, other = (
        cloner.synthesizer.condition(Recording(audio)).identity.astype(np.float32)
        for audio in (
            Audio.read(io.BytesIO(bare.content)),
            Audio.read(HERE / "data" / "ben_2.flac"),
            Audio.read(REFERENCE),
        )
    )
    assert one @ two > one @ other


@pytest.mark.parametrize("speed", [0.25, 0.5, 2.0, 4.0])
def test_speed_over_openais_whole_range(http, speed):
    body = {"voice": "Anna", "input": TEXT, "stream_format": "sse", "timestamps": True}
    plain, changed = (
        events(http.post("/v1/audio/speech", json={**body, "speed": each})) for each in (1.0, speed)
    )
    assert changed[-1]["seconds"] == pytest.approx(plain[-1]["seconds"] / speed, rel=0.12)
    assert changed[0]["words"][-1]["stop"] == pytest.approx(plain[0]["words"][-1]["stop"] / speed, rel=0.12)


def test_one_call_from_a_recording_and_a_text_to_speech(http):
    with REFERENCE.open("rb") as file:
        said = http.post(
            "/voice-cloning", files={"audio": file}, data={"text": TEXT, "seed": "3", "quality": "fast"}
        ).json()
    audio = Audio.read(io.BytesIO(base64.b64decode(said["audio"])))
    assert (audio.rate, said["seed"]) == (said["sampling_rate"], 3) and audio.seconds == pytest.approx(
        said["seconds"], abs=0.01
    )
    assert said["report"]["voice"]["problems"] == [] and len(said["words"]) == 6
    assert sum(len(sentence["words"]) for sentence in said["report"]["speech"]["sentences"]) >= 6


def test_recordings_are_judged(http):
    with REFERENCE.open("rb") as file:
        report = http.post("/v1/audio/check", files={"audio": file}).json()
    assert report["advice"] == "A good reference." and 5 < report["speech_seconds"] < report["seconds"] < 8
    silence = Audio(np.zeros(48_000, np.float32), 24_000).encode("wav")
    assert http.post("/v1/audio/check", files={"audio": ("me.wav", silence)}).json()["problems"] == [
        "silence"
    ]


def test_voices_are_kept_listed_and_deleted(http):
    recording = (HERE / "data" / "ben_1.flac").read_bytes()
    made = http.post("/v1/audio/voices", files={"audio": recording}, data={"name": "Ben"})
    assert (
        made.status_code == 201 and made.json()["id"] == "ben" and made.json()["report"]["speech_seconds"] > 1
    )
    assert {"ben", "anna"} <= {voice["id"] for voice in http.get("/v1/audio/voices").json()["data"]}
    assert http.get("/v1/audio/voices/BEN").json()["name"] == "Ben"
    again = http.post("/v1/audio/voices", files={"audio": recording}, data={"name": "BEN"})
    assert again.status_code == 409 and again.json()["error"]["code"] == "voice_exists"
    assert (
        http.post(
            "/v1/audio/voices", files={"audio": recording}, data={"name": "BEN", "replace": "true"}
        ).json()["name"]
        == "BEN"
    )
    assert http.delete("/v1/audio/voices/ben").json()["deleted"]
    assert (
        http.get("/v1/audio/voices/ben").status_code == http.delete("/v1/audio/voices/ben").status_code == 404
    )


def test_a_client_that_leaves_ends_its_speech(http, served):
    before = served.services.metrics.speech_seconds._value.get()
    with http.stream(
        "POST", "/v1/audio/speech", json={"voice": "Anna", "input": LONG, "response_format": "pcm"}
    ) as answer:
        next(answer.iter_raw())
    until = time.monotonic() + 300
    while served.services.limiter.inside and time.monotonic() < until:
        time.sleep(0.05)
    assert served.services.limiter.inside == 0
    assert served.services.metrics.speech_seconds._value.get() - before < 60  # of some 170 s


def test_a_full_server_says_when_to_come_again(http, served):
    limiter = served.services.limiter
    places = [limiter.place(None) for _ in range(limiter.most)]
    try:
        for place in places:
            place.__enter__()
        answer = http.post("/v1/audio/speech", json={"voice": "Anna", "input": "Hi."})
        assert (
            answer.status_code == 429
            and answer.json()["error"]["type"] == "rate_limit_error"
            and int(answer.headers["retry-after"]) >= 1
        )
        assert http.get("/healthz").status_code == 200 and http.get("/v1/audio/voices").status_code == 200
    finally:
        for place in places:
            place.__exit__(None, None, None)
    assert http.post("/v1/audio/speech", json={"voice": "Anna", "input": "Hi."}).status_code == 200


def test_health_numbers_and_docs(http):
    assert http.get("/healthz").json() == {"status": "ok"} and http.get("/readyz").json()["status"] == "ready"
    numbers = http.get("/metrics").text
    for name in (
        "requests_total{",
        "request_seconds_bucket{",
        "speech_seconds_total",
        "first_sound_seconds_count",
        "jobs{",
    ):
        assert f"soundalike_{name}" in numbers, name
    assert "process_resident_memory_bytes" in numbers
    paths = http.get("/openapi.json").json()["paths"]
    wanted = {
        "/v1/audio/speech",
        "/v1/audio/voices",
        "/v1/audio/voices/{voice_id}",
        "/voice-cloning",
        "/v1/audio/jobs",
        "/v1/models",
    }
    assert wanted <= set(paths)
    docs = http.get("/docs").text
    assert "/v1/audio/speech" in docs and "https://" not in docs and "<script" not in docs
    limits = http.get("/v1/limits").json()
    assert limits["characters"] == 4096 and "opus" in limits["formats"]


def test_every_answer_forbids_what_the_page_does_not_need(http):
    for answer in (http.get("/"), http.get("/v1/models"), http.get("/nothing-here")):
        assert (
            "default-src 'self'" in answer.headers["content-security-policy"]
            and answer.headers["x-content-type-options"] == "nosniff"
        )
    assert http.get("/nothing-here").json()["error"]["code"] == "not_found"


def test_a_language_of_the_user_s_is_listed_and_spoken(http, tmp_path, monkeypatch):
    monkeypatch.setenv("SOUNDALIKE_LANGUAGES", str(tmp_path))
    wanted = {"voice": "Anna", "input": "Ala ma kota.", "response_format": "wav", "language": "pl"}
    refused = http.post("/v1/audio/speech", json=wanted)
    assert refused.status_code == 400 and "language 'pl' is not known" in refused.text
    letters = "".join(f'{letter} = "{letter}"\n' for letter in "aklmot")
    (tmp_path / "pl").mkdir()
    (tmp_path / "pl" / "language.toml").write_text(f'code = "pl"\nname = "Polish"\n[sounds]\n{letters}')
    limits = http.get("/v1/limits").json()
    assert limits["languages"][-1] == "pl"
    last = limits["language_status"][-1]
    assert (last["name"], last["experimental"]) == ("Polish", True)
    answer = http.post("/v1/audio/speech", json=wanted)
    assert answer.status_code == 200, answer.text


def test_options_of_the_model_are_listed_and_followed(http):
    limits = http.get("/v1/limits").json()
    assert (
        limits["options"]["pitch"] == [-12, 12]
        and {"temperature", "loudness"} <= limits["options"].keys()
        and "en" in limits["languages"]
    )
    status = {one["code"]: one for one in limits["language_status"]}
    assert list(status) == limits["languages"] and not status["en"]["experimental"]
    assert {code for code, one in status.items() if one["level"] == "fair"} == {"de", "es", "fr", "it", "ru"}
    assert all(one["experimental"] for one in status.values() if one["word_error"] is None)

    def said(**options) -> Audio:
        answer = http.post(
            "/v1/audio/speech", json={"voice": "Anna", "input": TEXT, "response_format": "wav", **options}
        )
        assert answer.status_code == 200, answer.text
        return Audio.read(io.BytesIO(answer.content))

    plain = said()
    deep = said(pitch=-6, temperature=0)
    soft = said(loudness=-35)
    assert len(plain.samples) == len(deep.samples) and np.abs(plain.samples - deep.samples).max() > 0.01
    assert soft.loudness() == pytest.approx(plain.loudness() - 12, abs=0.5)
    for wrong, name in (
        ({"pitch": 30}, "pitch"),
        ({"loudness": 3}, "loudness"),
        ({"temperature": "hot"}, "temperature"),
    ):
        answer = http.post("/v1/audio/speech", json={"voice": "Anna", "input": TEXT, **wrong})
        assert answer.status_code == 400 and name in answer.json()["error"]["message"]
