"""Measures of a recording that is to be a reference: level, noise, bandwidth, room, tones, voices, pace.

All take mono sound at RATE.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.mel import stft
from soundalike.core.vectors import cosine

RATE = 24_000  # hertz at which a recording is looked at
# Where the 8th percentile of noise's power in one band lies, of its mean: its power is distributed
# exponentially
SCATTER = 0.083


def spectrum(audio: Audio, size: int, hop: int) -> np.ndarray:
    """Power (T, F) float32 of a sound's spectrum."""
    samples = np.pad(audio.samples, (0, max(0, size - len(audio.samples))))
    return (np.abs(stft(samples, size, hop)) ** 2).astype(np.float32)


def measure(audio: Audio) -> dict[str, float | None]:
    """What is measured on the spectrum of a sound at RATE."""
    power = spectrum(audio, 768, 240)[:, 2:]  # 32 ms every 10 ms, without what lies below speech
    hertz = np.arange(2, 385) * RATE / 768
    level = 10 * np.log10(power.sum(axis=1) + 1e-9)
    top = np.percentile(level, 95)
    low = np.percentile(level, 5)
    speech = level >= max(top - 25.0, (top + low) / 2)
    loud = power[speech]
    utterance = loud.mean(axis=0)
    floor = np.percentile(power, 8, axis=0)
    noise = floor.sum() / SCATTER
    return {
        "level_db": 10 * np.log10(utterance.sum() / 768**2 * 2 / 0.375 + 1e-12),
        "snr_db": 10 * np.log10(max(utterance.sum() - noise, 1e-3 * noise) / (noise + 1e-9)),
        **bandwidth(loud, hertz),
        "reverberation_seconds": reverberation(audio),
        **tones(audio),
        "second": second_pitch(audio, speech),
        "rate": pace(level, speech),
        "quickness": quickness(audio),
    }


def bandwidth(loud: np.ndarray, hertz: np.ndarray) -> dict[str, float]:
    """`bandwidth_hertz`: the highest frequency whose level in the loudest twentieth of the speech is within
    60 dB of the strongest; `edge_db`: by how much the level falls there, from 500 Hz below to 500 Hz
    above.
    """
    peaks = 10 * np.log10(np.percentile(loud, 95, axis=0) + 1e-9)
    smooth = np.convolve(np.pad(peaks, 4, mode="edge"), np.ones(9) / 9, mode="valid")
    last = int(np.flatnonzero(smooth > smooth.max() - 60.0)[-1])
    width = round(500 / (hertz[1] - hertz[0]))
    below = max(0, last - width)
    above = min(len(smooth) - 1, last + width)
    return {"bandwidth_hertz": float(hertz[last]), "edge_db": float(smooth[below] - smooth[above])}


def reverberation(audio: Audio) -> float | None:
    """Seconds in which the quickest falls of sound would come to 60 dB: slopes of the level in four bands
    over 100 ms.
    """
    power = spectrum(audio, 480, 120)  # 20 ms every 5 ms
    hertz = np.arange(241) * RATE / 480
    slopes = []
    span = 20
    time = (np.arange(span) - (span - 1) / 2) * 0.005
    for low, high in ((300, 700), (700, 1500), (1500, 3000), (3000, 5500)):
        level = 10 * np.log10(power[:, (hertz >= low) & (hertz < high)].sum(axis=1) + 1e-9)
        if len(level) < 4 * span:
            continue
        rows = np.lib.stride_tricks.sliding_window_view(level, span)
        slope = rows @ time / (time**2).sum()
        from_top = rows.max(axis=1) > np.percentile(level, 95) - 12
        if from_top.sum() >= 20:
            slopes.append(np.percentile(slope[from_top], 3))
    return float(-60.0 / min(-1.0, np.median(slopes))) if slopes else None


def tones(audio: Audio) -> dict[str, float | None]:
    """`hum_db`: the mains' tones over their surroundings in the quiet; `tones`: how many tones hold still at
    a time.
    """
    power = 10 * np.log10(spectrum(audio, 8192, 1024) + 1e-9)
    width = RATE / 8192
    steady = np.percentile(power, 15, axis=0)
    hum = 0.0
    for base in (50.0, 60.0):
        at = round(base / width)
        over = steady[at - 1 : at + 2].max() - np.median(
            np.r_[steady[at - 12 : at - 4], steady[at + 5 : at + 13]]
        )
        # Else it is too faint to matter
        if steady[at - 1 : at + 2].max() > np.percentile(power.max(axis=1), 95) - 45:
            hum = max(hum, float(over))
    power = 10 * np.log10(spectrum(audio, 4096, 1024) + 1e-9)  # 171 ms every 43 ms
    width = RATE / 4096
    low = int(180 / width)
    high = int(4000 / width)
    part = power[:, low:high]
    around = np.stack(
        [np.percentile(part[:, max(0, i - 12) : i + 13], 50, axis=1) for i in range(0, part.shape[1], 8)],
        axis=1,
    )
    around = np.repeat(around, 8, axis=1)[:, : part.shape[1]]
    peak = (part > around + 10) & (part > np.percentile(part, 95) - 45)
    peak[:, 1:-1] &= (part[:, 1:-1] >= part[:, :-2]) & (part[:, 1:-1] >= part[:, 2:])
    span = 10  # frames a tone must hold: 0.43 s
    if len(peak) < span:
        return {"hum_db": hum, "tones": 0.0}
    held = np.lib.stride_tricks.sliding_window_view(peak, span, axis=0).mean(axis=2) >= 0.9
    return {"hum_db": hum, "tones": float(held.sum(axis=1).mean())}


def second_pitch(audio: Audio, speech: np.ndarray) -> float:
    """Share of the voiced frames (T,) of speech in which a second pitch is left when the first is taken
    out.
    """
    step = 4  # a quarter of the rate is enough for pitch
    rate = RATE // step
    samples = np.convolve(audio.samples, np.ones(step) / step, mode="same")[::step]
    size, low, high = rate * 8 // 100, rate // 400, rate // 65  # 80 ms; periods of 400 to 65 Hz
    if len(samples) <= size:
        return 0.0
    rows = np.lib.stride_tricks.sliding_window_view(samples, size)[:: rate // 100]
    rows = rows[np.flatnonzero(speech[: len(rows)])]
    if not len(rows):
        return 0.0
    first, clear = _period(rows, low, high)
    at = np.arange(high, size)[None]
    # What has that period is gone from it
    left = rows[:, high:] - np.take_along_axis(rows, at - first[:, None], axis=1)
    energy = (left**2).mean(axis=1) / (2 * (rows**2).mean(axis=1) + 1e-12)
    second, clear_too = _period(left, low, high)
    ratio = np.maximum(first, second) / np.minimum(first, second)
    another = np.abs(ratio - np.round(ratio)) > 0.08  # no multiple of the first
    voiced = clear > 0.5
    return float((voiced & another & (clear_too > 0.6) & (energy > 0.05)).sum() / max(1, voiced.sum()))


def _period(rows: np.ndarray, low: int, high: int) -> tuple[np.ndarray, np.ndarray]:
    """The period of each row, low to high samples, and the normalised autocorrelation there."""
    rows = rows - rows.mean(axis=1, keepdims=True)
    window = np.hanning(rows.shape[1])
    size = 1024

    def autocorrelation(x: np.ndarray) -> np.ndarray:
        return np.fft.irfft(np.abs(np.fft.rfft(x, size)) ** 2)[..., : high + 1]

    auto = autocorrelation(rows * window)
    shape = autocorrelation(window)
    auto = auto / auto[:, :1].clip(1e-12) / (shape / shape[0])
    peak = np.zeros_like(auto, bool)
    peak[:, 1:-1] = (auto[:, 1:-1] > auto[:, :-2]) & (auto[:, 1:-1] >= auto[:, 2:])
    score = np.where(peak, auto, 0.0)[:, low:]
    return score.argmax(axis=1) + low, score.max(axis=1)


def pace(level: np.ndarray, speech: np.ndarray) -> float | None:
    """Syllables a second of speech: peaks of the level, smoothed over 70 ms, that stand 2 dB above the dips
    beside them.
    """
    smooth = np.convolve(level, np.hanning(9) / np.hanning(9).sum(), mode="same")
    floor = smooth.max() - 25
    count = 0
    rising = True
    last = smooth[0]
    for now in smooth:
        if rising:
            if now > last:
                last = now
            elif now < last - 2.0:
                count += last > floor
                rising = False
                last = now
        elif now < last:
            last = now
        elif now > last + 2.0:
            rising = True
            last = now
    return count / (speech.sum() / 100) if speech.sum() > 50 else None


def quickness(audio: Audio) -> float | None:
    """How fast the spectrum of speech changes: the change over 20 and 40 ms as a share of that over 160 ms,
    in ten bands below 6 kHz.

    About 0.25 to 0.5 for speech at its natural pace; a recording played at half speed has under 0.2, at
    double speed over 0.6.
    """
    power = spectrum(audio, 1024, 240)
    hertz = np.arange(513) * RATE / 1024
    edges = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + 6000 / 700), 11) / 2595) - 1)
    fine = 0.5 * np.log(power + 1e-10)
    bands = np.stack(
        [
            fine[:, (hertz >= low) & (hertz < high)].mean(axis=1)
            for low, high in zip(edges[:-1], edges[1:], strict=True)
        ],
        axis=1,
    )
    bands = np.maximum(bands, np.percentile(bands, 97) - 6.0)
    level = bands.mean(axis=1)
    speech = level > np.percentile(level, 95) - 2.5

    def change(lag: int) -> float:
        both = speech[lag:] & speech[:-lag]
        return float(((bands[lag:] - bands[:-lag])[both] ** 2).mean()) if both.sum() > 20 else 0.0

    whole = change(16)
    return float(np.sqrt(change(2) * change(4)) / whole) if whole > 0 else None


def one_voice(audio: Audio, embed: Callable[[list[Audio]], np.ndarray]) -> float | None:
    """The likeness of the parts before and after the point where they differ most: the cosine of the mean
    speaker embeddings of their windows of 1.6 s. None where there are too few windows.
    """
    size = int(1.6 * RATE)
    hop = int(0.8 * RATE)
    active = audio.activity()
    starts = [
        at
        for at in range(0, len(audio.samples) - size + 1, hop)
        if active[at // 240 : (at + size) // 240].mean() > 0.6
    ]
    if len(starts) < 2:
        return None
    found = embed([Audio(audio.samples[at : at + size], RATE) for at in starts])
    # A single window may be an odd one
    least = 2 if len(found) >= 4 else 1
    cosines = [
        cosine(found[:at].mean(axis=0), found[at:].mean(axis=0))
        for at in range(least, len(found) - least + 1)
    ]
    return min(cosines)
