"""What can be read off the samples: level, faults, and the melody and pace of speech."""

from __future__ import annotations

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec, log_mel
from soundalike.audio.pitch import pitch

CLIPPED = 0.999  # a sample from here on has hit the ceiling
TAIL = 0.05  # seconds at the end
BREAKS_OFF = -20.0  # decibels against speech; an end louder than this is cut through a sound
PAUSE = 0.15  # seconds of quiet within speech that count as a pause
FEW_VOICED = 20  # voiced frames: on fewer no correlation is measured
SHORTEST = 0.1  # seconds that anything can be measured on
QUIETEST = -80.0  # decibels; nothing is reported as quieter


def signal(audio: Audio) -> dict[str, float | None]:
    """Level and faults of a recording.

    loudness: LUFS, None for silence. clipped, silence: shares, 0 to 1. tail: dB of the last 50 ms against
    speech, None without any; breaks_off: whether that is so loud that the end is missing, 0 or 1.
    """
    active = audio.activity()
    loudness = audio.loudness()
    tail = _tail(audio, active)
    return {
        "loudness": loudness if np.isfinite(loudness) else None,
        "clipped": float((np.abs(audio.samples) >= CLIPPED).mean()),
        "silence": 1.0 - float(active.mean()),
        "tail": tail,
        "breaks_off": None if tail is None else float(tail > BREAKS_OFF),
    }


def _tail(audio: Audio, active: np.ndarray) -> float | None:
    """Near 0 where a recording breaks off in the middle of a sound."""
    speech = audio.samples[: len(active) * (audio.rate // 100)].astype(np.float64)[
        np.repeat(active, audio.rate // 100)
    ]
    if not len(speech):
        return None
    end = audio.samples[-int(TAIL * audio.rate) :].astype(np.float64)
    return max(QUIETEST, float(10 * np.log10(((end**2).mean() + 1e-20) / ((speech**2).mean() + 1e-20))))


def prosody(audio: Audio, words: int, real: Audio | None = None) -> dict[str, float | None]:
    """Melody and pace; None where there is no speech or no voiced sound.

    pitch: median, hertz. pitch_range: semitones from the 5th to the 95th percentile. pace: words per second
    from the first sound to the last. pauses: of over 150 ms, per second. With the speaker's own recording of
    the text also pitch_error: mean absolute semitones where both are voiced, after dynamic time warping of
    the spectra; and pace_ratio: 2 is twice as fast.
    """
    utterance = audio.trim(0.0)
    hertz = _pitch(utterance)
    voiced = hertz[hertz > 0]
    there = bool(audio.activity().any())
    found: dict[str, float | None] = {
        "pitch": None,
        "pitch_range": None,
        "pace": words / utterance.seconds if there and words else None,
        "pauses": _pauses(utterance.activity()) / utterance.seconds if there else None,
    }
    if len(voiced) > 5:
        low, middle, high = np.percentile(voiced, [5, 50, 95])
        found |= {"pitch": float(middle), "pitch_range": float(12 * np.log2(high / low))}
    if real is not None and there and real.activity().any():
        own = real.trim(0.0)
        found |= {
            "pitch_error": _pitch_error(utterance, hertz, own),
            "pace_ratio": own.seconds / utterance.seconds,
        }
    return found


def pitch_correlation(audio: Audio, source: Audio) -> float | None:
    """How the melody of a converted recording follows that of its source, moment by moment: the correlation
    of their log pitch where both are voiced, 1 where it is the same melody, however high. None where there is
    too little of it.
    """
    ours, theirs = _pitch(audio), _pitch(source)
    size = min(len(ours), len(theirs))
    both = (ours[:size] > 0) & (theirs[:size] > 0)
    if both.sum() < FEW_VOICED:
        return None
    melodies = np.log2(ours[:size][both]), np.log2(theirs[:size][both])
    steady = min(melody.std() for melody in melodies) < 1e-3
    return None if steady else float(np.corrcoef(*melodies)[0, 1])


def _pitch(audio: Audio) -> np.ndarray:
    spec = MelSpec()
    return pitch(audio.resample(spec.sample_rate).samples, spec)


def _pauses(active: np.ndarray) -> int:
    """Runs of quiet hundredths of a second that last long enough."""
    edges = np.flatnonzero(np.diff(np.concatenate([[True], active, [True]]).astype(np.int8)))
    return int((edges[1::2] - edges[::2] >= PAUSE * 100).sum())


def _pitch_error(audio: Audio, hertz: np.ndarray, real: Audio) -> float | None:
    """Warped by the spectra and not by the pitch, which would hide the very error that is sought."""
    theirs = _pitch(real)
    path = warp(_shape(audio)[: len(hertz)], _shape(real)[: len(theirs)])
    a = hertz[path[:, 0]]
    b = theirs[path[:, 1]]
    both = (a > 0) & (b > 0)
    return float(np.abs(12 * np.log2(a[both] / b[both])).mean()) if both.sum() > 5 else None


def _shape(audio: Audio) -> np.ndarray:
    """Log-mel (T, M / 5) in which level and colour of the whole recording are taken away, so that voices can
    be compared.
    """
    mel = log_mel(audio.resample(MelSpec().sample_rate).samples, MelSpec())
    coarse = np.maximum(mel, -8.0).reshape(len(mel), -1, 5).mean(2)
    return (coarse - coarse.mean(0)) / (coarse.std(0) + 0.1)


def warp(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The cheapest path (P, 2) through two sequences (T, D) and (T', D) from their beginnings to their ends:
    dynamic time warping.
    """
    cost = np.sqrt(np.maximum((a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T, 0))
    rows, columns = cost.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0.0
    for d in range(rows + columns - 1):  # along the diagonals, whose cells do not depend on each other
        i = np.arange(max(0, d - columns + 1), min(rows, d + 1))
        j = d - i
        total[i + 1, j + 1] = cost[i, j] + np.minimum(
            total[i, j], np.minimum(total[i, j + 1], total[i + 1, j])
        )
    i = rows
    j = columns
    path = []
    while i and j:
        path.append((i - 1, j - 1))
        i, j = min(((i - 1, j - 1), (i - 1, j), (i, j - 1)), key=lambda cell: total[cell])
    return np.array(path[::-1])
