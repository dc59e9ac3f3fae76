"""The mel in torch against the one in numpy and a golden array; the inverse STFT; ripples of harmonics."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from conftest import HERE

from soundalike.audio import mel as numpy_mel
from soundalike.audio.mel import MelSpec
from soundalike.audio.pitch import PITCH_FLOOR
from soundalike.nn.spectral import harmonic_ripple, istft, log_mel, mel_filters, stft

SPEC = MelSpec()
SPECS = (
    SPEC,
    MelSpec(sample_rate=22_050, hop_length=300, n_mels=80, fmin=30.0, fmax=8000.0, scale="slaney"),
    MelSpec(
        sample_rate=16_000,
        n_fft=400,
        hop_length=160,
        n_mels=40,
        fmax=8000.0,
        scale="slaney",
        norm="slaney",
        log="power",
        padding="constant",
    ),
)


def chirp(seconds=0.25):
    t = np.arange(int(seconds * SPEC.sample_rate)) / SPEC.sample_rate
    return (0.5 * np.sin(2 * np.pi * (200 * t + 8000 * t**2))).astype(np.float32)


def noisy_chirp():
    """With sound in every band, so that logarithms do not blow up rounding errors."""
    x = chirp()
    return x + 0.05 * np.random.default_rng(0).normal(size=len(x)).astype(np.float32)


@pytest.mark.parametrize("spec", SPECS, ids=["htk", "slaney", "power"])
def test_torch_and_numpy_give_one_mel(spec):
    x = noisy_chirp()
    ours = log_mel(torch.from_numpy(x)[None], spec)[0].numpy()
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, numpy_mel.log_mel(x, spec), atol=1e-4, rtol=1e-5)
    assert np.array_equal(mel_filters(spec).numpy(), numpy_mel.mel_filters(spec))


def test_torch_and_numpy_give_one_spectrum():
    x = noisy_chirp()
    for padding in ("reflect", "constant"):
        ours = stft(torch.from_numpy(x)[None], 512, 128, padding)[0].T.numpy()
        np.testing.assert_allclose(ours, numpy_mel.stft(x, 512, 128, padding), atol=1e-4)


def test_golden_mel():
    """Any change to what a mel is must be a decision: it breaks every checkpoint."""
    golden = np.load(HERE / "data" / "golden_mel.npy")
    mel = log_mel(torch.from_numpy(chirp())[None], SPEC)[0].numpy()
    assert mel.shape == golden.shape == (24, 100)
    np.testing.assert_allclose(mel, golden, atol=2e-4)


def test_inverse_stft_gives_the_sound_back():
    x = torch.from_numpy(noisy_chirp())[None]
    back = istft(stft(x, SPEC.n_fft, SPEC.hop_length), SPEC.n_fft, SPEC.hop_length)
    torch.testing.assert_close(back, x[:, : back.shape[1]], atol=1e-5, rtol=0)


def test_what_inference_caches_can_be_trained_through():
    """Filters and windows made first inside inference mode serve a gradient later."""
    import soundalike.nn.spectral as features

    features.mel_filters.cache_clear()
    features._window.cache_clear()
    x = torch.from_numpy(noisy_chirp())[None]
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
