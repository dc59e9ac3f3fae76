"""What was learned of a voice is learned once: in the file, in the cache, for the same samples to the bit."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from conftest import HERE, REFERENCE

from soundalike import Cloner, Voice
from soundalike.cli.main import main
from soundalike.inference import voice_library
from soundalike.inference.adapter_cache import AdapterCache, default_folder, key_of

TEXT = "Good evening to you all."


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A cache and a library of this test's own."""
    monkeypatch.setenv("SOUNDALIKE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SOUNDALIKE_VOICES", str(tmp_path / "library"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795219200")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def counted(monkeypatch) -> list[int]:
    """The steps of every adaptation that is really made."""
    from soundalike.models.common import prompt_adaptation

    steps: list[int] = []
    real = prompt_adaptation.adapt_to_prompt

    def counting(model, voice, recognized, progress=None):
        steps.append(1)
        return real(model, voice, recognized, progress)

    monkeypatch.setattr(prompt_adaptation, "adapt_to_prompt", counting)
    return steps


def test_the_second_cloner_learns_nothing_and_says_the_same_to_the_bit(own, counted):
    said = [Cloner.load().clone(REFERENCE, TEXT).samples for _ in range(2)]
    assert len(counted) == 1 and np.array_equal(*said)
    assert len(list(default_folder().iterdir())) == 1
    again = Cloner.load(cache=False).clone(REFERENCE, TEXT).samples
    assert len(counted) == 2 and np.array_equal(again, said[0]), "as it would be without any cache"


def test_a_file_of_a_former_version_is_adapted_once(own, counted):
    old = HERE / "data" / "version_2.voice"
    before = old.read_bytes()
    for number in (1, 2):
        assert main(["clone", str(old), TEXT, "-o", f"{number}.wav"]) == 0
    assert len(counted) == 1 and old.read_bytes() == before
    assert (own / "1.wav").read_bytes() == (own / "2.wav").read_bytes()


def test_an_added_voice_brings_what_was_learned(own, counted, capsys):
    assert main(["voices", "add", "anna", str(REFERENCE)]) == 0
    assert len(counted) == 1 and voice_library.get("anna").adapter
    shown = capsys.readouterr()
    assert "adapt: 100%" in shown.err, "the bar came to its end"
    for path in default_folder().iterdir():
        path.unlink()
    for number in (1, 2):
        assert main(["clone", "anna", TEXT, "-o", f"{number}.wav"]) == 0
    assert len(counted) == 1 and (own / "1.wav").read_bytes() == (own / "2.wav").read_bytes()
    assert "adapt" not in capsys.readouterr().err
    assert main(["voices", "add", "ben", str(REFERENCE), "--no-adapt-prompt"]) == 0
    assert not voice_library.get("ben").adapter


def test_a_saved_voice_brings_what_was_learned(own, counted):
    assert main(["clone", str(REFERENCE), TEXT, "-o", "1.wav", "--save-voice", "me.voice"]) == 0
    assert Voice.load("me.voice").adapter
    assert main(["clone", "me.voice", TEXT, "-o", "2.wav"]) == 0
    assert len(counted) == 1 and (own / "1.wav").read_bytes() == (own / "2.wav").read_bytes()


def test_removing_a_voice_removes_what_was_learned(own, counted):
    assert main(["voices", "add", "anna", str(REFERENCE)]) == 0
    assert list(default_folder().iterdir())
    assert main(["voices", "remove", "anna"]) == 0
    assert not list(default_folder().iterdir())


def test_other_prompts_models_and_methods_have_other_keys(voice, monkeypatch):
    from soundalike.models.common import prompt_adaptation

    model = Cloner.load(backend="torch").synthesizer
    keys = {key_of(voice, model.adaptation)}
    keys.add(key_of(Voice({**voice.tensors, "prompt": voice.tensors["prompt"] + 1}), model.adaptation))
    fresh = Cloner.load(backend="torch").synthesizer
    monkeypatch.setattr(prompt_adaptation, "SETTINGS", (99,))
    keys.add(key_of(voice, fresh.adaptation))
    monkeypatch.undo()
    other = Cloner.load(backend="torch").synthesizer
    assert key_of(voice, other.adaptation) in keys, "the same model has the same key"
    changed = Cloner.load(backend="torch").synthesizer
    changed.aligner_network.state_dict()[next(iter(changed.aligner_network.state_dict()))].add_(1)
    keys.add(key_of(voice, changed.adaptation))
    judged = Cloner.load(backend="torch").synthesizer
    next(judged.discriminator.parameters()).data.add_(1)
    keys.add(key_of(voice, judged.adaptation))
    assert len(keys) == 5
    kept = key_of(Voice({**voice.tensors, "source": np.ones(3, np.uint8)}), model.adaptation)
    assert kept in keys, "the clip of the recording plays no part"


def change(number: float, size: int = 100) -> dict[str, np.ndarray]:
    return {"one.up": np.full(size, number, np.float16)}


def test_what_cannot_be_read_is_as_if_it_were_not_there(tmp_path):
    cache = AdapterCache(tmp_path / "a" / "b")
    assert cache.get("key") is None
    cache.put("key", change(1))
    assert np.array_equal(cache.get("key")["one.up"], change(1)["one.up"])
    (tmp_path / "a" / "b" / "key.safetensors").write_bytes(b"broken")
    assert cache.get("key") is None
    cache.put("key", change(2))
    assert cache.get("key")["one.up"][0] == 2
    cache.put("odd", {"one.up": np.ones(3, np.float32)})
    assert cache.get("odd") is None
    (tmp_path / "file").write_text("no folder")
    blocked = AdapterCache(tmp_path / "file")
    blocked.put("key", change(1))
    assert blocked.get("key") is None


def test_those_not_used_for_longest_go(tmp_path):
    cache = AdapterCache(tmp_path, most=3000)
    for number in range(6):
        cache.put(f"k{number}", change(number, 400))
        os.utime(tmp_path / f"k{number}.safetensors", ns=(number + 1, number + 1))
        cache.get("k0")
    assert {path.stem for path in tmp_path.iterdir()} == {"k0", "k4", "k5"}


def test_processes_may_write_at_once(tmp_path):
    code = (
        "import sys, numpy as np\nfrom soundalike.inference.adapter_cache import AdapterCache\n"
        f"cache = AdapterCache({str(tmp_path)!r}, most=8000)\n"
        "for i in range(60):\n"
        "    n = i % 7\n"
        "    cache.put(f'k{n}', {'one.up': np.full(500, n, np.float16)})\n"
        "    got = cache.get(f'k{(i * 3) % 7}')\n"
        "    assert got is None or (got['one.up'] == (i * 3) % 7).all()\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    left = list(tmp_path.iterdir())
    assert left and all(path.suffix == ".safetensors" for path in left), "nothing half-written"


def test_the_files_are_for_their_owner_alone(tmp_path):
    cache = AdapterCache(tmp_path / "cache")
    cache.put("key", change(1))
    if os.name != "nt":
        assert (tmp_path / "cache" / "key.safetensors").stat().st_mode & 0o077 == 0
