"""Training on several prepared folders: nothing of one is taken for the other's."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import RECIPES

from soundalike.audio.mel import MelSpec
from soundalike.cli.main import main
from soundalike.core.config import to_json
from soundalike.core.errors import ConfigError, DataError
from soundalike.data.dataset import DataConfig, Dataset
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import read_manifest, write_manifest
from soundalike.training.loop import train
from soundalike.training.recipe import read_recipe

WANTS = frozenset({"mel", "pitch", "prompt", "speaker_embedding", "speaker"})


def part(prepared: Path, folder: Path, speakers: tuple[str, ...], louder: float = 0.0, **changes) -> str:
    """Some speakers of a prepared folder as a folder of their own, their mels `louder` in nats, so that they
    can be told apart.
    """
    shutil.copytree(prepared / "features", folder / "features")
    rows = [replace(row, **changes) for row in read_manifest(prepared) if row.speaker in speakers]
    store = FeatureStore(folder, MelSpec())
    for row in rows:
        store.write("mel", row.id, store.read("mel", row.id) + np.float16(louder))
    write_manifest(folder, rows)
    return str(folder)


def config(folders, **more) -> DataConfig:
    return DataConfig(folders, seconds=(0.1, 30.0), prompt_frames=80, **more)


def test_parts_of_a_corpus_are_read_as_the_whole(prepared, tmp_path):
    parts = part(prepared, tmp_path / "a", ("anna",)), part(prepared, tmp_path / "b", ("ben",))
    whole, split = (Dataset(config(folders), MelSpec(), WANTS, seed=3) for folders in (str(prepared), parts))
    assert split.speakers == ["anna", "ben"] and split.rows == whole.rows
    for number in range(3):
        one = whole.batch(number)
        two = split.batch(number)
        assert one.ids == two.ids and all(
            torch.equal(one[name], two[name]) for name in ("mel", "prompt", "speaker_embedding", "speaker")
        )


def test_same_names_of_other_corpora_are_other_people_and_other_clips(prepared, tmp_path):
    folders = (
        part(prepared, tmp_path / "a", ("anna", "ben")),
        part(prepared, tmp_path / "b", ("anna", "ben"), 9.0, corpus="other"),
    )
    data = Dataset(config(folders), MelSpec(), WANTS)
    assert (
        data.speakers == ["anna", f"anna ({folders[1]})", "ben", f"ben ({folders[1]})"]
        and len(data.rows) == 8
    )
    assert {row.speaker for row in data.rows[:4]} == {"anna", "ben"}, "one of them keeps the plain name"
    for index, row in enumerate(data.rows):
        item = data.item(index, np.random.default_rng(index))
        store = FeatureStore(folders[index // 4], MelSpec())
        assert np.array_equal(item["mel"], store.read("mel", row.id).astype(np.float32))
        assert data.speakers[item["speaker"]] == row.speaker
        assert (item["prompt"].mean() > 0) == (index >= 4), "the prompt is of another's folder"


def test_a_speaker_of_one_corpus_in_two_folders_is_one_and_held_out_of_both(prepared, tmp_path):
    rows = read_manifest(prepared)
    anna = [row for row in rows if row.speaker == "anna"]
    first = part(prepared, tmp_path / "a", ("anna", "ben"))
    second = part(prepared, tmp_path / "b", ("anna", "ben"))
    write_manifest(first, [anna[0], *(row for row in rows if row.speaker == "ben")])
    write_manifest(second, [anna[1]])
    data = Dataset(config((first, second)), MelSpec(), WANTS)
    assert data.speakers == ["anna", "ben"] and [row.id for row in data.rows if row.speaker == "anna"] == [
        row.id for row in anna
    ]
    write_manifest(second, [replace(anna[1], split="dev")])
    assert Dataset(config((first, second)), MelSpec(), WANTS).speakers == ["ben"]
    assert len(Dataset(config((first, second)), MelSpec(), WANTS, split="dev").rows) == 2


def test_what_cannot_be_read_together_is_said(prepared, tmp_path):
    one = str(prepared)
    row = read_manifest(prepared)[0]
    with pytest.raises(
        DataError,
        match=f"the clip '{row.id}' of the corpus '{row.corpus}' is in {one} "
        f"and in {one}/../{prepared.name}. Name one",
    ):
        Dataset(config((one, f"{one}/../{prepared.name}")), MelSpec(), WANTS)
    with pytest.raises(DataError, match="is in .* Name one of the two only"):
        Dataset(config((one, one)), MelSpec(), WANTS)
    with pytest.raises(
        DataError, match=f"{tmp_path}: no manifest.jsonl here. Make it with `soundalike data prepare"
    ):
        Dataset(config((one, str(tmp_path))), MelSpec(), WANTS)
    for nothing in ((), "", (one, "")):
        with pytest.raises(
            ConfigError,
            match="names no folder. Give one that `soundalike data prepare` made, or a list of them",
        ):
            Dataset(config(nothing), MelSpec(), WANTS)
    with pytest.raises(ConfigError, match="fits the recipe"):
        Dataset(config((one,), corpora=("none",)), MelSpec(), WANTS)


def test_a_recipe_names_several_and_a_run_goes_on_with_them(prepared, tmp_path, capsys):
    parts = part(prepared, tmp_path / "a", ("anna",)), part(prepared, tmp_path / "b", ("ben",))
    source = (
        (RECIPES / "starling.toml")
        .read_text(encoding="utf-8")
        .replace('manifest = "data"', f"manifest = {json.dumps(parts)}")
    )
    (tmp_path / "recipe.toml").write_text(source, encoding="utf-8")
    loose = ["data.seconds=[0.1, 30.0]", "data.exclude=[]", "train.steps=2", "train.samples_every=0"]
    recipe = read_recipe(str(tmp_path / "recipe.toml"), "tiny", loose)
    told = read_recipe(str(RECIPES / "starling.toml"), "tiny", [f"data.manifest={json.dumps(parts)}", *loose])
    assert recipe == told and recipe.data.folders == parts and to_json(recipe.data)["manifest"] == list(parts)
    train(recipe, tmp_path / "run", quiet=True)
    capsys.readouterr()
    more = replace(recipe, train=replace(recipe.train, steps=3))
    train(more, tmp_path / "run", quiet=True)
    assert "data.manifest" not in capsys.readouterr().out
    train(
        replace(more, data=replace(more.data, manifest=str(prepared)), train=replace(more.train, steps=4)),
        tmp_path / "run",
        quiet=True,
    )
    assert f"another data.manifest {list(parts)!r} -> {str(prepared)!r}" in capsys.readouterr().out


def test_the_command_line_takes_a_list(prepared, tmp_path, capsys):
    words = ["train", str(RECIPES / "starling.toml"), "--tiny", "--out", str(tmp_path / "run"), "--set"]
    assert main([*words, f"data.manifest={json.dumps([str(prepared), str(tmp_path)])}"]) == 2
    assert f"{tmp_path}: no manifest.jsonl here" in capsys.readouterr().err
    assert main([*words, "data.manifest=[1]"]) == 2
    assert "'manifest" in capsys.readouterr().err
