"""The pauses of a recording that is converted, with the breaths in them: kept as they are, or made quiet."""

from __future__ import annotations

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.levels import frame_power, speech_level
from soundalike.core.contracts import Aligner

SILENCE = 0  # the aligner's class of what is no speech
SHORTEST = 0.2  # seconds of a pause
MARGIN = 0.05  # seconds at either end of a pause that belong to the speech
FAINT = 10 ** (-25 / 20)  # of the speech's root mean square
RAMP = 0.02  # seconds over which one sound gives way to the other
QUIET = 10 ** (-40 / 20)  # what is left of a pause that is made quiet


def pauses(source: Audio, aligner: Aligner) -> list[tuple[float, float]]:
    """The stretches of a sound in which nothing is said, (start, stop) in seconds: the aligner finds no
    speech, or the sound is FAINT beside the speech.
    """
    if not len(source.samples):
        return []
    scores = aligner.class_scores(source)
    rate = aligner.mel.frames_per_second
    power = frame_power(source.samples, source.rate)
    faint = power < (speech_level(power) * FAINT) ** 2
    places = np.minimum((np.arange(len(scores)) * 100 / rate).astype(int), max(0, len(faint) - 1))
    quiet = (scores.argmax(axis=1) == SILENCE) | (faint[places] if len(faint) else False)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8)))
    found = []
    for first, last in edges.reshape(-1, 2):
        start = first / rate + (MARGIN if first else 0.0)
        stop = min(source.seconds, last / rate) - (MARGIN if last < len(quiet) else 0.0)
        if last - first >= SHORTEST * rate and stop > start:
            found.append((float(start), float(stop)))
    return found


def with_pauses(
    made: np.ndarray, source: np.ndarray | None, places: list[tuple[float, float]], rate: int
) -> np.ndarray:
    """Samples (N,) whose pauses are those of the source, (N,) at the same level; made quiet where there is
    none.
    """
    share = np.zeros(len(made), np.float32)  # of the pause in each sample
    ramp = max(1, int(RAMP * rate))
    for start, stop in places:
        first, last = int(start * rate), min(len(made), int(stop * rate))
        rise = np.minimum(1.0, np.arange(1, last - first + 1) / ramp)
        begins = np.ones_like(rise) if first == 0 else rise
        ends = np.ones_like(rise) if last >= len(made) else rise[::-1]
        share[first:last] = np.minimum(begins, ends)
    pause = made * np.float32(QUIET) if source is None else source
    return (made * (1 - share) + pause * share).astype(np.float32)
