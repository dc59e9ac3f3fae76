"""One voice from several recordings: the prompt of the best of them, the mean of their speaker embeddings."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.core.types import IDENTITY, Voice
from soundalike.core.vectors import cosine

from .reference_check import Report

CLEAN_DB = 30.0  # between speech and noise: a clip with more is no better
LEAST_CLEAN = 0.3  # what the speech of a clip of much noise counts
FAULT = 3.0  # seconds of speech by which a clip with a fault must be longer
ANOTHER = 0.25  # cosine with the mean of the other clips under which another person seems to speak
ANOTHER_PERSON = "another-person"  # what is wrong with such a clip, beside the problems of its report
ANOTHER_ADVICE = "Another person seems to speak in it than in the other clips: leave it out."


@dataclass(frozen=True)
class HeardClip:
    """One recording after it was listened to: its report, the stretch that is used, the voice of that."""

    name: str
    seconds: float  # of the whole
    report: Report
    used: Audio
    voice: Voice

    @property
    def worth(self) -> float:
        """How good a prompt it makes: seconds of speech in its best stretch, fewer for noise and faults."""
        start, stop = self.report.window
        speech = min(self.report.speech_seconds, stop - start)
        snr = CLEAN_DB if self.report.snr_db is None else self.report.snr_db
        return speech * min(1.0, max(LEAST_CLEAN, snr / CLEAN_DB)) - FAULT * len(self.report.problems)


def best_clip(clips: Sequence[HeardClip]) -> HeardClip:
    """The clip that makes the best prompt; of equals the first."""
    return max(clips, key=lambda clip: clip.worth)


def joined_voice(clips: Sequence[HeardClip]) -> Voice:
    """The voice of several clips: that of the best, with the mean of all their speaker embeddings. Warns of a
    clip in which another person seems to speak.
    """
    voice = best_clip(clips).voice
    if len(clips) == 1:
        return voice
    embeddings = np.stack([unit(clip.voice.identity) for clip in clips])
    for clip, likeness in zip(clips, likenesses(embeddings), strict=True):
        if likeness < ANOTHER:
            warnings.warn(
                f"{clip.name}: another person seems to speak in it than in the other clips "
                f"(likeness {likeness:.2f}). Leave it out.",
                stacklevel=4,
            )
    mean = unit(embeddings.mean(axis=0)).astype(voice.identity.dtype)
    return Voice({**voice.tensors, IDENTITY: np.ascontiguousarray(mean)}, voice.facts)


def likenesses(embeddings: np.ndarray) -> list[float]:
    """The cosine of each of several embeddings (C, V) with the mean of the others."""
    return [
        cosine(one, np.delete(embeddings, number, axis=0).mean(axis=0))
        for number, one in enumerate(embeddings)
    ]


def unit(values: np.ndarray) -> np.ndarray:
    """An embedding (V,) scaled to the length one; zeros as they are."""
    values = values.astype(np.float64)
    return values / max(float(np.linalg.norm(values)), 1e-12)


def facts_of(clips: Sequence[HeardClip]) -> dict[str, Any]:
    """What a voice keeps of the clips it was taken from."""
    best = best_clip(clips)
    facts: dict[str, Any] = {
        "seconds": round(sum(clip.seconds for clip in clips), 2),
        "speech_seconds": round(sum(clip.report.speech_seconds for clip in clips), 2),
        "rate": best.report.rate,
        "report": best.report.to_dict(),
    }
    if len(clips) > 1:
        found = likenesses(np.stack([unit(clip.voice.identity) for clip in clips]))
        facts["clips"] = [_facts_of_one(clip, like) for clip, like in zip(clips, found, strict=True)]
    return facts


def _facts_of_one(clip: HeardClip, likeness: float) -> dict[str, Any]:
    """What a voice keeps of one of several clips, of a likeness with the others."""
    problems, advice = clip.report.problems, clip.report.advice
    if likeness < ANOTHER:
        problems, advice = [ANOTHER_PERSON, *problems], ANOTHER_ADVICE
    return {"seconds": round(clip.seconds, 2), "problems": problems, "advice": advice}


def problems_of(voice: Voice) -> list[str]:
    """What is wrong with the recordings that a voice was made of, each problem once."""
    reports = voice.facts.get("clips") or [voice.facts.get("report") or {}]
    return list(dict.fromkeys(problem for report in reports for problem in report.get("problems", [])))
