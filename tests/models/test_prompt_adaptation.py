"""Prompt adaptation: nearer to the voice, the same each time; nothing where no phones are recognized."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from conftest import CORPUS, REFERENCE, ROOT

from soundalike import Cloner, Voice
from soundalike.audio.audio import Audio, concatenate
from soundalike.audio.speech import join
from soundalike.core.types import ADAPTER, DataFacts
from soundalike.data.collate import collate
from soundalike.models.common.prompt_adaptation import PromptWindows, adapt_to_prompt, without_noise


@pytest.fixture(scope="module")
def adapted(cloner, voice) -> Voice:
    return cloner.adapt_to_prompt(voice)


def test_a_adapted_voice_has_an_adapter_that_fits_and_is_small(cloner, voice, adapted):
    assert adapted.is_adapted_to(cloner.synthesizer.weights) and not voice.is_adapted_to(
        cloner.synthesizer.weights
    )
    assert cloner.synthesizer.acoustic_of(adapted) is not cloner.synthesizer.acoustic
    assert sum(value.nbytes for value in adapted.adapter.values()) < 1_000_000
    assert np.array_equal(adapted.identity, voice.identity)


def test_it_is_remembered_and_not_done_again(cloner, voice, adapted):
    steps = []
    again = cloner.adapt_to_prompt(voice, lambda done, of: steps.append(done))
    assert not steps and all(
        np.array_equal(again.tensors[name], value) for name, value in adapted.tensors.items()
    )
    assert cloner.adapt_to_prompt(adapted) is adapted


def test_an_adapter_for_other_weights_is_replaced(cloner, adapted):
    odd = {ADAPTER + "encoder.0.scale": np.ones(256, np.float16)}
    old = Voice(
        {**adapted.tensors, **odd}, {**adapted.facts, "adapter": {"method": "full", "weights": "0" * 12}}
    )
    again = cloner.adapt_to_prompt(old)
    assert (
        again.tensors.keys() == adapted.tensors.keys() and again.facts["adapter"] == adapted.facts["adapter"]
    )


def test_the_caller_s_random_numbers_stay_as_they_are(cloner, voice):
    shorter = Voice(
        {
            **voice.tensors,
            "prompt": voice.tensors["prompt"][:300],
            "prompt_pitch": voice.tensors["prompt_pitch"][:300],
        },
        voice.facts,
    )
    torch.manual_seed(5)
    state = torch.get_rng_state()
    steps = []
    cloner.adapt_to_prompt(shorter, lambda done, of: steps.append((done, of)))
    assert torch.equal(torch.get_rng_state(), state)
    assert steps and steps[-1][0] == steps[-1][1] == len(steps)


def test_best_speaks_in_the_adapted_voice_and_fast_does_not(cloner, voice, adapted):
    said = {
        (quality, one is adapted): join(
            list(cloner.speak("Good morning.", one, quality=quality, watermark=False))
        ).samples
        for quality in ("fast", "best")
        for one in (voice, adapted)
    }
    assert np.array_equal(said["best", False], said["best", True])
    assert not np.array_equal(said["fast", False], said["fast", True])


def test_noise_is_not_understood_and_so_not_adapted(cloner, voice):
    prompt = np.random.default_rng(0).normal(-6, 1, voice.tensors["prompt"].shape).astype(np.float16)
    assert cloner.aligner.recognize_mel(prompt) is None
    noise = Voice({**voice.tensors, "prompt": prompt}, voice.facts)
    assert cloner.adapt_to_prompt(noise) is noise


def test_a_prompt_that_is_one_long_sound_cannot_be_divided_and_is_left_alone(cloner, voice):
    frames = len(voice.tensors["prompt"])
    assert adapt_to_prompt(cloner.synthesizer, voice, (["^", "a", "."], [0, frames, 0])) == {}


def test_steady_noise_is_not_among_what_is_adapted():
    rng = np.random.default_rng(0)
    frames = 200
    noise = np.abs(rng.normal(1e-2, 2e-3, (frames, 4))).astype(np.float32)
    speech = np.zeros((frames, 4), np.float32)
    speech[50:150] = 1.0
    before = np.log(noise + speech)
    after = without_noise(np.log(noise + speech))
    assert np.allclose(after[50:150], before[50:150], atol=0.01)  # what is said stays as it is
    # Between it, down to a tenth
    assert (after[:50] < before[:50] - 0.5).mean() > 0.9 and (after >= before - np.log(10) - 1e-4).all()


def loss_on(network, cloner, voice: Voice) -> float:
    """The mean error of the mel, with the durations and pitch of the recording, over windows of a voice's
    prompt.
    """
    said = cloner.aligner.recognize_mel(voice.tensors["prompt"])
    windows = PromptWindows(voice, said)
    batch = collate([windows.item() for _ in range(6)])
    objective = cloner.synthesizer.adaptation_objective(
        network, DataFacts(1, network.mean.clone(), network.std.clone())
    )
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return float(objective.losses("model", batch, objective.forward(batch), 0)["mel"])


@pytest.mark.skipif(not CORPUS.is_dir(), reason="recordings of people are not there")
def test_another_recording_of_the_person_is_told_better_after_adaptation(whole_adaptation):
    cloner = Cloner.load(backend="torch")
    clips = sorted((CORPUS / "audio" / "librispeech" / "ls-19").rglob("*.opus"))
    first, second = (
        cloner.listen(concatenate([Audio.read(clip) for clip in some])) for some in (clips[:2], clips[2:4])
    )
    adapted = cloner.adapt_to_prompt(first)
    assert loss_on(cloner.synthesizer.acoustic_of(adapted), cloner, second) < 0.97 * loss_on(
        cloner.synthesizer.acoustic, cloner, second
    )


@pytest.mark.parametrize("family", ["convrnn", "fastspeech2", "sv2tts"])
def test_every_family_adapts_by_its_own_objective(tiny_shelf, family, whole_adaptation):
    cloner = Cloner.load(tiny_shelf / family)
    voice = cloner.listen(REFERENCE)
    adapted = cloner.adapt_to_prompt(voice)
    changed = {name.split(".")[0] for name in adapted.adapter}
    assert changed == set(cloner.synthesizer.adaptation_layers) and adapted.is_adapted_to(
        cloner.synthesizer.weights
    )
    network = cloner.synthesizer.acoustic_of(adapted)
    assert loss_on(network, cloner, voice) < 0.98 * loss_on(cloner.synthesizer.acoustic, cloner, voice)
    utterance = [
        join(
            list(cloner.speak("Good morning.", one, quality_check=False, watermark=False, quality="fast"))
        ).samples
        for one in (voice, adapted)
    ]
    assert not np.array_equal(*utterance)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="recordings of people are not there")
def test_fastspeech2_too_tells_another_recording_better_after_adaptation(whole_adaptation):
    cloner = Cloner.load(ROOT / "models" / "fastspeech2")
    clips = sorted((CORPUS / "audio" / "librispeech" / "ls-19").rglob("*.opus"))
    first, second = (
        cloner.listen(concatenate([Audio.read(clip) for clip in some])) for some in (clips[:2], clips[2:4])
    )
    network = cloner.synthesizer.acoustic_of(cloner.adapt_to_prompt(first))
    assert loss_on(network, cloner, second) < 0.97 * loss_on(cloner.synthesizer.acoustic, cloner, second)
