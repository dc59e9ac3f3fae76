"""The mel spectrogram: its specification, and its computation in numpy; `nn.spectral` has it in torch."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import Literal

import numpy as np

FRAMES_AT_ONCE = 32  # that are transformed


@dataclass(frozen=True)
class MelSpec:
    """Every choice that changes a number of a log-mel spectrogram.

    Frame t is centred on sample t * hop_length of the padded signal, so N samples give N // hop_length + 1
    frames.
    """

    sample_rate: int = 24_000  # hertz
    n_fft: int = 1024  # samples; also the window's length (Hann, periodic)
    hop_length: int = 256  # samples
    n_mels: int = 100
    fmin: float = 0.0  # hertz
    fmax: float = 12_000.0  # hertz
    # Mel = 2595 log10(1 + f / 700); or even steps up to 1 kHz, even ratios above
    scale: Literal["htk", "slaney"] = "htk"
    norm: Literal["none", "slaney"] = "none"  # triangles of height one; or of one area
    # Of the magnitude, not the power; or the power itself, without a logarithm
    log: Literal["natural", "power"] = "natural"
    floor: float = 1e-5  # smallest magnitude before the logarithm
    # N_fft // 2 at either end: the sound mirrored, or silence
    padding: Literal["reflect", "constant"] = "reflect"

    @property
    def digest(self) -> str:
        """Short name of these choices; the feature cache is filed under it."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:12]

    @property
    def frames_per_second(self) -> float:
        """Frames in a second of sound."""
        return self.sample_rate / self.hop_length

    @property
    def silence(self) -> float:
        """The log-mel value of nothing at all."""
        return float(np.log(self.floor)) if self.log == "natural" else 0.0

    def differences(self, other: MelSpec) -> list[tuple[str, object, object]]:
        """The fields in which two specs differ: (name, mine, theirs)."""
        pairs = ((f.name, getattr(self, f.name), getattr(other, f.name)) for f in fields(self))
        return [(name, mine, theirs) for name, mine, theirs in pairs if mine != theirs]


def stft(
    samples: np.ndarray,
    n_fft: int,
    hop_length: int,
    padding: str = "reflect",
    precision: type[np.floating] = np.float64,
) -> np.ndarray:
    """Complex spectrum (T, F) of samples (N,), with T = N // hop_length + 1 and F = n_fft // 2 + 1.

    The window is a periodic Hann; frame t is centred on sample t * hop_length; the ends are padded by
    n_fft // 2 samples, "reflect" (the sound mirrored) or "constant" (silence).
    """
    padded = np.pad(samples, n_fft // 2, mode="reflect" if padding == "reflect" else "constant")
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop_length]  # (T, n_fft)
    window = hann(n_fft).astype(precision, copy=False)
    spectrum = np.empty((len(frames), n_fft // 2 + 1), np.result_type(precision, np.complex64))
    for some in blocks(len(frames)):
        spectrum[some] = np.fft.rfft(frames[some] * window, axis=1)
    return spectrum


def blocks(frames: int) -> Iterator[slice]:
    """So many frames in pieces of FRAMES_AT_ONCE, as what fits into a processor's cache is transformed three
    times as fast.
    """
    return (slice(start, start + FRAMES_AT_ONCE) for start in range(0, frames, FRAMES_AT_ONCE))


def istft(spectrum: np.ndarray, n_fft: int, hop_length: int) -> np.ndarray:
    """Samples ((T - 1) * hop_length,) whose windowed frames best fit the spectrum (T, F): the inverse of
    `stft`, float32 of a complex64 one. `hop_length` divides `n_fft`.
    """
    count = len(spectrum)
    precision = spectrum.real.dtype
    window = hann(n_fft).astype(precision, copy=False)
    frames = np.fft.irfft(spectrum, n_fft, axis=1).astype(precision, copy=False) * window
    overlap = n_fft // hop_length
    made = np.zeros((count + overlap - 1, hop_length), precision)
    power = np.zeros((count + overlap - 1, hop_length), precision)
    for number in range(overlap):
        part = slice(number * hop_length, (number + 1) * hop_length)
        made[number : number + count] += frames[:, part]
        power[number : number + count] += window[part] ** 2
    inside = slice(n_fft // 2, n_fft // 2 + (count - 1) * hop_length)
    return made.reshape(-1)[inside] / power.reshape(-1)[inside]


def log_mel(samples: np.ndarray, spec: MelSpec, precision: type[np.floating] = np.float64) -> np.ndarray:
    """Log-mel spectrogram (T, M) float32 of samples (N,) at the spec's rate. In float32 it takes half as
    long, and is as near to the true one as what PyTorch computes.
    """
    spectrum = stft(samples, spec.n_fft, spec.hop_length, spec.padding, precision)
    magnitude = np.abs(spectrum)  # (T, F)
    filters = mel_filters(spec)
    if spec.log == "power":
        return (magnitude**2 @ filters.T).astype(np.float32)
    return np.log(np.maximum(magnitude @ filters.T, spec.floor)).astype(np.float32)


@functools.lru_cache(maxsize=8)
def mel_filters(spec: MelSpec) -> np.ndarray:
    """Triangular filters (M, F) float32, equally spaced on the spec's mel scale; read-only."""
    low = _mel_of(spec.fmin, spec.scale)
    high = _mel_of(spec.fmax, spec.scale)
    edges = _hertz_of(np.linspace(low, high, spec.n_mels + 2), spec.scale)  # (M + 2,)
    bins = np.linspace(0.0, spec.sample_rate / 2, spec.n_fft // 2 + 1)  # (F,)
    # Each triangle rises from the edge before its own and falls to the one after
    rising = (bins[None] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins[None]) / (edges[2:] - edges[1:-1])[:, None]
    filters = np.clip(np.minimum(rising, falling), 0.0, None)
    if spec.norm == "slaney":
        filters = filters * (2.0 / (edges[2:] - edges[:-2]))[:, None]
    filters = filters.astype(np.float32)
    filters.setflags(write=False)
    return filters


def band_centres(spec: MelSpec) -> np.ndarray:
    """The middle frequency of each mel band (M,) float32, hertz."""
    filters = mel_filters(spec)
    bins = np.linspace(0.0, spec.sample_rate / 2, spec.n_fft // 2 + 1)
    return (filters @ bins / filters.sum(1).clip(1e-9)).astype(np.float32)


@functools.lru_cache(maxsize=32)
def hann(n_fft: int) -> np.ndarray:
    """The periodic Hann window (n_fft,)."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)


def _mel_of(hertz: float, scale: str) -> float:
    """A frequency on the mel scale: "htk" (O'Shaughnessy), or "slaney" (Auditory Toolbox, 1998: linear below
    1 kHz, 27 logarithmic steps from there to 6.4 kHz).
    """
    if scale == "htk":
        return 2595.0 * np.log10(1.0 + hertz / 700.0)
    if hertz < 1000:
        return hertz * 3 / 200
    return 15 + 27 * np.log(hertz / 1000) / np.log(6.4)


def _hertz_of(mels: np.ndarray, scale: str) -> np.ndarray:
    """The inverse of `_mel_of`."""
    if scale == "htk":
        return 700.0 * (10.0 ** (mels / 2595.0) - 1.0)
    return np.where(mels < 15, mels * 200 / 3, 1000.0 * 6.4 ** ((mels - 15) / 27))
