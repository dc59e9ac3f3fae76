"""Practising a voice: it is brought nearer, the same each time, and left alone where nothing is
understood.
"""

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
from soundalike.models.aligners.hmm.phone_recognizer import recognize_phones
from soundalike.models.common.prompt_adaptation import PromptWindows, adapt_to_prompt, without_noise
from soundalike.models.common.prompt_conditioning import is_adapted


@pytest.fixture(scope="module")
def practised(cloner, voice) -> Voice:
    return cloner.adapt_to_prompt(voice)


def test_a_practised_voice_has_an_adapter_that_fits_and_is_small(cloner, voice, practised):
    assert is_adapted(practised, cloner.synthesizer.weights) and not is_adapted(
        voice, cloner.synthesizer.weights
    )
    assert cloner.synthesizer.acoustic_of(practised) is not cloner.synthesizer.acoustic
    assert (
        sum(
            value.numel() * value.element_size()
            for name, value in practised.tensors.items()
            if name.startswith(ADAPTER)
        )
        < 1_000_000
    )
    assert torch.equal(practised.tensors["vector"], voice.tensors["vector"])


def test_it_is_remembered_and_not_done_again(cloner, voice, practised):
    steps = []
    again = cloner.adapt_to_prompt(voice, lambda done, of: steps.append(done))
    assert not steps and all(
        torch.equal(again.tensors[name], value) for name, value in practised.tensors.items()
    )
    assert cloner.adapt_to_prompt(practised) is practised


def test_an_adapter_for_other_weights_is_replaced(cloner, practised):
    odd = {ADAPTER + "encoder.0.scale": torch.ones(256).half()}
    old = Voice(
        {**practised.tensors, **odd}, {**practised.facts, "adapter": {"method": "full", "weights": "0" * 12}}
    )
    again = cloner.adapt_to_prompt(old)
    assert (
        again.tensors.keys() == practised.tensors.keys()
        and again.facts["adapter"] == practised.facts["adapter"]
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


def test_best_speaks_in_the_practised_voice_and_fast_does_not(cloner, voice, practised):
    said = {
        (quality, one is practised): join(
            list(cloner.speak("Good morning.", one, quality=quality, watermark=False))
        ).samples
        for quality in ("fast", "best")
        for one in (voice, practised)
    }
    assert np.array_equal(said["best", False], said["best", True])
    assert not np.array_equal(said["fast", False], said["fast", True])


def test_noise_is_not_understood_and_so_not_practised(cloner, voice):
    prompt = torch.from_numpy(
        np.random.default_rng(0).normal(-6, 1, tuple(voice.tensors["prompt"].shape))
    ).half()
    assert recognize_phones(prompt.float(), cloner.aligner, cloner.synthesizer.mel) is None
    noise = Voice({**voice.tensors, "prompt": prompt}, voice.facts)
    assert cloner.adapt_to_prompt(noise) is noise


def test_a_prompt_that_is_one_long_sound_cannot_be_divided_and_is_left_alone(cloner, voice):
    frames = len(voice.tensors["prompt"])
    assert adapt_to_prompt(cloner.synthesizer, voice, (["^", "a", "."], [0, frames, 0])) == {}


def test_steady_noise_is_not_among_what_is_practised():
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
    said = recognize_phones(voice.tensors["prompt"].float(), cloner.aligner, cloner.synthesizer.mel)
    windows = PromptWindows(voice, said)
    batch = collate([windows.item() for _ in range(6)])
    objective = cloner.synthesizer.taught(network, DataFacts(1, network.mean.clone(), network.std.clone()))
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return float(objective.losses("model", batch, objective.forward(batch))["mel"])


@pytest.mark.skipif(not CORPUS.is_dir(), reason="recordings of people are not there")
def test_another_recording_of_the_person_is_told_better_after_practice(cloner):
    clips = sorted((CORPUS / "audio" / "librispeech" / "ls-19").rglob("*.opus"))
    first, second = (
        cloner.listen(concatenate([Audio.read(clip) for clip in some])) for some in (clips[:2], clips[2:4])
    )
    practised = cloner.adapt_to_prompt(first)
    assert loss_on(cloner.synthesizer.acoustic_of(practised), cloner, second) < 0.97 * loss_on(
        cloner.synthesizer.acoustic, cloner, second
    )


@pytest.mark.parametrize("family", ["convrnn", "fastspeech2", "sv2tts"])
def test_every_family_practises_by_its_own_objective(tiny_shelf, family):
    cloner = Cloner.load(tiny_shelf / family)
    voice = cloner.listen(REFERENCE)
    practised = cloner.adapt_to_prompt(voice)
    changed = {
        name.removeprefix(ADAPTER).split(".")[0] for name in practised.tensors if name.startswith(ADAPTER)
    }
    assert changed == set(cloner.synthesizer.adaptation_layers) and is_adapted(
        practised, cloner.synthesizer.weights
    )
    taught = cloner.synthesizer.acoustic_of(practised)
    assert loss_on(taught, cloner, voice) < 0.98 * loss_on(cloner.synthesizer.acoustic, cloner, voice)
    utterance = [
        join(list(cloner.speak("Good morning.", one, quality_check=False, watermark=False))).samples
        for one in (voice, practised)
    ]
    assert not np.array_equal(*utterance)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="recordings of people are not there")
def test_fastspeech2_too_tells_another_recording_better_after_practice():
    cloner = Cloner.load(ROOT / "models" / "fastspeech2")
    clips = sorted((CORPUS / "audio" / "librispeech" / "ls-19").rglob("*.opus"))
    first, second = (
        cloner.listen(concatenate([Audio.read(clip) for clip in some])) for some in (clips[:2], clips[2:4])
    )
    taught = cloner.synthesizer.acoustic_of(cloner.adapt_to_prompt(first))
    assert loss_on(taught, cloner, second) < 0.97 * loss_on(cloner.synthesizer.acoustic, cloner, second)
