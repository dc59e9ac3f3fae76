"""What a run promises: killed, full disks, changed minds; what it shows; several processes."""

from __future__ import annotations

import csv
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from conftest import RECIPES
from safetensors.torch import load_file

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec
from soundalike.checkpoints.part import load_part
from soundalike.cli.main import main
from soundalike.core.errors import ConfigError, TrainingError
from soundalike.data.dataset import DataConfig, Dataset
from soundalike.data.manifest import read_manifest, write_manifest
from soundalike.training.loop import train
from soundalike.training.monitor import Monitor
from soundalike.training.recipe import read_recipe


def settings(prepared, **changes) -> list[str]:
    loose = {
        "data.seconds": "[0.1, 30.0]",
        "data.corpora": "[]",
        "data.exclude": "[]",
        "train.threads": 1,
        "train.log_every": 1,
    }
    return [f'data.manifest="{prepared}"', *(f"{key}={value}" for key, value in (loose | changes).items())]


def tiny(name, prepared, **changes):
    return read_recipe(str(RECIPES / f"{name}.toml"), "tiny", settings(prepared, **changes))


def command(prepared, out, **changes) -> list[str]:
    words = [
        sys.executable,
        "-m",
        "soundalike",
        "train",
        str(RECIPES / "speaker.toml"),
        "--tiny",
        "--out",
        str(out),
    ]
    return words + [word for setting in settings(prepared, **changes) for word in ("--set", setting)]


def tensors(run: Path) -> dict[str, torch.Tensor]:
    return {
        f"{file}/{name}": value
        for file in ("model", "training")
        for name, value in load_file(run / f"{file}.safetensors").items()
    }


def differing(one: Path, two: Path) -> list[str]:
    a = tensors(one)
    b = tensors(two)
    assert a.keys() == b.keys()
    return [name for name in a if not torch.equal(a[name], b[name])]


def curve(run: Path) -> list[tuple[int, str, float]]:
    with open(run / "log.csv", newline="") as file:
        return [(int(row["step"]), row["name"], float(row["value"])) for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def held_out(prepared, tmp_path_factory) -> Path:
    """The prepared folder with one of its two speakers held out."""
    folder = tmp_path_factory.mktemp("held") / "data"
    shutil.copytree(prepared, folder)
    write_manifest(
        folder,
        [replace(row, split="dev" if row.speaker == "ben" else "train") for row in read_manifest(folder)],
    )
    return folder


def test_a_run_killed_five_times_ends_with_the_very_same_weights(prepared, tmp_path):
    changes = {"train.steps": 100, "train.save_every": 3, "train.keep": 1}
    train(tiny("speaker", prepared, **changes), tmp_path / "whole", quiet=True)
    chance = random.Random(5)
    log = tmp_path / "killed" / "log.csv"
    for kill in range(5):
        process = subprocess.Popen(
            command(prepared, tmp_path / "killed", **changes),
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        goal = 16 * kill + chance.randrange(4, 16)
        while process.poll() is None and f"\n{goal}," not in (log.read_text() if log.is_file() else ""):
            time.sleep(0.001)
        time.sleep(chance.random() * 0.03)  # into a step, into a save
        process.kill()
        assert process.wait() == -signal.SIGKILL, "it was done before it could be killed"
    done = subprocess.run(command(prepared, tmp_path / "killed", **changes), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert differing(tmp_path / "whole", tmp_path / "killed") == []
    assert curve(tmp_path / "whole") == curve(tmp_path / "killed"), "every step is in the log once"


def test_a_full_disk_leaves_the_old_checkpoint_as_it_was(prepared, tmp_path):
    run = tmp_path / "run"
    train(tiny("speaker", prepared, **{"train.steps": 3}), run, quiet=True)
    before = {path: path.read_bytes() for path in run.iterdir() if path.is_file() and path.suffix != ".csv"}
    full = subprocess.run(
        command(prepared, run, **{"train.steps": 6}),
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000)),
    )
    assert full.returncode == 2 and "cannot be saved" in full.stderr and "make room" in full.stderr, (
        full.stderr
    )
    assert {path: path.read_bytes() for path in before} == before
    assert not [path for path in tmp_path.rglob("*.part")] and not (tmp_path / ".run.part").exists()
    train(tiny("speaker", prepared, **{"train.steps": 6}), run, quiet=True)
    assert load_part(run) and curve(run)[-1][0] == 6


def test_the_best_and_the_last_are_kept(held_out, tmp_path):
    run = train(
        tiny("aligner", held_out, **{"train.steps": 8, "train.save_every": 2, "train.keep": 2}),
        tmp_path / "run",
        quiet=True,
    )
    assert sorted(path.name for path in (run / "checkpoints").iterdir()) == ["step-00000006", "step-00000008"]
    assert '"by": "dev"' in (run / "best" / "score.json").read_text() and load_part(run / "best", "aligner")
    places = ("", "checkpoints/step-00000008", "checkpoints/step-00000006")
    last, *kept = (load_file(run / name / "model.safetensors")["last.weight"] for name in places)
    assert torch.equal(last, kept[0]) and not torch.equal(last, kept[1])


def test_the_best_is_that_of_the_lowest_loss(prepared, tmp_path):
    recipe = tiny("speaker", prepared, **{"train.steps": 1, "train.keep": 0})
    run = train(recipe, tmp_path / "run", quiet=True)
    watch = Monitor(recipe, run, Dataset(recipe.data, recipe.mel, frozenset({"mel", "speaker"})), 1)
    for step, loss in ((10, 3.0), (20, 2.0), (30, 2.5)):
        watch._keep(step, loss, "dev")
    assert json.loads((run / "best" / "score.json").read_text()) == {"step": 20, "loss": 2.0, "by": "dev"}
    assert not list((run / "checkpoints").glob("*")), "none asked for"


def test_a_best_that_nothing_measures_is_told_at_the_first_step(prepared, tmp_path):
    recipe = tiny("speaker", prepared, **{"train.best": "words", "train.steps": 3})
    with pytest.raises(ConfigError, match="train.best = 'words' is not measured. Choose one of loss"):
        train(recipe, tmp_path / "run", quiet=True)
    assert not (tmp_path / "run" / "model.safetensors").exists(), "before anything is saved"


def test_pictures_and_sounds_are_made_and_change_nothing(held_out, tmp_path):
    plain = {"train.steps": 4, "train.save_every": 2}
    shown = train(
        tiny("starling", held_out, **plain, **{"train.samples_every": 2}), tmp_path / "shown", quiet=True
    )
    train(
        tiny("starling", held_out, **plain, **{"train.samples_every": 0, "train.keep": 0}),
        tmp_path / "blind",
        quiet=True,
    )
    assert differing(shown, tmp_path / "blind") == []
    for clip in ("ben_1", "ben_2"):
        names = sorted(path.name for path in (shown / "samples" / clip).iterdir())
        assert names == [
            "real.png",
            "step-00000002.png",
            "step-00000002.wav",
            "step-00000004.png",
            "step-00000004.wav",
        ]
        assert (shown / "samples" / clip / "real.png").read_bytes().startswith(b"\x89PNG")
        row = next(row for row in read_manifest(held_out) if row.id == clip)
        assert Audio.read(shown / "samples" / clip / "step-00000004.wav").seconds == pytest.approx(
            row.seconds, abs=0.05
        )
    assert not (tmp_path / "blind" / "samples").exists()
    run = train(
        tiny("vocoder", held_out, **plain, **{"train.samples_every": 4}), tmp_path / "vocoder", quiet=True
    )
    assert (run / "samples" / "ben_1" / "step-00000004.wav").is_file()


def test_tensorboard_is_told(held_out, tmp_path):
    pytest.importorskip("tensorboard", reason="pip install soundalike[tensorboard]")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    changes = {"train.save_every": 2, "train.samples_every": 2, "train.tensorboard": "true"}
    for steps in (2, 4):
        run = train(
            tiny("starling", held_out, **changes, **{"train.steps": steps}), tmp_path / "run", quiet=True
        )
    board = EventAccumulator(str(run / "tensorboard"))
    board.Reload()
    assert [event.step for event in board.Scalars("train/mel")] == [1, 2, 3, 4]
    assert [event.step for event in board.Scalars("dev/mel")] == [2, 4]
    assert board.Tags()["images"] == ["ben_1", "ben_2"] and board.Tags()["audio"] == ["ben_1", "ben_2"]


def test_losses_speed_and_time_left_are_shown(prepared, tmp_path, capsys):
    words = [word for setting in settings(prepared, **{"train.steps": 3}) for word in ("--set", setting)]
    assert (
        main(["train", str(RECIPES / "speaker.toml"), "--tiny", "--out", str(tmp_path / "run"), *words]) == 0
    )
    shown = capsys.readouterr().err
    assert "3/3" in shown and "step" in shown and "<" in shown and "classify=" in shown


def test_gradients_that_are_not_finite_stop_and_keep_the_batch(prepared, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", lambda *_: torch.tensor(float("nan")))
    with pytest.raises(TrainingError, match="step 0: gradients of the model are not finite; clips"):
        train(tiny("speaker", prepared), tmp_path / "run", quiet=True)
    assert (tmp_path / "run" / "failed_batch.safetensors").is_file() and not (
        tmp_path / "run" / "model.safetensors"
    ).exists()


def test_a_recipe_edited_before_going_on_is_told_of_or_refused(prepared, tmp_path, capsys):
    run = tmp_path / "run"
    train(tiny("speaker", prepared, **{"train.steps": 1}), run, quiet=True)
    train(tiny("speaker", prepared, **{"train.steps": 2, "train.lr": 0.5}), run, quiet=True)
    said = capsys.readouterr().out
    assert "going on from step 1 with another train.steps 1 -> 2, train.lr" in said and "-> 0.5" in said
    for changes, message in (
        ({"network.width": 32}, "network.width is 32, was"),
        ({"mel.floor": 1e-4}, "mel.floor is 0.0001, was 1e-05"),
    ):
        with pytest.raises(TrainingError, match=message):
            train(tiny("speaker", prepared, **changes), run, quiet=True)
    with pytest.raises(TrainingError, match="holds a run of a 'tdnn', and this recipe is for a 'vocos'"):
        train(tiny("vocoder", prepared), run, quiet=True)


def test_a_split_without_a_speaker(prepared):
    with pytest.raises(ConfigError, match=r"no speaker is in the split 'dev' \(it has train\)"):
        Dataset(DataConfig(str(prepared)), MelSpec(), frozenset({"mel"}), split="dev")


def test_two_processes_learn_as_one_does(prepared, tmp_path):
    pytest.importorskip("accelerate", reason="pip install soundalike[scale]")
    changes = {"train.steps": 6, "train.accumulate": 2, "data.batch_frames": 300}
    train(tiny("starling", prepared, **changes), tmp_path / "one", quiet=True)
    words = [word for setting in settings(prepared, **changes) for word in ("--set", setting)]
    launch = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc_per_node",
        "2",
        "-m",
        "soundalike",
    ]
    launch += ["train", str(RECIPES / "starling.toml"), "--tiny", "--out", str(tmp_path / "two"), *words]
    done = subprocess.run(launch, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    assert done.returncode == 0, done.stderr
    one = curve(tmp_path / "one")
    two = curve(tmp_path / "two")
    assert [point[:2] for point in one] == [point[:2] for point in two] and len(one) == 6 * 5
    for (_, _, a), (_, _, b) in zip(one, two):
        assert a == pytest.approx(b, rel=1e-3, abs=1e-5)
    for name, value in load_file(tmp_path / "one" / "model.safetensors").items():
        torch.testing.assert_close(
            value, load_file(tmp_path / "two" / "model.safetensors")[name], atol=1e-4, rtol=1e-3
        )


def test_batches_that_cannot_be_shared(prepared, tmp_path, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(ConfigError, match="train.accumulate = 3 batches cannot be shared by 2 processes"):
        train(tiny("speaker", prepared, **{"train.accumulate": 3}), tmp_path / "run", quiet=True)


def test_batches_together_are_one_larger_batch(prepared, tmp_path):
    """Two batches a step take twice as many steps' batches, and their mean gradient."""
    train(
        tiny("speaker", prepared, **{"train.steps": 3, "train.accumulate": 2, "data.batch_frames": 300}),
        tmp_path / "two",
        quiet=True,
    )
    train(
        tiny("speaker", prepared, **{"train.steps": 6, "train.accumulate": 1, "data.batch_frames": 300}),
        tmp_path / "one",
        quiet=True,
    )
    both = {
        name: [value for _, what, value in curve(tmp_path / name) if what == "classify"]
        for name in ("one", "two")
    }
    assert len(both["two"]) == 3 and both["two"][0] != both["one"][0]


def test_mixed_precision_learns_too(prepared, tmp_path):
    run = train(
        tiny("speaker", prepared, **{"train.steps": 3, "train.precision": '"bf16"'}),
        tmp_path / "run",
        quiet=True,
    )
    assert all(value == value for _, _, value in curve(run)) and load_part(run)


def test_threads_are_as_many_as_before_the_run(prepared, tmp_path):
    torch.set_num_threads(2)
    train(tiny("speaker", prepared, **{"train.steps": 1, "train.threads": 1}), tmp_path, quiet=True)
    assert torch.get_num_threads() == 2
