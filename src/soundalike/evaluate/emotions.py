"""Emotions: which is heard in each recording, and whether what changes against neutral speech changes the way
it does in people.

Each recording is compared with the neutral ones of the same voice, where the system has any: an emotion is a
change. Jobs say what is meant in their field `emotion`, and how strong it is in `intensity`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.voicing import holds_speech
from soundalike.core.contracts import EmotionEncoder
from soundalike.core.emotions import (
    EMOTIONS,
    INTENSITY,
    NEUTRAL,
    USUAL_INTENSITY,
    Emotion,
    Offsets,
    emotion_named,
    offsets_of,
)

from .jobs import Job

MEASURES = "emotion_measures"  # of a row; taken out before the report
# Changes that are expected of no emotion whose offsets are smaller
LEAST_SEMITONES = 0.5
LEAST_RANGE = 1.15
LEAST_RATE = 1.02
LEAST_DECIBELS = 0.5


def measured(audio: Audio, encoder: EmotionEncoder) -> list[float] | None:
    """What the classifier measures of a recording; None where nobody speaks in it."""
    return np.round(encoder.measure(audio), 5).tolist() if holds_speech(audio.trim()) else None


def add_emotions(jobs: Sequence[Job], rows: Sequence[dict[str, Any]], encoder: EmotionEncoder) -> list[str]:
    """Give every row of one system the emotion that is heard, `emotion_heard`, whether it is the one meant,
    and the share of the expected changes that go the right way; returns notes.
    """
    meant = [emotion_named(job.fields.get("emotion", "")) for job in jobs]
    voices = [job.fields.get("speaker") or row["reference"] or "" for job, row in zip(jobs, rows)]
    found = [row.pop(MEASURES, None) for row in rows]
    plain: dict[str, list[Any]] = defaultdict(list)
    partners: dict[tuple[str, str], dict[str, Any]] = {}
    for job, row, name, voice, values in zip(jobs, rows, meant, voices, found):
        if name == NEUTRAL:
            partners.setdefault((voice, job.text), row)
            plain[voice] += [values] if values is not None else []
    alone = 0
    for job, row, name, voice, values in zip(jobs, rows, meant, voices, found):
        if values is None:
            continue
        neutral = np.mean(plain[voice], 0).astype(np.float32) if plain[voice] else None
        alone += neutral is None
        chances = encoder.probabilities(np.asarray(values, np.float32), neutral)
        row["emotion_heard"] = EMOTIONS[int(chances.argmax())]
        if name is not None:
            row["emotion_meant"] = name
            row["emotion_right"] = float(row["emotion_heard"] == name)
            row["emotion_changes"] = right_changes(row, partners.get((voice, job.text)), _emotion(job, name))
    return _notes(len(rows), meant, found, alone)


def _emotion(job: Job, name: str) -> Emotion:
    try:
        intensity = float(job.fields.get("intensity", USUAL_INTENSITY))
    except ValueError:
        intensity = USUAL_INTENSITY
    return Emotion(name, min(max(intensity, INTENSITY.low), INTENSITY.high))


def right_changes(row: dict[str, Any], plain: dict[str, Any] | None, emotion: Emotion) -> float | None:
    """The share of the changes expected of an emotion, of pitch, its range, pace and level, that a recording
    makes against the neutral one of the same text and voice; None where there is none.
    """
    if plain is None or plain is row or emotion.is_neutral:
        return None
    names = ("pitch", "pitch_range", "length", "loudness")
    if any(not one.get(name) for one in (row, plain) for name in names):
        return None
    changes = (
        math.log(row["pitch"] / plain["pitch"]),
        math.log(row["pitch_range"] / plain["pitch_range"]),
        math.log(plain["length"] / row["length"]),
        row["loudness"] - plain["loudness"],
    )
    wanted = expected_changes(offsets_of(emotion))
    right = [change * sign > 0 for change, sign in zip(changes, wanted) if sign]
    return sum(right) / len(right) if right else None


def expected_changes(offsets: Offsets) -> tuple[int, int, int, int]:
    """Whether pitch, its range, the pace and the level go up, 1, or down, -1; 0: hardly anywhere."""
    return (
        _sign(offsets.semitones, LEAST_SEMITONES),
        _sign(math.log(offsets.spread), math.log(LEAST_RANGE)),
        _sign(math.log(offsets.rate), math.log(LEAST_RATE)),
        _sign(offsets.decibels, LEAST_DECIBELS),
    )


def _sign(value: float, least: float) -> int:
    return 0 if abs(value) < least else int(math.copysign(1, value))


def confusion(rows: Sequence[dict[str, Any]]) -> list[list[int]] | None:
    """How often each emotion meant (rows) is heard as each (columns); None where none is meant."""
    pairs = [(row["emotion_meant"], row["emotion_heard"]) for row in rows if "emotion_meant" in row]
    if not pairs:
        return None
    return [[pairs.count((meant, heard)) for heard in EMOTIONS] for meant in EMOTIONS]


def _notes(jobs: int, meant: list[str | None], found: list[Any], alone: int) -> list[str]:
    notes = []
    unknown = sum(name is None for name in meant)
    if unknown:
        notes.append(
            f"Emotions: {unknown} of {jobs} jobs name none of {', '.join(EMOTIONS)} in a field 'emotion'."
        )
    silent = sum(values is None for values in found)
    if silent:
        notes.append(f"Emotions: in {silent} of {jobs} recordings no speech is heard.")
    if alone:
        notes.append(
            f"Emotions: {alone} of {jobs} recordings are judged alone, "
            "as there is no neutral one of their voice."
        )
    return notes
