"""What happens within a step, and how the best is chosen."""

from __future__ import annotations

import json

import pytest
import torch
from torch import nn

from soundalike.core.errors import ConfigError
from soundalike.core.types import Batch
from soundalike.training import precision
from soundalike.training.begin import _optimizers
from soundalike.training.monitor import Monitor
from soundalike.training.precision import is_mixed
from soundalike.training.recipe import Recipe, TrainConfig
from soundalike.training.step import Averages, StepReport, only_trained


class TwoPlayers:
    """A generator and a discriminator that forgets to detach."""

    optimizers = ("discriminator", "model")

    def __init__(self):
        self.generator = nn.Linear(2, 2)
        self.discriminator = nn.Linear(2, 1)

    def trained(self, optimizer):
        return self.discriminator if optimizer == "discriminator" else self.generator

    def forward(self, batch):
        return {"made": self.generator(torch.ones(3, 2))}

    def losses(self, optimizer, batch, output, step):
        score = self.discriminator(output["made"]).mean()
        return {optimizer: score if optimizer == "discriminator" else -score}


@pytest.mark.parametrize("optimizer", TwoPlayers.optimizers)
def test_in_each_turn_the_others_are_frozen(optimizer):
    players = TwoPlayers()
    other = next(name for name in players.optimizers if name != optimizer)
    players.trained(other).bias.requires_grad_(False)
    output = players.forward(Batch([], {}))
    with only_trained(players, optimizer):
        assert not any(parameter.requires_grad for parameter in players.trained(other).parameters())
        players.losses(optimizer, Batch([], {}), output, 0)[optimizer].backward()
    assert all(parameter.grad is None for parameter in players.trained(other).parameters())
    assert all(parameter.grad is not None for parameter in players.trained(optimizer).parameters())
    assert players.trained(other).weight.requires_grad
    assert not players.trained(other).bias.requires_grad, "what was frozen before stays so"


def test_scores_are_losses_and_measures_by_name():
    report = StepReport({"mel": 2.0, "stop": 1.0, "norm_model": 9.0, "mae": 0.5}, frozenset({"mae"}))
    assert report.losses == {"mel": 2.0, "stop": 1.0}
    assert report.scores == {"loss": 3.0, "mel": 2.0, "stop": 1.0, "mae": 0.5}
    averages = Averages()
    assert averages.means == {}
    averages.add({"a": 1.0})
    averages.add({"a": 2.0})
    assert averages.means == {"a": 1.5}


@pytest.mark.parametrize(("best_is", "kept"), [("lowest", 20), ("highest", 10)])
def test_the_best_goes_by_a_named_measure(best_is, kept, tmp_path, monkeypatch):
    monkeypatch.setattr("soundalike.training.monitor._link", link_score)
    watch = monitor(tmp_path, best="mae", best_is=best_is)
    for step, value in ((10, 3.0), (20, 2.0), (30, 2.5)):
        watch._keep(step, watch._chosen({"loss": 0.0, "mae": value}, step), "dev")
    found = json.loads((tmp_path / "best" / "score.json").read_text())
    assert found["step"] == kept and set(found) == {"step", "mae", "by"}


def test_a_measure_there_is_none_of(tmp_path):
    with pytest.raises(ConfigError, match="train.best = 'words' is not measured. Choose one of loss, mel"):
        monitor(tmp_path, best="words")._chosen({"loss": 1.0, "mel": 1.0}, 1)


def test_auto_is_mixed_only_where_the_device_has_bfloat16(monkeypatch):
    cpu = torch.device("cpu")
    for has in (True, False):
        monkeypatch.setattr(precision, "cpu_has_bf16", lambda has=has: has)
        assert is_mixed("auto", cpu) is has
        assert is_mixed("bf16", cpu) and not is_mixed("full", cpu)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: including_emulation)
    assert not is_mixed("auto", torch.device("cuda")), "emulated is not there"
    assert not is_mixed("auto", torch.device("meta"))


def test_a_torch_too_old_to_tell_has_no_bfloat16(monkeypatch):
    monkeypatch.delattr(torch.cpu, "_is_avx512_bf16_supported", raising=False)
    assert precision.cpu_has_bf16() is False


def test_each_optimizer_may_have_its_own_betas():
    made = _optimizers(TwoPlayers(), TrainConfig(optimizer_betas={"discriminator": (0.5, 0.9)}))
    assert made["discriminator"].defaults["betas"] == (0.5, 0.9)
    assert made["model"].defaults["betas"] == (0.9, 0.98)
    with pytest.raises(ConfigError, match="optimizer_betas names 'critic'"):
        _optimizers(TwoPlayers(), TrainConfig(optimizer_betas={"critic": (0.5, 0.9)}))


def monitor(folder, **changes) -> Monitor:
    """A monitor of nothing but its recipe."""
    watch = Monitor.__new__(Monitor)
    watch.recipe = Recipe("tdnn", None, None, None, None, TrainConfig(keep=0, **changes))
    watch.folder = folder
    return watch


def link_score(source, target, score) -> None:
    target.mkdir(parents=True, exist_ok=True)
    (target / "score.json").write_text(json.dumps(score))
