"""What lies below every voice: a constant offset of cheap sound cards, the rumble of wind and desks. It is
measured and taken out.

Of the rumble only so much is taken out as stands above the noise just below the voice. A recording without
any sound below its voice is as strange to a speaker encoder as one with too much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SLOW_RATE = 240  # hertz at which low frequencies are worked with
FRAME = 120  # samples at SLOW_RATE of a spectrum: half a second, 2 Hz apart
HOP = 60
BELOW = (36.0, 50.0)  # hertz: where the noise just below the voice is measured
QUIET_SHARE = 0.3  # of the frames there hold noise alone; their highest power tells that of the noise
TOUCHED = (40.0, 50.0)  # hertz: all below is worked on, nothing above
MARGIN = 0.5  # seconds of the sound, mirrored, before and after it
LARGE_OFFSET_DB = -43.0  # of the offset over the level of the speech: larger ones are taken out
LARGE_RUMBLE_DB = -38.0  # of the rumble over the level of the speech: larger ones are taken out
BLOCK = 1 << 16  # samples worked on at a time


@dataclass(frozen=True)
class LowFrequencies:
    """What lies below a recording's voice and is too much: its `offset` (the samples' mean), the `excess`
    (M,) at SLOW_RATE, which begins MARGIN before the sound, and its root mean square, `rumble`.
    """

    offset: float
    excess: np.ndarray
    rumble: float


@dataclass(frozen=True)
class TakenOut:
    """What was taken out below a voice: the offset, 0 where none was, and the level of the rumble over that
    of the speech, None where none was.
    """

    offset: float
    rumble_db: float | None


def take_out(samples: np.ndarray, rate: int, level: float) -> TakenOut:
    """Take out of samples (N,), in place, an offset and rumble that are large beside speech of that root mean
    square.
    """
    low = low_frequencies(samples, rate)
    offset_db = 20 * np.log10(abs(low.offset) / level + 1e-12)
    rumble_db = 20 * np.log10(low.rumble / level + 1e-12)
    if offset_db > LARGE_OFFSET_DB:
        remove_offset(samples, low.offset)
    if rumble_db > LARGE_RUMBLE_DB:
        remove_rumble(samples, rate, low)
    return TakenOut(
        low.offset if offset_db > LARGE_OFFSET_DB else 0.0,
        float(rumble_db) if rumble_db > LARGE_RUMBLE_DB else None,
    )


def low_frequencies(samples: np.ndarray, rate: int) -> LowFrequencies:
    """What lies below the voice in samples (N,), and is too much."""
    offset = float(samples.mean(dtype=np.float64)) if len(samples) else 0.0
    pad = int(MARGIN * rate)
    if len(samples) <= 2 * pad or rate <= 2 * SLOW_RATE:
        return LowFrequencies(offset, np.zeros(0, np.float32), 0.0)
    import soxr

    stream = soxr.ResampleStream(rate, SLOW_RATE, 1, dtype="float32")
    middle = np.float32(offset)
    parts = [stream.resample_chunk(samples[pad:0:-1] - middle)]
    for at in range(0, len(samples), BLOCK):
        parts.append(stream.resample_chunk(samples[at : at + BLOCK] - middle))
    parts.append(stream.resample_chunk(samples[-2 : -pad - 2 : -1] - middle, last=True))
    excess = _above_the_noise(np.concatenate(parts))
    margin = int(MARGIN * SLOW_RATE)
    inner = excess[margin:-margin].astype(np.float64)
    return LowFrequencies(offset, excess, float(np.sqrt((inner**2).mean())))


def remove_offset(samples: np.ndarray, offset: float) -> None:
    """Take an offset out of samples (N,), in place."""
    samples -= np.float32(offset)


def remove_rumble(samples: np.ndarray, rate: int, low: LowFrequencies) -> None:
    """Take the rumble out of samples (N,), in place."""
    import soxr

    stream = soxr.ResampleStream(SLOW_RATE, rate, 1, dtype="float32")
    at = -int(MARGIN * rate)
    size = max(1, BLOCK * SLOW_RATE // rate)
    for start in range(0, len(low.excess), size):
        last = start + size >= len(low.excess)
        part = stream.resample_chunk(low.excess[start : start + size], last=last)
        first = min(len(part), max(0, -at))
        here = samples[at + first : at + len(part)]
        here -= part[first : first + len(here)]
        at += len(part)


def _above_the_noise(slow: np.ndarray) -> np.ndarray:
    """What of a sound at SLOW_RATE stands above the noise just below the voice."""
    frames = np.lib.stride_tricks.sliding_window_view(slow, FRAME)[::HOP] * np.hanning(FRAME).astype(
        np.float32
    )
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    hertz = np.fft.rfftfreq(FRAME, 1 / SLOW_RATE)
    near = power[:, (hertz >= BELOW[0]) & (hertz <= BELOW[1])]
    # The power of noise in one bin is distributed exponentially
    noise = np.median(np.percentile(near, 100 * QUIET_SHARE, axis=0)) / -np.log(1 - QUIET_SHARE)
    gain = np.sqrt(np.minimum(1.0, noise / (power.mean(axis=0) + 1e-30)))
    spectrum = np.fft.rfft(slow)
    places = np.fft.rfftfreq(len(slow), 1 / SLOW_RATE)
    touched = np.clip((TOUCHED[1] - places) / (TOUCHED[1] - TOUCHED[0]), 0.0, 1.0)
    taken = (1.0 - np.interp(places, hertz, gain)) * touched
    return np.fft.irfft(spectrum * taken, len(slow)).astype(np.float32)
