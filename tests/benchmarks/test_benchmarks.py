"""The table of the benchmarks: who is in it, what is measured again, what is written where."""

from __future__ import annotations

import argparse
import json
import sys

import growth
import numpy as np
import pytest
import results
import scaling
import stopwatch
import table
import torch
from conftest import REFERENCE, sentences
from real_jobs import jobs_of

from soundalike import Audio
from soundalike.core.errors import EvaluationError
from soundalike.evaluate.evaluate import Instruments
from soundalike.evaluate.similarity import BuiltInEncoder
from soundalike.prepare.readers.clips import Clip

SCORES = {"n": 1, "wer": 0.125, "sim": 0.71, "top1": 1.0, "dnsmos": 3.05}


LINE = {
    "machine": "A machine, 2 cores",
    "date": "2026-01-02",
    "load": 1.0,
    "first": 0.1,
    "megabytes": 400.0,
    "scores": SCORES,
    "facts": {"parameters": 2_500_000, "bytes": 5_000_000},
    "seconds_per_second": {"2": 0.05, "1": 0.08},
}


def line(name, group, **more):
    return {"name": name, "group": group, **LINE, **more}


def report(*lines):
    return {
        "lines": list(lines),
        "jobs": {"jobs": 54, "people": 18},
        "real": {"jobs": 33, "people": 11},
        "threads": [2, 1],
        "judge": "judge.py",
    }


@pytest.fixture
def bench(tmp_path):
    """A bench whose judge gives everything the same scores."""
    judge = tmp_path / "judge.py"
    judge.write_text(f"print('something else')\nprint('''{json.dumps(SCORES)}''')\n", encoding="utf-8")
    return table.Bench(
        tmp_path / "out",
        [1],
        1,
        600.0,
        None,
        f"{sys.executable} {judge}",
        lambda: pytest.fail("the judge was given"),
    )


@pytest.fixture
def job():
    path, text = sentences()[0]
    return {"text": text, "reference": str(sentences()[1][0]), "real": str(path)}


def row(name):
    given = argparse.Namespace(model=["mine=nowhere"], vocoder=[], kokoro_voice=None)
    return next(row for row in table.rows_of(given) if row.name == name)


def test_a_line_says_what_was_measured_and_a_peer_is_not_asked_for_likeness():
    text = results.render(
        report(
            line("ours", results.SHIPPED),
            line("theirs", results.PEERS),
            line("gone", results.PEERS, missing="not installed."),
        )
    )
    ours, theirs = (
        next(one for one in text.splitlines() if one.startswith(f"| {name} |")) for name in ("ours", "theirs")
    )
    costs = "| ours | 2.5 M | 5.0 MB | 1.0 s | 0.10 s | 0.050 | 0.080 | 400 MB |"
    assert ours == f"{costs} 12.5 % | 0.71 | 100 % | 3.05 |"
    assert theirs.endswith("| 12.5 % |  |  | 3.05 |")
    assert "A machine, 2 cores, 2026-01-02." in text and "54 jobs in 18 voices" in text and "judge.py" in text
    assert "Left out: gone (not installed)." in text and "| gone |" not in text


def test_figures_of_several_days_say_whose_they_are():
    text = results.render(
        report(line("ours", results.SHIPPED), line("theirs", results.PEERS, date="2026-01-03"))
    )
    assert "A machine, 2 cores, 2026-01-02 (ours) and A machine, 2 cores, 2026-01-03 (theirs)" in text


def test_people_are_only_scored():
    text = results.render(report(line("recordings", results.PEOPLE)))
    assert "| recordings |  |  |  |  |  |  |  | 12.5 % | 0.71 | 100 % | 3.05 |" in text


def test_publishing_keeps_all_numbers(tmp_path):
    results.publish(report(line("ours", results.SHIPPED)), tmp_path / "results.json")
    assert json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["lines"][0]["scores"] == SCORES


def test_a_system_is_spoken_by_once(bench, job, monkeypatch):
    found = bench.measure(row("griffin_lim"), [job], False)
    heard = Audio.read(bench.out / "griffin_lim" / "heard" / "1_000.wav")
    assert (
        found["scores"] | SCORES == found["scores"]
        and found["facts"]["bytes"] == 0
        and found["megabytes"] > 50
    )
    assert found["seconds_per_second"].keys() == {"1"} and found["seconds_per_second"]["1"] > 0
    assert (
        abs(heard.seconds - Audio.read(job["real"]).seconds) < 0.02
        and abs(heard.loudness() - table.LOUDNESS) < 0.5
    )

    asked = []
    real = table.start
    monkeypatch.setattr(
        table, "start", lambda *command, **order: asked.append(order["jobs"]) or real(*command, **order)
    )
    monkeypatch.setattr(table, "score", lambda *given: pytest.fail("scored again"))
    assert bench.measure(row("griffin_lim"), [job], False) == found
    assert asked == [[]]  # it was only looked at


def test_what_changed_or_is_asked_for_is_measured_again(bench, job, monkeypatch):
    utterance = []

    def start(command, environment, **order):
        if order["jobs"]:
            utterance.append(order["jobs"])
        rows = [{**one, "seconds": 1.0, "length": 2.0} for one in order["jobs"]]
        return {
            "rows": rows,
            "facts": {"version": "1"},
            "load": 1.0,
            "listen": 1.0,
            "first": 1.0,
            "megabytes": 1.0,
        }

    monkeypatch.setattr(table, "start", start)
    monkeypatch.setattr(table, "score", lambda *given: dict(SCORES))
    for jobs, again, runs in (
        ([job], False, 1),
        ([job], False, 1),
        ([job, job], False, 2),
        ([job, job], True, 3),
        ([job, job], False, 3),
    ):
        assert bench.measure(row("built-in, fast"), jobs, again)["seconds_per_second"] == {"1": 0.5}
        assert len(utterance) == runs


def test_what_is_not_there_is_named(bench, job):
    assert bench.measure(row("Piper, joe medium"), [job], False)["missing"] == "no --peers-python."
    bench.peers_python = sys.executable
    assert "No module named" in bench.measure(row("Piper, joe medium"), [job], False)["missing"]
    assert "nowhere: no model.json here" in bench.measure(row("mine"), [job], False)["missing"]
    assert "--real" in bench.measure(row("recordings"), [], False)["missing"]


def test_a_worker_that_breaks_says_why(bench, job):
    with pytest.raises(stopwatch.WorkerFailed, match="systems.py broke: .*nowhere.wav"):
        bench.measure(row("griffin_lim"), [{**job, "real": "nowhere.wav"}], False)


def test_a_judge_without_scores_is_refused(bench, job, tmp_path):
    with pytest.raises(EvaluationError, match="gave no scores. It said: .*no such judge"):
        table.score(
            [{**job, "wav": job["real"], "seconds": 1.0}],
            tmp_path,
            f"{sys.executable} -c 'raise SystemExit(\"no such judge\")'",
            dict,
        )


def test_without_a_judge_the_package_scores(job, tmp_path):
    scores = table.score(
        [{**job, "wav": job["real"], "seconds": 1.0}],
        tmp_path,
        None,
        lambda: Instruments(encoders=[BuiltInEncoder()]),
    )
    assert scores["n"] == 1 and scores["sim"] > 0.8  # one person, twice


def test_names_must_differ(job, tmp_path, capsys, monkeypatch):
    (tmp_path / "jobs.jsonl").write_text(json.dumps(job), encoding="utf-8")
    command = ["table.py", "--jobs", str(tmp_path / "jobs.jsonl"), "--out", str(tmp_path)]
    for more, said in (
        (["--model", "a=b", "--vocoder", "a=c"], "two systems are called a."),
        (["--again", "x"], "no such system. Choose from: built-in"),
    ):
        monkeypatch.setattr(sys, "argv", [*command, *more])
        assert table.main() == 2 and said in capsys.readouterr().err


@pytest.mark.parametrize(
    "text", ["nonsense", "[1]", '{"text": "One."}', '{"text": "One.", "reference": "nowhere.wav"}']
)
def test_a_line_that_is_no_job_is_named(tmp_path, text):
    (tmp_path / "jobs.jsonl").write_text(
        f'{{"text": "One.", "reference": "{REFERENCE.as_posix()}"}}\n{text}\n', encoding="utf-8"
    )
    with pytest.raises(EvaluationError, match="jobs.jsonl, line 2"):
        table.read_jobs(str(tmp_path / "jobs.jsonl"))


def test_the_first_jobs_are_spread_over_all():
    found = [job["n"] for job in stopwatch.spread([{"n": n} for n in range(54)])]
    assert sorted(found) == list(range(54))
    assert max(np.diff(sorted(found[:6]))) < 18 and min(found[:6]) < 10 and max(found[:6]) > 43


def test_a_slow_system_stops_when_its_time_is_up(tmp_path):
    class Slow:
        facts: dict = {}

        def listen(self, job):
            return job["reference"]

        def speak(self, text, heard):
            yield np.zeros(800, np.float32), 8000
            yield np.ones(800, np.int16) if text == "whole" else np.full(800, 2.0, np.float32), 8000

    jobs = [{"text": "a", "reference": "r", "wav": str(tmp_path / f"{n}.wav")} for n in range(3)]
    assert len(stopwatch.measure(Slow(), jobs, 1e-9)["rows"]) == 1
    measured = stopwatch.measure(Slow(), jobs, 60.0)
    assert [one["length"] for one in measured["rows"]] == [0.2] * 3
    # Never beyond full scale
    assert Audio.read(tmp_path / "2.wav").samples.max() == pytest.approx(1.0, abs=1e-3)


def test_real_jobs_take_the_longest_clip_as_the_reference():
    clips = [Clip(path.name, str(path), text, path.stem[:-2], "list") for path, text in sentences()]
    jobs = jobs_of(clips, 3)
    assert len(jobs) == len({job["reference"] for job in jobs}) == 2
    for job in jobs:
        assert Audio.read(job["reference"]).seconds >= Audio.read(job["real"]).seconds
        assert dict((str(path), text) for path, text in sentences())[job["real"]] == job["text"]


def test_growth_is_the_slope_of_the_upper_half():
    points = [{"size": n, "seconds": 100.0 if n < 10 else n**2} for n in (1, 3, 10, 30, 100)]
    assert scaling.exponent(points, "seconds") == pytest.approx(2.0)


def test_the_least_points_can_be_measured(tmp_path):
    scaling.write_reference(tmp_path / "short.wav", 1.5)
    assert Audio.read(tmp_path / "short.wav").seconds == pytest.approx(1.5, abs=0.01)
    for kind, size, reference in (("text", 3, REFERENCE), ("reference", 1.5, tmp_path / "short.wav")):
        found = scaling.point(kind, size, reference, torch.get_num_threads())
        assert found["size"] == size and found["seconds"] > 0 and found["megabytes"] > 50


def test_scaling_is_drawn(tmp_path):
    points = [{"size": n, "seconds": n / 10, "megabytes": 400.0} for n in (1, 10, 100)]
    scaling.draw(
        {kind: {"points": points, "seconds": 1.0, "megabytes": 0.0} for kind in scaling.LABELS},
        tmp_path / "plot.png",
    )
    assert (tmp_path / "plot.png").stat().st_size > 5000


def test_growth_with_data_is_measured_at_every_size(corpus, tmp_path):
    lines = growth.chosen(str(corpus), "en")
    assert sorted(line["id"] for line in lines) == sorted(
        path.stem for path, _ in sentences()
    ) and not growth.chosen(str(corpus), "fr")
    points = []
    for count in (2, 4):
        listed = tmp_path / f"{count}.jsonl"
        listed.write_text("".join(json.dumps(line) + "\n" for line in lines[:count]), encoding="utf-8")
        points.append(growth.point(str(listed), str(tmp_path / f"{count}"), str(growth.RECIPE), 1))
    assert [one["clips"] for one in points] == [2, 4] and all(
        set(one) == set(growth.COLUMNS) for one in points
    )
    # A step is a difference of two times
    assert all(one[name] > 0 for one in points for name in ("speech", "prepare", "align", "open", "memory"))
    assert 1.2 < points[1]["disk"] / points[0]["disk"] < 4
    shown = growth.table(points).splitlines()
    assert (
        len(shown) == 5
        and shown[-1].startswith("| x 2.0 | ")
        and len({line.count("|") for line in shown}) == 1
    )


def test_growth_asks_for_no_more_than_there_is(corpus, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["growth.py", str(corpus), "--clips", "5"])
    with pytest.raises(SystemExit):
        growth.main()
    assert "has 4 clips to train on in 'en', under 5: give smaller --clips" in capsys.readouterr().err
