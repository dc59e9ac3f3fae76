"""From recordings to a voice that speaks in pieces of them, by the commands of the docs."""

from __future__ import annotations

import dataclasses
import shutil

import numpy as np
import pytest
from conftest import ROOT

from soundalike import Audio
from soundalike.audio.mel import MelSpec
from soundalike.checkpoints import inventory_store, model_store
from soundalike.cli.main import main
from soundalike.core.types import Stretch, UnitTrace
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import read_manifest, write_manifest
from soundalike.inference import voice_library
from soundalike.inference.unit_page import write_page


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Libraries of models and voices of one's own, and no checkout."""
    monkeypatch.setenv(model_store.PLACE, str(tmp_path / "models"))
    monkeypatch.setenv(voice_library.PLACE, str(tmp_path / "voices"))
    monkeypatch.setattr(model_store, "checkout", lambda: None)
    return tmp_path


@pytest.fixture
def anna(prepared, tmp_path):
    """The miniature corpus without its second speaker."""
    folder = tmp_path / "anna data"
    shutil.copytree(prepared, folder)
    rows = read_manifest(folder)
    store = FeatureStore(folder, MelSpec())
    for row in rows:
        store.write("speaker_embedding", row.id, store.read("speaker_embedding", row.id))
    write_manifest(folder, [row for row in rows if row.speaker == rows[0].speaker])
    return folder


def test_from_recordings_to_speech(home, anna, capsys):
    assert main(["models", "fit", "unit_selection", str(anna), "--name", "anna"]) == 2
    refused = capsys.readouterr().err
    assert "minutes of recordings hold" in refused and "data script --minutes 10 --have" in refused
    assert not inventory_store.names()
    text = home / "text.txt"
    text.write_text("A quiet morning.", encoding="utf-8")
    ask = [
        "models",
        "fit",
        "unit_selection",
        str(anna),
        "--name",
        "anna",
        "--borrow",
        "--text-file",
        str(text),
    ]
    assert main(ask) == 0
    told = capsys.readouterr().out
    assert "kinds of diphones of the text" in told and "speak with `soundalike clone anna" in told
    assert inventory_store.names() == ["anna"] and model_store.find("unit_selection")
    speak = ["clone", "anna", "A quiet morning.", "--family", "unit_selection"]
    page = home / "units.html"
    out = ["-o", str(home / "out.wav"), "--units", str(page), "--timestamps", str(home / "out.srt")]
    assert main([*speak, *out, "--no-quality-check"]) == 0
    assert Audio.read(home / "out.wav").seconds > 0.5
    written = page.read_text(encoding="utf-8")
    assert "A quiet morning." in written and "<svg" in written and read_manifest(anna)[0].id in written
    assert "morning" in (home / "out.srt").read_text(encoding="utf-8")
    # Another family, a name that is taken, a page that cannot be, a family without units
    assert main(["clone", "anna", "A quiet morning."]) == 2
    assert "anna: this voice was made for the family unit_selection" in capsys.readouterr().err
    assert main(ask) == 2 and "there is a voice called 'anna' already" in capsys.readouterr().err
    assert main([*speak, "--units", str(home / "x.png")]) == 2
    assert "give a name that ends in .html" in capsys.readouterr().err
    assert main(["say", "Hello.", "--units", str(page)]) == 2
    assert "--units: the family starling has none to show. Give --family unit_selection" in (
        capsys.readouterr().err
    )
    assert main(["models", "list"]) == 0 and "inventory anna" in capsys.readouterr().out
    # A damaged inventory is refused by name
    weights = inventory_store.place_of("anna") / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-2000])
    (model_store.library() / "unit_selection" / "inventory" / "model.safetensors").write_bytes(b"")
    assert main([*speak, *out]) == 2
    assert "inventory/model.safetensors: does not hold the weights" in capsys.readouterr().err


def test_another_part_is_not_fitted_so(home, anna, capsys):
    assert main(["models", "fit", "starling", str(anna), "--name", "anna"]) == 2
    assert "only unit_selection is fitted so" in capsys.readouterr().err


def test_the_page_of_units(tmp_path):
    first = Stretch("a<b", 1.0, 2.5, 0.0, 1.5, ("^", "h", "ˈaɪ"), 5, 0.0)
    second = Stretch("", 0.0, 3.0, 1.5, 4.5, ("b", "ˈɔɪ"), 4, 1.25)
    trace = UnitTrace("Hi & <b>boy</b>.", (first, second), (("boy", "b-ɔɪ"),))
    assert trace.mean_run == 4.5
    write_page([trace, dataclasses.replace(trace, stretches=(first,))], tmp_path / "units.html")
    page = (tmp_path / "units.html").read_text(encoding="utf-8")
    assert "Hi &amp; &lt;b&gt;boy" in page and "a&lt;b" in page and "<b>" not in page
    assert "boy: no recording holds b-ɔɪ" in page and "mean join cost 1.25" in page
    assert page.count("<svg") == 2 and 'viewBox="0 0 960 172"' in page, "two rows of three seconds"


def test_the_shipped_inventory_is_small_and_speaks(capsys, tmp_path):
    folder = ROOT / "models" / "unit_selection"
    assert sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) <= 3_000_000
    out = tmp_path / "out.wav"
    ask = ["say", "Good evening to you all.", "--voice", "wren", "--model", str(folder), "-o", str(out)]
    assert main(ask) == 0
    sound = Audio.read(out)
    assert sound.seconds > 0.8 and np.abs(sound.samples).max() > 0.05
