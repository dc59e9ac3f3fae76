"""Many texts: who speaks them makes no difference, in one process, in several, or on a Ray cluster whose
worker is killed.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import REFERENCE, command_of, descendants, sentences

from soundalike import Audio, Voice
from soundalike.audio.loudness import integrated_loudness
from soundalike.cli.main import main
from soundalike.core.errors import ConfigError
from soundalike.core.installation import install_command
from soundalike.inference import job_digest
from soundalike.inference.batch import LOT, BatchSettings, _lines_of, read_job, share_out
from soundalike.inference.job_settings import misspelt

TEXTS = (
    "The baker counted the apples twice. Nobody had asked him to, but he liked to know.",
    "Rain fell all night on the tin roof, and in the morning the road was gone.",
    "Please bring the small blue cup. It stands behind the bread, as it always does.",
    "Seven ships left the harbour before noon; only two of them came back.",
    "Her letter was short. She would come in the spring, when the snow was off the hills.",
)


@pytest.fixture
def jobs(tmp_path) -> list[dict[str, str]]:
    """Jobs of two people in turn, in a file; their sounds lie where the current folder is."""
    people = [str(REFERENCE), str(sentences()[-1][0])]
    made = [
        {"reference": people[number % 2], "text": text, "wav": f"{number}.wav"}
        for number, text in enumerate(TEXTS)
    ]
    (tmp_path / "jobs.jsonl").write_text("\n".join(json.dumps(job) for job in made), encoding="utf-8")
    return made


def told(report: Path) -> list[dict]:
    lines = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    assert all(line.pop("seconds") > 0 for line in lines)
    return lines


def sounds(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.wav")}


@pytest.fixture
def alone(jobs, tmp_path, monkeypatch) -> Path:
    """A folder with what one process of one thread makes of the jobs, and its report."""
    folder = tmp_path / "alone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    # The day in a mark is that of the others, whatever the time
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795219200")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    assert main(["batch", "../jobs.jsonl", "--report", "report.jsonl", "--quality", "fast"]) == 0
    torch.set_num_threads(before)
    assert [line["text"] for line in told(folder / "report.jsonl")] == list(TEXTS) and len(
        sounds(folder)
    ) == len(TEXTS)
    return folder


def begin(folder: Path, *options: str) -> subprocess.Popen:
    folder.mkdir()
    words = [
        sys.executable,
        "-m",
        "soundalike",
        "batch",
        "../jobs.jsonl",
        "--report",
        "report.jsonl",
        "--quality",
        "fast",
        "--workers",
        "2",
    ]
    # As the process that waits for it
    environment = {**os.environ, "RAY_worker_niceness": "0", "RAY_memory_monitor_refresh_ms": "0"}
    return subprocess.Popen(
        [*words, *options], cwd=folder, env=environment, stderr=subprocess.PIPE, start_new_session=True
    )


def test_ray_makes_the_same_though_a_worker_is_killed(alone, tmp_path):
    pytest.importorskip("ray", reason="pip install soundalike[ray]")
    process = begin(tmp_path / "ray", "--engine", "ray")
    busy = []
    while process.poll() is None and not sounds(tmp_path / "ray"):
        time.sleep(0.02)
    while process.poll() is None and not busy:
        busy = [pid for pid in descendants(process.pid) if command_of(pid).startswith(b"ray::speak_lot")]
    os.kill(busy[0], signal.SIGKILL)
    assert process.wait(900) == 0
    assert told(tmp_path / "ray" / "report.jsonl") == told(alone / "report.jsonl")
    assert sounds(tmp_path / "ray") == sounds(alone)


def test_processes_make_the_same_and_go_on_after_one_is_killed(alone, tmp_path):
    process = begin(tmp_path / "many")
    busy = []
    while process.poll() is None and not (sounds(tmp_path / "many") and len(busy) > 1):
        busy = descendants(process.pid)
        time.sleep(0.02)
    os.kill(busy[0], signal.SIGKILL)
    said = process.communicate(timeout=900)[1].decode()
    assert (
        process.returncode == 2 and "a worker was killed" in said and "Run the same command to go on" in said
    )
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "many").glob("*.wav")}
    first = told(tmp_path / "many" / "report.jsonl")
    assert 0 < len(kept) < len(TEXTS)
    subprocess.run(process.args, cwd=tmp_path / "many", check=True, capture_output=True)
    assert sounds(tmp_path / "many") == sounds(alone) and all(
        path.stat().st_mtime_ns == kept[path] for path in kept
    )
    second = told(tmp_path / "many" / "report.jsonl")
    whole = told(alone / "report.jsonl")
    assert second == [line for line in whole if (tmp_path / "many" / line["wav"]) not in kept] and all(
        line in whole for line in first
    )


def test_lots_hold_one_reference_each_and_every_job_once():
    jobs = [(number, {"reference": "abc"[number % 3]}) for number in range(200)]
    for workers in (1, 2, 64):
        lots = share_out(jobs, workers)
        assert sorted(number for lot in lots for number, _ in lot) == list(range(200))
        assert all(len({job["reference"] for _, job in lot}) == 1 and len(lot) <= LOT for lot in lots)
        assert len(lots) >= min(workers, 200)


def test_what_cannot_be_shared_out_is_said(jobs, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("report.jsonl").write_text("of before")
    for options, message in (
        (["--engine", "abacus"], "--engine abacus: unknown. Choose one of local, ray."),
        (["--workers", "0"], "--workers 0: give 1 or more."),
        (
            ["--engine", "ray", "--device", "cuda"],
            "--engine ray speaks on processors, not on --device cuda. Leave --device out.",
        ),
    ):
        assert main(["batch", "jobs.jsonl", "--report", "report.jsonl", *options]) == 2
        assert message in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main(["batch", "jobs.jsonl", "--report", "report.jsonl", "--engine", "ray"]) == 2
    assert f"Ray is not installed ({install_command('ray')})" in capsys.readouterr().err
    assert Path("report.jsonl").read_text() == "of before" and not sounds(tmp_path)


def test_two_jobs_for_one_file_are_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    pair = [
        {"reference": str(REFERENCE), "text": text, "wav": wav}
        for text, wav in (("One.", "a.wav"), ("Two.", "./a.wav"))
    ]
    Path("jobs.jsonl").write_text("\n".join(json.dumps(job) for job in pair), encoding="utf-8")
    assert main(["batch", "jobs.jsonl", "--quality", "fast", "--no-quality-check"]) == 2
    shown = capsys.readouterr()
    assert (
        "line 2: ./a.wav is written by line 1 already. Name another file." in shown.err
        and "1 of 2 jobs done (1 now)" in shown.out
    )


@pytest.fixture
def changing(tmp_path, monkeypatch):
    """Runs batch over jobs, by default one that writes 1.wav; which files were made, by name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOUNDALIKE_VOICES", str(tmp_path / "library"))
    Audio.read(REFERENCE).write(tmp_path / "me.wav")
    usual = {"reference": "me.wav", "text": "One.", "wav": "1.wav"}

    def run(*options: str, **fields: str) -> set[str]:
        before = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.*")}
        Path("jobs.jsonl").write_text(json.dumps({**usual, **fields}), encoding="utf-8")
        assert main(["batch", "jobs.jsonl", "--quality", "fast", "--no-quality-check", *options]) == 0
        after = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.*")}
        return {name for name in after if name != "jobs.jsonl" and before.get(name) != after[name]}

    return run


def test_a_job_whose_text_voice_or_options_changed_is_done_again(changing, capsys):
    assert changing() == {"1.wav"} and changing() == set()
    assert "made again" not in capsys.readouterr().out
    assert changing(text="Two.") == {"1.wav"}
    assert "files made again, as text, voice or options had changed: 1" in capsys.readouterr().out
    assert changing(text="Two.") == set()
    for options in (["--speed", "1.2"], ["--seed", "3"], ["--loudness", "-20"], ["--language", "de"]):
        assert changing(*options, text="Two.") == {"1.wav"}, options
        assert changing(*options, text="Two.") == set(), options
    assert changing("--language", "de", text="Two.", language="en") == {"1.wav"}, "the job's own language"
    assert changing("--overwrite", text="Two.", language="en") == {"1.wav"}
    sad = {"text": "Two.", "language": "en", "emotion": "sad", "intensity": 1.2}
    assert changing(**sad) == {"1.wav"} and changing(**sad) == set()
    assert changing(**{**sad, "intensity": 0.5}) == {"1.wav"}
    slow = {"text": "Two.", "speed": 0.8, "seconds": 3.0}
    assert changing("--speed", "0.8", text="Two.", speed=1.3) == {"1.wav"}
    quick = Audio.read("1.wav").seconds
    assert changing(**slow) == {"1.wav"} and Audio.read("1.wav").seconds > 1.2 * quick
    assert changing(**{**slow, "seconds": 9.0}) == set(), "the time it took, as reports have it"


@pytest.mark.parametrize(
    "options, message",
    [
        ({"emotion": "jolly"}, "emotion = 'jolly' is unknown. Choose one of neutral, happy, sad, angry"),
        ({"emotion": "sad", "intensity": 2}, "intensity = 2 is out of range. Choose 0 to 1.5."),
        ({"emotion": 3}, "emotion = 3 is not a word."),
        ({"speed": "slow"}, "speed = 'slow' is not a number."),
        ({"speed": True}, "speed = True is not a number."),
        ({"seed": 1.5}, "seed = 1.5 is not a whole number."),
        ({"temperature": -1}, "temperature = -1 is out of range. Choose 0 to 1.5."),
    ],
)
def test_a_job_with_options_of_its_own_that_cannot_be_had_is_refused(options, message):
    job = {"reference": "me.wav", "text": "One.", "wav": "1.wav"}
    with pytest.raises(ConfigError) as error:
        read_job(json.dumps({**job, **options}), "jobs.jsonl, line 1")
    assert str(error.value).startswith("jobs.jsonl, line 1: ") and message in str(error.value)


def test_a_job_whose_recording_or_lexicon_changed_is_done_again(changing):
    Path("own.tsv").write_text("one\tW AH1 N\n", encoding="utf-8")
    words = ["--lexicon", "own.tsv"]
    assert changing(*words) == {"1.wav"} and changing(*words) == set()
    Path("own.tsv").write_text("one\tT UW1\n", encoding="utf-8")
    assert changing(*words) == {"1.wav"} and changing(*words) == set()
    Audio.read(sentences()[-1][0]).write("me.wav")
    job_digest._voice_digest.cache_clear()
    assert changing(*words) == {"1.wav"} and changing(*words) == set()
    os.unlink("me.wav")
    job_digest._voice_digest.cache_clear()
    assert changing(*words) == set(), "what cannot be known is left as it is"


def test_every_format_remembers_and_files_of_others_are_left(changing):
    for ending in ("flac", "mp3", "ogg"):
        assert changing(wav=f"1.{ending}") == {f"1.{ending}"} and changing(wav=f"1.{ending}") == set()
        assert changing(wav=f"1.{ending}", text="Two.") == {f"1.{ending}"}
    Audio.read(REFERENCE).write("1.wav")
    assert changing() == set(), "it does not say what it was made from"


def test_a_voice_is_the_same_with_what_is_learned_of_its_prompt(cloner, voice):
    digest = job_digest._digest_of_voice
    adapted = voice.with_adapter({"a.up": np.ones(3, np.float16)}, {"method": "prompt", "weights": "x"})
    trained = voice.with_adapter({"a.up": np.ones(3, np.float16)}, {"method": "lora", "weights": "x"})
    assert digest(adapted) == digest(voice) != digest(trained)
    assert digest(Voice(voice.tensors, {**voice.facts, "lexicon": {"a": "b"}})) != digest(voice)
    assert digest(Voice(voice.tensors, {**voice.facts, "name": "Anna"})) == digest(voice)


def test_the_quality_suits_the_family_unless_one_is_asked_for(tiny_shelf):
    def quality(**settings):
        return job_digest.JobDigests(BatchSettings(**settings)).settings["quality"]

    assert quality() == "best" and quality(family="sv2tts") == "fast" == quality(quality="fast")
    assert quality(family="sv2tts", quality="best") == "best"
    assert quality(model=str(tiny_shelf / "sv2tts")) == "fast"


def test_family_sv2tts_adapts_no_voice_by_default(tiny_shelf, tmp_path, monkeypatch):
    from soundalike.models.common import prompt_adaptation

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(prompt_adaptation, "adapt_to_prompt", None)
    job = {"reference": str(REFERENCE), "text": "One.", "wav": "1.wav"}
    Path("jobs.jsonl").write_text(json.dumps(job), encoding="utf-8")
    assert main(["batch", "jobs.jsonl", "--family", "sv2tts", "--no-quality-check"]) == 0
    assert main(["clone", str(REFERENCE), "One.", "--family", "sv2tts", "--no-quality-check"]) == 0


def in_file(folder: Path, *jobs: dict) -> Path:
    path = folder / "jobs.jsonl"
    path.write_text("\n".join(json.dumps(job) for job in jobs), encoding="utf-8")
    return path


def test_a_recording_is_never_written_over(tmp_path, capsys):
    mine = tmp_path / "me.flac"
    mine.write_bytes(REFERENCE.read_bytes())
    path = in_file(tmp_path, {"reference": str(mine), "text": "Hi.", "wav": str(mine)})
    assert main(["batch", str(path), "--overwrite"]) == 2
    assert "this file is read, and would be lost" in capsys.readouterr().err
    assert mine.read_bytes() == REFERENCE.read_bytes()


def test_a_job_may_have_settings_of_its_own(tmp_path):
    own = {"quality": "fast", "loudness": -30, "quality_check": False}
    job = {"reference": str(REFERENCE), "text": "One two three.", "wav": str(tmp_path / "soft.wav"), **own}
    other = {**job, "wav": str(tmp_path / "loud.wav"), "loudness": -20.0}
    path = in_file(tmp_path, job, other)
    assert main(["batch", str(path)]) == 0
    made = [Audio.read(one["wav"]) for one in (job, other)]
    levels = [integrated_loudness(sound.samples, sound.rate) for sound in made]
    assert levels[1] - levels[0] == pytest.approx(10.0, abs=0.5)
    before = Path(job["wav"]).stat().st_mtime_ns
    in_file(tmp_path, {**job, "loudness": -25.0}, other)
    assert main(["batch", str(path)]) == 0
    assert Path(job["wav"]).stat().st_mtime_ns != before, "another loudness is another job"


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ({"quality": "medium"}, "quality = 'medium' is unknown"),
        ({"loudness": -80}, "loudness = -80 is out of range"),
        ({"quality_check": "no"}, "quality_check = 'no' is not true or false"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_its_line(field, said):
    with pytest.raises(ConfigError, match=f"jobs, line 3: {said}"):
        read_job(json.dumps({"reference": "a.wav", "text": "Hi.", "wav": "o.wav", **field}), "jobs, line 3")


def test_a_misspelt_field_is_told():
    job = {"reference": "a.wav", "text": "Hi.", "wav": "o.wav", "spead": 0.5, "foo": 1, "speaker": "x"}
    assert misspelt(job) == ["the field 'spead' is unknown and has no effect. Did you mean 'speed'?"]


def test_a_file_without_jobs_is_told(tmp_path):
    (tmp_path / "jobs.jsonl").write_text("\n\n")
    for path, said in ((tmp_path / "jobs.jsonl", "holds no job"), (tmp_path, "a folder")):
        with pytest.raises(ConfigError, match=said):
            _lines_of(path)


def test_a_warning_names_the_line_of_its_job(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rows = [
        {"reference": str(REFERENCE), "text": "Good evening.", "wav": "1.wav"},
        {"reference": str(REFERENCE), "text": "[furious] Good evening.", "wav": "2.wav", "ssml": False},
        {"reference": str(REFERENCE), "text": "<speak><foo>Good evening.</foo></speak>", "wav": "3.wav"},
    ]
    Path("jobs.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    assert main(["batch", "jobs.jsonl", "--quality", "fast"]) == 0
    told = [line for line in capsys.readouterr().err.splitlines() if "foo" in line]
    assert told and all(line.startswith("warning: jobs.jsonl, line 3: ") for line in told)
