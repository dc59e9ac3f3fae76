"""The built-in vocoder run as exported graphs (graphs.py) with its spectra in numpy, without PyTorch.

What is computed is described in models.common.vocos, step by step as here.
"""

from __future__ import annotations

import numpy as np

from soundalike.audio.mel import blocks, hann, istft, mel_filters, stft
from soundalike.audio.pulses import pulses
from soundalike.core.graphs import GraphKind, GraphWeights
from soundalike.models.common.vocos_config import (
    BREATH,
    LOUDEST,
    MOST_CORRECTED,
    SOFTEST,
    SOURCE_BINS,
    VocodesStretches,
    VocosConfig,
)


class GraphVocos(VocodesStretches):
    """Log-mel (T, M), and pitch (T,) if known, to samples ((T - 1) * hop_length,)."""

    def __init__(self, weights: GraphWeights):
        self._weights = weights
        self.config: VocosConfig = weights.config
        self.mel = weights.mel
        self._filters = mel_filters(self.mel)  # (M, F)
        power = (hann(self.mel.n_fft) ** 2).sum()
        self.log_area = (np.log(self._filters.sum(1)) + 0.5 * np.log(power)).astype(np.float32)
        self.shares = _shares(self._filters)

    @property
    def context(self) -> int:
        """Frames on either side of a stretch of sound that it is made of."""
        return self.config.context

    def source(self, pitch: np.ndarray) -> np.ndarray:
        """The pulses (N,) of a pitch (T,) in hertz."""
        return pulses(pitch, self.mel.hop_length, self.mel.sample_rate)

    def samples(
        self,
        mel: np.ndarray,
        pitch: np.ndarray | None,
        noise: np.ndarray,
        source: np.ndarray | None = None,
    ) -> np.ndarray:
        """The samples (N,) float32 of a log-mel (T, M), its pitch (T,) in hertz (read off the mel where it is
        None), white noise (N,) of unit power, and the pulses (N,) of `source` where they are given.
        """
        mel = mel.astype(np.float32, copy=False)
        hertz = self._weights.graph("read_pitch")(mel=mel[None])[0][0] if pitch is None else pitch
        return self._filtered(mel, hertz, noise, self.source(hertz) if source is None else source)

    def _filtered(
        self, mel: np.ndarray, hertz: np.ndarray, noise: np.ndarray, train: np.ndarray
    ) -> np.ndarray:
        """The samples (N,) of a mel (T, M), its pitch (T,), noise and pulses (N,)."""
        source = self._spectrum(train)  # (T, F)
        given = {"mel": mel[None], "pitch": hertz[None].astype(np.float32, copy=False)}
        if self.config.residual:
            given["source"] = _heard(source)[None]
        found = [values[0] for values in self._weights.graph("filters")(**given)]
        residual = np.ascontiguousarray(found[1]).view(np.complex64) if self.config.residual else None
        spectrum = self._spectrum(noise)
        for some in blocks(len(mel)):
            harmonic, turn, breath = np.split(found[0][some], 3, axis=1)  # (n, F) each
            envelope = (mel[some] - self.log_area) @ self.shares
            harmonic = (envelope + harmonic).clip(SOFTEST, LOUDEST)
            breath = (envelope - BREATH + breath).clip(SOFTEST, LOUDEST)
            spectrum[some] *= np.exp(breath)
            spectrum[some] += source[some] * _polar(np.exp(harmonic), minimum_phase(harmonic) + turn)
            if residual is not None:
                spectrum[some] += residual[some] * np.exp(envelope.clip(SOFTEST, LOUDEST))
        samples = istft(spectrum, self.mel.n_fft, self.mel.hop_length)
        if self.config.mel_corrections:
            wanted = mel + found[-1]
            for _ in range(self.config.mel_corrections):
                samples = self._corrected(samples, wanted)
        return samples

    def _corrected(self, samples: np.ndarray, mel: np.ndarray) -> np.ndarray:
        """The samples (N,) with every frame scaled, band by band, towards the mel (T, M)."""
        spectrum = self._spectrum(samples)
        for some in blocks(len(mel)):
            bands = np.log(np.maximum(np.abs(spectrum[some]) @ self._filters.T, np.float32(self.mel.floor)))
            error = (mel[some] - bands).clip(-MOST_CORRECTED, MOST_CORRECTED)
            spectrum[some] *= np.exp(error @ self.shares)
        return istft(spectrum, self.mel.n_fft, self.mel.hop_length)

    def _spectrum(self, samples: np.ndarray) -> np.ndarray:
        """The spectrum (T, F) complex64 of samples."""
        return stft(samples, self.mel.n_fft, self.mel.hop_length, precision=np.float32)


def minimum_phase(log_gain: np.ndarray) -> np.ndarray:
    """Phase (T, F) in radians of the minimum-phase filter with that log gain (T, F): its Hilbert
    transform.
    """
    bins = log_gain.shape[-1]
    cepstrum = np.fft.irfft(log_gain, 2 * (bins - 1))
    cepstrum[:, 0] = 0.0
    cepstrum[:, bins - 1] = 0.0
    cepstrum[:, bins:] *= -1.0
    return np.fft.rfft(cepstrum).imag.astype(np.float32, copy=False)


def _polar(magnitude: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Complex64 numbers of a magnitude and an angle."""
    made = np.empty(magnitude.shape, np.complex64)
    made.real = magnitude * np.cos(angle)
    made.imag = magnitude * np.sin(angle)
    return made


def _heard(source: np.ndarray) -> np.ndarray:
    """The lowest bins of the pulses' spectrum (T, F), compressed, real and imaginary by turns:
    (T, 2 * SOURCE_BINS).
    """
    low = np.ascontiguousarray(source[:, :SOURCE_BINS])
    return (low / (1 + np.abs(low))).view(np.float32)


def _shares(filters: np.ndarray) -> np.ndarray:
    """How far each band (M, F) decides about each bin; below the first peak and above the last the end bands
    hold on.
    """
    share = filters / np.maximum(filters.sum(0), np.float32(1e-3))
    share[0, : filters[0].argmax()] = 1.0
    share[-1, filters[-1].argmax() :] = 1.0
    return share / share.sum(0)


GRAPHS = GraphKind("vocoder", VocosConfig, GraphVocos)
