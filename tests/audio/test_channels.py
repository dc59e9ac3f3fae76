"""Which channels are averaged, and which one is taken of those that do not fit."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import REFERENCE

from soundalike.audio.audio import Audio
from soundalike.audio.recording import mono_of

RATE = 24_000
random = np.random.default_rng(0)
VOICE = Audio.read(REFERENCE).samples.astype(np.float64)
NOISE = random.normal(size=len(VOICE))


def later(samples, count):
    """So many samples later, a fraction of one included."""
    spectrum = np.fft.rfft(samples, 2 * len(samples))
    turn = np.exp(-2j * np.pi * np.arange(len(spectrum)) * count / (2 * len(samples)))
    return np.fft.irfft(spectrum * turn)[: len(samples)]


def made(*channels):
    return mono_of(np.stack(channels, 1).astype(np.float32), RATE)


@pytest.mark.parametrize("count", [0.5, 1, 4, 8, 12, 33, 120, 400])
@pytest.mark.parametrize("noise", [0.0, 0.005])
def test_two_microphones(count, noise):
    near = VOICE + noise * NOISE
    far = 0.8 * later(VOICE, count) + noise * NOISE[::-1]
    found = made(near, far)
    assert found.facts.channels.likeness == "delayed"
    assert found.facts.channels.delay == pytest.approx(count / RATE, abs=0.6 / RATE)
    assert np.array_equal(found.samples, near.astype(np.float32))
    swapped = made(far, near)
    assert np.array_equal(swapped.samples, found.samples)


def test_phase_without_a_delay():
    turned = np.fft.irfft(np.fft.rfft(VOICE) * 1j, len(VOICE))  # a quarter of a turn at every frequency
    assert made(VOICE, 0.9 * turned).facts.channels.likeness == "delayed"
    assert np.array_equal(made(VOICE, 0.9 * turned).samples, VOICE.astype(np.float32))


def test_channels_that_fit_are_averaged():
    other = 0.01 * NOISE
    for channels in (
        [VOICE, VOICE],
        [VOICE, 0.4 * VOICE],
        [VOICE + other, VOICE + other[::-1]],
        [VOICE, 0.5 * VOICE, VOICE],
        [0 * VOICE, 0 * VOICE],
    ):
        found = made(*channels)
        assert found.facts.channels.likeness == "alike", len(channels)
        assert np.allclose(found.samples, np.mean(channels, axis=0), atol=1e-6)


def test_one_of_channels_that_do_not_fit():
    hum = 2 * np.sin(2 * np.pi * 150 * np.arange(len(VOICE)) / RATE)
    for channels, likeness, chosen in (
        ([VOICE], "one", VOICE),
        ([0 * VOICE, VOICE], "one silent", VOICE),
        ([VOICE, -VOICE], "inverted", VOICE),
        ([0.9 * VOICE, -VOICE], "inverted", -VOICE),
        ([0.5 * NOISE, VOICE], "different", VOICE),  # the softer one, in which somebody speaks
        ([VOICE, hum], "different", VOICE),
        ([0 * VOICE, 0 * VOICE, VOICE, 0 * VOICE, 0 * VOICE, 0 * VOICE], "one silent", VOICE),
    ):
        found = made(*channels)
        assert found.facts.channels.likeness == likeness
        assert np.array_equal(found.samples, chosen.astype(np.float32)), likeness


def test_short_sounds():
    for count in (1, 2, 100, 2000):
        sound, other = random.normal(size=(2, count))
        assert made(sound, sound).facts.channels.likeness == "alike"
        assert len(made(sound, other).samples) == count
    assert made(*random.normal(size=(2, 2000))).facts.channels.likeness == "different"
    assert len(made(np.zeros(0), np.zeros(0)).samples) == 0
