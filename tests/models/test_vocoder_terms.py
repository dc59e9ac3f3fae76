"""Residual, corrections and pitch of the vocoder, its discriminators, and the copy-synthesis benchmark."""

from __future__ import annotations

import dataclasses
import math

import pytest
import torch
from conftest import RECIPES, REFERENCE

from soundalike import Audio, MelSpec
from soundalike.audio.pitch import pitch
from soundalike.checkpoints.bundle import BUILT_IN, digest, load_bundle
from soundalike.checkpoints.part import load_part
from soundalike.core import registry
from soundalike.data.dataset import Dataset
from soundalike.models.common.latent_sound import built_in_vocoder
from soundalike.models.common.pitch_reader import CLASSES, PitchReader
from soundalike.models.tts.deepvoice3.synthesizer import DeepVoice3Synthesizer
from soundalike.models.tts.starling.synthesizer import StarlingSynthesizer
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


def test_the_residual_is_zero_before_training(second_of_speech):
    torch.manual_seed(0)
    plain = Vocos(VocosConfig(width=16, blocks=1), SPEC).eval()
    network = Vocos(VocosConfig(width=16, blocks=1, residual=True), SPEC).eval()
    fresh, unexpected = network.load_state_dict(plain.state_dict(), strict=False)
    assert {name.split(".")[0] for name in fresh} == {"source_input", "residual_head"} and not unexpected
    with torch.no_grad():
        assert torch.equal(network(*second_of_speech), plain(*second_of_speech))


def test_corrections_bring_the_samples_nearer_to_the_mel(second_of_speech):
    shipped = load_part(BUILT_IN / "vocoder").network
    mel = second_of_speech[0]
    errors = []
    for corrections in (0, 1, 2):
        network = Vocos(dataclasses.replace(shipped.config, mel_corrections=corrections), SPEC).eval()
        network.load_state_dict(shipped.state_dict(), strict=False)
        with torch.no_grad():
            errors.append(float((log_mel(network(*second_of_speech), SPEC) - mel).abs().mean()))
    assert errors[1] < 0.8 * errors[0] and errors[2] < 0.9 * errors[1], errors


def test_models_of_smooth_mels_have_them_followed_less():
    parts = load_bundle(BUILT_IN).parts
    trained = parts["vocoder"].network.corrections
    assert trained == 2
    assert StarlingSynthesizer.of_parts(parts).vocoder.corrections == trained
    assert DeepVoice3Synthesizer.of_parts(parts).vocoder.corrections == 1
    assert built_in_vocoder(SPEC).corrections == 1


def test_corrections_leave_silence_silent():
    network = load_part(BUILT_IN / "vocoder").network
    silence = torch.full((1, 80, SPEC.n_mels), math.log(SPEC.floor))
    with torch.no_grad():
        samples = network(silence, torch.tensor([80]))
    assert samples.abs().max() < 1e-4


def test_padding_changes_nothing_of_residual_and_corrections(second_of_speech):
    torch.manual_seed(0)
    network = Vocos(VocosConfig(width=16, blocks=1, residual=True, mel_corrections=2), SPEC).eval()
    for layer in (network.source_input, network.residual_head, network.mel_head):
        torch.nn.init.normal_(layer.weight, std=0.1)
    mel, length, hertz, noise = second_of_speech
    longer = [torch.cat([x, torch.zeros_like(x)], 1) for x in (mel, hertz)]
    more_noise = torch.nn.functional.pad(noise, (0, mel.shape[1] * SPEC.hop_length))
    with torch.no_grad():
        alone = network(mel, length, hertz, noise)
        padded = network(longer[0], length, longer[1], more_noise)
    # Of the last frames the padding's noise is a part, and every correction spreads it by a window
    whole = alone.shape[1] - 2 * SPEC.hop_length - 2 * SPEC.n_fft
    assert torch.allclose(alone[:, :whole], padded[:, :whole], atol=1e-5)


def test_a_class_of_pitch_is_refined_by_its_neighbours_alone():
    reader = PitchReader(SPEC.n_mels, 8, 1, classes=True)
    scores = torch.full((1, 3, CLASSES), -20.0)
    scores[0, 0, 30] = 5.0
    scores[0, 1, 30:32] = 5.0
    scores[0, 2, 30], scores[0, 2, 50] = 5.1, 5.0  # an octave apart
    hertz = 2 ** reader.octave(scores)[0]
    assert hertz.tolist() == pytest.approx(
        [55 * 2 ** (30 / 20), 55 * 2 ** (30.5 / 20), 55 * 2 ** (30 / 20)], rel=1e-3
    )
    truth = torch.full((1, 1), math.log2(55) + 30 / 20)
    wrong = torch.full((1, 1), math.log2(55) + 50 / 20)
    voiced = torch.ones(1, 1)
    assert reader.loss(scores[:, :1], truth, voiced) < reader.loss(scores[:, :1], wrong, voiced)


def test_a_pitch_reader_is_trained_alone(prepared, tmp_path):
    settings = [f"data.manifest={prepared}", "data.seconds=[0.1,30.0]", "train.threads=1", "train.steps=4"]
    recipe = read_recipe(str(RECIPES / "vocoder_pitch.toml"), "tiny", settings)
    torch.manual_seed(recipe.train.seed)
    fresh = registry.part("vocos").build(recipe.network, recipe.mel).state_dict()
    train(recipe, tmp_path / "run", quiet=True)
    trained = load_part(tmp_path / "run").network.state_dict()
    changed = {name.split(".")[0] for name in fresh if not torch.equal(fresh[name], trained[name])}
    assert changed - {"mean", "std"} == {"pitch_reader"}


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
    shipped = load_part(BUILT_IN / "vocoder")
    assert digest(shipped) == "c367690e80d5"
    config = VocosConfig(width=16, blocks=1, pitch_width=8)
    network = Vocos(config, SPEC)
    with torch.no_grad():
        for value in network.state_dict().values():
            value.zero_()
    first = dataclasses.replace(shipped, config=config, network=network)
    assert digest(first) == "68cb2e496080"
    other = dataclasses.replace(first, config=dataclasses.replace(config, mel_corrections=1))
    assert digest(other) != digest(first)
