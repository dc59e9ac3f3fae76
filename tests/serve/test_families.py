"""A server with several architectures: each by its name, loaded when it is first asked for, offered by the
page.
"""

from __future__ import annotations

import base64
import io
import time

import pytest
from conftest import REFERENCE

pytest.importorskip("fastapi", reason="needs soundalike[serve]")
httpx = pytest.importorskip("httpx", reason="needs httpx")

from soundalike import Audio  # noqa: E402

TEXT = "Good evening."


@pytest.fixture
def several(tiny_shelf, running):
    """A server that has tiny untrained models beside the built-in one, and knows the demo's voice as
    Anna.
    """
    server = running()
    server.services.store.put("Anna", server.services.cloner.listen(REFERENCE), False)
    return server


@pytest.fixture
def http(several):
    with httpx.Client(base_url=f"http://127.0.0.1:{several.port}", timeout=900) as client:
        yield client


def test_models_are_listed_and_speak(several, http):
    listed = {model["id"]: model for model in http.get("/v1/limits").json()["models"]}
    assert (
        list(listed) == ["soundalike", "convrnn", "fastspeech2", "sv2tts"]
        and listed["soundalike"]["family"] == "starling"
    )
    assert "energy" in listed["fastspeech2"]["options"] and "speed" not in listed["sv2tts"]["options"]
    assert {"soundalike", "tts-1", "fastspeech2", "sv2tts"} <= {
        model["id"] for model in http.get("/v1/models").json()["data"]
    }
    assert (
        http.get("/v1/models/sv2tts").json()["id"] == "sv2tts"
        and http.get("/v1/models/tacotron").status_code == 404
    )
    loaded = several.services.models._loaded
    assert list(loaded) == ["soundalike"], "only the default is loaded before another is asked for"

    def said(**wanted) -> Audio:
        answer = http.post(
            "/v1/audio/speech",
            json={"voice": "Anna", "input": TEXT, "response_format": "wav", "seed": 3, **wanted},
        )
        assert answer.status_code == 200, answer.text
        return Audio.read(io.BytesIO(answer.content))

    plain = said()
    other = said(model="fastspeech2")
    louder = said(model="fastspeech2", energy=6.0)
    kept = loaded["fastspeech2"]
    assert len({audio.samples.tobytes() for audio in (plain, other, louder)}) == 3
    assert (
        said(model="fastspeech2").samples.tobytes() == other.samples.tobytes()
        and loaded["fastspeech2"] is kept
    )
    assert said(model="soundalike").samples.tobytes() == plain.samples.tobytes()
    own = base64.b64encode(REFERENCE.read_bytes()).decode()
    assert said(model="sv2tts", voice=None, ref_audio=own).seconds > 0.2
    form = {"data": {"text": TEXT, "model": "convrnn"}, "files": {"audio": REFERENCE.read_bytes()}}
    assert http.post("/voice-cloning", **form).json()["seconds"] > 0.2


def test_what_a_family_does_not_have_is_refused(http, several):
    for model, wrong in (
        ("sv2tts", {"speed": 1.5}),
        ("convrnn", {"pitch": 2.0}),
        ("soundalike", {"energy": 3.0}),
    ):
        answer = http.post("/v1/audio/speech", json={"voice": "Anna", "input": TEXT, "model": model, **wrong})
        error = answer.json()["error"]
        assert (
            answer.status_code == 400
            and error["param"] == next(iter(wrong))
            and f"the model '{model}' has no such option" in error["message"]
        )
    answer = http.post("/v1/audio/speech", json={"voice": "Anna", "input": TEXT, "model": "tacotron"})
    message = answer.json()["error"]["message"]
    assert (
        answer.status_code == 404
        and "'tacotron' does not exist. Choose one of soundalike" in message
        and message.endswith("fastspeech2, sv2tts.")
    )
    (several.services.models.folders["fastspeech2"] / "model.json").write_text("{}", encoding="utf-8")
    answer = http.post("/v1/audio/speech", json={"voice": "Anna", "input": TEXT, "model": "fastspeech2"})
    assert (
        answer.status_code == 503
        and answer.json()["error"]["code"] == "no_model"
        and "/" not in answer.json()["error"]["message"]
    )
    assert http.get("/readyz").status_code == 200, "the others go on"


def test_a_job_is_spoken_by_the_family_it_asks_for(http):
    job = http.post(
        "/v1/audio/jobs",
        json={
            "voice": "Anna",
            "input": TEXT,
            "model": "fastspeech2",
            "response_format": "wav",
            "seed": 3,
            "quality": "fast",
        },
    ).json()
    until = time.monotonic() + 900
    while job["status"] in ("queued", "running") and time.monotonic() < until:
        time.sleep(0.1)
        job = http.get(f"/v1/audio/jobs/{job['id']}").json()
    assert job["status"] == "done", job
    made = Audio.read(io.BytesIO(http.get(f"/v1/audio/jobs/{job['id']}/audio").content))
    same = http.post(
        "/v1/audio/speech",
        json={"voice": "Anna", "input": TEXT, "model": "fastspeech2", "response_format": "wav", "seed": 3},
    )
    assert abs(made.seconds - Audio.read(io.BytesIO(same.content)).seconds) < 0.01


def test_the_page_offers_the_families(several, tab):
    page = tab(f"http://127.0.0.1:{several.port}")
    page.wait_for_selector("#ready.good")
    page.check("[name=source][value=saved]", force=True)
    page.get_by_role("radio", name="Anna").check(force=True)
    page.click("summary")
    assert page.locator("#model option").all_inner_texts() == [
        "soundalike (starling)",
        "convrnn",
        "fastspeech2",
        "sv2tts",
    ]
    assert page.is_visible("#temperature") and page.is_visible("#pitch") and page.is_hidden("#energy")
    page.fill("#pitch", "-4")
    page.select_option("#model", "sv2tts")
    assert (
        page.is_hidden("#temperature")
        and page.is_hidden("#pitch")
        and page.is_hidden("#speed")
        and page.is_visible("#loudness")
    )
    page.fill("#text", TEXT)
    with page.expect_request("**/v1/audio/speech") as asked:
        page.click("#speak")
        page.locator("#status").get_by_text("Done:").wait_for()
    assert (
        asked.value.post_data_json["model"] == "sv2tts"
        and not {"speed", "pitch"} & asked.value.post_data_json.keys()
    )
    assert "sv2tts" in page.inner_text("#takes")
    page.select_option("#model", "fastspeech2")
    assert page.is_visible("#energy") and page.is_visible("#pitch") and page.is_visible("#speed")


def test_the_page_of_one_family_offers_none(running, tab, monkeypatch, tmp_path):
    from soundalike.checkpoints import model_store

    monkeypatch.setenv(model_store.PLACE, str(tmp_path))
    monkeypatch.setattr(model_store, "checkout", lambda: None)
    page = tab(f"http://127.0.0.1:{running().port}")
    page.wait_for_selector("#ready.good")
    page.click("summary")
    page.wait_for_selector("#pitch")  # the limits come apart from being ready
    assert page.is_hidden("#model") and page.is_visible("#pitch") and page.is_hidden("#energy")
