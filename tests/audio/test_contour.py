"""A pitch made livelier, and raised at its end."""

from __future__ import annotations

import numpy as np
import pytest

from soundalike.audio.contour import NARROWEST, WIDEST, reshaped, spread_of, widening

SAME = np.ones(50, np.float32)
NONE = np.zeros(50, np.float32)


def example():
    time = np.linspace(0, 1, 50, dtype=np.float32)
    octave = -0.5 * time + np.float32(0.1) * np.sin(40 * time)
    voiced = (np.arange(50) % 7 > 1).astype(np.float32)
    return np.where(voiced > 0, octave, np.float32(9)), voiced  # what is not voiced counts for nothing


def test_neither_spread_nor_rise_changes_nothing():
    octave, voiced = example()
    assert reshaped(octave, voiced, SAME, NONE) == pytest.approx(octave, abs=1e-5)


def test_the_spread_is_about_the_line_of_declination():
    octave, voiced = example()
    wide = reshaped(octave, voiced, 2 * SAME, NONE)
    still = reshaped(octave, voiced, NONE, NONE)
    inside = voiced > 0
    assert (wide - still)[inside] == pytest.approx(2 * (octave - still)[inside], abs=1e-5)
    assert (np.diff(still) < 0).sum() >= 45, "it still falls"
    assert abs((wide - octave)[inside].mean()) < 1e-5


def test_the_rise_is_at_the_end():
    octave, voiced = example()
    found = (reshaped(octave, voiced, SAME, 0.5 * SAME) - octave)[voiced > 0]
    assert found[-1] - found[0] == pytest.approx(0.5, abs=1e-4)
    assert abs(found.mean()) < 0.03 and found[len(found) // 2] < 0


def test_a_sentence_without_voice_stays_finite():
    silent = np.zeros(8, np.float32)
    assert np.isfinite(reshaped(silent, silent, silent + 1, silent + 1)).all()


def test_a_pitch_is_widened_to_that_of_another_within_bounds():
    time = np.linspace(0, 1, 400)
    octave = 0.1 * np.sin(2 * np.pi * 3 * time)
    heard = np.ones(400)
    octave[50], octave[51] = 1.0, -1.0  # octave errors
    spread = spread_of(octave, heard)
    assert spread == pytest.approx(0.088, abs=0.005), "half of the way from the 16th to the 84th percentile"
    assert spread_of(octave, np.zeros(400)) is None
    assert widening(0.1, 0.15, 1.0) == pytest.approx(1.5)
    assert widening(0.1, 0.15, 0.5) == pytest.approx(1.5**0.5)
    assert widening(0.1, 0.15, 0.0) == 1.0
    assert widening(0.1, 0.5, 1.0) == WIDEST and widening(0.1, 0.01, 1.0) == NARROWEST
    assert widening(None, 0.1, 1.0) == widening(0.1, None, 1.0) == 1.0
