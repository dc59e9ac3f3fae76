"""The mel against a golden array and against a definition written out; pitch; the inverse STFT."""

from __future__ import annotations

import dataclasses

import numpy as np
import torch
from conftest import HERE, sentences

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec
from soundalike.audio.pitch import PITCH_FLOOR, pitch
from soundalike.nn.spectral import harmonic_ripple, istft, log_mel, mel_filters, stft

SPEC = MelSpec()


def chirp(seconds=0.25):
    t = np.arange(int(seconds * SPEC.sample_rate)) / SPEC.sample_rate
    return (0.5 * np.sin(2 * np.pi * (200 * t + 8000 * t**2))).astype(np.float32)


def test_golden_mel():
    """Any change to what a mel is must be a decision: it breaks every checkpoint."""
    golden = np.load(HERE / "data" / "golden_mel.npy")
    mel = log_mel(torch.from_numpy(chirp())[None], SPEC)[0].numpy()
    assert mel.shape == golden.shape == (24, 100)
    np.testing.assert_allclose(mel, golden, atol=2e-4)
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
    expected = np.maximum(mel_filters(SPEC).numpy() @ magnitude, SPEC.floor)
    np.testing.assert_allclose(
        log_mel(torch.from_numpy(x)[None], SPEC)[0, frame].exp().numpy(), expected, rtol=1e-3, atol=3e-5
    )


def test_filters_leave_no_band_empty():
    assert (mel_filters(SPEC).sum(1) > 0).all()


def test_specs_name_their_differences():
    other = dataclasses.replace(SPEC, hop_length=300)
    assert SPEC.differences(other) == [("hop_length", 256, 300)]
    assert other.digest != SPEC.digest


def test_inverse_stft_gives_the_sound_back():
    x = torch.from_numpy(chirp())[None]
    back = istft(stft(x, SPEC.n_fft, SPEC.hop_length), SPEC.n_fft, SPEC.hop_length)
    torch.testing.assert_close(back, x[:, : back.shape[1]], atol=1e-5, rtol=0)


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


def test_what_inference_caches_can_be_trained_through():
    """Filters and windows made first inside inference mode serve a gradient later."""
    import soundalike.nn.spectral as features

    features.mel_filters.cache_clear()
    features._window.cache_clear()
    x = torch.from_numpy(chirp())[None]
    with torch.inference_mode():
        log_mel(x, SPEC)
    x = x.clone().requires_grad_()
    log_mel(x, SPEC).sum().backward()
    assert torch.isfinite(x.grad).all()


def test_the_ripple_of_harmonics_is_that_of_a_pulse_train():
    spec = MelSpec()
    time = np.arange(24000) / 24000
    table = harmonic_ripple(spec, 48)
    for hertz in (120.0, 200.0, 400.0):
        train = sum(np.cos(2 * np.pi * hertz * k * time) for k in range(1, int(12000 / hertz)))
        level = log_mel(torch.tensor(train, dtype=torch.float32)[None], spec)[0, 40].numpy()
        row = table[round(48 * np.log2(hertz / PITCH_FLOOR))].numpy()
        smooth = np.convolve(np.pad(level, 4, mode="edge"), np.ones(9) / 9, "valid")
        assert np.corrcoef(row[2:50], (level - smooth)[2:50])[0, 1] > 0.85
        peak = np.abs(
            mel_filters(spec).numpy() @ (np.arange(513) * 23.4375) / mel_filters(spec).numpy().sum(1) - hertz
        ).argmin()
        assert row[peak - 1 : peak + 2].max() == row[max(0, peak - 3) : peak + 4].max() > 0.5, (
            "the first harmonic stands out"
        )
