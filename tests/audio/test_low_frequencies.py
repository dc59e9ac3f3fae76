"""An offset and rumble are taken out; what belongs to a voice stays."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import REFERENCE, sentences

from soundalike.audio.audio import Audio
from soundalike.audio.levels import frame_power, speech_level
from soundalike.audio.low_frequencies import take_out

CLIPS = [REFERENCE, *(path for path, _ in sentences())]


def rumble(count, rate, low=5.0, high=30.0):
    spectrum = np.fft.rfft(np.random.default_rng(0).normal(size=count))
    hertz = np.fft.rfftfreq(count, 1 / rate)
    spectrum[(hertz < low) | (hertz > high)] = 0
    sound = np.fft.irfft(spectrum, count)
    return sound / np.sqrt((sound**2).mean())


def mended(samples, rate):
    samples = np.array(samples, np.float32)
    taken = take_out(samples, rate, speech_level(frame_power(samples, rate)))
    return samples, taken


@pytest.mark.parametrize("path", CLIPS)
def test_a_clean_recording_stays_as_it_is(path):
    audio = Audio.read(path)
    samples, taken = mended(audio.samples, audio.rate)
    assert np.array_equal(samples, audio.samples) and not taken.offset and taken.rumble_db is None


@pytest.mark.parametrize("offset", [0.003, 0.01, -0.05, 0.4])
@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000, 44_100])
def test_an_offset_is_taken_out(offset, rate):
    audio = Audio.read(REFERENCE).resample(rate)
    samples, taken = mended(audio.samples + np.float32(offset), rate)
    assert taken.offset == pytest.approx(offset, abs=0.001)
    assert abs(samples.mean()) < 1e-3
    assert np.abs(samples - (audio.samples - audio.samples.mean())).max() < 0.01


@pytest.mark.parametrize("low, high", [(1, 6), (5, 30), (10, 14), (20, 34)])
@pytest.mark.parametrize("db", [-20, 0, 10])
def test_rumble_is_taken_out(low, high, db):
    audio = Audio.read(REFERENCE)
    level = speech_level(frame_power(audio.samples, audio.rate))
    added = rumble(len(audio.samples), audio.rate, low, high) * level * 10 ** (db / 20)
    samples, taken = mended(audio.samples + added, audio.rate)
    assert taken.rumble_db == pytest.approx(db, abs=6)
    left = samples - audio.samples
    assert 20 * np.log10(np.sqrt((left**2).mean()) / level) < max(db - 20, -20)


def test_hum_and_deep_voices_stay():
    audio = Audio.read(REFERENCE)
    time = np.arange(len(audio.samples)) / audio.rate
    for hertz in (50, 65, 80):
        tone = 0.1 * np.sin(2 * np.pi * hertz * time)
        samples, _ = mended(audio.samples + tone, audio.rate)
        kept = samples @ tone / (tone @ tone)
        assert kept == pytest.approx(1.0, abs=0.05), hertz


@pytest.mark.parametrize("count", [0, 1, 300, 12_000, 24_001])
def test_anything_can_be_looked_at(count):
    for value in (0.0, 0.5):
        samples, _ = mended(np.full(count, value), 24_000)
        assert len(samples) == count and np.isfinite(samples).all()
        assert not count or np.abs(samples).max() < 1e-3
