"""Clips as a poor recording would hold them, and prompts that are made of them."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from conftest import REFERENCE

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec
from soundalike.cli.main import main
from soundalike.data.dataset import DataConfig, Dataset
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import read_manifest
from soundalike.prepare.derive import degrade

MEL = MelSpec()


@pytest.fixture(scope="module")
def speech():
    """Three seconds."""
    audio = Audio.read(REFERENCE).resample(24000)
    return Audio(audio.samples[:72000], 24000)


def power(samples, low, high, rate=24000):
    spectrum = np.abs(np.fft.rfft(samples)) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / rate)
    return spectrum[(hertz >= low) & (hertz < high)].sum()


def test_noise_has_the_ratio_that_is_asked_for(speech):
    rng = np.random.default_rng(0)
    noise = degrade.coloured_noise(len(speech.samples), rng)
    for db in (0.0, 10.0, 30.0):
        added = degrade.at_ratio(speech.samples, noise, db) - speech.samples
        found = 10 * np.log10(np.mean(speech.samples**2) / np.mean(added**2))
        assert found == pytest.approx(db, abs=0.1)


def test_a_telephone_lets_through_its_band_alone(speech):
    heard = degrade.through_band(speech.samples, 24000, 300.0, 3400.0)
    assert power(heard, 5000, 12000) < 1e-6 * power(speech.samples, 5000, 12000)
    assert power(heard, 0, 200) < 1e-6 * power(speech.samples, 0, 200)
    assert power(heard, 600, 2500) == pytest.approx(power(speech.samples, 600, 2500), rel=0.01)


def test_a_room_sounds_on_after_the_speech(speech):
    quiet = np.concatenate([speech.samples, np.zeros(24000)])
    heard = degrade.in_room(quiet, 24000, np.random.default_rng(0))
    after = slice(len(speech.samples) + 100, len(speech.samples) + 3000)
    assert len(heard) == len(quiet)
    assert np.sqrt(np.mean(heard[after] ** 2)) > 1e-3 > np.abs(quiet[after]).max()


def test_lossy_coding_and_clipping_keep_the_length_and_change_the_sound(speech):
    rng = np.random.default_rng(0)
    for made in (
        degrade.coded(speech.samples, 24000, rng),
        degrade.coded_poorly(speech.samples, 24000),
        degrade.clipped(speech.samples, rng),
    ):
        assert len(made) == len(speech.samples)
        alike = np.corrcoef(made, speech.samples)[0, 1]
        assert 0.5 < alike < 0.9999


def test_every_way_keeps_length_and_level_and_is_the_same_every_time(speech):
    for seed in range(8):
        made = [degrade.degraded(speech, [speech], np.random.default_rng(seed)).samples for _ in range(2)]
        assert np.array_equal(*made), "the same numbers make the same recording"
        assert len(made[0]) == len(speech.samples)
        assert np.isfinite(made[0]).all() and not np.array_equal(made[0], speech.samples)


def test_degraded_prompts_are_kept_and_drawn(prepared, tmp_path, capsys):
    folder = shutil.copytree(prepared, tmp_path / "data")
    assert main(["data", "degrade", str(folder)]) == 0
    rows = [row for row in read_manifest(folder) if row.split == "train"]
    assert f"degraded copies of {len(rows)} clips" in capsys.readouterr().out
    config = DataConfig(str(folder), seconds=(0.1, 30.0), prompt_frames=100, degraded=0.5)
    data = Dataset(config, MEL, {"mel", "prompt", "speaker_embedding"})
    store = FeatureStore(folder, MEL)
    clean = {row.id: store.read("speaker_embedding", row.id) for row in rows}
    drawn = [data.item(0, np.random.default_rng(seed))["speaker_embedding"] for seed in range(20)]
    own = [any(np.allclose(one, vector, atol=1e-3) for vector in clean.values()) for one in drawn]
    assert 4 <= sum(own) <= 16, "about half of the prompts are clean"
    config = DataConfig(str(folder), seconds=(0.1, 30.0), degraded_heard=0.5)
    data = Dataset(config, MEL, {"mel", "heard"})
    items = [data.item(0, np.random.default_rng(seed)) for seed in range(20)]
    assert all(item["heard"].shape == item["mel"].shape for item in items)
    same = [np.array_equal(item["heard"], item["mel"]) for item in items]
    assert 4 <= sum(same) <= 16, "about half of the clips are heard clean"
