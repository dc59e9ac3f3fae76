"""The shipped recipes: found by name, run on anybody's data; what they leave out is said."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from conftest import ROOT, save_tiny, sentences

from soundalike.audio.mel import MelSpec
from soundalike.checkpoints import bundle
from soundalike.checkpoints.part import load_part
from soundalike.cli.main import main
from soundalike.core.errors import CheckpointError, ConfigError, DataError
from soundalike.data.dataset import DataConfig, Dataset
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import read_manifest, write_manifest
from soundalike.training import shipped_recipes as shipped
from soundalike.training.begin import _network
from soundalike.training.fit import fit
from soundalike.training.loop import train
from soundalike.training.recipe import SIZES, is_fitted, read_recipe

OWN = [name for name in shipped.shipped_recipes() if "/" not in name]
BUILT_IN = [name for name in shipped.shipped_recipes() if name.startswith("builtin/")]


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    """Two people's recordings in folders of their own, prepared by the commands that the documents name."""
    home = tmp_path_factory.mktemp("stranger")
    for path, text in sentences():
        place = home / "recordings" / path.stem[:-2]
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
        (place / f"{path.stem}.txt").write_text(text, encoding="utf-8")
    words = ["data", "prepare", str(home / "recordings"), str(home / "prepared"), "--workers", "1"]
    assert main(words) == 0
    for recipe in ("ge2e", "hifigan_22khz"):  # mels of their own
        assert main([*words, "--recipe", recipe]) == 0
    for verb in ("align", "embed"):
        assert main(["data", verb, str(home / "prepared"), "--recipe", "expressive_22khz"]) == 0
    save_tiny("codec", home / "parts")
    assert main(["data", "encode", str(home / "prepared"), "--part", str(home / "parts" / "codec")]) == 0
    rows = read_manifest(home / "prepared")
    acted = [replace(row, emotion=("neutral", "happy")[number % 2]) for number, row in enumerate(rows)]
    write_manifest(home / "prepared", acted)
    return home / "prepared"


@pytest.mark.parametrize("name", OWN)
def test_a_shipped_recipe_trains_on_a_strangers_folder(name, stranger, tmp_path):
    recipe = read_recipe(name, "tiny", [f"data.manifest={stranger}", "train.steps=2"])
    if is_fitted(recipe):
        fit(recipe, tmp_path, quiet=True)
    else:
        train(recipe, tmp_path, quiet=True)
    assert (tmp_path / "model.safetensors").is_file()


@pytest.mark.parametrize("name", OWN)
def test_every_size_of_a_recipe_takes_a_strangers_clips(name, stranger):
    path = shipped.find_recipe(name)
    for size in ("", *(size for size in SIZES if f"[{size}." in path.read_text(encoding="utf-8"))):
        recipe = read_recipe(name, size, [f"data.manifest={stranger}"])
        assert not recipe.data.corpora and not recipe.data.exclude
        fields = {"mel", "samples"} if name != "ge2e" else {"mel"}
        assert len(Dataset(recipe.data, recipe.mel, fields).rows) == min(4, recipe.data.limit or 4)


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_projects_own_choices_are_laid_over_the_shipped_recipe(name):
    own = read_recipe(name)
    general = read_recipe(name.removeprefix("builtin/"))
    assert own.data.corpora or own.data.exclude
    assert replace(own, data=general.data) == general
    assert read_recipe(name, "tiny").train.steps <= 20


def test_recipes_are_found_by_name_and_by_path(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("vocoder", "vocoder.toml", "recipes/vocoder.toml"):
        assert shipped.find_recipe(name) == ROOT / "recipes" / "vocoder.toml"
    assert shipped.find_recipe("regression").stem == "starling"
    (tmp_path / "vocoder.toml").write_text('part = "vocos"\n[data]\nmanifest = "mine"\n')
    assert read_recipe("vocoder.toml").data.manifest == "mine", "a file comes first"
    assert main(["train", "--list"]) == 0
    printed = capsys.readouterr().out
    assert all(any(line.startswith(name) for line in printed.splitlines()) for name in (*OWN, *BUILT_IN))
    assert main(["train"]) == 2 and "vocoder_adversarial" in capsys.readouterr().err
    assert main(["train", "vocodr"]) == 2 and "Did you mean `vocoder`?" in capsys.readouterr().err


def test_recipes_lie_in_an_installed_package(tmp_path, monkeypatch):
    package = tmp_path / "soundalike"
    shutil.copytree(ROOT / "recipes", package / "recipes")
    monkeypatch.setattr(shipped.soundalike, "__file__", str(package / "__init__.py"))
    assert shipped.find_recipe("vocoder") == package.resolve() / "recipes" / "vocoder.toml"
    written = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert '"recipes" = "soundalike/recipes"' in written, "the wheel holds them"


def test_a_run_has_a_folder_by_its_recipe(stranger, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = ["train", "vocoder", "--tiny", "--data", str(stranger), "--set", "train.steps=1"]
    assert main(words) == 0 and (tmp_path / "runs" / "vocoder" / "model.safetensors").is_file()


def test_a_recipe_that_extends_itself_is_refused(tmp_path):
    (tmp_path / "a.toml").write_text('extends = "b.toml"\n')
    (tmp_path / "b.toml").write_text('extends = "a.toml"\n')
    with pytest.raises(ConfigError, match="extends"):
        read_recipe(str(tmp_path / "a.toml"))


def test_a_second_stage_without_its_first_says_so(stranger, tmp_path):
    recipe = read_recipe(
        "vocoder_adversarial", "", [f"data.manifest={stranger}", "train.start_from=runs/none"]
    )
    with pytest.raises(ConfigError, match="start_from = 'runs/none': there is no such folder.*begin afresh"):
        train(recipe, tmp_path, quiet=True)


def test_a_language_more_keeps_what_the_built_in_model_knows_of_the_others():
    known = load_part(bundle.BUILT_IN / "acoustic", "acoustic").network
    codes = [*known.config.languages, "pl"]
    named = f"network.languages={json.dumps(codes)}"
    network, _ = _network(read_recipe("starling_languages", "", [named, "train.start_from=builtin"]))
    assert torch.equal(network.language.weight[:-1], known.language.weight)
    assert not network.language.weight[-1].any(), "nothing is said of the new one before training"
    assert torch.equal(network.mean, known.mean)


def test_a_part_that_the_built_in_model_has_not_cannot_be_begun_with():
    recipe = read_recipe("vits", "tiny", ["train.start_from=builtin"])
    with pytest.raises(
        ConfigError, match="'builtin': the built-in model has no part 'vits'. It has starling, "
    ):
        _network(recipe)


BOUNDS = {  # what a recipe asks -> what the error says of it
    "seconds": (
        {"seconds": (8.0, 20.0)},
        ["4 by data.seconds = [8, 20] (they last 2.", "--set data.seconds=[2."],
    ),
    "corpora": (
        {"corpora": ("vctk",)},
        ['4 by data.corpora = ["vctk"] (they are of recordings)', "data.corpora=[]"],
    ),
    "exclude": ({"exclude": ("rec",)}, ["4 by data.exclude", "data.exclude=[]"]),
    "languages": ({"languages": ("de", "fr")}, ["(they are of en)", "data.languages=[]"]),
    "two": ({"corpora": ("x",), "seconds": (0.1, 0.2)}, ["data.corpora", "they last", "data.seconds=[0.1,"]),
}


@pytest.mark.parametrize("name", BOUNDS)
def test_where_no_clip_fits_the_bounds_are_named(name, stranger):
    changes, words = BOUNDS[name]
    recipe = read_recipe("vocoder", "", [f"data.manifest={stranger}"])
    with pytest.raises(ConfigError) as error:
        Dataset(replace(recipe.data, **changes), recipe.mel, {"mel"})
    for word in ("none of its 4 clips", *words):
        assert word in str(error.value), str(error.value)


def test_missing_features_are_named_with_what_makes_them(prepared):
    recipe = read_recipe("starling", "", [f"data.manifest={prepared}"])
    with pytest.raises(ConfigError, match="the lack of content.*What would be right"):
        Dataset(recipe.data, recipe.mel, {"mel", "content"})
    with pytest.raises(ConfigError, match="lack of codes.*soundalike data encode FOLDER"):
        Dataset(recipe.data, replace(recipe.mel, n_mels=33), {"codes"})
    with pytest.raises(ConfigError, match="lack of mel.*--recipe RECIPE"):
        Dataset(recipe.data, replace(recipe.mel, n_mels=33), {"mel"})


def test_what_is_left_out_is_said_when_training_begins(stranger, tmp_path, capsys):
    rows = read_manifest(stranger)
    folder = tmp_path / "data"
    shutil.copytree(stranger, folder)
    write_manifest(folder, [replace(rows[0], seconds=0.2), *rows[1:]])
    data = Dataset(DataConfig(str(folder)), read_recipe("vocoder").mel, {"mel"})
    assert data.left_out == (
        "3 of 4 clips; left out: 1 by data.seconds = [0.5, 16] (they last 0.20 to 0.20 s)"
    )
    recipe = read_recipe("vocoder_gta", "tiny", [f"data.manifest={folder}", "train.steps=1"])
    train(recipe, tmp_path / "run", quiet=True)
    told = capsys.readouterr().out
    assert "3 of 4 clips; left out: 1 by data.seconds" in told and "soundalike data gta" in told


@pytest.mark.parametrize(
    "setting",
    [
        "train.steps=-3",
        "train.lr=-1",
        "train.betas=[0.9, 1.5]",
        "train.rates={model = -1.0}",
        "train.seed=-1",
        "train.threads=-2",
        "train.accumulate=0",
        "data.batch_frames=0",
        "data.gta=2.0",
        "data.seconds=[-1, 5]",
    ],
)
def test_a_number_out_of_range_is_refused_by_its_name(setting):
    section, key = setting.partition("=")[0].split(".")
    with pytest.raises(ConfigError, match=rf"\[{section}\]: '{key}.*should be (greater|less) than"):
        read_recipe("starling", "tiny", [setting])


@pytest.mark.parametrize(
    "setting, reason", [("network.width=-4", "no network"), ("train.device=gpu", "unknown")]
)
def test_a_network_or_device_that_there_is_not_is_refused(setting, reason, stranger, tmp_path):
    recipe = read_recipe("starling", "tiny", [f"data.manifest={stranger}", setting])
    with pytest.raises(ConfigError, match=reason):
        train(recipe, tmp_path, quiet=True)


def test_a_run_is_not_begun_with_a_part_of_another_kind(stranger, tmp_path):
    save_tiny("vocoder", tmp_path)
    own = [f"data.manifest={stranger}", f"train.start_from={tmp_path / 'vocoder'}"]
    with pytest.raises(CheckpointError, match="nothing in it fits"):
        train(read_recipe("starling", "tiny", own), tmp_path / "run", quiet=True)


def test_a_run_that_has_logged_nothing_yet_is_saved_all_the_same(stranger, tmp_path):
    words = ["train", "starling", "--tiny", "--data", str(stranger), "--out", str(tmp_path)]
    assert main([*words, "--set", "train.steps=0"]) == 0
    assert (tmp_path / "model.safetensors").is_file()


def test_a_run_that_is_done_says_so(stranger, tmp_path, capsys):
    recipe = read_recipe("starling", "tiny", [f"data.manifest={stranger}", "train.steps=1"])
    told = []
    for _ in range(2):
        train(recipe, tmp_path)
        told.append("has done its 1 steps already" in capsys.readouterr().out)
    assert told == [False, True]


def test_two_sizes_at_once_are_refused(capsys):
    assert main(["train", "starling", "--tiny", "--size", "base"]) == 2
    assert "--tiny is --size tiny" in capsys.readouterr().err


def test_a_damaged_state_is_named(stranger, tmp_path):
    recipe = read_recipe("starling", "tiny", [f"data.manifest={stranger}", "train.steps=1"])
    train(recipe, tmp_path, quiet=True)
    state = tmp_path / "training.safetensors"
    state.write_bytes(state.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match="training.safetensors: cut off or damaged"):
        train(recipe, tmp_path, quiet=True)


def test_a_damaged_feature_is_named(tmp_path):
    store = FeatureStore(tmp_path, MelSpec())
    path = store.path("mel", "one")
    for size in (0, 100, 200):
        store.write("mel", "one", np.zeros((4, 100), np.float16))
        path.write_bytes(path.read_bytes()[:size])
        with pytest.raises(DataError, match=r"one\.npy: cannot be read.*Delete it"):
            store.read("mel", "one")
