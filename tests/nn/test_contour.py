"""A pitch made livelier, and raised at its end."""

from __future__ import annotations

import torch

from soundalike.nn.contour import reshaped


def example():
    time = torch.linspace(0, 1, 50)
    octave = -0.5 * time + 0.1 * torch.sin(40 * time)
    voiced = (torch.arange(50) % 7 > 1).float()
    octave = torch.where(voiced > 0, octave, 9.0)  # what is not voiced counts for nothing
    return octave[None], voiced[None]


def test_neither_spread_nor_rise_changes_nothing():
    octave, voiced = example()
    same = reshaped(octave, voiced, torch.ones(1, 50), torch.zeros(1, 50))
    torch.testing.assert_close(same, octave)


def test_the_spread_is_about_the_line_of_declination():
    octave, voiced = example()
    wide = reshaped(octave, voiced, torch.full((1, 50), 2.0), torch.zeros(1, 50))
    still = reshaped(octave, voiced, torch.zeros(1, 50), torch.zeros(1, 50))
    inside = voiced > 0
    torch.testing.assert_close((wide - still)[inside], 2 * (octave - still)[inside])
    steps = still[0].diff()
    assert (steps < 0).sum() >= 45 and abs(float((wide - octave)[inside].mean())) < 1e-5, "it still falls"


def test_the_rise_is_at_the_end():
    octave, voiced = example()
    raised = reshaped(octave, voiced, torch.ones(1, 50), torch.full((1, 50), 0.5)) - octave
    inside = (voiced > 0)[0]
    found = raised[0][inside]
    torch.testing.assert_close(found[-1] - found[0], torch.tensor(0.5))
    assert abs(float(found.mean())) < 0.03 and found[len(found) // 2] < 0


def test_a_sentence_without_voice_stays_finite():
    made = reshaped(torch.zeros(1, 8), torch.zeros(1, 8), torch.ones(1, 8), torch.ones(1, 8))
    assert torch.isfinite(made).all()
