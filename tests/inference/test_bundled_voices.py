"""The voices that come with the program."""

from __future__ import annotations

import pytest
from conftest import REFERENCE

from soundalike.cli.main import main
from soundalike.core.errors import ConfigError
from soundalike.inference import bundled_voices, voice_library


@pytest.fixture
def library(tmp_path, monkeypatch):
    """An empty library."""
    monkeypatch.setenv(voice_library.PLACE, str(tmp_path / "voices"))
    return tmp_path / "voices"


def test_they_are_small_synthetic_and_ready(cloner):
    files = list(bundled_voices.FOLDER.glob("*"))
    assert sum(path.stat().st_size for path in files) < 1_000_000
    for name in bundled_voices.NAMES:
        voice = bundled_voices.load(name)
        assert voice.facts["name"] == name and "synthetic" in voice.facts["origin"]
        assert voice.facts["report"]["problems"] == [] and "source" in voice.tensors
        # Where this fails, the model has changed: run benchmarks/bundled_voices.py
        assert cloner.fits(voice)
        card = bundled_voices.path_of(name).with_suffix(".md").read_text(encoding="utf-8")
        assert "Apache-2.0" in card and "DNSMOS" in card and "WER" in card


def test_every_name_of_openais_means_one():
    wanted = "alloy echo fable onyx nova shimmer ash ballad coral sage verse marin cedar".split()
    assert sorted(bundled_voices.OPENAI_NAMES) == sorted(wanted)
    assert set(bundled_voices.OPENAI_NAMES.values()) == set(bundled_voices.NAMES)
    assert bundled_voices.meant_by("Nova") == bundled_voices.OPENAI_NAMES["nova"]
    assert bundled_voices.meant_by("WREN") == "wren" and bundled_voices.meant_by("anna") is None


def test_a_voice_of_ones_own_wins(library, voice):
    assert voice_library.find("alloy").facts["name"] == bundled_voices.OPENAI_NAMES["alloy"]
    assert not voice_library.has("alloy") and not voice_library.listing()
    voice_library.put("Alloy", voice)
    assert voice_library.find("alloy").facts["name"] == "Alloy"
    voice_library.put("wren", voice)
    entries = {entry.name: entry.bundled for entry in voice_library.all_voices()}
    assert entries == {"Alloy": False, "wren": False, "linnet": True, "rook": True}
    voice_library.remove("wren")
    assert voice_library.get("wren").facts["name"] == "wren" and not voice_library.has("wren")


def test_they_stay_as_they_are(library, tmp_path):
    for change in (lambda: voice_library.remove("rook"), lambda: voice_library.rename("nova", "mine")):
        with pytest.raises(ConfigError, match="comes with the program"):
            change()
    voice_library.export("rook", tmp_path / "rook.voice")
    assert (tmp_path / "rook.voice").is_file()
    with pytest.raises(ConfigError, match="Did you mean wren"):
        voice_library.get("wrenn")


def test_the_list_marks_them(library, capsys):
    assert main(["voices", "list"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in bundled_voices.NAMES) and shown.count("synthetic") == 3
    assert "no voices of your own yet" in shown
    assert main(["voices", "show", "wren"]) == 0
    assert "wren.voice" in capsys.readouterr().out


def test_say_needs_no_recording(library, tmp_path, monkeypatch, capsys):
    from soundalike import Audio

    monkeypatch.chdir(tmp_path)
    assert main(["say", "Hello", "there.", "--quality", "fast"]) == 0
    assert Audio.read(tmp_path / "out.wav").speech_seconds() > 0.3
    assert main(["say", "--voice", "onyx", "Hello.", "-o", "low.wav", "--quality", "fast"]) == 0
    heard = [Audio.read(tmp_path / name) for name in ("out.wav", "low.wav")]
    assert heard[0].samples.shape != heard[1].samples.shape
    assert main(["say", "--voice", str(REFERENCE), "-o", "me.wav", "--quality", "fast", "Hello."]) == 0
    assert main(["say"]) == 2 and "text" in capsys.readouterr().err
    assert main(["say", "Hello.", "--voice", "nobody"]) == 2
    assert "neither a file nor a voice" in capsys.readouterr().err
