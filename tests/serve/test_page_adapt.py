"""Learning a voice from minutes of recordings: the page in a real browser, and its routes."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import REFERENCE, command_of, descendants

pytest.importorskip("fastapi", reason="needs soundalike[serve]")
httpx = pytest.importorskip("httpx", reason="needs httpx")

from soundalike import Voice  # noqa: E402
from soundalike.inference import voice_file  # noqa: E402
from soundalike.serve.adaptations.store import AdaptationStore  # noqa: E402
from soundalike.serve.adaptations.worker import AdaptationWorker  # noqa: E402
from soundalike.serve.errors import Refusal  # noqa: E402
from soundalike.serve.voice_store import LibraryVoices  # noqa: E402

WAIT = 900  # seconds until something must have come about, on however slow a machine


@pytest.fixture(scope="module")
def server(running):
    return running()


@pytest.fixture(scope="module")
def http(server):
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=WAIT) as client:
        client.get("/readyz")
        yield client


def sounds(recordings: Path) -> list[Path]:
    return sorted(recordings.glob("*.wav"))


def until(happens):
    """What `happens()` gives, once it gives something."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        if found := happens():
            return found
        time.sleep(0.1)
    raise AssertionError("it never came about")


def trainings() -> list[int]:
    """The processes of this one that adapt."""
    return [pid for pid in descendants(os.getpid()) if b"adaptations.attached" in command_of(pid)]


def test_a_server_without_pytorch_says_so_before_anything_is_uploaded(http, monkeypatch):
    assert http.get("/v1/limits").json()["adapts"]
    monkeypatch.setattr("soundalike.serve.routes.adaptations.torch_is_installed", lambda: False)
    monkeypatch.setattr("soundalike.serve.routes.service.torch_is_installed", lambda: False)
    refused = http.post("/v1/adaptations", data={"name": "Nobody"})
    assert refused.status_code == 501
    assert "needs PyTorch" in refused.json()["error"]["message"]
    assert not http.get("/v1/limits").json()["adapts"]


def draft(http, paths: list[Path], name: str) -> str:
    """An adaptation with recordings, not started."""
    made = http.post("/v1/adaptations", data={"name": name}).json()
    for path in paths:
        answer = http.post(
            f"/v1/adaptations/{made['id']}/recordings", files={"audio": (path.name, path.read_bytes())}
        )
        assert answer.status_code == 201, answer.text
    return made["id"]


def test_from_recordings_to_both_voices_on_the_page(server, recordings, tab):
    page = tab(f"http://127.0.0.1:{server.port}/adapt.html", accept_downloads=True)
    page.fill("#name", "wren?")
    page.click("#begin button[type=submit]")
    page.locator("#trouble").get_by_text("name").wait_for()
    page.fill("#name", "Mara")
    page.click("#begin button[type=submit]")
    page.wait_for_selector("#chosen:not([hidden])")
    page.set_input_files("#files", [*sounds(recordings), REFERENCE.parent.parent / "index.md"])
    page.locator("#trouble:not([hidden])").wait_for()
    assert page.locator("#recordings li").count() == len(sounds(recordings))
    page.set_input_files("#files", REFERENCE)
    page.locator("#recordings li").nth(len(sounds(recordings))).wait_for()
    page.get_by_role("button", name="Take out reference.flac").click()
    page.wait_for_function("() => document.querySelectorAll('#recordings li').length === 10")
    page.click("#start")
    page.locator("#trouble").get_by_text("Tick first").wait_for()
    page.check("#consent")
    page.fill("#minutes", "0.02")
    page.click("#start")
    page.locator("#state").get_by_text("Training").wait_for()
    page.reload()  # the page may be closed meanwhile
    page.locator("#state").get_by_text(re.compile("Done|failed")).wait_for()
    assert page.inner_text("#state") == "Done."
    notes = page.inner_text("#notes")
    assert "to prepare them" in notes and "kept aside" in notes
    assert str(server.services.settings.data) not in notes
    assert "voice" in page.inner_text("#kept") and "as Mara" in page.inner_text("#kept")
    assert "Likeness of the voice" in page.inner_text("#measures")
    for which in ("before", "adapted"):
        page.click(f"#hear-{which}")
        page.locator("#status").get_by_text("of speech").wait_for()
        page.locator("#status").evaluate("place => place.textContent = ''")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1000
    kept = server.services.store.get("Mara")
    folder = next((server.services.settings.data / "adaptations").iterdir())
    both = {name: voice_file.read(folder / "work" / f"{name}.voice") for name in ("before", "adapted")}
    assert both["adapted"].adapter and kept.facts["adapter"]["method"] in ("embedding", "", "prompt")
    page.get_by_role("button", name="Delete Mara and its recordings").wait_for()


def test_the_curves_are_those_of_the_newest_run(tmp_path):
    store = AdaptationStore(tmp_path, 3, 15.0)
    one = store.add(None, "Mara", False)["id"]
    assert store.show(one, None)["curves"] == {}
    run = store.work(one) / "run-lora"
    run.mkdir(parents=True)
    rows = [
        f"{step},1.0,9,{name},{step / 2}" for step in range(10, 5010, 10) for name in ("mel", "norm_model")
    ]
    (run / "log.csv").write_text("\n".join(["step,seconds,frames,name,value", *rows]) + "\n")
    curves = store.show(one, None)["curves"]
    assert curves.keys() == {"mel"} and curves["mel"][0] == (10, 5.0)
    assert 100 <= len(curves["mel"]) <= 200


def test_of_several_servers_one_runs_it_until_it_is_gone(tmp_path):
    first, second = (AdaptationStore(tmp_path, 3, 15.0) for _ in range(2))
    one = first.add(None, "Mara", False)["id"]
    assert first.next() is None, "a draft"
    told = {"seconds": 50.0, "speech_seconds": 45.0, "problems": [], "advice": "A good reference."}
    first.keep_recording(one, None, "a.wav", b"RIFF", told)
    first.start(one, None, 20.0, 45.0)
    assert first.next()["id"] == one and second.next() is None
    claim = tmp_path / one / "claim"
    os.utime(claim, (time.time() - 20, time.time() - 20))
    assert first.is_running(one) and second.next() is None, "the claim was renewed"
    os.utime(claim, (time.time() - 20, time.time() - 20))
    assert second.next()["id"] == one, "its server was killed"
    second.cancel(one, None)
    assert not second.is_running(one)
    second.release(one)
    second.finish(one, "done")
    assert second.show(one, None)["status"] == "cancelled"


def test_a_training_is_cancelled_and_outlives_its_server(server, running, http, recordings):
    one = f"/v1/adaptations/{draft(http, sounds(recordings), 'Nora')}"
    assert http.post(f"{one}/start", json={"minutes": 30}).json()["status"] in ("queued", "running")
    until(trainings)
    assert http.delete(one).status_code == 409
    http.post(f"{one}/cancel")
    until(lambda: not trainings())
    assert http.get(one).json()["status"] == "cancelled"
    http.post(f"{one}/start", json={"minutes": 30})
    until(trainings)
    assert http.post(f"{one}/start", json={"minutes": 30}).json()["error"]["code"] == "adaptation_started"
    server.stop()
    assert not trainings()
    again = running(data=server.services.settings.data)
    until(trainings)
    with httpx.Client(base_url=f"http://127.0.0.1:{again.port}", timeout=WAIT) as client:
        assert client.get(one).json()["status"] == "running"
        client.post(f"{one}/cancel")
        until(lambda: not trainings())
        assert client.delete(one).json()["deleted"]
        assert client.get(one).status_code == 404


def test_what_is_refused(running, recordings):
    server = running()
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=WAIT) as http:

        def code(answer) -> str:
            return answer.json()["error"]["code"]

        assert code(http.get("/v1/adaptations/adaptation-none")) == "adaptation_not_found"
        assert code(http.get("/v1/adaptations/..%2F..%2Fetc")) in ("adaptation_not_found", "not_found")
        assert http.post("/v1/adaptations", data={"name": "a/b"}).status_code == 400
        one = f"/v1/adaptations/{draft(http, sounds(recordings)[:1], 'Olga')}"
        assert code(http.post(f"{one}/start", json={"minutes": 0})) == "invalid_value"
        refused = http.post(f"{one}/start", json={"minutes": 1})
        assert code(refused) == "too_little_speech" and "at least 45 s" in refused.json()["error"]["message"]
        assert code(http.post(f"{one}/recordings", files={"audio": b"no sound"})) == "invalid_audio"
        assert code(http.delete(f"{one}/recordings/9")) == "recording_not_found"
        spoken = http.post(f"{one}/speech/adapted", json={"input": "Good evening."})
        assert code(spoken) == code(http.get(f"{one}/scorecard")) == "adaptation_unfinished"
        server.services.store.put("Olga", server.services.store.get("wren"), False)
        assert code(http.post("/v1/adaptations", data={"name": "Olga"})) == "voice_exists"
        assert http.post("/v1/adaptations", data={"name": "Olga", "replace": "true"}).status_code == 201


def test_a_name_that_was_taken_meanwhile_is_not_replaced(tmp_path, monkeypatch, voice):
    monkeypatch.setenv("SOUNDALIKE_VOICES", str(tmp_path / "voices"))
    store = LibraryVoices()
    other = Voice(voice.tensors, {**voice.facts, "seconds": 99.0})
    worker = AdaptationWorker.__new__(AdaptationWorker)
    worker.services = SimpleNamespace(store=store)
    worker._keep({"name": "Mara", "replace": False}, voice)
    worker._keep({"name": "Mara", "replace": False}, voice)  # again, of the same recordings
    with pytest.raises(Refusal, match="There is a voice called 'Mara' already"):
        worker._keep({"name": "Mara", "replace": False}, other)
    assert store.get("Mara").facts["seconds"] == voice.facts["seconds"]
    worker._keep({"name": "Mara", "replace": True}, other)
    assert store.get("Mara").facts["seconds"] == 99.0


def test_only_voices_with_consent(running):
    server = running(require_consent=True)
    answer = httpx.post(f"http://127.0.0.1:{server.port}/v1/adaptations", data={"name": "Pia"}, timeout=WAIT)
    assert answer.status_code == 403 and answer.json()["error"]["code"] == "consent_missing"
