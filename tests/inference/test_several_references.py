"""One voice from several recordings, in the library, on the command line and by HTTP."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest
from conftest import REFERENCE, sentences

from soundalike import Audio
from soundalike.cli.clone import references_and_text
from soundalike.cli.main import main
from soundalike.core.errors import AudioError, ConfigError
from soundalike.core.types import Voice
from soundalike.core.vectors import cosine
from soundalike.inference import voice_library
from soundalike.inference.references import unit

ANNA = [path for path, _ in sentences()][:2]
BEN = [path for path, _ in sentences()][2:]


def test_embeddings_are_averaged_and_the_best_prompt_is_kept(cloner):
    one, two = (cloner.listen(path) for path in ANNA)
    both = cloner.listen(ANNA)
    mean = unit(unit(one.identity) + unit(two.identity))
    assert cosine(both.identity, mean) > 0.9999 and np.linalg.norm(both.identity) == pytest.approx(
        1, abs=1e-2
    )
    longer = one if one.facts["speech_seconds"] > two.facts["speech_seconds"] else two
    assert np.array_equal(both.tensors["prompt"], longer.tensors["prompt"])
    assert both.facts["report"] == longer.facts["report"]
    assert both.facts["seconds"] == pytest.approx(one.facts["seconds"] + two.facts["seconds"], abs=0.02)
    assert len(both.facts["clips"]) == 2 and "clips" not in one.facts
    again = cloner.listen(ANNA[::-1])
    assert np.array_equal(again.tensors["prompt"], both.tensors["prompt"])


def test_one_in_a_list_is_one(cloner):
    one, same = cloner.listen(ANNA[0]), cloner.listen([ANNA[0]])
    names = set(one.tensors) - {"source"}  # a file, each with a number of its own
    assert all(np.array_equal(one.tensors[name], same.tensors[name]) for name in names)
    with pytest.raises(AudioError, match="no recording"):
        cloner.listen([])


def test_another_person_among_them_is_named(cloner):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cloner.listen(ANNA)
    with pytest.warns(UserWarning, match=f"{BEN[0].name}: another person seems to speak"):
        cloner.listen([*ANNA, BEN[0]])


def test_a_recording_that_cannot_be_used_is_named(cloner, tmp_path):
    Audio(np.zeros(24_000, np.float32), 24_000).write(tmp_path / "silent.wav")
    with pytest.raises(AudioError, match="silent.wav: the recording is silent"):
        cloner.listen([*ANNA, tmp_path / "silent.wav"])


def test_arguments(tmp_path):
    a, b = tmp_path / "a.wav", tmp_path / "b.wav"
    a.touch()
    b.touch()
    for given, right in (
        (("a", ["text"], [], None), (["a"], "text")),
        (("a", [], [], None), (["a"], None)),
        (("a", ["b", "c", "text"], [], None), (["a", "b", "c"], "text")),
        (("a", ["text"], ["b", "c"], None), (["a", "b", "c"], "text")),
        (("a", [str(b)], ["c"], "t.txt"), (["a", str(b), "c"], None)),
        (("a", ["text"], [], "t.txt"), (["a"], "text")),
    ):
        assert references_and_text(*given) == right


def test_the_commands(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SOUNDALIKE_VOICES", str(tmp_path / "voices"))
    anna = [str(path) for path in ANNA]
    assert main(["voices", "add", "anna", *anna]) == 0
    assert len(voice_library.get("anna").facts["clips"]) == 2
    out = tmp_path / "out.wav"
    fast = ["--quality", "fast", "--no-quality-check", "-o", str(out)]
    kept = tmp_path / "x.voice"
    assert main(["clone", *anna, *fast, "--save-voice", str(kept), "--", "Yes."]) == 0
    assert len(Voice.load(kept).facts["clips"]) == 2 and Audio.read(out).seconds > 0.2
    assert main(["clone", anna[0], "Yes.", "--reference", anna[1], *fast, "--save-voice", str(kept)]) == 0
    assert len(Voice.load(kept).facts["clips"]) == 2
    capsys.readouterr()
    assert main(["clone", "anna", anna[0], "Yes.", *fast]) == 2
    assert "anna: a kept voice, which cannot be joined" in capsys.readouterr().err
    with pytest.raises(ConfigError, match="cannot be joined"):
        voice_library.find_all([anna[0], "anna"])


def test_several_files_are_checked(tmp_path, capsys):
    Audio(Audio.read(REFERENCE).samples + np.float32(0.05), 24_000).write(tmp_path / "offset.wav")
    assert main(["check", str(REFERENCE), str(tmp_path / "offset.wav")]) == 0
    said = capsys.readouterr().out
    assert "problems: none" in said and "problems: offset\nmended: an offset of +0.049" in said
    assert main(["check", str(REFERENCE), str(tmp_path / "gone.wav"), "--json"]) == 2
    said = capsys.readouterr()
    reports = json.loads(said.out)
    assert [report["file"] for report in reports] == [str(REFERENCE), str(tmp_path / "gone.wav")]
    assert reports[0]["problems"] == [] and "no such file" in reports[1]["error"] and "gone.wav" in said.err
    assert main(["check", str(REFERENCE), str(REFERENCE), "--transcript", "Yes."]) == 2
