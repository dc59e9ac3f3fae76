"""Adapting the hybrid to one voice: both networks, the text more slowly, kept in the voice."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from conftest import RECIPES, REFERENCE, save_tiny

from soundalike import Cloner, Voice
from soundalike.checkpoints.bundle import assemble
from soundalike.checkpoints.part import load_part, save_part
from soundalike.cli.main import main
from soundalike.core import registry
from soundalike.core.errors import CheckpointError, ConfigError
from soundalike.data.collate import collate
from soundalike.nn.lora import difference
from soundalike.text import read
from soundalike.training.begin import begin
from soundalike.training.distributed import ProcessGroup
from soundalike.training.finetune import adapted_voice, finetuned, recipe_of
from soundalike.training.finetune_plans import PLANS, plan_of
from soundalike.training.finetune_settings import FINETUNE_SCHEDULES
from soundalike.training.recipe import read_recipe

PLAN = PLANS["hybrid"]
QUICK = dataclasses.replace(PLAN.schedule, steps=4, lr=0.01)  # two steps of little speech


@pytest.fixture(scope="module")
def tuned(prepared, tmp_path_factory):
    """A tiny hybrid, and the difference to both its networks that two steps on the miniature corpus make."""
    home = tmp_path_factory.mktemp("hybrid")
    folder = assemble(home / "model", save_tiny("hybrid", home / "parts"))
    change = {}
    for part in PLAN.parts:
        start = folder / part.slot
        after = finetuned(QUICK, part, start, prepared, home, 30.0, 1.0, 0)
        found = difference(load_part(start).network, after, QUICK.rank)
        change |= {f"{part.slot}.{name}": value for name, value in found.items()}
    return Cloner.load(folder), change


def spoken(cloner: Cloner, voice: Voice) -> np.ndarray:
    utterance = read("Good evening.", "en").utterances[0]
    model = cloner.synthesizer
    return next(model.speak(utterance, voice, model.Options(seed=1))).samples


def test_both_networks_change_and_the_voice_keeps_it(tuned, tmp_path):
    cloner, change = tuned
    assert {name.partition(".")[0] for name in change} == {"acoustic", "decoder"}
    assert not any("codec" in name or ".mean" in name or ".std" in name for name in change)
    plain = cloner.listen(REFERENCE)
    voice = adapted_voice(plain, cloner.synthesizer, change, QUICK, (30.0, 4))
    acoustic, decoder = cloner.synthesizer.networks(voice)
    assert acoustic is not cloner.synthesizer.acoustic and decoder is not cloner.synthesizer.decoder
    assert cloner.synthesizer.networks(voice)[1] is decoder, "held ready"
    assert cloner.synthesizer.networks(plain)[0] is cloner.synthesizer.acoustic
    made = spoken(cloner, voice)
    assert not np.array_equal(made[:1000], spoken(cloner, plain)[:1000])
    voice.save(tmp_path / "one.voice")
    assert np.array_equal(made, spoken(cloner, Voice.load(tmp_path / "one.voice")))


def test_another_model_s_difference_is_left_out_and_one_that_does_not_fit_refused(tuned):
    cloner, change = tuned
    plain = cloner.listen(REFERENCE)
    voice = adapted_voice(plain, cloner.synthesizer, change, QUICK, (30.0, 4))
    other = dataclasses.replace(
        voice, facts={**voice.facts, "adapter": {**voice.facts["adapter"], "weights": "0" * 12}}
    )
    with pytest.warns(UserWarning, match="adapted to other weights"):
        assert np.array_equal(spoken(cloner, other), spoken(cloner, plain))
    bad = adapted_voice(plain, cloner.synthesizer, {"decoder.none": torch.ones(2)}, QUICK, (30.0, 4))
    with pytest.raises(CheckpointError, match="adapter does not fit the model"):
        spoken(cloner, bad)


def test_what_reads_the_text_learns_more_slowly(prepared, tmp_path):
    folder = assemble(tmp_path / "model", save_tiny("hybrid", tmp_path / "parts"))
    own = PLAN.parts[1]
    recipe = recipe_of(QUICK, own, 2, folder / "decoder", prepared, 0)
    state, _ = begin(recipe, tmp_path / "run", ProcessGroup(torch.device("cpu"), range(1)))
    network = state.objective.network()
    groups = {group["share"]: group["params"] for group in state.torch_optimizers["model"].param_groups}
    slow = {id(parameter) for parameter in groups[0.4]}
    text = [*network.text.parameters(), *network.embed.parameters(), *network.attention.parameters()]
    assert set(groups) == {1.0, 0.4} and {id(one) for one in text} <= slow
    assert id(network.token.weight) in {id(parameter) for parameter in groups[1.0]}
    count = sum(len(group) for group in groups.values())
    assert count == sum(one.requires_grad for one in network.parameters())


def test_a_decoder_whose_frames_are_mels_is_recognised_while_it_adapts(prepared, tmp_path):
    tiny = read_recipe(str(RECIPES / "hybrid_decoder.toml"), "tiny")
    config = dataclasses.replace(
        tiny.network, decoder="builtin", source=True, reads="mel", latent=tiny.mel.n_mels, couplings=2
    )
    network = registry.part("hybrid_decoder").build(config, tiny.mel)
    save_part(tmp_path / "decoder", "hybrid_decoder", config, tiny.mel, network)
    recipe = recipe_of(QUICK, PLAN.parts[1], 2, tmp_path / "decoder", prepared, 0)
    state, data = begin(recipe, tmp_path / "run", ProcessGroup(torch.device("cpu"), range(1)))
    batch = collate([data.item(index, np.random.default_rng(index)) for index in range(2)])
    losses = state.objective.losses("model", batch, state.objective.forward(batch), 0)
    assert {"kl", "speaker", "phones"} <= set(losses)


def test_families_and_methods_that_there_are_not(tmp_path, capsys):
    with pytest.raises(ConfigError, match="the family vits cannot be adapted to a voice, only starling and"):
        plan_of("vits")
    with pytest.raises(ConfigError, match="method 'lora': this family has only full"):
        PLAN.chosen("lora", 60.0, 10.0)
    assert PLAN.chosen("auto", 60.0, 10.0).method == "full"
    assert plan_of("starling").chosen("lora", 60.0, 10.0) is FINETUNE_SCHEDULES["lora"]
    assert main(["adapt", str(tmp_path), "--name", "anna", "--family", "nope"]) == 2
    assert "unknown family 'nope'" in capsys.readouterr().err
