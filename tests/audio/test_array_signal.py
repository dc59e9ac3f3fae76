"""What is computed both in numpy and by PyTorch, one pinned to the other."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from soundalike.audio import durations
from soundalike.audio.mel import MelSpec, istft, log_mel, stft
from soundalike.audio.noise import white_noise
from soundalike.audio.pulses import pulses
from soundalike.nn import length_regulator, spectral
from soundalike.nn.pulses import pulses as torch_pulses

SPEC = MelSpec()
GLIDE = np.concatenate([np.zeros(4), np.linspace(90, 380, 40), np.zeros(9), np.full(20, 211.3), [0.0]])


def noise(size: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, size).astype(np.float32)


@pytest.mark.parametrize("size", [1, 15, 16, 17, 100, 4096, 30_001])
@pytest.mark.parametrize("seed", [0, 7, 2**32 + 5, 2**62])
def test_white_noise_is_that_of_pytorch(seed, size):
    drawn = torch.randn(max(16, size), generator=torch.Generator().manual_seed(seed))[:size]
    if size >= 16:
        assert white_noise(seed, size) == pytest.approx(drawn.numpy(), abs=2e-6)
    assert white_noise(seed, size).shape == (size,)
    np.testing.assert_array_equal(white_noise(seed, size), white_noise(seed, size))


def test_white_noise_of_another_seed_is_other_noise():
    one, two = white_noise(1, 50_000), white_noise(2, 50_000)
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.02
    assert one.mean() == pytest.approx(0, abs=0.02) and one.std() == pytest.approx(1, abs=0.02)


def test_pulses_are_those_of_training():
    pitch = GLIDE.astype(np.float32)
    ours = pulses(pitch, SPEC.hop_length, SPEC.sample_rate)
    theirs = torch_pulses(torch.from_numpy(pitch)[None], SPEC.hop_length, SPEC.sample_rate)[0].numpy()
    assert ours.shape == theirs.shape and ours.dtype == np.float32
    # Where the number of harmonics changes, it may do so one sample later
    assert np.sort(np.abs(ours - theirs))[:-20].max() < 2e-3
    assert np.square(ours - theirs).mean() < 1e-6 * np.square(theirs).mean()


def test_silence_has_no_pulses():
    assert not pulses(np.zeros(9, np.float32), 256, 24_000).any()


@pytest.mark.parametrize("size", [256 * 12, 256 * 40])
def test_the_inverse_of_a_spectrum_is_its_sound(size):
    samples = noise(size)
    found = stft(samples, 1024, 256, precision=np.float32)
    assert found.dtype == np.complex64
    assert istft(found, 1024, 256) == pytest.approx(samples, abs=1e-6)
    theirs = spectral.stft(torch.from_numpy(samples)[None], 1024, 256)[0].T.numpy()
    np.testing.assert_allclose(found, theirs, atol=1e-4)


def test_the_inverse_of_a_spectrum_of_no_sound_is_that_of_pytorch():
    spectrum = (noise(513 * 20) + 1j * noise(513 * 20, 2)).reshape(20, 513).astype(np.complex64)
    spectrum[:, [0, -1]] = spectrum[:, [0, -1]].real
    theirs = spectral.istft(torch.from_numpy(spectrum.T.copy())[None], 1024, 256)[0].numpy()
    assert istft(spectrum, 1024, 256) == pytest.approx(theirs, abs=1e-6)


def test_a_mel_in_single_precision_is_the_mel():
    samples = noise(24_000)
    exact = log_mel(samples, SPEC)
    assert log_mel(samples, SPEC, np.float32) == pytest.approx(exact, abs=1e-4)
    theirs = spectral.log_mel(torch.from_numpy(samples)[None], SPEC)[0].numpy()
    assert log_mel(samples, SPEC, np.float32) == pytest.approx(theirs, abs=1e-4)


def test_frames_know_their_symbols_as_in_training():
    whole = np.array([3, 0, 2, 5])
    ours = durations.symbol_of_frame(whole, 12)
    np.testing.assert_array_equal(
        ours, length_regulator.symbol_of_frame(torch.from_numpy(whole)[None], 12)[0]
    )
    assert ours.tolist() == [0, 0, 0, 2, 2, 3, 3, 3, 3, 3, 3, 3]
    spread = durations.of_frames(np.array([1.0, 2.0, 3.0, 4.0]), whole, 12, 9.0)
    assert spread.tolist() == [1, 1, 1, 3, 3, 4, 4, 4, 4, 4, 9, 9]


@pytest.mark.parametrize("frames", [0, 4, 23, 400])
def test_whole_durations(frames):
    exact = np.random.default_rng(frames).uniform(0, 9, 30).astype(np.float32)
    sounded = np.arange(30) % 3 > 0
    whole = durations.whole(exact, sounded, frames)
    assert whole.dtype == np.int64 and (whole[sounded] >= durations.LEAST).all()
    if frames:
        assert whole.sum() == max(frames, 2 * sounded.sum())
