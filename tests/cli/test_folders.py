"""Folders of output files are made by every verb that writes files; a file in their place is refused."""

from __future__ import annotations

import json

import pytest
from conftest import REFERENCE

from soundalike.cli.main import main

HOW = ["--quality", "fast", "--no-quality-check"]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.setenv("SOUNDALIKE_VOICES", str(tmp_path / "library"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_clone_and_export_make_the_folders_of_all_they_write(here):
    beside = ["--timestamps", "b/c/o.srt", "--report", "d/e/o.json", "--save-voice", "f/g/me.voice"]
    assert main(["clone", str(REFERENCE), "Good evening.", "-o", "a/b/o.wav", *beside, *HOW]) == 0
    for name in ("a/b/o.wav", "b/c/o.srt", "d/e/o.json", "f/g/me.voice"):
        assert (here / name).stat().st_size, name
    assert main(["voices", "import", "f/g/me.voice", "--name", "anna"]) == 0
    assert main(["voices", "export", "anna", "h/i/anna.voice"]) == 0
    assert (here / "h/i/anna.voice").is_file()


def test_convert_makes_the_folder(here):
    words = ["convert", str(REFERENCE), str(REFERENCE), "-o", "a/b/o.flac", "--no-quality-check"]
    assert main(words) == 0 and (here / "a/b/o.flac").is_file()


def test_batch_makes_the_folders_of_sounds_and_report(here):
    job = {"reference": str(REFERENCE), "text": "One.", "wav": "a/b/1.wav"}
    (here / "jobs.jsonl").write_text(json.dumps(job), encoding="utf-8")
    assert main(["batch", "jobs.jsonl", "--report", "c/d/done.jsonl", *HOW]) == 0
    assert (here / "a/b/1.wav").is_file() and (here / "c/d/done.jsonl").is_file()


@pytest.mark.parametrize(
    "words",
    [
        ["clone", str(REFERENCE), "Hi.", "-o", "file/o.wav"],
        ["clone", str(REFERENCE), "Hi.", "--timestamps", "file/o.srt"],
        ["clone", str(REFERENCE), "Hi.", "--report", "file/o.json"],
        ["clone", str(REFERENCE), "Hi.", "--save-voice", "file/o.voice"],
        ["convert", str(REFERENCE), str(REFERENCE), "-o", "file/o.wav"],
    ],
)
def test_what_cannot_be_a_folder_is_refused_before_any_work(here, words, capsys, monkeypatch):
    from soundalike.inference.cloner import Cloner

    monkeypatch.setattr(Cloner, "load", None)
    (here / "file").write_text("no folder")
    assert main(words) == 2
    assert "file" in capsys.readouterr().err and sorted(path.name for path in here.iterdir()) == ["file"]
