"""Griffin-Lim: magnitudes that are nowhere negative and give the mel back, phases that come to fit, no
weights in the model folder.
"""

from __future__ import annotations

import dataclasses
import json

import pytest
import torch
from conftest import RECIPES, sentences

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec
from soundalike.checkpoints.bundle import BUILT_IN, assemble
from soundalike.checkpoints.part import load_part
from soundalike.core.errors import ConfigError
from soundalike.inference.cloner import Cloner
from soundalike.models.vocoders.griffin_lim.network import GriffinLim, GriffinLimConfig
from soundalike.nn.spectral import log_mel, stft
from soundalike.training.recipe import read_recipe

SPEC = MelSpec()


@pytest.fixture(scope="module")
def speech():
    return torch.from_numpy(
        Audio.read(sentences()[0][0]).resample(SPEC.sample_rate).samples[: 2 * SPEC.sample_rate]
    )[None]


def test_magnitudes_give_the_mel_back(speech):
    network = GriffinLim(GriffinLimConfig(), SPEC)
    mel = log_mel(speech, SPEC)[0]
    magnitude = network.magnitude(mel)
    assert (magnitude >= 0).all()
    again = (network.filters @ magnitude).T.clamp_min(SPEC.floor).log()
    loud = mel > mel.max() - 7
    assert (again - mel)[loud].abs().mean() < 0.05
    clamped = (network.filters @ (network.inverse @ mel.exp().T).clamp_min(0)).T.clamp_min(SPEC.floor).log()
    assert (again - mel)[loud].abs().mean() < (clamped - mel)[loud].abs().mean(), (
        "the steps mend what the clamped pseudo-inverse breaks"
    )


def test_momentum_comes_nearer_in_as_many_steps(speech):
    magnitude = stft(speech, SPEC.n_fft, SPEC.hop_length)[0].abs()
    noise = torch.randn(
        speech.shape[1] // SPEC.hop_length * SPEC.hop_length, generator=torch.Generator().manual_seed(0)
    )
    off = {}
    for iterations, momentum in ((1, 0.0), (30, 0.0), (30, 0.99)):
        network = GriffinLim(
            dataclasses.replace(GriffinLimConfig(), iterations=iterations, momentum=momentum), SPEC
        )
        made = network.sound(magnitude, noise)
        off[iterations, momentum] = float(
            (stft(made[None], SPEC.n_fft, SPEC.hop_length)[0].abs() - magnitude).norm() / magnitude.norm()
        )
    assert off[30, 0.99] < off[30, 0.0] < off[1, 0.0] and off[30, 0.99] < 0.16, off


def test_a_model_folder_names_it_without_weights(tmp_path):
    assemble(
        tmp_path / "mine",
        [*(str(BUILT_IN / role) for role in ("speaker", "acoustic")), "griffin_lim"],
        "starling",
    )
    said = json.loads((tmp_path / "mine" / "vocoder" / "config.json").read_text())
    assert said["part"] == "griffin_lim" and said["network"]["iterations"] == 60
    assert load_part(tmp_path / "mine" / "vocoder", "vocoder").network.state_dict() == {}
    cloner = Cloner.load(tmp_path / "mine")
    voice = cloner.listen(sentences()[0][0])
    one, two = (
        next(iter(cloner.speak("Good evening.", voice, cloner.Options(seed=3), quality="fast")))
        for _ in range(2)
    )
    assert (one.samples == two.samples).all() and one.speech_seconds() > 0.4


def test_there_is_nothing_to_train(tmp_path):
    recipe = (
        (RECIPES / "vocoder.toml")
        .read_text(encoding="utf-8")
        .replace('part = "vocos"', 'part = "griffin_lim"')
    )
    (tmp_path / "recipe.toml").write_text(recipe, encoding="utf-8")
    with pytest.raises(
        ConfigError, match="has nothing to train. Give its name to `soundalike models assemble`"
    ):
        read_recipe(str(tmp_path / "recipe.toml"))
