"""What was misheard of a recording is carried over, and nothing else of it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from soundalike.audio.mel import MelSpec
from soundalike.models.common import disguise
from soundalike.models.tts.starling.spectral_difference import (
    COEFFICIENTS,
    LOUDER,
    carried_over,
    envelope,
    formant_factor,
    stretched,
)

SPEC = MelSpec()


def formants(*places: float, frames: int = 40) -> np.ndarray:
    """A log-mel (T, M) with peaks at these bands."""
    bands = np.arange(SPEC.n_mels)
    peaks = sum(4 * np.exp(-(((bands - place) / 6) ** 2)) for place in places)
    return np.tile(peaks - 6, (frames, 1)).astype(np.float32)


def test_an_envelope_holds_no_harmonics():
    bands = np.arange(SPEC.n_mels)
    smooth = formants(20, 50)[0]
    harmonics = np.cos(np.pi * (bands + 0.5) * (COEFFICIENTS + 20) / SPEC.n_mels)
    np.testing.assert_allclose(envelope(smooth + harmonics), envelope(smooth), atol=1e-4)
    assert np.abs(envelope(smooth) - smooth).max() < 0.1


@pytest.mark.parametrize("factor", [0.85, 1.0, 1.15])
def test_the_factor_between_two_sizes_of_head_is_found(factor):
    own = np.concatenate([formants(25, 45, 60), formants(30, 60, 70), formants(20, 50, 65)])
    target = stretched(own, factor, SPEC) + 1.5
    assert formant_factor(own, target, SPEC) == pytest.approx(factor, rel=0.03)


def test_what_was_heard_right_and_the_colour_of_all_speech_change_nothing():
    heard, target = formants(20, 50), formants(30, 55)
    np.testing.assert_allclose(carried_over(heard, heard, target, 1.0, SPEC), target, atol=1e-5)
    colour = np.linspace(-1, 1, SPEC.n_mels)
    np.testing.assert_allclose(carried_over(heard + colour, heard, target, 1.0, SPEC), target, atol=1e-5)


def test_a_vowel_that_was_misheard_is_carried_over_at_the_target_s_formants():
    own = formants(30, frames=80)
    heard = np.concatenate([formants(30), formants(60)])  # the model heard the first vowel twice
    target = formants(33, frames=80)
    made = carried_over(heard, own, target, 1.1, SPEC) - target
    high = stretched(formants(60), 1.1, SPEC)[0].argmax()
    assert made[40:, high].mean() > 0.5 and np.abs(made[:40, high]).max() < 0.1
    assert made.max() <= LOUDER


def test_quiet_frames_keep_what_the_target_has():
    heard = np.concatenate([formants(30), formants(30) - 8])
    target = formants(33, frames=80)
    own = heard + np.random.default_rng(0).normal(size=heard.shape)
    made = carried_over(heard, own, target, 1.0, SPEC)
    np.testing.assert_allclose(made[40:], target[40:], atol=1e-5)


@pytest.mark.parametrize("factor", [0.8, 0.97, 1.0, 1.2])
def test_a_spectrum_is_stretched_as_in_training(factor):
    mel = np.random.default_rng(0).normal(-4, 2, (5, SPEC.n_mels)).astype(np.float32)
    theirs = disguise.stretched(torch.from_numpy(mel)[None], torch.tensor([factor]), SPEC)[0]
    np.testing.assert_allclose(stretched(mel, factor, SPEC), theirs.numpy(), atol=2e-3)
