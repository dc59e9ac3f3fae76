"""How the channels of a recording fit one another, and which of them make one sound without harm.

Two microphones some centimetres apart hear the same voice at different times: their mean takes out every
frequency at which the two stand against each other. So channels are averaged only where they agree in phase.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .levels import dynamics

FRAME_SECONDS = 0.04  # of sound whose spectra are compared, at least
LONGEST_DELAY = 0.02  # seconds between two microphones, about 7 m
LOW = 100.0  # hertz: what lies below says nothing of speech
HIGH = 7000.0
BANDS = 12  # between LOW and HIGH, by octaves
SILENT = 1e-2  # share of the loudest channel's power
ALIKE = 0.3  # least correlation of channels that hold the same sound
IN_PHASE = 0.85  # least cosine of the phase between two channels whose mean does no harm
COHERENT = 0.5  # least coherence in a band whose phase counts
HEARD = 1e-4  # least share of the strongest band's power in one whose phase counts
CLEARER = 10.0  # dB between speech and pauses by which a softer channel is taken instead of the loudest


@dataclass(frozen=True)
class ChannelChoice:
    """Which channels make one sound, and why."""

    likeness: str  # "one", "alike", "one silent", "inverted", "delayed" or "different"
    chosen: tuple[int, ...] | None = None  # channels that are averaged; None: all
    delay: float = 0.0  # seconds by which the second of the two loudest comes later

    def mix(self, channels: np.ndarray) -> np.ndarray:
        """One channel (N,) of several (N, C)."""
        if self.chosen is not None:
            channels = channels[:, list(self.chosen)]
        return np.ascontiguousarray(channels.mean(axis=1), dtype=np.float32)


class ChannelScan:
    """Takes the blocks of a recording one after the other, and tells how its channels fit."""

    def __init__(self, rate: int, channels: int):
        self.rate = rate
        self.count = channels
        self.size = 1 << int(np.ceil(np.log2(FRAME_SECONDS * rate)))
        self._cross = np.zeros((channels, channels, self.size + 1), complex)
        self._levels: list[np.ndarray] = []  # (T, C) power of each frame between LOW and HIGH
        self._rest = np.zeros((0, channels), np.float32)
        hertz = np.arange(self.size + 1) * rate / (2 * self.size)
        self._used = (hertz >= LOW) & (hertz <= HIGH)
        self._hertz = hertz

    def add(self, block: np.ndarray) -> None:
        """The next samples (N, C)."""
        block = np.concatenate([self._rest, block]) if len(self._rest) else block
        whole = len(block) // self.size * self.size
        for at in range(0, whole, 64 * self.size):
            self._add_frames(block[at : min(at + 64 * self.size, whole)])
        self._rest = block[whole:].copy()

    def _add_frames(self, samples: np.ndarray) -> None:
        frames = samples.reshape(-1, self.size, self.count)
        spectra = np.fft.rfft(frames, 2 * self.size, axis=1)  # (T, F, C)
        self._cross += np.einsum("tfc,tfd->cdf", spectra, spectra.conj())
        self._levels.append((np.abs(spectra[:, self._used]) ** 2).sum(axis=1))

    def levels(self) -> np.ndarray:
        """Power (T, C) of each frame, of what speech is made of."""
        self._finish()
        return np.concatenate(self._levels) if self._levels else np.zeros((0, self.count))

    def choice(self) -> ChannelChoice:
        """Which channels make one sound."""
        if self.count == 1:
            return ChannelChoice("one")
        self._finish()
        cross = self._cross * self._used
        power = np.einsum("ccf->c", cross).real
        first, second = np.argsort(-power, kind="stable")[:2]
        if power[first] <= 0:
            return ChannelChoice("alike")
        best = self._best_channel(power)
        if power[second] < SILENT * power[first]:
            return ChannelChoice("one silent" if best == first else "different", (best,))
        likeness, delay = self._likeness(cross, int(first), int(second))
        if likeness != "alike":
            return ChannelChoice(likeness, (best,), delay)
        audible = np.flatnonzero(power >= SILENT * power[first])
        fitting = [int(one) for one in audible if self._likeness(cross, int(first), int(one))[0] == "alike"]
        if len(fitting) < len(audible):
            return ChannelChoice("different", (best,))
        return ChannelChoice("alike", None if len(fitting) == self.count else tuple(fitting))

    def _finish(self) -> None:
        """Count what is left over, filled up with zeros."""
        if len(self._rest):
            filled = np.zeros((self.size, self.count), np.float32)
            filled[: len(self._rest)] = self._rest
            self._rest = self._rest[:0]
            self._add_frames(filled)

    def _best_channel(self, power: np.ndarray) -> int:
        """The loudest channel, unless speech stands out more clearly in another."""
        levels = self.levels()
        clear = np.array([dynamics(10 * np.log10(levels[:, i] + 1e-20)) for i in range(self.count)])
        clear[power < SILENT**2 * power.max()] = 0.0  # too soft to be what is wanted
        good = clear >= clear.max() - CLEARER
        return int(np.where(good, power, -1.0).argmax())

    def _likeness(self, cross: np.ndarray, first: int, second: int) -> tuple[str, float]:
        """How two channels fit, and the delay of the second in seconds."""
        if first == second:
            return "alike", 0.0
        ours, theirs = cross[first, first].real, cross[second, second].real
        between = cross[second, first]
        # Correlation at every delay, by the inverse transform of the cross-spectrum
        most = min(int(LONGEST_DELAY * self.rate), self.size - 1)
        curve = np.fft.irfft(between, 2 * self.size) / np.sqrt(
            np.fft.irfft(ours, 2 * self.size)[0] * np.fft.irfft(theirs, 2 * self.size)[0]
        )
        curve = np.concatenate([curve[-most:], curve[: most + 1]])
        best = int(np.abs(curve).argmax())
        delay = (best - most) / self.rate
        if abs(curve[best]) < ALIKE:
            return "different", 0.0
        if self._in_phase(between, ours, theirs):
            return ("alike", 0.0) if curve[most] >= ALIKE else ("different", 0.0)
        if curve[best] < 0 and abs(delay) < 2 / self.rate:
            return "inverted", 0.0
        return "delayed", delay

    def _in_phase(self, between: np.ndarray, ours: np.ndarray, theirs: np.ndarray) -> bool:
        """Whether two channels agree in phase in every band that is heard, and of which they share what is
        heard.
        """
        edges = np.geomspace(LOW, HIGH, BANDS + 1)
        loudest = 0.0
        bands = []
        for low, high in zip(edges[:-1], edges[1:]):
            inside = (self._hertz >= low) & (self._hertz < high)
            if not inside.any():
                continue
            power = float(np.sqrt(ours[inside].sum() * theirs[inside].sum()))
            bands.append((power, float(between[inside].real.sum()), float(np.abs(between[inside]).sum())))
            loudest = max(loudest, power)
        return all(
            real >= IN_PHASE * size
            for power, real, size in bands
            if power > HEARD * loudest and size > COHERENT * power
        )
