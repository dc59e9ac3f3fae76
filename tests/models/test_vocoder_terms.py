"""Residual and modulated noise of the vocoder, its discriminators, and the copy-synthesis benchmark."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from conftest import RECIPES, REFERENCE

from soundalike import Audio, MelSpec
from soundalike.audio.pitch import pitch
from soundalike.checkpoints.bundle import BUILT_IN
from soundalike.checkpoints.part import adopt, load_part
from soundalike.core import registry
from soundalike.data.dataset import Dataset
from soundalike.models.vocoders.vocos.network import Vocos, VocosConfig
from soundalike.nn.discriminators import (
    PeriodDiscriminator,
    SpectrogramDiscriminator,
    discriminator_loss,
    matching_loss,
)
from soundalike.nn.spectral import log_mel
from soundalike.training.begin import gather_facts
from soundalike.training.loop import train
from soundalike.training.recipe import read_recipe
from soundalike.training.step import only_trained

SPEC = MelSpec()


@pytest.fixture(scope="module")
def second_of_speech():
    """A second of the demo's voice: mel, its length, pitch, noise."""
    samples = Audio.read(REFERENCE).resample(SPEC.sample_rate).normalised().samples[: SPEC.sample_rate]
    mel = log_mel(torch.from_numpy(samples)[None], SPEC)
    noise = torch.randn(1, (mel.shape[1] - 1) * SPEC.hop_length, generator=torch.Generator().manual_seed(0))
    return mel, torch.tensor([mel.shape[1]]), torch.from_numpy(pitch(samples, SPEC))[None], noise


def adversarial_recipe(prepared, **changes):
    settings = [f"data.manifest={prepared}", "data.seconds=[0.1,30.0]", "train.threads=1"]
    settings += ["train.samples_every=0"]
    settings += [f"{key}={value}" for key, value in changes.items()]
    return read_recipe(str(RECIPES / "vocoder_adversarial.toml"), "tiny", settings)


def test_residual_and_modulation_are_zero_before_training(second_of_speech):
    shipped = load_part(BUILT_IN / "vocoder").network
    network = Vocos(dataclasses.replace(shipped.config, residual=True, noise_harmonics=2), SPEC).eval()
    fresh = adopt(network, BUILT_IN / "vocoder")
    assert {name.split(".")[0] for name in fresh} == {"source_input", "residual_head", "modulation_head"}
    with torch.no_grad():
        assert torch.equal(network(*second_of_speech), shipped(*second_of_speech))


def test_padding_changes_nothing_of_residual_and_modulation(second_of_speech):
    torch.manual_seed(0)
    network = Vocos(VocosConfig(width=16, blocks=1, residual=True, noise_harmonics=2), SPEC).eval()
    for layer in (network.source_input, network.residual_head, network.modulation_head):
        torch.nn.init.normal_(layer.weight, std=0.1)
    mel, length, hertz, noise = second_of_speech
    longer = [torch.cat([x, torch.zeros_like(x)], 1) for x in (mel, hertz)]
    more_noise = torch.nn.functional.pad(noise, (0, mel.shape[1] * SPEC.hop_length))
    with torch.no_grad():
        alone = network(mel, length, hertz, noise)
        padded = network(longer[0], length, longer[1], more_noise)
    whole = alone.shape[1] - 2 * SPEC.hop_length  # of the last frames the padding's noise is a part
    assert torch.allclose(alone[:, :whole], padded[:, :whole], atol=1e-5)


@pytest.mark.parametrize("kind, size", [(SpectrogramDiscriminator, 128), (PeriodDiscriminator, 7)])
def test_discriminators_learn_to_tell_noise_from_tones(kind, size):
    torch.manual_seed(0)
    discriminator = kind(size, 4)
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(4, 4000, generator=generator) * 0.1
    tones = 0.1 * torch.sin(torch.arange(4000) * torch.tensor([[0.05], [0.1], [0.2], [0.3]]))
    assert matching_loss([discriminator(noise)], [discriminator(noise)]) == 0
    optimiser = torch.optim.Adam(discriminator.parameters(), 3e-3)
    for _ in range(30):
        loss = discriminator_loss([discriminator(noise)], [discriminator(tones)])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss < 0.3, "chance is .5"


def test_each_turn_leaves_the_others_parameters_without_gradients(prepared):
    recipe = adversarial_recipe(prepared)
    kind = registry.part("vocos")
    data = Dataset(recipe.data, recipe.mel, kind.objective.required_fields)
    objective = kind.objective(kind.build(recipe.network, recipe.mel), recipe.objective, gather_facts(data))
    batch = data.batch(0)
    output = objective.forward(batch)
    for optimizer, other in (("discriminator", "model"), ("model", "discriminator")):
        with only_trained(objective, optimizer):
            losses = objective.losses(optimizer, batch, output, 0)
            sum(losses.values()).backward()
        assert all(p.grad is None for p in objective.trained(other).parameters())
        assert any(p.grad is not None for p in objective.trained(optimizer).parameters())
        for p in objective.trained(optimizer).parameters():
            p.grad = None
    assert {"adversarial", "matching", "mel", "spectral"} <= losses.keys()


def test_a_delayed_turn_begins_when_it_is_due_and_resumes_exactly(prepared, tmp_path):
    changes = {"train.steps": 6, "train.delays": "{model=3}", "train.ema": 0, "train.warmup": 1}
    recipe = adversarial_recipe(prepared, **changes, **{"train.save_every": 3})
    cut = dataclasses.replace(recipe, train=dataclasses.replace(recipe.train, steps=3, decay=0.0))
    train(cut, tmp_path / "cut", quiet=True)
    torch.manual_seed(recipe.train.seed)
    fresh = registry.part("vocos").build(recipe.network, recipe.mel).state_dict()
    early = load_part(tmp_path / "cut").network.state_dict()
    assert all(torch.equal(fresh[name], early[name]) for name in fresh.keys() - {"mean", "std"})
    assert load_part(tmp_path / "cut" / "discriminator", "adversary").name == "sound_discriminator"
    late = dataclasses.replace(recipe, train=dataclasses.replace(recipe.train, decay=0.0))
    train(late, tmp_path / "cut", quiet=True)
    train(late, tmp_path / "whole", quiet=True)
    resumed, whole = (load_part(tmp_path / name).network.state_dict() for name in ("cut", "whole"))
    assert all(torch.equal(value, whole[name]) for name, value in resumed.items())
    assert not torch.equal(whole["head.weight"], early["head.weight"])


def test_the_ids_of_published_vocoders_stay_as_they_are():
    """Config fields that were added later do not count while they have their default."""
    from soundalike.checkpoints.bundle import digest

    shipped = load_part(BUILT_IN / "vocoder")
    assert digest(shipped) == "93839cd06906"
    other = dataclasses.replace(shipped, config=dataclasses.replace(shipped.config, residual=True))
    assert digest(other) != digest(shipped)
