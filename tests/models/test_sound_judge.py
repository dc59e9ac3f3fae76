"""The third stage of starling: what a vocoder makes of its mel is judged."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from conftest import RECIPES

from soundalike.core import registry
from soundalike.core.errors import ConfigError
from soundalike.data.collate import collate
from soundalike.data.dataset import Dataset
from soundalike.models.tts.starling.sound_judge import SoundJudge, SoundSettings
from soundalike.training.begin import gather_facts
from soundalike.training.recipe import read_recipe
from soundalike.training.step import only_trained


@pytest.fixture(scope="module")
def begun(prepared):
    """A tiny objective of the third stage, and a batch."""
    settings = [
        f'data.manifest="{prepared}"',
        "data.seconds=[0.1, 30.0]",
        'objective.sound.vocoder="builtin"',
        "objective.sound.window=24",
    ]
    recipe = read_recipe(str(RECIPES / "starling_sound.toml"), size="tiny", settings=settings)
    kind = registry.part("starling")
    network = kind.build(recipe.network, recipe.mel)
    blank = Dataset(recipe.data, recipe.mel, {"mel"})
    objective = kind.objective(network, recipe.objective, gather_facts(blank))
    data = Dataset(recipe.data, recipe.mel, objective.required_fields)
    return objective, collate([data.item(i, np.random.default_rng(i)) for i in range(2)])


def test_the_recording_itself_sounds_like_the_recording(begun):
    objective, batch = begun
    judge = objective.sound
    torch.manual_seed(0)
    made, real = judge.sounds(batch["mel"], batch)
    assert made.shape == real.shape == (2, 23 * judge.mel.hop_length)
    own = judge.losses(made, real)["sound_mel"]
    torch.manual_seed(0)
    wrong, real = judge.sounds(batch["mel"].flip(2), batch)
    assert own < 0.6 * judge.losses(wrong, real)["sound_mel"]


def test_each_turn_trains_its_own_and_the_vocoder_stays(begun):
    objective, batch = begun
    assert objective.optimizers == ("discriminator", "sound_discriminator", "model")
    output = objective.forward(batch)
    trained = {name: objective.trained(name) for name in objective.optimizers}
    for turn in objective.optimizers:
        for module in trained.values():
            module.zero_grad(set_to_none=True)
        with only_trained(objective, turn):
            sum(objective.losses(turn, batch, output, 0).values()).backward(retain_graph=True)
        for name, module in trained.items():
            has = any(p.grad is not None and bool(p.grad.any()) for p in module.parameters())
            assert has == (name == turn), f"in the turn of {turn}: {name}"
    assert all(p.grad is None for p in objective.sound.vocoder.parameters())


def test_a_vocoder_of_another_mel_is_refused():
    with pytest.raises(ConfigError, match="100 bands, and this recipe makes 80"):
        SoundJudge(SoundSettings("builtin"), 80)
