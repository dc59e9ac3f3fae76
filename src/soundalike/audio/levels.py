"""Levels of a recording over time: how far sound stands above the quiet in it, and whether somebody may be
speaking.
"""

from __future__ import annotations

import numpy as np

FEW = 5  # frames of which nothing is said
ACTIVE_DB = 40.0  # below the loud frames: softer ones are pauses
BLOCK = 1000  # hundredths of a second worked on at a time
LEAST_LEVEL = 1e-12  # of speech, that of silence
# What frames of 40 to 90 ms of speech have at least; of 150 recordings in 60 languages every one has more
SPEECH_DYNAMICS = 10.0  # dB between loud frames and quiet ones
SPEECH_SPREAD = 5.0  # dB, standard deviation of the frames that are no pauses
SPEECH_STEP = 2.5  # dB from one frame to the next, on average


def dynamics(level: np.ndarray) -> float:
    """By how many decibels the loud frames of a recording stand above its quiet ones, of levels (T,) in dB:
    10 and more of speech, under 5 of noise and steady tones; 0 where there are too few.
    """
    return float(np.percentile(level, 95) - np.percentile(level, 10)) if len(level) >= FEW else 0.0


def may_be_speech(power: np.ndarray) -> bool:
    """Whether the power (T,) of frames of 40 to 90 ms comes and goes as that of speech does; noise, hum and
    tones that stay do not.
    """
    if len(power) < FEW or power.max() <= 0:
        return False
    level = 10 * np.log10(power + 1e-10 * power.max())
    active = level > np.percentile(level, 95) - ACTIVE_DB
    steps = np.abs(np.diff(level))[active[1:] & active[:-1]]
    return bool(
        dynamics(level) >= SPEECH_DYNAMICS
        and level[active].std() >= SPEECH_SPREAD
        and len(steps)
        and steps.mean() >= SPEECH_STEP
    )


def frame_power(samples: np.ndarray, rate: int) -> np.ndarray:
    """The power (T,) of each hundredth of a second, without what hardly changes in it."""
    hop = max(1, rate // 100)
    count = len(samples) // hop
    power = np.zeros(count)
    for at in range(0, count, BLOCK):
        frames = samples[at * hop : min(at + BLOCK, count) * hop].reshape(-1, hop)
        power[at : at + len(frames)] = frames.var(axis=1, dtype=np.float64)
    return power


def speech_level(power: np.ndarray) -> float:
    """The root mean square of the frames (T,) that are no pauses; a little above 0 of silence."""
    if not len(power):
        return LEAST_LEVEL
    loud = power[power > np.percentile(power, 95) * 10 ** (-ACTIVE_DB / 10)]
    return max(LEAST_LEVEL, float(np.sqrt(loud.mean()))) if len(loud) else LEAST_LEVEL
