"""Sound to features: the only STFT, the only mel, the only place a sample rate is written."""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import asdict, dataclass, fields
from typing import Literal

import numpy as np
import torch
from torch import Tensor

PITCH_FLOOR, PITCH_CEILING = 60.0, 550.0  # hertz: adult bass to child


@dataclass(frozen=True)
class MelSpec:
    """Every choice that changes a number of a log-mel spectrogram.

    Frame t is centred on sample t * hop_length of the padded signal, so N samples give N // hop_length + 1 frames.
    """

    sample_rate: int = 24_000  # hertz
    n_fft: int = 1024  # samples; also the window's length (Hann, periodic)
    hop_length: int = 256  # samples
    n_mels: int = 100
    fmin: float = 0.0  # hertz
    fmax: float = 12_000.0  # hertz
    scale: Literal["htk", "slaney"] = "htk"  # mel = 2595 log10(1 + f / 700); or even steps up to 1 kHz, even ratios above
    norm: Literal["none", "slaney"] = "none"  # triangles of height one; or of one area
    log: Literal["natural", "power"] = "natural"  # of the magnitude, not the power; or the power itself, without a logarithm
    floor: float = 1e-5  # smallest magnitude before the logarithm
    padding: Literal["reflect", "constant"] = "reflect"  # n_fft // 2 at either end: the sound mirrored, or silence

    @property
    def digest(self) -> str:
        """Short name of these choices; the feature cache is filed under it."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:12]

    @property
    def frames_per_second(self) -> float:
        return self.sample_rate / self.hop_length

    @property
    def silence(self) -> float:
        """The log-mel value of nothing at all."""
        return float(np.log(self.floor)) if self.log == "natural" else 0.0

    def differences(self, other: MelSpec) -> list[tuple[str, object, object]]:
        """The fields in which two specs differ: (name, mine, theirs)."""
        pairs = ((f.name, getattr(self, f.name), getattr(other, f.name)) for f in fields(self))
        return [(name, mine, theirs) for name, mine, theirs in pairs if mine != theirs]


@functools.lru_cache(maxsize=32)
def _window(n_fft: int, device: torch.device) -> Tensor:
    with torch.inference_mode(False):  # kept for later callers, who may train
        return torch.hann_window(n_fft, device=device)


def stft(samples: Tensor, n_fft: int, hop_length: int, padding: str = "reflect") -> Tensor:
    """Complex spectrum (B, F, T) of samples (B, N): Hann window, centred frames, reflected ends."""
    window = _window(n_fft, samples.device)
    return torch.stft(samples, n_fft, hop_length, window=window, center=True, pad_mode=padding, return_complex=True)


def istft(spectrum: Tensor, n_fft: int, hop_length: int) -> Tensor:
    """Samples (B, (T - 1) * hop_length) whose windowed frames best fit the spectrum (B, F, T): the inverse of `stft`."""
    return torch.istft(spectrum, n_fft, hop_length, window=_window(n_fft, spectrum.device), center=True)


@functools.lru_cache(maxsize=8)
def mel_filters(spec: MelSpec) -> Tensor:
    """Triangular filters (M, F), equally spaced on the spec's mel scale."""
    if spec.scale == "slaney":  # of Slaney's Auditory Toolbox (1998): linear below 1 kHz, 27 logarithmic steps from there to 6.4 kHz
        to_mel = lambda hertz: hertz * 3 / 200 if hertz < 1000 else 15 + 27 * np.log(hertz / 1000) / np.log(6.4)  # noqa: E731
        steps = np.linspace(to_mel(spec.fmin), to_mel(spec.fmax), spec.n_mels + 2)
        edges = np.where(steps < 15, steps * 200 / 3, 1000.0 * 6.4 ** ((steps - 15) / 27))
    else:
        to_mel = lambda hertz: 2595.0 * np.log10(1.0 + hertz / 700.0)  # noqa: E731
        edges = 700.0 * (10.0 ** (np.linspace(to_mel(spec.fmin), to_mel(spec.fmax), spec.n_mels + 2) / 2595.0) - 1.0)
    bins = np.linspace(0.0, spec.sample_rate / 2, spec.n_fft // 2 + 1)
    rising = (bins[None] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins[None]) / (edges[2:] - edges[1:-1])[:, None]
    with torch.inference_mode(False):  # kept for later callers, who may train
        filters = np.clip(np.minimum(rising, falling), 0.0, None)
        if spec.norm == "slaney":
            filters = filters * (2.0 / (edges[2:] - edges[:-2]))[:, None]
        return torch.tensor(filters, dtype=torch.float32)


@functools.lru_cache(maxsize=8)
def harmonic_ripple(spec: MelSpec, steps: int) -> Tensor:
    """What harmonics add to the log-mel of a flat voiced sound (P, M), for pitches from PITCH_FLOOR up in `steps` an octave.

    Each row is the log-mel of a pulse train (main lobes of the Hann window at every multiple of the pitch) less its own
    moving average over the width of a harmonic: ripples where the bands are fine enough, nothing above.
    """
    octaves = np.arange(int(steps * np.log2(PITCH_CEILING / PITCH_FLOOR)) + 2) / steps
    hertz = PITCH_FLOOR * 2.0 ** octaves[:, None]  # (P, 1)
    width = spec.sample_rate / spec.n_fft
    bins = np.arange(spec.n_fft // 2 + 1)[None] * width  # (1, F)
    offset = np.abs(bins - hertz * np.maximum(1, np.round(bins / hertz)))
    lobe = _hann_lobe(offset / width) + (bins > hertz) * _hann_lobe((hertz - offset) / width)  # the nearest harmonic and the next
    filters = mel_filters(spec).double().numpy()
    level = np.log(lobe @ filters.T + 0.02 * filters.sum(1))  # (P, M) over a faint noise, as speech has
    centres = filters @ bins[0] / filters.sum(1).clip(1e-9)
    near = np.abs(centres[:, None] - centres[None]) <= hertz[:, :, None] / 2 + np.gradient(centres)[None, :, None]  # (P, M, M)
    with torch.inference_mode(False):
        return torch.tensor(level - (near * level[:, None]).sum(2) / near.sum(2), dtype=torch.float32)


def _hann_lobe(x: np.ndarray) -> np.ndarray:
    """Magnitude of a Hann window's spectrum x bins from its peak, main lobe only."""
    inside, half = np.abs(x) < 2, np.abs(np.abs(x) - 1) < 1e-6
    safe = np.where(inside & ~half, x, 0.0)
    return np.where(half, 0.5, np.where(inside, np.sinc(safe) / (1 - safe**2), 0.0))


def log_mel(samples: Tensor, spec: MelSpec) -> Tensor:
    """Log-mel spectrogram (B, T, M) of samples (B, N) at the spec's rate: the only way to a mel in this package."""
    magnitude = stft(samples, spec.n_fft, spec.hop_length, spec.padding).abs()  # (B, F, T)
    filters = mel_filters(spec).to(magnitude.device)
    if spec.log == "power":
        return (filters @ magnitude**2).transpose(1, 2)
    mel = filters @ magnitude  # (B, M, T)
    return mel.clamp_min(spec.floor).log().transpose(1, 2)


def energy(mel: Tensor) -> Tensor:
    """The energy of each frame (..., T) of a log-mel (..., T, M), in nats: the logarithm of the norm of its magnitudes."""
    return torch.logsumexp(2 * mel, -1) / 2


def pitch(samples: np.ndarray, spec: MelSpec) -> np.ndarray:
    """Fundamental frequency in hertz at each mel frame (T,) float32; 0 where the sound is not voiced.

    Normalised cross-correlation candidates (Talkin 1995, "RAPT") and a Viterbi path with costs for jumps and for
    changes of voicing. `samples` (N,) at the spec's rate.
    """
    step = 2  # halve the rate: nothing above 6 kHz helps
    rate = spec.sample_rate // step
    smooth = np.convolve(samples, np.ones(step) / step, mode="same")[::step]
    longest, shortest = int(rate / PITCH_FLOOR) + 2, int(rate / PITCH_CEILING)
    window = 300  # samples compared: 25 ms at 12 kHz
    span = window + longest
    frames = len(samples) // spec.hop_length + 1
    padded = np.pad(smooth, (span // 2, span))
    starts = np.arange(frames) * spec.hop_length // step
    block = np.lib.stride_tricks.sliding_window_view(padded, span)[np.minimum(starts, len(padded) - span)]
    block = block - block.mean(axis=1, keepdims=True)
    size = 2048
    head = np.fft.rfft(block[:, :window], size)
    cross = np.fft.irfft(np.conj(head) * np.fft.rfft(block, size), size)[:, :longest]
    power = np.cumsum(np.pad(block**2, ((0, 0), (1, 0))), axis=1)
    energy = power[:, window : window + longest] - power[:, :longest]
    correlation = cross / np.sqrt(energy[:, :1] * energy + 1e-4)
    score = correlation[:, shortest:].copy()
    peak = np.zeros_like(score, dtype=bool)
    peak[:, 1:-1] = (score[:, 1:-1] > score[:, :-2]) & (score[:, 1:-1] >= score[:, 2:])
    lags = np.arange(shortest, longest)
    score = np.where(peak, score * (1 - 0.1 * lags / longest), -1.0)  # a mild preference for the shorter period
    count = 6
    best = np.argpartition(-score, count, axis=1)[:, :count]
    value = np.take_along_axis(score, best, axis=1)
    inner = np.clip(best, 1, score.shape[1] - 2) + shortest
    rows = np.arange(frames)[:, None]
    left, mid, right = correlation[rows, inner - 1], correlation[rows, inner], correlation[rows, inner + 1]
    bend = np.minimum(left - 2 * mid + right, -1e-6)
    exact = inner + np.clip(0.5 * (left - right) / bend, -0.5, 0.5)
    log_hertz = np.log2(rate / exact)
    local = np.concatenate([1.0 - value, np.full((frames, 1), 0.55)], axis=1)  # last state: unvoiced
    local[:, :count][value < 0] = 1e3
    cost, back = local[0], np.zeros((frames, count + 1), dtype=np.int64)
    for t in range(1, frames):
        move = np.full((count + 1, count + 1), 0.12)
        move[:count, :count] = 0.9 * np.abs(log_hertz[t - 1][:, None] - log_hertz[t][None])
        move[count, count] = 0.0
        total = cost[:, None] + move
        back[t] = total.argmin(axis=0)
        cost = total.min(axis=0) + local[t]
    path = np.empty(frames, dtype=np.int64)
    path[-1] = cost.argmin()
    for t in range(frames - 1, 0, -1):
        path[t - 1] = back[t, path[t]]
    voiced = path < count
    hertz = np.where(voiced, 2.0 ** log_hertz[np.arange(frames), np.minimum(path, count - 1)], 0.0)
    return hertz.astype(np.float32)
