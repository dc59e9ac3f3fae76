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

# Architectures whose mels a discriminator and what recognises them may judge beside their errors
JUDGED = ["convrnn", "deepvoice3", "expressive", "fastspeech2", "sv2tts"]


def begin(name, prepared, *more):
    """A tiny objective of a recipe's part with the recognition's terms, and a batch."""
    settings = [
        f'data.manifest="{prepared}"',
        "data.seconds=[0.1, 30.0]",
        "objective.recognition.speaker=1.0",
        "objective.recognition.phones=1.0",
        *more,
    ]
    recipe = read_recipe(str(RECIPES / f"{name}.toml"), size="tiny", settings=settings)
    kind = registry.part(recipe.part)
    network = kind.build(recipe.network, recipe.mel)
    blank = Dataset(recipe.data, recipe.mel, {"mel"})
    objective = kind.objective(network, recipe.objective, gather_facts(blank))
    data = Dataset(recipe.data, recipe.mel, objective.required_fields)
    return objective, collate([data.item(i, np.random.default_rng(i)) for i in range(2)])


@pytest.fixture(scope="module")
def begun(prepared):
    return begin("starling", prepared)


def test_the_recording_is_recognised_and_another_sound_is_not(begun):
    objective, batch = begun
    judge, real = objective.recognition, batch["mel"]
    heard = judge.aligner(real, batch.lengths("mel")).argmax(-1)
    # The clips' own durations are not those of the sound
    told = Batch(batch.ids, {**batch.fields, "phones": Padded(heard, batch.lengths("mel"))})
    own = judge.of_clips(real, told)
    assert own["speaker"] == pytest.approx(0.0, abs=1e-5)
    assert judge.of_clips(real.flip(1), told)["phones"] > 2 * own["phones"]
    assert judge.of_clips(torch.roll(real, -8, 2), told)["speaker"] > 0.1


@pytest.mark.parametrize("name", ["starling", "starling_content", "codec", *JUDGED])
def test_what_recognises_teaches_the_network_and_learns_nothing(name, prepared):
    objective, batch = begin(name, prepared)
    losses = objective.losses("model", batch, objective.forward(batch), 0)
    (losses["speaker"] + losses["phones"]).backward()
    assert any(p.grad is not None and bool(p.grad.any()) for p in objective.network().parameters())
    judge = objective.recognition
    assert all(p.grad is None for part in (judge.encoder, judge.aligner) for p in part.parameters())


@pytest.mark.parametrize("name", JUDGED)
def test_a_discriminator_judges_the_mel_in_turn_with_the_network(name, prepared):
    more = ["objective.adversarial=1.0", "objective.matching=1.0"]
    objective, batch = begin(name, prepared, *more)
    assert objective.optimizers == ("discriminator", "model")
    output = objective.forward(batch)
    losses = objective.losses("discriminator", batch, output, 0)
    sum(losses.values()).backward()
    assert all(p.grad is None for p in objective.network().parameters())
    assert any(bool(p.grad.any()) for p in objective.trained("discriminator").parameters())
    judged = objective.losses("model", batch, output, 0)
    (judged["adversarial"] + judged["matching"]).backward()
    assert any(p.grad is not None and bool(p.grad.any()) for p in objective.network().parameters())


def test_a_model_of_another_mel_is_refused():
    with pytest.raises(ConfigError, match="the speaker of builtin reads mels of 100 bands"):
        RecognitionJudge(RecognitionSettings(speaker=1.0), 80)
