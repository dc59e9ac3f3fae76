"""The mel in numpy against a golden array and against its definition written out; pitch."""

from __future__ import annotations

import dataclasses

import numpy as np
from conftest import HERE, sentences

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec, log_mel, mel_filters, stft
from soundalike.audio.pitch import pitch

SPEC = MelSpec()


def chirp(seconds=0.25):
    t = np.arange(int(seconds * SPEC.sample_rate)) / SPEC.sample_rate
    return (0.5 * np.sin(2 * np.pi * (200 * t + 8000 * t**2))).astype(np.float32)


def test_golden_mel():
    """Any change to what a mel is must be a decision: it breaks every checkpoint."""
    golden = np.load(HERE / "data" / "golden_mel.npy")
    mel = log_mel(chirp(), SPEC)
    assert mel.shape == golden.shape == (24, 100) and mel.dtype == np.float32
    # Of magnitudes, as the array was rounded in 32 bits before its logarithm
    np.testing.assert_allclose(np.exp(mel), np.exp(golden), rtol=1e-4, atol=2e-5)
    assert SPEC.digest == "cd24df9584f3"


def test_mel_follows_its_definition():
    """One frame computed by hand with numpy's FFT."""
    x = chirp()
    frame = 7
    half = SPEC.n_fft // 2
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(SPEC.n_fft) / SPEC.n_fft)
    magnitude = np.abs(
        np.fft.rfft(x[frame * SPEC.hop_length - half : frame * SPEC.hop_length + half] * window)
    )
    np.testing.assert_allclose(np.abs(stft(x, SPEC.n_fft, SPEC.hop_length))[frame], magnitude, rtol=1e-6)
    expected = np.maximum(mel_filters(SPEC) @ magnitude, SPEC.floor)
    np.testing.assert_allclose(np.exp(log_mel(x, SPEC)[frame]), expected, rtol=1e-5)


def test_sound_shorter_than_a_window_has_frames():
    assert log_mel(np.full(300, 0.1, np.float32), SPEC).shape == (2, 100)
    assert log_mel(np.zeros(0, np.float32), dataclasses.replace(SPEC, padding="constant")).shape == (1, 100)


def test_filters_leave_no_band_empty():
    assert (mel_filters(SPEC).sum(1) > 0).all()


def test_specs_name_their_differences():
    other = dataclasses.replace(SPEC, hop_length=300)
    assert SPEC.differences(other) == [("hop_length", 256, 300)]
    assert other.digest != SPEC.digest


def test_pitch_of_a_known_tone():
    t = np.arange(SPEC.sample_rate) / SPEC.sample_rate
    for hertz in (90.0, 155.0, 300.0, 480.0):
        tone = sum(np.sin(2 * np.pi * hertz * k * t) / k for k in range(1, 8)).astype(np.float32) * 0.1
        tone[: len(tone) // 3] = 0
        found = pitch(tone, SPEC)
        assert len(found) == len(tone) // SPEC.hop_length + 1
        assert (found[: len(found) // 3 - 4] == 0).all()
        np.testing.assert_allclose(np.median(found[len(found) // 3 + 5 : -5]), hertz, rtol=0.01)


def test_pitch_of_speech_is_steady_and_right_for_each_voice():
    medians = {}
    for path, _ in sentences():
        audio = Audio.read(path)
        found = pitch(audio.samples, SPEC)
        voiced = found > 0
        medians[path.stem] = np.median(found[voiced])
        assert 0.3 < voiced.mean() < 0.9
        both = voiced[1:] & voiced[:-1]
        assert (np.abs(np.log2(found[1:][both] / found[:-1][both])) > 0.3).mean() < 0.03
    assert medians["anna_1"] > 160 > medians["ben_1"]
