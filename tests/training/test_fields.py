"""Batches by field: the draws of a recipe never change, crops go by time, rooms may add fields."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from made_folder import CASES, FPS, HOP, digest, write_folder

from soundalike.audio.mel import MelSpec
from soundalike.core.errors import ConfigError, DataError
from soundalike.data import fields
from soundalike.data.collate import collate
from soundalike.data.dataset import DataConfig, Dataset
from soundalike.data.feature_store import FeatureStore
from soundalike.data.fields import (
    EMOTIONS,
    FIELDS,
    LANGUAGE_IDS,
    Field,
    language_id,
    language_of_id,
    register,
)
from soundalike.data.manifest import read_manifest, write_manifest
from soundalike.training.recipe import read_recipe

RECORDED = Path(__file__).parent.parent / "data" / "batches.json"
SETTINGS = {"prompt_frames": 50, "batch_frames": 600, "seconds": (0.1, 30.0)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return write_folder(tmp_path_factory.mktemp("made"))


def dataset(folder, *names: str, **changes) -> Dataset:
    return Dataset(DataConfig(str(folder), **{**SETTINGS, **changes}), MelSpec(), names, seed=3)


@pytest.mark.parametrize("case", CASES)
def test_the_draws_of_a_recipe_never_change(case, folder):
    """Recorded before batches went by field: the same clips, crops, prompts and arrays, two epochs long."""
    recorded = json.loads(RECORDED.read_text())[case]
    data = dataset(folder, *recorded[0]["fields"], **CASES[case])
    for number, expected in enumerate(recorded):
        batch = data.batch(number)
        assert batch.ids == expected["ids"]
        assert batch["mel"][:, 0, :2].int().tolist() == expected["first"]
        assert batch["prompt"][:, 0, :2].int().tolist() == expected["prompt"]
        assert [batch.lengths(name).tolist() for name in ("mel", "prompt")] == expected["lengths"]
        assert {name: digest(batch[name].numpy()) for name in expected["fields"]} == expected["fields"]


def test_further_fields_move_no_draw(folder):
    changes = {"crop_frames": 40, "gta": 0.5}
    few = dataset(folder, "mel", "prompt", **changes).batch(1)
    every = [name for name in FIELDS if name not in ("codes", "content", "prompt_codes")]
    many = dataset(folder, *every, **changes).batch(1)
    assert torch.equal(few["mel"], many["mel"]) and torch.equal(few["prompt"], many["prompt"])
    assert set(many.fields) == set(every)


def test_a_batch_says_what_it_lacks(folder):
    batch = dataset(folder, "mel", "speaker").batch(0)
    assert "mel" in batch and "pitch" not in batch
    with pytest.raises(DataError, match="no field 'pitch', only mel, speaker"):
        batch["pitch"]
    with pytest.raises(DataError, match="'speaker' has one value a clip"):
        batch.lengths("speaker")
    with pytest.raises(ConfigError, match="there is no field 'melody'"):
        dataset(folder, "melody")


def test_crops_go_by_time(folder, tmp_path):
    """Codes at 50 and content at 25 a second are cut out where the mel is."""
    store = FeatureStore(folder, MelSpec())
    rows = read_manifest(folder)
    for row in rows:
        seconds = (len(store.read("mel", row.id)) - 1) / FPS
        times = np.arange(0, seconds, 1 / 50)
        store.write("codes", row.id, np.stack([np.round(times * 1000), times * 0], 1).astype(np.int32))
        store.write("content", row.id, np.arange(0, seconds, 1 / 25, np.float32)[:, None])
    names = ("mel", "pitch", "samples", "codes", "content", "prompt", "prompt_codes", "prompt_symbols")
    data = dataset(folder, *names, crop_frames=40)
    for index in range(len(data.rows)):
        item = data.item(index, np.random.default_rng(index))
        first = int(item["mel"][0, 1])
        start = first / FPS
        assert len(item["mel"]) == len(item["pitch"]) == 40 and item["pitch"][0] % 1000 == first
        assert round(float(item["samples"][0]) * 32768) == first * HOP % 30_000
        assert len(item["samples"]) == 39 * HOP
        assert item["codes"][0, 0] / 1000 == pytest.approx(start, abs=0.02)
        assert item["content"][0, 0] == pytest.approx(start, abs=0.04)
        assert len(item["codes"]) == pytest.approx(39 / FPS * 50, abs=1)
        assert item["prompt_codes"][0, 0] / 1000 == pytest.approx(item["prompt"][0, 1] / FPS, abs=0.02)
        assert 1 <= len(item["prompt_symbols"]) <= len(data.rows[index].phonemes)
    batch = data.batch(0)
    assert batch["codes"].shape[::2] == (len(batch.ids), 2) and batch["codes"].dtype == torch.int64
    assert batch.lengths("codes").max() == batch["codes"].shape[1]


def test_clips_without_a_field_are_left_out(folder, tmp_path):
    own = write_folder(tmp_path / "own")
    store = FeatureStore(own, MelSpec())
    for row in read_manifest(own)[:3]:
        store.write("codes", row.id, np.zeros((9, 2), np.int16))
    assert len(dataset(own, "mel", "codes").rows) == 3
    assert len(dataset(own, "mel").rows) == 14


def test_languages_and_emotions_are_places_in_tables(tmp_path):
    own = write_folder(tmp_path / "own")
    told = [("de", "happy-strong"), ("pl-PL", ""), ("en-GB", "sad"), ("", "")]
    rows = [
        dataclasses.replace(row, language=told[i % 4][0], emotion=told[i % 4][1])
        for i, row in enumerate(read_manifest(own))
    ]
    write_manifest(own, rows)
    data = dataset(own, "mel", "language", "emotion")
    items = [data.item(i, np.random.default_rng(0)) for i in range(4)]
    assert [language_of_id(int(item["language"])) for item in items] == ["de", "pl", "en", ""]
    assert [EMOTIONS[int(item["emotion"])] for item in items] == ["happy", "", "sad", ""]


def test_the_id_of_a_language_is_the_same_on_every_machine():
    assert [language_id(code) for code in ("", "en", "sv", "ko")] == [0, 1, 10, 13]  # never to change
    assert language_id("pl") == language_id("pl-PL") == 14 + (16 * 27 + 12) * 27
    letters = "abcdefghijklmnopqrstuvwxyz"
    codes = [a + b + c for a in letters for b in letters for c in ("", *letters)]
    ids = [language_id(code) for code in codes]
    assert len(set(ids)) == len(codes) and 0 < min(ids) and max(ids) < LANGUAGE_IDS
    assert [language_of_id(id) for id in ids] == codes
    assert [language_id(wrong) for wrong in ("x", "Polish", "PL", "łł", "a b", "auto")] == [0] * 6


def test_a_room_may_add_a_field(folder, monkeypatch):
    monkeypatch.setattr(fields, "FIELDS", dict(FIELDS))
    loudest = register(Field("loudest", "frames", -1.0, np.float32, lambda clip: clip.mel.max(1)))
    assert register(loudest) is loudest
    batch = dataset(folder, "mel", "loudest").batch(1)
    assert batch["loudest"].shape == batch["mel"].shape[:2]
    shortest = int(batch.lengths("loudest").argmin())
    size = int(batch.lengths("loudest")[shortest])
    assert (batch["loudest"][shortest, size:] == -1).all(), "padded as the field says"
    with pytest.raises(ConfigError, match="there is a field 'loudest' already"):
        register(dataclasses.replace(loudest, pad=0.0))


def test_kinds_keep_their_folders(tmp_path):
    store = FeatureStore(tmp_path, MelSpec())
    for kind, name in (("speaker_embedding", "vector"), ("gta", "retold"), ("target_embedding", "teacher")):
        assert store.path(kind, "a") == store.path(name, "a") and store.path(kind, "a").parent.name == name


def test_collate_pads_each_field_by_itself():
    made = [
        {"id": str(n), "mel": np.ones((n, 3)), "codes": np.ones((2 * n, 4)), "speaker": n} for n in (2, 3)
    ]
    batch = collate(made)
    assert batch.ids == ["2", "3"] and batch["mel"].shape == (2, 3, 3) and batch["codes"].shape == (2, 6, 4)
    assert batch.lengths("mel").tolist() == [2, 3] and batch.lengths("codes").tolist() == [4, 6]
    assert batch["mel"][0, 2].sum() == 0 and batch["speaker"].tolist() == [2, 3]


def test_recipes_of_old_still_name_gta_retold(tmp_path):
    file = tmp_path / "old.toml"
    file.write_text('part = "vocos"\n[data]\nmanifest = "data"\nretold = 0.4\n')
    assert read_recipe(str(file)).data.gta == 0.4
