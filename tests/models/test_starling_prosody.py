"""Pitch and durations that are drawn."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from conftest import REFERENCE

from soundalike import Cloner
from soundalike.audio.mel import MelSpec
from soundalike.models.tts.starling.prosody import (
    StarlingProsody,
    StarlingProsodyConfig,
    between_symbols,
    symbol_means,
)
from soundalike.text import read


def test_a_line_through_the_middles_of_symbols():
    octaves = torch.tensor([0.0, 9.0, 1.0])
    line = between_symbols(octaves, torch.tensor([4, 0, 4]))  # the second symbol does not sound
    assert line.tolist() == pytest.approx([0, 0, 0.125, 0.375, 0.625, 0.875, 1, 1])
    assert between_symbols(torch.tensor([0.5]), torch.tensor([3])).tolist() == [0.5, 0.5, 0.5]


def test_means_of_symbols_are_weighted_and_gaps_are_filled():
    values = torch.tensor([[1.0, 3.0, 7.0, 7.0, 5.0, 9.0]])
    voiced = torch.tensor([[1.0, 1.0, 0.0, 0.0, 1.0, 0.0]])
    means = symbol_means(values, voiced, torch.tensor([[2, 2, 2]]))
    assert means.tolist() == [[2.0, 3.5, 5.0]]
    assert not symbol_means(values, torch.zeros_like(values), torch.tensor([[2, 2, 2]])).any()


def test_eulers_method_follows_a_constant_velocity_to_its_end():
    network = StarlingProsody(StarlingProsodyConfig(width=16, blocks=1), MelSpec()).eval()
    with torch.no_grad():
        network.last.bias.copy_(torch.tensor([2.0, -1.0]))  # the last layer's weights are zero
    noise = torch.zeros(1, 5, 2)
    made = network.draw(torch.randn(1, 5, 256), torch.ones(1, 5), torch.randn(1, 256), noise)
    assert torch.allclose(made, (torch.tensor([2.0, -1.0]) * network.scale).expand(1, 5, 2))


@pytest.fixture(scope="module")
def model():
    """The built-in synthesizer, and a voice."""
    cloner = Cloner.load()
    return cloner.synthesizer, cloner.listen(REFERENCE)


def test_expressiveness_draws_melody_and_pace_and_zero_is_the_mean(model):
    synthesizer, voice = model
    sentence = read("Did you really walk all the way from the station to the sea?", "en").utterances[0]
    plan = synthesizer.plan(sentence, voice)

    def said(seed, expressiveness):
        options = synthesizer.Options(seed=seed, expressiveness=expressiveness, temperature=0.0)
        return synthesizer.planned_output(plan, options)

    assert torch.equal(said(1, 0.0).mel, said(2, 0.0).mel), "nothing is drawn"
    assert torch.equal(said(1, 1.0).mel, said(1, 1.0).mel), "the same seed, the same reading"
    assert not torch.equal(said(1, 1.0).durations, said(2, 1.0).durations)

    def spread(made):
        octaves = made.pitch[made.pitch > 0].log2()
        return float(octaves.std())

    flat = spread(said(0, 0.0))
    assert np.mean([spread(said(seed, 1.0)) for seed in range(8)]) > 1.1 * flat
    options = synthesizer.Options(seed=3, expressiveness=1.0)
    seconds = synthesizer.planned_seconds(plan, options)
    frames = int(synthesizer.planned_output(plan, options).durations.sum())
    assert seconds * synthesizer.frame_rate == pytest.approx(frames, rel=0.06)
    assert dataclasses.is_dataclass(plan)
