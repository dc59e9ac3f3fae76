"""What is played in a listening test: trials of clips, made from systems' jobs, with hidden real recordings
and anchors among them.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from soundalike.audio.audio import Audio
from soundalike.core.errors import AudioError, EvaluationError
from soundalike.core.progress import progress_bar
from soundalike.evaluate.jobs import (
    Excluded,
    Job,
    System,
    fingerprint,
    job_key,
    keep_partners,
    name_apart,
    read_system,
    refuse_empty,
)

ANCHOR_RATE = 7_600  # hertz: a sound brought to this rate and back keeps what lies below 3.5 kHz
LOUDNESS = -23.0  # LUFS of every clip, so that none is preferred for being loud
CONTROLS_EACH = 5  # of pairs of two systems for one pair of a real recording and its anchor
SYSTEM = "system"
REAL = "real"
ANCHOR = "anchor"
OTHER = "other"


@dataclass(frozen=True)
class Clip:
    """One sound of a trial. Its name tells a listener nothing; two clips of one name sound the same."""

    name: str
    kind: str  # SYSTEM, REAL, ANCHOR or OTHER, which is another speaker
    system: str  # name of the system; empty for the rest
    wav: str

    def sound(self) -> Audio:
        """What is played: at one loudness, an anchor without what lies above 3.5 kHz."""
        audio = Audio.read(self.wav)
        if self.kind == ANCHOR:
            audio = audio.resample(ANCHOR_RATE).resample(audio.rate)
        return audio.levelled(LOUDNESS)


@dataclass(frozen=True)
class Trial:
    """Clips judged at once, perhaps beside an open reference."""

    name: str
    key: str  # of the job: its text and reference
    clips: tuple[Clip, ...]
    reference: Clip | None = None

    @property
    def control(self) -> bool:
        """Whether no system is judged, only the listener."""
        return all(clip.kind != SYSTEM for clip in self.clips)


@dataclass(frozen=True)
class Plan:
    """A whole test: its kind, its systems, and all trials in the order of the jobs."""

    test: str
    systems: tuple[str, ...]
    trials: tuple[Trial, ...]
    excluded: tuple[tuple[str, Excluded], ...]  # the system's name and what was left out of it

    @property
    def digest(self) -> str:
        """Changes when any clip does, so that old ratings are not taken for ratings of new clips."""
        names = [f"{clip.name} {clip.kind} {clip.system}" for trial in self.trials for clip in trial.clips]
        return _short("\n".join([self.test, *[trial.name for trial in self.trials], *names]))

    def order(self, rater: str, seed: int, at_most: int | None = None) -> list[Trial]:
        """The trials as one listener hears them; with `at_most`, so many chosen by chance and their share of
        controls, two at least.
        """
        rng = random.Random(f"{seed} {rater}")
        judged, controls = (
            [trial for trial in self.trials if trial.control is kind] for kind in (False, True)
        )
        if at_most is not None and at_most < len(judged):
            wanted = max(2, round(at_most * len(controls) / len(judged)))
            judged = rng.sample(judged, at_most)
            controls = rng.sample(controls, min(len(controls), wanted))
        chosen = judged + controls
        rng.shuffle(chosen)
        return [replace(trial, clips=tuple(rng.sample(trial.clips, len(trial.clips)))) for trial in chosen]


def make_plan(test: str, paths: list[str | os.PathLike]) -> Plan:
    """The test of the systems whose jobs are in `paths`.

    Of several systems only the jobs that all have are judged. Raises EvaluationError when none is left, or
    the test wants other systems.
    """
    if test == "ab" and len(paths) != 2:
        raise EvaluationError(
            f"the test 'ab' compares two systems, here are {len(paths)}. Give two files or folders of jobs."
        )
    systems = [read_system(path) for path in paths]
    name_apart(systems, list(paths))
    sounds: dict[str, str | None] = {}
    for system in systems:
        _keep(system, lambda job: _unfit(job, test, sounds))
    refuse_empty(systems)
    if len(systems) > 1:
        keep_partners(systems)
    trials = {trial.name: trial for trial in TRIALS[test](systems)}.values()  # a job given twice is one
    excluded = tuple((system.name, one) for system in systems for one in system.excluded)
    return Plan(test, tuple(system.name for system in systems), tuple(trials), excluded)


def _keep(system: System, unfit: Callable[[Job], Excluded | None]) -> None:
    """Leave only the jobs that nothing speaks against; the others become excluded."""
    found = [
        (job, unfit(job))
        for job in progress_bar(system.jobs, desc=system.name, unit="job", disable=len(system.jobs) < 50)
    ]
    system.jobs = [job for job, why in found if why is None]
    system.excluded += [why for _, why in found if why is not None]


def _unfit(job: Job, test: str, sounds: dict[str, str | None]) -> Excluded | None:
    """Why a job cannot be in this test; `sounds` remembers what was wrong with each recording."""
    needed = {
        "mushra": ("real", "real recording of the same sentence"),
        "similarity": ("reference", "recording of the speaker"),
    }
    if test in needed and getattr(job, needed[test][0]) is None:
        return Excluded(
            job.where, "audio", f"no {needed[test][1]} ('{needed[test][0]}'), with which the clip is compared"
        )
    for path in (job.wav, job.real, job.reference):
        if path is None:
            continue
        if path not in sounds:
            sounds[path] = _unplayable(path)
        if why := sounds[path]:
            return Excluded(job.where, "audio", why)
    return None


def _unplayable(path: str) -> str | None:
    """Why a recording cannot be played; None where it can."""
    try:
        silent = Audio.read(path).loudness() == -float("inf")
    except AudioError as error:
        return str(error)
    return f"{path}: the recording is silent" if silent else None


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _clip(kind: str, wav: str, system: str = "", place: str = "") -> Clip:
    """A clip; `place` sets apart one that must not be recognised as another of the same sound."""
    return Clip(_short(f"{fingerprint(wav)} {kind} {system} {place}"), kind, system, wav)


def _trial(key: str, clips: list[Clip], reference: Clip | None = None) -> Trial:
    return Trial(
        _short(" ".join([key, *[clip.name for clip in clips], reference.name if reference else ""])),
        key,
        tuple(clips),
        reference,
    )


def _groups(systems: list[System]) -> list[tuple[str, list[Job]]]:
    """The jobs of all systems side by side, with their key."""
    return [(job_key(jobs[0]), list(jobs)) for jobs in zip(*[system.jobs for system in systems])]


def _reals(systems: list[System]) -> list[tuple[str, str]]:
    """Distinct real recordings with the key of their job: of the sentence itself where there is one, of the
    speaker otherwise.
    """
    found: dict[str, tuple[str, str]] = {}
    for job in systems[0].jobs:
        real = job.real or job.reference
        if real is not None:
            found.setdefault(fingerprint(real), (job_key(job), real))
    return list(found.values())


def _opinion(systems: list[System]) -> list[Trial]:
    """Every clip by itself, and every real recording."""
    trials = [
        _trial(key, [_clip(SYSTEM, job.wav, system.name)])
        for key, jobs in _groups(systems)
        for system, job in zip(systems, jobs)
    ]
    return trials + [_trial(key, [_clip(REAL, real)]) for key, real in _reals(systems)]


def _likeness(systems: list[System]) -> list[Trial]:
    """Every clip beside its speaker; beside each speaker also a real recording of them and, where speakers
    are named, one of somebody else.
    """
    trials = []
    speakers: dict[str, tuple[str, Clip, str, str | None]] = {}
    for key, jobs in _groups(systems):
        reference = jobs[0].reference
        assert reference is not None  # jobs without one were left out by _unfit
        beside = _clip(REAL, reference, place="open")
        trials += [
            _trial(key, [_clip(SYSTEM, job.wav, system.name)], beside) for system, job in zip(systems, jobs)
        ]
        job = next((job for job in jobs if job.real), jobs[0])
        speakers.setdefault(beside.name, (key, beside, job.real or reference, job.fields.get("speaker")))
    for key, beside, real, speaker in speakers.values():
        trials.append(_trial(key, [_clip(REAL, real)], beside))
        other = next(
            (wav for _, _, wav, name in speakers.values() if name and speaker and name != speaker), None
        )
        if other:
            trials.append(_trial(key, [_clip(OTHER, other)], beside))
    return trials


def _pairs(systems: list[System]) -> list[Trial]:
    """Both systems' clips of each job, and some real recordings against their anchors."""
    trials = [
        _trial(key, [_clip(SYSTEM, job.wav, system.name) for system, job in zip(systems, jobs)])
        for key, jobs in _groups(systems)
    ]
    controls = _reals(systems)[: max(1, len(trials) // CONTROLS_EACH)]
    return trials + [_trial(key, [_clip(REAL, real), _clip(ANCHOR, real)]) for key, real in controls]


def _sliders(systems: list[System]) -> list[Trial]:
    """All systems' clips of each job, the hidden reference and the anchor, beside the open reference."""
    trials = []
    for key, jobs in _groups(systems):
        real = next(job.real for job in jobs if job.real)
        hidden = [_clip(REAL, real), _clip(ANCHOR, real)]
        clips = [_clip(SYSTEM, job.wav, system.name) for system, job in zip(systems, jobs)]
        trials.append(_trial(key, clips + hidden, _clip(REAL, real, place="open")))
    return trials


TRIALS: dict[str, Callable[[list[System]], list[Trial]]] = {
    "mos": _opinion,
    "similarity": _likeness,
    "ab": _pairs,
    "mushra": _sliders,
}


def about(plan: Plan) -> dict[str, str]:
    """What a file of ratings says of the test that they belong to."""
    excluded = [[system, job.where, job.reason] for system, job in plan.excluded]
    return {
        "test": plan.test,
        "systems": json.dumps(plan.systems),
        "digest": plan.digest,
        "excluded": json.dumps(excluded),
    }
