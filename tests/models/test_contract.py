"""Kept for every registered part: shapes, padding, learning, saving, resuming."""

from __future__ import annotations

import dataclasses
import json
import shutil
import signal
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from conftest import RECIPES

from soundalike.audio.mel import MelSpec
from soundalike.checkpoints.part import adopt, load_part, load_state, save_part, save_state
from soundalike.core import registry
from soundalike.core.errors import CheckpointError, ConfigError, Interrupted, TrainingError
from soundalike.core.types import Batch, Padded
from soundalike.data.collate import collate
from soundalike.data.dataset import DataConfig, Dataset
from soundalike.data.manifest import read_manifest, write_manifest
from soundalike.models.common.objective import Probed
from soundalike.training.begin import gather_facts
from soundalike.training.loop import train
from soundalike.training.recipe import is_fitted, read_recipe

# Of two stages the first
BY_PART = {read_recipe(str(path)).part: path for path in sorted(RECIPES.glob("*.toml"), reverse=True)}


def is_probed(name: str) -> bool:
    """Whether a part says what it makes of a batch by itself: by its objective, or, without one, its network.
    One that is trained beside another has neither.
    """
    kind = registry.part(name)
    if kind.objective is not None:
        return isinstance(kind.objective, type) and issubclass(kind.objective, Probed)
    return isinstance(kind.build(kind.Config(), MelSpec()), Probed)


NAMES = [name for name in sorted(registry.PARTS) if is_probed(name)]
TRAINED = [name for name in NAMES if registry.part(name).objective is not None]
FITTED = [name for name in NAMES if name in BY_PART and is_fitted(read_recipe(str(BY_PART[name])))]


def recipe_of(name, prepared, **changes):
    settings = [
        f'data.manifest="{prepared}"',
        "train.threads=1",
        "data.seconds=[0.1, 30.0]",
        "data.corpora=[]",
        *(f"{k}={v}" for k, v in changes.items()),
    ]
    return read_recipe(str(BY_PART[name]), size="tiny", settings=settings)


def begin(name, prepared):
    """A tiny network, its objective, and a dataset; of a part without one the network in its place."""
    kind = registry.part(name)
    torch.manual_seed(1)
    if name not in BY_PART:
        network = kind.build(kind.Config(), MelSpec())
        recipe = SimpleNamespace(network=network.config, mel=network.mel)
        return (
            recipe,
            network,
            network,
            Dataset(DataConfig(str(prepared), seconds=(0.1, 30.0)), network.mel, {"mel"}),
        )
    recipe = recipe_of(name, prepared)
    network = kind.build(recipe.network, recipe.mel)
    if kind.objective is None:
        data = Dataset(recipe.data, recipe.mel, network.required_fields)
        network.fit(iter([whole_batch(data)]), recipe.objective)
        return recipe, network, network, data
    data = Dataset(recipe.data, recipe.mel, kind.objective.required_fields)
    return recipe, network, kind.objective(network, recipe.objective, gather_facts(data)), data


def whole_batch(data):
    items = []
    for i in range(len(data.rows)):
        if data.config.crop_frames:  # of unlike lengths all the same
            data.config = dataclasses.replace(data.config, crop_frames=data.config.crop_frames + 2)
        items.append(data.item(i, np.random.default_rng(i)))
    return collate(items)


def alone(batch: Batch, i: int) -> Batch:
    """One clip of a batch, without padding."""
    fields = {
        name: Padded(values[i : i + 1], None)
        if lengths is None
        else Padded(values[i : i + 1, : int(lengths[i])], lengths[i : i + 1])
        for name, (values, lengths) in batch.fields.items()
    }
    return Batch(batch.ids[i : i + 1], fields)


def test_every_part_has_a_recipe_with_a_tiny_section():
    assert sorted(BY_PART) == sorted(TRAINED + FITTED)
    for path in RECIPES.glob("*.toml"):
        assert read_recipe(str(path), size="tiny").train.steps <= 20
        assert "[tiny." in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_padding_changes_nothing(name, prepared):
    _, network, probed, data = begin(name, prepared)
    network.eval()
    batch = whole_batch(data)
    known = [lengths for _, lengths in batch.fields.values() if lengths is not None]
    assert any(len(set(lengths.tolist())) > 1 for lengths in known), "nothing would be padded"
    with torch.no_grad():
        together = probed.probe(batch)
        for i in range(len(batch.ids)):
            for key, value in probed.probe(alone(batch, i)).items():
                size = value.shape[1]
                torch.testing.assert_close(value[0], together[key][i, :size], atol=2e-4, rtol=1e-3)
                assert not together[key][i, size:].any(), "the padding is zeroed"


@pytest.mark.parametrize("name", TRAINED)
def test_twenty_steps_lower_the_loss(name, prepared):
    recipe, _, objective, data = begin(name, prepared)
    batch = whole_batch(data)
    optimiser = torch.optim.AdamW(objective.trained(objective.optimizers[-1]).parameters(), lr=2e-3)
    totals = []
    for _ in range(21):
        torch.manual_seed(0)
        output = objective.forward(batch)
        total = sum(objective.losses(objective.optimizers[-1], batch, output, 0).values())
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
        totals.append(total.item())
    assert min(totals[-3:]) < 0.9 * totals[0]


@pytest.mark.parametrize("name", NAMES)
def test_save_and_load_to_the_bit(name, prepared, tmp_path):
    recipe, network, probed, data = begin(name, prepared)
    network.eval()
    save_part(tmp_path / name, name, recipe.network, recipe.mel, network)
    loaded = load_part(tmp_path / name)
    batch = whole_batch(data)
    with torch.no_grad():
        before = probed.probe(batch)
        network.load_state_dict(loaded.network.state_dict())
        assert all(torch.equal(before[key], value) for key, value in probed.probe(batch).items())
        if probed is network:
            assert all(torch.equal(before[key], value) for key, value in loaded.network.probe(batch).items())


@pytest.mark.parametrize("name", TRAINED)
def test_resumed_run_equals_an_unbroken_one(name, prepared, tmp_path):
    few = {"train.steps": 6, "train.save_every": 3, "data.batch_frames": 800}
    recipe = recipe_of(name, prepared, **few)
    whole = train(recipe, tmp_path / "whole", quiet=True)
    import soundalike.training.loop as loop

    real = loop.take_step
    calls = []

    def interrupted(*arguments):
        calls.append(1)
        if len(calls) == 3:
            signal.raise_signal(signal.SIGTERM)  # in mid-step, as a kill may come
        return real(*arguments)

    loop.take_step = interrupted
    try:
        with pytest.raises(Interrupted, match="interrupted at step 3; run the same command to go on"):
            train(recipe, tmp_path / "broken", quiet=True)
    finally:
        loop.take_step = real
    broken = train(recipe, tmp_path / "broken", quiet=True)
    for file in ("model.safetensors", "training.safetensors"):
        from safetensors.torch import load_file

        one = load_file(whole / file)
        two = load_file(broken / file)
        assert one.keys() == two.keys()
        assert [key for key in one if not torch.equal(one[key], two[key])] == [], file


def test_a_loss_that_is_not_finite_stops_and_keeps_the_batch(prepared, tmp_path):
    recipe = recipe_of("starling", prepared, **{"objective.mel": "nan"})
    with pytest.raises(TrainingError, match="step 0: loss is not finite"):
        train(recipe, tmp_path / "run", quiet=True)
    assert (tmp_path / "run" / "failed_batch.safetensors").is_file()


def test_another_network_in_the_same_folder_is_refused(prepared, tmp_path):
    train(recipe_of("tdnn", prepared, **{"train.steps": 1}), tmp_path / "run", quiet=True)
    with pytest.raises(TrainingError, match="another network"):
        train(
            recipe_of("tdnn", prepared, **{"train.steps": 2, "network.width": 32}),
            tmp_path / "run",
            quiet=True,
        )


def test_unknown_keys_are_errors_with_a_hint(prepared):
    with pytest.raises(ConfigError, match=r"unknown key 'widht'. Did you mean 'width'\?"):
        recipe_of("tdnn", prepared, **{"network.widht": 3})
    with pytest.raises(ConfigError, match="unknown part 'nope'"):
        recipe_of("tdnn", prepared, part="nope")


def test_folders_must_say_what_they_are(prepared, tmp_path):
    with pytest.raises(CheckpointError, match="no config.json here"):
        load_part(tmp_path)
    recipe, network, _, _ = begin("tdnn", prepared)
    save_part(tmp_path / "p", "tdnn", recipe.network, recipe.mel, network)
    with pytest.raises(CheckpointError, match="of the role speaker. What is needed here: vocoder"):
        load_part(tmp_path / "p", "vocoder")
    said = json.loads((tmp_path / "p" / "config.json").read_text())
    (tmp_path / "p" / "config.json").write_text(
        json.dumps({**said, "network": {**said["network"], "width": 32}})
    )
    with pytest.raises(CheckpointError, match="does not hold the weights"):
        load_part(tmp_path / "p")
    (tmp_path / "p" / "config.json").write_text("{")
    with pytest.raises(CheckpointError, match="does not say what it is"):
        load_part(tmp_path / "p")


def test_parts_that_do_not_fit_are_shown_side_by_side(prepared, tmp_path):
    from soundalike.checkpoints.interfaces import check_pairing

    parts = {}
    for slot, name, floor in (("vocoder", "vocos", 1e-4), ("acoustic", "starling", 1e-5)):
        recipe, network, _, _ = begin(name, prepared)
        mel = dataclasses.replace(MelSpec(), floor=floor)
        save_part(tmp_path / slot, name, recipe.network, mel, network)
        parts[slot] = load_part(tmp_path / slot)
    with pytest.raises(CheckpointError, match=r"floor +1e-05 +0.0001"):
        check_pairing(registry.architecture("starling"), parts)


def test_the_discriminators_turn_leaves_the_generator_alone(prepared):
    recipe = recipe_of("starling", prepared, **{"objective.adversarial": 0.1, "objective.matching": 1.0})
    kind = registry.part("starling")
    network = kind.build(recipe.network, recipe.mel)
    data = Dataset(recipe.data, recipe.mel, kind.objective.required_fields)
    objective = kind.objective(network, recipe.objective, gather_facts(data))
    assert objective.optimizers == ("discriminator", "model")
    batch = whole_batch(data)
    output = objective.forward(batch)
    sum(objective.losses("discriminator", batch, output, 0).values()).backward()
    assert all(parameter.grad is None for parameter in network.parameters())
    assert any(parameter.grad is not None for parameter in objective.trained("discriminator").parameters())
    assert {"adversarial", "matching"} <= objective.losses("model", batch, output, 0).keys()


def test_a_new_run_adopts_what_fits(prepared, tmp_path):
    """Weights of a smaller network begin a larger one: equal tensors whole, grown ones in their first rows,
    the rest afresh.
    """
    recipe, network, _, _ = begin("starling", prepared)
    save_part(
        tmp_path / "old",
        "starling",
        dataclasses.replace(recipe.network, looks=()),
        recipe.mel,
        network_without_looks(recipe),
    )
    old = load_part(tmp_path / "old").network.state_dict()
    fresh = adopt(network, tmp_path / "old")
    assert fresh and all("looks" in name for name in fresh)
    assert all(
        torch.equal(value, old[name]) for name, value in network.state_dict().items() if name not in fresh
    )
    wide = registry.part("starling").build(
        dataclasses.replace(recipe.network, noise=recipe.network.noise + 2), recipe.mel
    )
    assert "decoder_in.weight" in adopt(wide, tmp_path / "old")
    assert torch.equal(
        wide.decoder_in.weight[:, : old["decoder_in.weight"].shape[1]], old["decoder_in.weight"]
    )
    tdnn = begin("tdnn", prepared)[1]
    with pytest.raises(CheckpointError, match="nothing in it fits"):
        adopt(tdnn.first, tmp_path / "old")


def network_without_looks(recipe):
    return registry.part("starling").build(dataclasses.replace(recipe.network, looks=()), recipe.mel)


def test_a_clip_that_is_its_own_prompt_is_not_judged_there(prepared, tmp_path):
    recipe = recipe_of("starling", prepared)
    data = Dataset(recipe.data, recipe.mel, registry.part("starling").objective.required_fields)
    of_two = whole_batch(data)
    assert (of_two["prompt_span"] == 0).all(), "speakers of two clips are heard in the other one"
    own = tmp_path / "own"
    shutil.copytree(prepared, own)
    write_manifest(own, [dataclasses.replace(row, speaker=row.id) for row in read_manifest(own)])
    batch = whole_batch(
        Dataset(dataclasses.replace(recipe.data, manifest=str(own)), recipe.mel, data.required_fields)
    )
    spans = batch["prompt_span"][:, 1] - batch["prompt_span"][:, 0]
    assert (spans == batch.lengths("prompt")).all() and (2 * spans <= batch.lengths("mel")).all()
    _, _, objective, _ = begin("starling", prepared)
    with torch.no_grad():
        torch.manual_seed(0)
        output = objective.forward(batch)
        before = objective.losses("model", batch, output, 0)["mel"]
        for made, (first, stop) in zip(output["mel"], batch["prompt_span"].tolist()):
            made[first:stop] += 100.0
        assert torch.equal(objective.losses("model", batch, output, 0)["mel"], before)


def test_sizes_are_sections_of_a_recipe(tmp_path):
    for path in RECIPES.glob("*.toml"):
        there = [
            "tiny",
            "",
            *(size for size in ("base", "large", "paper") if f"[{size}." in path.read_text(encoding="utf-8")),
        ]
        # An inventory is as large as its recordings
        if path.stem not in ("aligner", "unit_selection") and "_22khz" not in path.stem:
            assert len(there) > 2
            widths = [
                sum(value.numel() for value in network_of(read_recipe(str(path), size)).state_dict().values())
                for size in there
            ]
            assert widths == sorted(set(widths))
    with pytest.raises(ConfigError, match="has no size 'huge'. It has tiny, base, large"):
        read_recipe(str(RECIPES / "starling.toml"), "huge")


def network_of(recipe):
    return registry.part(recipe.part).build(recipe.network, recipe.mel)


def test_a_run_from_before_a_setting_was_there_goes_on(prepared, tmp_path):
    run = tmp_path / "run"
    train(recipe_of("hifigan", prepared, **{"train.steps": 1}), run, quiet=True)
    tensors, facts = load_state(run)
    del facts["said"]["network"]["mel_corrections"]
    save_state(run, tensors, facts)
    train(recipe_of("hifigan", prepared, **{"train.steps": 2}), run, quiet=True)
    with pytest.raises(TrainingError, match=r"network.mel_corrections is 2, was 0"):
        train(
            recipe_of("hifigan", prepared, **{"train.steps": 3, "network.mel_corrections": 2}),
            run,
            quiet=True,
        )
