"""An inaudible mark in sound: put in by turning the parts of its spectrum up and down a little, found again
without the original.

Every 10.7 ms each of BANDS bands of 141 Hz is made louder or softer by up to 1.4 decibels, as
`error_correction` says; the pattern repeats every 0.68 s. A small network (watermark_detector.py) has learned
to see in a noisy spectrum where it was turned up; what it finds is folded over the repetitions, tried at
every place the pattern may begin, and decoded. Nothing here is secret: who wants to take the mark out, can.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from soundalike.audio.audio import Audio

from . import error_correction
from .error_correction import BANDS, PERIOD, Mark
from .watermark_detector import WIDTH, detector

Sound = TypeVar("Sound", bound=Audio)

RATE = 24_000  # hertz
WINDOW = 512  # samples: of a spectrum, between columns of the pattern, between spectra when looking for it
COLUMN = 256
HOP = 128
LOWEST = 3  # the first bin of the spectrum that is used
# Decibels up or down: less where the tone of a voice is
DEPTH = np.interp(np.arange(BANDS), (0, 14), (0.4, 1.4)).astype(np.float32)
STRETCH = 376  # columns (4 and 2 s) that are searched for a mark by themselves
STEP = 188
CERTAIN = 9.0  # standard deviations of agreement from which a mark is believed
NOISE = 7.85  # the best agreement in sound without a mark: its place and spread, of extreme values
SPREAD = 0.22
SHORTEST = 0.3  # seconds in which there is any use in looking

_SINE = np.sin(np.pi * (np.arange(WINDOW) + 0.5) / WINDOW).astype(np.float32)
_HANN = _SINE**2


@dataclass(frozen=True)
class Found:
    """A mark, where it was found in seconds, and how far its agreement is from chance, in standard
    deviations.
    """

    mark: Mark
    start: float
    stop: float
    strength: float

    @property
    def confidence(self) -> float:
        """One minus the chance that sound without a mark agrees so well, and with a checksum that fits."""
        return 1.0 - min(1.0, math.exp((NOISE - self.strength) / SPREAD)) / 2**error_correction.CHECK_BITS


def embed(audio: Sound, mark: Mark, first_sample: int = 0) -> Sound:
    """The sound with a mark in it. `first_sample` is its place in the whole that it is a piece of, so that
    the pattern goes on from piece to piece.
    """
    if not len(audio.samples):
        return audio
    if audio.rate == RATE:
        return replace(audio, samples=_modulated(audio.samples, mark, first_sample))
    plain = audio.resample(RATE).samples
    marked = _modulated(plain, mark, round(first_sample * RATE / audio.rate))
    change = Audio(marked - plain, RATE).resample(audio.rate).samples
    change = np.pad(change, (0, max(0, len(audio.samples) - len(change))))[: len(audio.samples)]
    return replace(audio, samples=audio.samples + change)


def _modulated(samples: np.ndarray, mark: Mark, first_sample: int) -> np.ndarray:
    """Samples at RATE with the gains of a mark: short-time spectra are multiplied and added up again."""
    first, shift = divmod(first_sample, COLUMN)
    count = -(-(shift + len(samples)) // COLUMN) + 1  # columns; each is the middle of a window
    padded = np.zeros((count + 1) * COLUMN, np.float32)
    padded[COLUMN + shift : COLUMN + shift + len(samples)] = samples
    spectra = np.fft.rfft(np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::COLUMN] * _SINE)
    spectra *= _gains(mark)[(first + np.arange(count)) % PERIOD]
    windows = np.fft.irfft(spectra, WINDOW) * _SINE
    made = np.zeros((count + 1, COLUMN))
    made[:-1] += windows[:, :COLUMN]
    made[1:] += windows[:, COLUMN:]
    return made.reshape(-1)[COLUMN + shift : COLUMN + shift + len(samples)].astype(np.float32)


@functools.lru_cache(maxsize=16)
def _gains(mark: Mark) -> np.ndarray:
    """The factor of each bin in each column: (PERIOD, WINDOW // 2 + 1)."""
    gains = np.ones((PERIOD, WINDOW // 2 + 1), np.float32)
    gains[:, LOWEST : LOWEST + WIDTH * BANDS] = np.repeat(
        10 ** (DEPTH / 20 * error_correction.field(mark.bits())), WIDTH, axis=1
    )
    return gains


def spectra(samples: np.ndarray) -> np.ndarray:
    """Log10 power (2 T, WIDTH * (BANDS + 2)) every HOP of sound at RATE: the bands of the mark, and one
    beside them at either end.
    """
    padded = np.pad(samples, (WINDOW // 2, WINDOW))
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    parts = []
    for start in range(0, len(windows), 4096):  # an hour at once would take gigabytes
        found = np.fft.rfft(windows[start : start + 4096] * _HANN)[
            :, LOWEST - WIDTH : LOWEST + WIDTH * (BANDS + 1)
        ]
        parts.append(np.log10(found.real**2 + found.imag**2 + 1e-7).astype(np.float32))
    return np.concatenate(parts)


def evidence(samples: np.ndarray) -> np.ndarray:
    """Evidence (2, T, BANDS) in sound at RATE that a band of a column was turned up, for columns that begin
    with it and half a column later.

    It is the log-odds for a depth of one decibel, as the network learned them, in proportion to each band's
    depth.
    """
    power = spectra(samples)
    size = 2 * 2 * STRETCH  # spectra at a time
    parts = [power[start : start + size + 1] for start in range(0, len(power) - 2, size)]
    network = detector()
    found = [
        np.concatenate([network.log_odds(part[late : len(part) - (1 - late)]) for part in parts])
        for late in (0, 1)
    ]
    length = min(len(part) for part in found)
    return np.stack([part[:length] for part in found]) * DEPTH


def find(audio: Audio) -> list[Found]:
    """The marks of a sound, the surest first, each from the first to the last stretch it is found in. None in
    less than SHORTEST seconds.
    """
    samples = audio.resample(RATE).samples
    if len(samples) < SHORTEST * RATE:
        return []
    signs = evidence(samples)
    columns = signs.shape[1]
    places = [(0, columns)]
    if columns > STRETCH + STEP:
        places += [(start, min(start + STRETCH, columns)) for start in range(0, columns - STEP, STEP)]
    candidates = [_searched(signs[:, start:stop], start) for start, stop in places]
    by_mark: dict[Mark, list[Found]] = {}
    for found in candidates:
        if found is not None and found.strength >= CERTAIN:
            by_mark.setdefault(found.mark, []).append(found)
    marks = []
    for mark, all_found in by_mark.items():
        # The first candidate is of the whole sound, which does not say where the mark is
        parts = [found for found in all_found if found is not candidates[0]] or all_found
        span = min(found.start for found in parts), max(found.stop for found in parts)
        marks.append(Found(mark, *span, max(found.strength for found in all_found)))
    return sorted(marks, key=lambda found: -found.strength)


def _searched(signs: np.ndarray, first: int) -> Found | None:
    """The best decoding of (2, T, BANDS) of evidence that begins at a column, whatever its strength; None
    where no checksum fits.
    """
    strength, bits = agreement(signs)
    for choice in np.argsort(-strength):
        mark = Mark.from_bits(bits[choice])
        if mark is not None:
            start, stop = (column * COLUMN / RATE for column in (first, first + signs.shape[1]))
            return Found(mark, round(start, 2), round(stop, 2), round(float(strength[choice]), 2))
    return None


def agreement(signs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each place where the pattern may begin (2 * PERIOD): standard deviations of agreement with its
    most likely content, and its bits.
    """
    laps = -(-signs.shape[1] // PERIOD)
    padded = np.pad(signs, ((0, 0), (0, laps * PERIOD - signs.shape[1]), (0, 0)))
    folded = padded.reshape(2, laps, PERIOD, BANDS).sum(1)
    rolled = np.stack([np.roll(folded, shift, axis=1) for shift in range(PERIOD)], axis=1)
    soft = error_correction.soft_signs(rolled.reshape(2 * PERIOD, PERIOD, BANDS))
    bits = error_correction.decode(soft)
    power = np.sqrt((signs.astype(np.float64) ** 2).sum((1, 2))).repeat(PERIOD)
    return (error_correction.encode(bits) * soft).sum(1) / np.maximum(power, 1e-9), bits
