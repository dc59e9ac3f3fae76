"""What was misheard of a recording is carried over, and nothing else of it."""

from __future__ import annotations

import pytest
import torch

from soundalike.audio.mel import MelSpec
from soundalike.models.common.disguise import stretched
from soundalike.models.tts.starling.spectral_difference import (
    COEFFICIENTS,
    LOUDER,
    carried_over,
    envelope,
    formant_factor,
)

SPEC = MelSpec()


def formants(*places: float, frames: int = 40) -> torch.Tensor:
    """A log-mel (T, M) with peaks at these bands."""
    bands = torch.arange(SPEC.n_mels)
    peaks = sum(4 * torch.exp(-(((bands - place) / 6) ** 2)) for place in places)
    return (peaks - 6).expand(frames, -1).clone()


def test_an_envelope_holds_no_harmonics():
    bands = torch.arange(SPEC.n_mels)
    smooth = formants(20, 50)[0]
    harmonics = torch.cos(torch.pi * (bands + 0.5) * (COEFFICIENTS + 20) / SPEC.n_mels)
    torch.testing.assert_close(envelope(smooth + harmonics), envelope(smooth), atol=1e-4, rtol=0)
    assert (envelope(smooth) - smooth).abs().max() < 0.1


@pytest.mark.parametrize("factor", [0.85, 1.0, 1.15])
def test_the_factor_between_two_sizes_of_head_is_found(factor):
    own = torch.cat([formants(25, 45, 60), formants(30, 60, 70), formants(20, 50, 65)])
    target = stretched(own[None], torch.tensor([factor]), SPEC)[0] + 1.5
    assert formant_factor(own, target, SPEC) == pytest.approx(factor, rel=0.03)


def test_what_was_heard_right_and_the_colour_of_all_speech_change_nothing():
    heard, target = formants(20, 50), formants(30, 55)
    torch.testing.assert_close(carried_over(heard, heard, target, 1.0, SPEC), target)
    colour = torch.linspace(-1, 1, SPEC.n_mels)
    torch.testing.assert_close(carried_over(heard + colour, heard, target, 1.0, SPEC), target)


def test_a_vowel_that_was_misheard_is_carried_over_at_the_target_s_formants():
    own = formants(30, frames=80)
    heard = torch.cat([formants(30), formants(60)])  # the model heard the first vowel twice
    target = formants(33, frames=80)
    made = carried_over(heard, own, target, 1.1, SPEC) - target
    high = stretched(formants(60)[None], torch.tensor([1.1]), SPEC)[0, 0].argmax()
    assert made[40:, high].mean() > 0.5 and made[:40, high].abs().max() < 0.1
    assert made.max() <= LOUDER


def test_quiet_frames_keep_what_the_target_has():
    heard = torch.cat([formants(30), formants(30) - 8])
    target = formants(33, frames=80)
    made = carried_over(heard, heard + torch.randn(80, SPEC.n_mels), target, 1.0, SPEC)
    torch.testing.assert_close(made[40:], target[40:])
