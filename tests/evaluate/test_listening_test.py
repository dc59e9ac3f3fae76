"""Listening tests: what is heard, what is kept, who counts; and all four kinds in a real browser."""

from __future__ import annotations

import contextlib
import csv
import json
import socket
import sys
import threading
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from conftest import sentences

from soundalike.audio.audio import Audio
from soundalike.cli.main import main
from soundalike.core.errors import EvaluationError
from soundalike.core.installation import install_command
from soundalike.evaluate.listening_test.plan import ANCHOR, OTHER, REAL, SYSTEM, Clip, about, make_plan
from soundalike.evaluate.listening_test.ratings import Rating, Ratings
from soundalike.evaluate.listening_test.results import fails, markdown, results

ORIGIN = "system-of-ours"


@pytest.fixture(scope="module")
def jobs(tmp_path_factory) -> tuple[Path, Path]:
    """Two systems over the bundled sentences cut to .4 s: the second muffled, and each with jobs that cannot
    be used.
    """
    folder = tmp_path_factory.mktemp("listening")
    rows: dict[str, list] = {ORIGIN: [], "theirs": []}
    cut = {}
    for path, _ in sentences():
        audio = Audio.read(path).trim()
        cut[path.name] = Audio(audio.samples[: int(0.4 * audio.rate)], audio.rate)
        cut[path.name].write(folder / path.name)
    for path, text in sentences():
        other = path.name.replace("_1.", "_2.") if "_1." in path.name else path.name.replace("_2.", "_1.")
        for system, rate in ((ORIGIN, 24_000), ("theirs", 12_000)):
            cut[path.name].resample(rate).write(folder / f"{system}-{path.name}")
            row = {
                "wav": f"{system}-{path.name}",
                "text": text,
                "reference": other,
                "real": path.name,
                "speaker": path.name[:-7],
            }
            rows[system].append(json.dumps(row))
    (folder / "broken.wav").write_bytes(b"RIFF not really")
    Audio(np.zeros(24_000, np.float32), 24_000).write(folder / "silent.wav")
    rows[ORIGIN] += [
        '{"wav": "gone.wav", "text": "A text."}',
        '{"wav": "broken.wav", "text": "A text."}',
        '{"wav": "silent.wav", "text": "A text."}',
    ]
    rows["theirs"] += [
        json.dumps(
            {
                "wav": "theirs-anna_1.flac",
                "text": "Only here.",
                "reference": "anna_2.flac",
                "real": "anna_1.flac",
            }
        )
    ]
    for system, lines in rows.items():
        (folder / f"{system}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / f"{ORIGIN}.jsonl", folder / "theirs.jsonl"


@contextlib.contextmanager
def serving(application):
    """An ASGI application on a free port of this machine; gives its address."""
    import uvicorn

    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)


@pytest.fixture
def started(jobs, tmp_path):
    """Begins a test over the jobs; gives it with its file of ratings."""
    application = pytest.importorskip(
        "soundalike.serve.listening_test.app", reason="the extra 'serve' is not installed"
    )

    def start(test: str, at_most: int | None = None):
        plan = make_plan(test, list(jobs))
        ratings = Ratings.begin(tmp_path / f"{test}.sqlite", about(plan))
        return application, application.Listening(plan, ratings, 3, at_most), ratings

    return start


def test_jobs_that_cannot_be_used_are_named_and_counted(jobs):
    plan = make_plan("mos", list(jobs))
    assert Counter((system, one.kind) for system, one in plan.excluded) == {
        (ORIGIN, "audio"): 3,
        ("theirs", "partner"): 1,
    }
    for what in (
        "gone.wav does not exist",
        "broken.wav",
        "silent.wav: the recording is silent",
        "another system has no job",
    ):
        assert any(what in one.reason for _, one in plan.excluded), what
    assert Counter(clip.kind for trial in plan.trials for clip in trial.clips) == {SYSTEM: 8, REAL: 4}
    likeness = make_plan("similarity", list(jobs)).trials
    assert Counter(clip.kind for trial in likeness for clip in trial.clips) == {
        SYSTEM: 8,
        REAL: 4,
        OTHER: 4,
    } and all(t.reference for t in likeness)
    assert all(
        {clip.kind for clip in trial.clips} == {SYSTEM, REAL, ANCHOR}
        for trial in make_plan("mushra", list(jobs)).trials
    )


def test_tests_that_cannot_be_held_are_refused(jobs, tmp_path):
    with pytest.raises(EvaluationError, match="compares two systems, here are 1"):
        make_plan("ab", [jobs[0]])
    bare = tmp_path / "bare.jsonl"
    bare.write_text(json.dumps({"wav": str(sentences()[0][0]), "text": "A text."}), encoding="utf-8")
    with pytest.raises(EvaluationError, match="no real recording of the same sentence"):
        make_plan("mushra", [bare])
    with pytest.raises(EvaluationError, match="share no job"):
        make_plan("ab", [jobs[0], bare])
    Ratings.begin(tmp_path / "kept.sqlite", about(make_plan("mos", list(jobs))))
    with pytest.raises(EvaluationError, match="holds the ratings of another test"):
        Ratings.begin(tmp_path / "kept.sqlite", about(make_plan("mos", [jobs[0]])))
    with pytest.raises(EvaluationError, match="cannot be used as a file of ratings"):
        Ratings.open(bare)


def test_every_listener_has_an_order_that_stays(jobs):
    plan = make_plan("mos", list(jobs))
    orders = {rater: [trial.name for trial in plan.order(rater, 0)] for rater in ("anna", "ben", "cid")}
    assert (
        orders["anna"] == [trial.name for trial in plan.order("anna", 0)]
        and len({tuple(order) for order in orders.values()}) == 3
    )
    assert {frozenset(order) for order in orders.values()} == {frozenset(trial.name for trial in plan.trials)}
    few = plan.order("anna", 0, at_most=3)
    assert Counter(trial.control for trial in few) == {False: 3, True: 2}


def test_anchor_keeps_what_lies_below_3500_hertz_and_clips_are_of_one_loudness(tmp_path):
    noise = np.random.default_rng(0).normal(0, 0.05, 24_000).astype(np.float32)
    Audio(noise, 24_000).write(tmp_path / "noise.wav")
    clips = [Clip(kind, kind, "", str(tmp_path / "noise.wav")).sound() for kind in (REAL, ANCHOR)]
    assert all(clip.loudness() == pytest.approx(-23, abs=0.15) for clip in clips)
    real, anchor = (np.abs(np.fft.rfft(clip.samples[1000:-1000])) ** 2 for clip in clips)
    hertz = np.fft.rfftfreq(22_000, 1 / 24_000)
    loss = [
        10
        * np.log10(real[(hertz > low) & (hertz < high)].sum() / anchor[(hertz > low) & (hertz < high)].sum())
        for low, high in ((100, 3400), (4000, 4500), (4500, 12_000))
    ]
    assert loss[1] - loss[0] > 25 and loss[2] - loss[0] > 50


def test_answers_are_kept_once_and_wrong_ones_refused(started):
    application, test, ratings = started("mos")
    client = pytest.importorskip("fastapi.testclient").TestClient(
        application.alone(test), base_url="http://127.0.0.1"
    )
    first = client.get("/state?rater=anna").json()
    assert first["total"] == 12 and ORIGIN not in json.dumps(first) and "flac" not in json.dumps(first)
    clip = first["trial"]["clips"][0]
    assert (
        client.get(f"/clips/{clip}.wav").content[:4] == b"RIFF"
        and client.get("/clips/..%2Fmos.wav").status_code == 404
    )
    good = {"trial": first["trial"]["name"], "scores": {clip: 4}, "seconds": 2.5}
    for wrong in (
        {"scores": {clip: 6}},
        {"scores": {clip: 3.5}},
        {"scores": {}},
        {"scores": {clip: True}},
        {"trial": "other"},
        {"seconds": None},
    ):
        assert client.post("/ratings?rater=anna", json=good | wrong).status_code == 422, wrong
    for raw in (
        b"",
        b"[1]",
        b'{"a": NaN}',
        b"[" * 9000,
        json.dumps(good).replace("2.5", "1" + "0" * 400).encode(),
    ):
        assert client.post("/ratings?rater=anna", content=raw).status_code == 422, raw[:20]
    assert client.post("/ratings?rater=anna", content=b"x" * 20_000).status_code == 413
    assert client.post("/ratings?rater=..%2F", json=good).status_code == 422 and not ratings.rows()
    assert client.post("/ratings?rater=anna", json=good).json()["done"] == 1
    assert client.post("/ratings?rater=anna", json=good | {"scores": {clip: 1}}).json()["done"] == 1
    (kept,) = ratings.rows()
    assert (kept.rater, kept.score, kept.position, kept.seconds) == ("anna", 4, 1, 2.5)
    assert client.get("/state?rater=ben").json()["done"] == 0
    assert "default-src 'self'" in client.get("/").headers["content-security-policy"]


def rated(rater: str, kind: str, score: float, job: str, system: str = "") -> Rating:
    return Rating(
        rater,
        f"{kind}{job}{system}",
        f"{kind}{job}{system}",
        job,
        kind,
        system,
        score,
        1,
        1.0,
        "2026-01-01T00:00:00+00:00",
    )


@pytest.mark.parametrize(
    "test, scores, failed",
    [
        ("mos", {REAL: [5, 4]}, False),
        ("mos", {REAL: [3, 3]}, True),
        ("mos", {SYSTEM: [1]}, False),
        ("similarity", {REAL: [4, 5], OTHER: [1, 2]}, False),
        ("similarity", {REAL: [4, 4], OTHER: [5, 4]}, True),
        ("similarity", {REAL: [2]}, True),
        ("ab", {REAL: [1, 1], ANCHOR: [0, 0]}, False),
        ("ab", {REAL: [0.5], ANCHOR: [0.5]}, True),
        ("mushra", {REAL: [100, 95, 90]}, False),
        ("mushra", {REAL: [100, 70, 100]}, True),
        ("mushra", {REAL: [100] * 6 + [70]}, False),
    ],
)
def test_who_fails_the_hidden_reference(test, scores, failed):
    rows = [rated("a", kind, score, str(at)) for kind, own in scores.items() for at, score in enumerate(own)]
    assert fails(test, rows) is failed


def test_results_leave_out_who_failed_and_are_exported(tmp_path, capsys):
    facts = {
        "test": "mos",
        "systems": '["ours", "the|irs"]',
        "digest": "",
        "excluded": '[["ours", "l 1", "x"]]',
    }
    ratings = Ratings.begin(tmp_path / "r.sqlite", facts)
    rng = np.random.default_rng(1)
    for rater in "abcdef":
        for job in map(str, range(10)):
            ours = [
                rated(rater, SYSTEM, float(rng.integers(3, 5)), job, "ours"),
                rated(rater, SYSTEM, float(rng.integers(2, 4)), job, "the|irs"),
            ]
            ratings.add([*ours, rated(rater, REAL, 1.0 if rater == "f" else 5.0, job)])
    report = results(ratings)
    kept = [row.score for row in ratings.rows() if row.system == "ours" and row.rater != "f"]
    row = report["table"][0]
    assert (
        report["dropped"] == ["f"]
        and report["raters_kept"] == 5
        and row["ratings"] == 50
        and row["raters"] == 5
    )
    assert row["mean"] == pytest.approx(np.mean(kept)) and row["low"] < row["mean"] < row["high"]
    assert report["table"][2]["kind"] == REAL and report["table"][2]["mean"] == 5
    (paired,) = report["comparisons"]
    assert paired["difference"]["value"] < 0 and paired["less"] == 10 and paired["p"] < 0.01
    assert (
        main(["listening-test", "--results", str(tmp_path / "r.sqlite"), "--export", str(tmp_path / "out")])
        == 0
    )
    text = capsys.readouterr().out
    assert text == markdown(report) == (tmp_path / "out" / "results.md").read_text(encoding="utf-8")
    assert (
        f"| ours | {np.mean(kept):.1f} ± 0." in text
        and "5 of 6 listeners counted; 1 dropped" in text
        and "the\\|irs" in text
        and "l 1: x" in text
    )
    with (tmp_path / "out" / "ratings.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert len(table) == 180 and table[0].keys() == {*Rating.__dataclass_fields__}
    assert json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8")) == json.loads(
        json.dumps(report)
    )


def test_commands_that_cannot_be_followed(jobs, tmp_path, capsys, monkeypatch):
    for words, said in (
        ([], "give jobs and --test"),
        ([str(jobs[0])], "give jobs and --test"),
        (["--results", "gone.sqlite"], "no such file"),
        ([str(jobs[0]), "--results", "x"], "leave the jobs"),
        ([str(jobs[0]), "--test", "mos", "--per-rater", "0"], "give 1 or more"),
        ([str(jobs[0]), "--test", "mos", "--ratings", f"{jobs[0]}/x.sqlite"], "cannot be written"),
        (
            [str(jobs[0]), "--test", "mos", "--ratings", str(tmp_path / "m.sqlite"), "--host", "192.0.2.1"],
            "cannot be used",
        ),
    ):
        words = ["listening-test", *words]
        assert main(words) == 2 and said in capsys.readouterr().err, words
    monkeypatch.delitem(sys.modules, "soundalike.serve.listening_test.app", raising=False)
    monkeypatch.setitem(sys.modules, "fastapi", None)
    assert (
        main(["listening-test", str(jobs[0]), "--test", "mos"]) == 2
        and install_command("serve") in capsys.readouterr().err
    )


def hear_all(page, count: int) -> None:
    """Play every clip of the trial to its end with the space bar."""
    for heard in range(count):
        page.wait_for_function(
            "() => document.querySelectorAll('.sound:disabled').length === 0 && "
            "document.querySelector('.sound')"
        )
        page.keyboard.press(" ")
        page.wait_for_function("at => document.querySelectorAll('.sound.heard').length > at", arg=heard)


def begin(page) -> None:
    """Start with the Enter key: the focus is on the button."""
    page.wait_for_selector("#begin:focus")
    page.keyboard.press("Enter")


def counts(page, text: str) -> None:
    page.wait_for_function("text => document.querySelector('#count').textContent === text", arg=text)


def sideways(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_opinion_by_keyboard_goes_on_after_a_reload(started, tab):
    application, test, ratings = started("mos", 2)
    with serving(application.alone(test)) as address:
        page = tab(address, 380, 800)
        assert sideways(page) == 0
        begin(page)
        for number in range(4):  # two clips and two hidden references
            counts(page, f"Clip {number + 1} of 4")
            page.keyboard.press("5")
            page.keyboard.press("Enter")  # neither is heeded before the clip was heard
            assert page.is_disabled("#next") and not page.query_selector(":checked")
            hear_all(page, 1)
            page.keyboard.press("54321"[number])
            assert sideways(page) == 0
            page.keyboard.press("Enter")
            if number == 1:
                counts(page, "Clip 3 of 4")
                page.reload()
                page.get_by_role("button", name="Go on (2 of 4 done)").click()
        page.get_by_role("heading", name="Thank you").wait_for()
    rows = ratings.rows()
    assert [row.score for row in sorted(rows, key=lambda row: row.position)] == [5, 4, 3, 2] and len(
        {row.rater for row in rows}
    ) == 1
    assert all(row.seconds > 0.3 for row in rows)


@pytest.mark.parametrize("test, count, keys", [("similarity", 2, "4"), ("ab", 2, "3")])
def test_two_clips_by_keyboard(started, tab, test, count, keys):
    application, listening, ratings = started(test)
    with serving(application.alone(listening)) as address:
        page = tab(f"{address}/?rater=anna", color_scheme="dark")
        begin(page)
        first = page.evaluate("fetch('state?rater=anna').then(answer => answer.json())")["trial"]
        hear_all(page, count)
        page.keyboard.press(keys)
        page.keyboard.press("Enter")
        counts(page, f"Clip 2 of {len(listening.plan.trials)}")
    scores = {row.clip: row.score for row in ratings.rows() if row.rater == "anna"}
    assert scores == (
        {first["clips"][0]: 4} if test == "similarity" else {first["clips"][0]: 0, first["clips"][1]: 1}
    )


def test_sliders_by_keyboard_and_a_lost_connection(started, tab):
    application, listening, ratings = started("mushra")
    with serving(application.alone(listening)) as address:
        page = tab(f"{address}/?rater=anna", 380, 800)
        begin(page)
        hear_all(page, 5)
        page.keyboard.press("Enter")
        assert page.is_disabled("#next")  # nothing rated yet
        for number in range(1, 5):
            page.keyboard.press(str(number))
            for _ in range(number):
                page.keyboard.press("ArrowRight")
        assert sideways(page) == 0
        page.route("**/ratings*", lambda route: route.abort())
        page.keyboard.press("Enter")
        page.get_by_text("Not saved").wait_for()
        page.unroute("**/ratings*")
        page.keyboard.press("Enter")
        counts(page, "Round 2 of 4")
    assert sorted(row.score for row in ratings.rows()) == [51, 52, 53, 54] and {
        row.kind for row in ratings.rows()
    } == {SYSTEM, REAL, ANCHOR}
