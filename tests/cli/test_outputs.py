"""Files that commands write: never one that is read, never two under one name; and words in a wrong order."""

from __future__ import annotations

import shutil

import pytest
from conftest import HERE, REFERENCE

from soundalike import Audio, Voice
from soundalike.cli.main import main


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A current folder with two recordings of one's own and a text."""
    monkeypatch.chdir(tmp_path)
    for name in ("me.flac", "other.flac"):
        shutil.copy(REFERENCE, tmp_path / name)
    (tmp_path / "text.srt").write_text("Hello there.", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["clone", "me.flac", "Hi.", "-o", "me.flac"], "-o me.flac: this file is read"),
        (["clone", "me.flac", "other.flac", "Hi.", "-o", "./other.flac"], "-o ./other.flac: this file is"),
        (["clone", "me.flac", "Hi.", "--report", "me.flac"], "--report me.flac: this file is read"),
        (
            ["clone", "me.flac", "--text-file", "text.srt", "--timestamps", "text.srt"],
            "--timestamps text.srt",
        ),
        (["clone", "me.flac", "Hi.", "-o", "q.wav", "--report", "q.wav"], "-o names this file too"),
        (["convert", "me.flac", "other.flac", "-o", "me.flac"], "-o me.flac: this file is read"),
        (["convert", "me.flac", "other.flac", "-o", "other.flac"], "-o other.flac: this file is read"),
    ],
)
def test_nothing_that_is_read_is_written_over(here, words, said, capsys):
    before = {path.name: path.read_bytes() for path in here.iterdir()}
    assert main(words) != 0
    assert said in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in here.iterdir()} == before


def test_a_folder_is_no_file_to_write(here, capsys):
    (here / "there").mkdir()
    for name in ("there", "new/"):
        assert main(["say", "Hi.", "-o", name]) != 0
        assert f"{name}: cannot be written, as it is a folder. Name a file" in capsys.readouterr().err


def test_a_recording_behind_its_text_is_told(here, capsys):
    assert main(["clone", "Good evening.", "me.flac"]) != 0
    assert "Give the recording first, then the text" in capsys.readouterr().err


def test_a_file_that_is_spoken_by_its_name_is_told(here, capsys):
    assert main(["say", "text.srt", "-o", "out.wav", "--quality", "fast"]) == 0
    assert "To speak what is in it: --text-file text.srt" in capsys.readouterr().err


def test_a_bundled_voice_is_called_within_a_text(here, capsys):
    text = '<speak>Hello. <voice name="linnet">And I am another.</voice></speak>'
    assert main(["say", text, "-o", "two.wav", "--quality", "fast"]) == 0
    assert "is not known" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--emotion", "joyful"], "joyful"),
        (["--speed", "9"], "out of range"),
        (["--accent", "french"], "french"),
    ],
)
def test_what_needs_no_model_is_refused_before_one_is_loaded(here, words, said, capsys, monkeypatch):
    monkeypatch.setattr("soundalike.cli.options.ModelOptions.load", lambda *_: pytest.fail("loaded"))
    assert main(["clone", "me.flac", "Hi.", *words]) == 2
    assert said in capsys.readouterr().err


def test_what_is_no_recording_is_refused_before_a_model_is_loaded(here, capsys, monkeypatch):
    monkeypatch.setattr("soundalike.cli.options.ModelOptions.load", lambda *_: pytest.fail("loaded"))
    (here / "me.pdf").write_bytes(b"%PDF-1.7 " + bytes(range(256)) * 12)
    (here / "empty.wav").write_bytes(b"")
    for name in ("me.pdf", "empty.wav", "text.srt"):
        assert main(["clone", name, "Hi."]) == 2
        assert name in capsys.readouterr().err


def test_a_voice_of_other_recordings_is_not_replaced_unasked(here, capsys):
    other = Audio.read(HERE / "data" / "anna_1.flac")
    other.write(here / "anna.wav")
    fast = ["--quality", "fast", "--no-quality-check", "--save-voice", "kept.voice"]
    assert main(["clone", "me.flac", "Hi.", *fast]) == 0
    assert main(["clone", "other.flac", "Hi.", *fast]) == 0, "another copy of the same recording"
    before = (here / "kept.voice").read_bytes()
    (here / "out.wav").unlink()
    capsys.readouterr()
    assert main(["clone", "anna.wav", "Hi.", *fast]) == 2
    said = capsys.readouterr().err
    assert "kept.voice: keeps a voice of other recordings" in said and "--force" in said
    assert (here / "kept.voice").read_bytes() == before and not (here / "out.wav").exists()
    assert main(["clone", "anna.wav", "Hi.", *fast, "--force"]) == 0
    assert Voice.load("kept.voice").facts["seconds"] == pytest.approx(other.seconds, abs=0.02)
