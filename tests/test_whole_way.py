"""From a corpus to a model that speaks, by the commands of the README, with every recipe's [tiny] section."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from conftest import RECIPES, REFERENCE

from soundalike import Audio
from soundalike.audio.mel import MelSpec
from soundalike.cli.main import main
from soundalike.evaluate.verification import equal_error_rate, verify_speakers


def test_prepare_train_assemble_clone(corpus, tmp_path, capsys):
    data = str(tmp_path / "data")
    runs = tmp_path / "runs"
    loose = [
        "--tiny",
        "--set",
        f'data.manifest="{data}"',
        "--set",
        "data.corpora=[]",
        "--set",
        "data.seconds=[0.1, 30.0]",
        "--set",
        "train.steps=4",
    ]

    def train(recipe):
        assert main(["train", str(RECIPES / f"{recipe}.toml"), "--out", str(runs / recipe), *loose]) == 0
        assert (runs / recipe / "curves.png").stat().st_size > 1000

    assert main(["data", "prepare", str(corpus), data, "--workers", "1"]) == 0
    train("aligner")
    assert main(["data", "align", data, "--part", str(runs / "aligner")]) == 0
    assert main(["data", "align", data]) == 0  # the built-in aligner: the tiny one has hardly begun
    train("speaker")
    assert main(["data", "embed", data, "--part", str(runs / "speaker")]) == 0
    train("vocoder")
    train("starling")
    loose += ["--set", f'train.start_from="{runs / "starling"}"']
    train("starling_adversarial")
    assert (
        main(
            [
                "models",
                "assemble",
                str(tmp_path / "mine"),
                *(str(runs / r) for r in ("starling_adversarial", "vocoder", "speaker", "aligner")),
            ]
        )
        == 0
    )
    out = tmp_path / "out.wav"
    assert (
        main(["clone", str(REFERENCE), "Good evening.", "--model", str(tmp_path / "mine"), "-o", str(out)])
        == 0
    )
    assert np.isfinite(Audio.read(out).samples).all()
    assert (
        main(
            [
                "train",
                str(RECIPES / "speaker.toml"),
                "--out",
                str(runs / "speaker"),
                *loose[:-3],
                "train.steps=6",
            ]
        )
        == 0
    )
    shutil.rmtree(tmp_path / "mine" / "vocoder")
    capsys.readouterr()
    assert main(["clone", str(REFERENCE), "Hi.", "--model", str(tmp_path / "mine"), "-o", str(out)]) == 2
    assert "vocoder: no config.json here" in capsys.readouterr().err


def test_training_mistakes_end_with_one_sentence(prepared, tmp_path, capsys):
    recipe = str(RECIPES / "speaker.toml")
    cases = [
        ([str(tmp_path / "gone.toml")], "gone.toml: no such recipe"),
        ([recipe, "--set", "train.stepz=3"], "unknown key 'stepz'. Did you mean 'steps'?"),
        ([recipe, "--set", "train.steps=many"], "'steps' = 'many' cannot be used"),
        ([recipe, "--set", "trian.steps=3"], "unknown section '[trian]'"),
        ([recipe, "--set", "nonsense"], "write it as section.key=value"),
        (
            [recipe, "--set", f'data.manifest="{prepared}"', "--set", 'data.corpora=["none"]'],
            "fits the recipe's [data]",
        ),
        ([recipe, "--set", f'data.manifest="{tmp_path}"'], "no manifest.jsonl here"),
    ]
    for arguments, message in cases:
        assert main(["train", *arguments, "--out", str(tmp_path / "run")]) == 2
        error = capsys.readouterr().err.strip()
        assert message in error and "\n" not in error, error


def test_equal_error_rate_of_known_scores():
    rate, threshold = equal_error_rate(np.array([0.9, 0.8, 0.7, 0.2]), np.array([0.1, 0.3, 0.6, 0.75]))
    assert rate == pytest.approx(0.25) and 0.6 < threshold <= 0.75
    assert equal_error_rate(np.array([0.9, 0.8]), np.array([0.1, 0.2]))[0] == 0.0


def test_speakers_of_a_folder_are_verified(prepared):
    found = verify_speakers(str(prepared), MelSpec(), split="train")
    assert (
        found.speakers == 2
        and found.pairs == 6
        and found.same == pytest.approx(1.0, abs=1e-3)
        and found.equal_error_rate == 0.0
    )
