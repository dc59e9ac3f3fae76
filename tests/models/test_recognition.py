"""A mel is recognised while its network is trained: the person, and what is said."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from conftest import RECIPES

from soundalike.core import registry
from soundalike.core.errors import ConfigError
from soundalike.core.types import Batch, Padded
from soundalike.data.collate import collate
from soundalike.data.dataset import Dataset
from soundalike.models.common.recognition import RecognitionJudge, RecognitionSettings
from soundalike.training.begin import gather_facts
from soundalike.training.recipe import read_recipe


@pytest.fixture(scope="module")
def begun(prepared):
    """A tiny objective with the recognition's terms, and a batch."""
    settings = [
        f'data.manifest="{prepared}"',
        "data.seconds=[0.1, 30.0]",
        "objective.recognition.speaker=1.0",
        "objective.recognition.phones=1.0",
    ]
    recipe = read_recipe(str(RECIPES / "starling.toml"), size="tiny", settings=settings)
    kind = registry.part("starling")
    network = kind.build(recipe.network, recipe.mel)
    blank = Dataset(recipe.data, recipe.mel, {"mel"})
    objective = kind.objective(network, recipe.objective, gather_facts(blank))
    data = Dataset(recipe.data, recipe.mel, objective.required_fields)
    return objective, collate([data.item(i, np.random.default_rng(i)) for i in range(2)])


def test_the_recording_is_recognised_and_another_sound_is_not(begun):
    objective, batch = begun
    judge, real = objective.recognition, batch["mel"]
    heard = judge.aligner(real, batch.lengths("mel")).argmax(-1)
    # The clips' own durations are not those of the sound
    told = Batch(batch.ids, {**batch.fields, "phones": Padded(heard, batch.lengths("mel"))})
    own = judge.losses(real, real, told)
    assert own["speaker"] == pytest.approx(0.0, abs=1e-5)
    assert judge.losses(real.flip(1), real, told)["phones"] > 2 * own["phones"]
    assert judge.losses(torch.roll(real, -8, 2), real, told)["speaker"] > 0.1


def test_what_recognises_teaches_the_network_and_learns_nothing(begun):
    objective, batch = begun
    output = objective.forward(batch)
    losses = objective.losses("model", batch, output, 0)
    (losses["speaker"] + losses["phones"]).backward()
    assert any(p.grad is not None and bool(p.grad.any()) for p in objective.network().parameters())
    judge = objective.recognition
    assert all(p.grad is None for part in (judge.encoder, judge.aligner) for p in part.parameters())


def test_a_model_of_another_mel_is_refused():
    with pytest.raises(ConfigError, match="the speaker of builtin reads mels of 100 bands"):
        RecognitionJudge(RecognitionSettings(speaker=1.0), 80)
