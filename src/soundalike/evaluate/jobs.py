"""What is to be evaluated: recordings, what they should say, whose voice they should have."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from soundalike.core.errors import EvaluationError

SOUNDS = (".wav", ".flac", ".mp3", ".ogg")
KNOWN = ("wav", "text", "reference", "real", "source", "seconds")


@dataclass(frozen=True)
class Job:
    """One recording that a system made."""

    where: str  # file and line, for messages
    wav: str
    text: str
    reference: str | None = None  # recording of the speaker
    real: str | None = None  # recording of the speaker saying this very text
    source: str | None = None  # recording that was given another voice
    seconds: float | None = None  # wall time the synthesis took
    fields: dict[str, str] = field(default_factory=dict)  # speaker, sex, accent and the like

    @property
    def language(self) -> str | None:
        """The language of the text, where the job says."""
        return self.fields.get("language")


@dataclass(frozen=True)
class Excluded:
    """A job that was left out, and why."""

    where: str
    kind: str  # "job", "audio", "text", "language", "partner" or "instrument"
    reason: str


@dataclass
class System:
    """The jobs of one system, and those left out."""

    name: str
    jobs: list[Job]
    excluded: list[Excluded]


def read_system(path: str | os.PathLike, language: str | None = None) -> System:
    """The jobs of a file of JSON lines, or of a folder of recordings with a .txt beside each.

    What cannot be used is among the excluded: a line that is no job, a missing recording, an empty text, and,
    where `language` is that of the recogniser, a job in another one. Raises EvaluationError when the path
    cannot be read.
    """
    place = Path(path)
    if place.is_dir():
        entries = list(_folder(place))
    elif place.is_file():
        entries = list(_lines(place))
    else:
        raise EvaluationError(
            f"{path}: no such file or folder. "
            "Give JSON lines with wav and text, or a folder of recordings with .txt files."
        )
    system = System(place.stem if place.is_file() else place.resolve().name, [], [])
    for entry in entries:
        found = entry if isinstance(entry, Excluded) else _check(entry, language)
        if isinstance(found, Excluded):
            system.excluded.append(found)
        else:
            system.jobs.append(found)
    return system


def _folder(folder: Path) -> Iterator[Job | Excluded]:
    """Every recording below a folder; its text is the .txt of the same stem, its reference the file
    reference.* beside it.
    """
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SOUNDS)
    if not files:
        raise EvaluationError(
            f"{folder}: holds no recordings ({', '.join(SOUNDS)}). "
            "Give a folder of recordings with a .txt beside each."
        )
    for path in files:
        if path.stem == "reference":
            continue
        written = path.with_suffix(".txt")
        if not written.is_file():
            yield Excluded(str(path), "text", f"no text: {written.name} is not beside it")
            continue
        try:
            text = written.read_bytes().decode("utf-8-sig").strip()
        except UnicodeDecodeError:
            yield Excluded(str(path), "text", f"{written}: not UTF-8 text. Save it as UTF-8.")
            continue
        reference = next(
            (str(file) for file in files if file.parent == path.parent and file.stem == "reference"), None
        )
        fields = {} if path.parent == folder else {"speaker": path.parent.name}
        yield Job(
            str(path),
            str(path),
            text,
            reference,
            fields=fields,
        )


def _lines(path: Path) -> Iterator[Job | Excluded]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise EvaluationError(
            f"{path}: not UTF-8 text. Give JSON lines, one job with wav and text on each."
        ) from None
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _parse(line, f"{path}, line {number}", path.parent)


def _parse(line: str, where: str, base: Path) -> Job | Excluded:
    try:
        entry = json.loads(line)
        # An escaped half of a character pair could not be written into the report
        json.dumps(entry, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return Excluded(where, "job", "holds half of a character pair")
    except (ValueError, RecursionError) as error:
        return Excluded(where, "job", f"not JSON ({error})")
    if not isinstance(entry, dict):
        return Excluded(where, "job", "not a JSON object")
    is_converted = bool(entry.get("source"))  # and may be of unknown words
    required = {"wav": True, "text": not is_converted, "reference": False, "real": False, "source": False}
    for name, needed in required.items():
        value = entry.get(name)
        if not (isinstance(value, str) or (value is None and not needed)):
            return Excluded(where, "job", f"the field '{name}' is missing or not a string")
    seconds = entry.get("seconds")
    if seconds is not None and not (
        isinstance(seconds, (int, float)) and not isinstance(seconds, bool) and 0 < seconds < 1e9
    ):
        return Excluded(where, "job", f"the field 'seconds' is {str(seconds)[:40]!r}, not a positive number")
    fields = {
        name: value for name, value in entry.items() if name not in KNOWN and isinstance(value, str) and value
    }
    intensity = entry.get("intensity")
    if isinstance(intensity, (int, float)) and not isinstance(intensity, bool):
        fields["intensity"] = f"{intensity:g}"
    paths = {
        name: _find(entry[name], base) if entry.get(name) else None
        for name in ("reference", "real", "source")
    }
    return Job(
        where,
        _find(entry["wav"], base),
        (entry.get("text") or "").strip(),
        paths["reference"],
        paths["real"],
        paths["source"],
        seconds,
        fields,
    )


def _find(name: str, base: Path) -> str:
    """A path as it is, seen from here, or else seen from the jobs file."""
    beside = base / name
    return str(beside) if not os.path.exists(name) and beside.exists() else name


def _check(job: Job, language: str | None) -> Job | Excluded:
    if not job.text and not job.source:
        return Excluded(job.where, "text", "the text is empty")
    if not os.path.isfile(job.wav):
        return Excluded(job.where, "audio", f"no recording: {job.wav} does not exist")
    base = (job.language or "").replace("_", "-").partition("-")[0].lower()
    if language and base and base != language:
        return Excluded(
            job.where, "language", f"the text is in '{job.language}', the recogniser listens for '{language}'"
        )
    return job


def fingerprint(path: str) -> str:
    """Short name of a file's content, so that copies of one reference are one reference."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]


def partners(keys: list[list[str]]) -> list[list[int]]:
    """For each list of keys the indices of those that all lists have, in one order; the n-th of equal keys
    pairs with the n-th.
    """
    numbered = []
    for own in keys:
        seen: Counter = Counter()
        table = {}
        for index, key in enumerate(own):
            table[key, seen[key]] = index
            seen[key] += 1
        numbered.append(table)
    shared = [key for key in numbered[0] if all(key in table for table in numbered)]
    return [[table[key] for key in shared] for table in numbered]


def job_key(job: Job) -> str:
    """What makes two systems' jobs the same one: text and reference."""
    reference = (
        fingerprint(job.reference) if job.reference and os.path.isfile(job.reference) else job.reference or ""
    )
    return " ".join(job.text.split()) + "\0" + reference


def keep_partners(systems: list[System]) -> None:
    """Leave only the jobs that every system has; the others become excluded. Raises EvaluationError when none
    is left.
    """
    found = partners([[job_key(job) for job in system.jobs] for system in systems])
    for system, kept in zip(systems, found):
        chosen = set(kept)
        alone = [job for index, job in enumerate(system.jobs) if index not in chosen]
        system.excluded += [
            Excluded(job.where, "partner", "another system has no job with this text and reference")
            for job in alone
        ]
        system.jobs = [system.jobs[index] for index in kept]
    if not found[0]:
        raise EvaluationError(
            "the systems share no job: none has the same text and reference in all. "
            "Let all speak the same jobs."
        )


def name_apart(systems: list[System], paths: Sequence[str | os.PathLike]) -> None:
    """Give systems of one name that of their folder as well and, where this does not tell them apart, a
    number.
    """
    renamings = (
        lambda at, name: f"{Path(paths[at]).resolve().parent.name}/{name}",
        lambda at, name: f"{name} ({at + 1})",
    )
    for rename in renamings:
        times = Counter(system.name for system in systems)
        for at, system in enumerate(systems):
            if times[system.name] > 1:
                system.name = rename(at, system.name)


def refuse_empty(systems: list[System]) -> None:
    """Raise EvaluationError when a system has no job left."""
    for system in systems:
        if not system.jobs:
            why = "; ".join(f"{one.where}: {one.reason}" for one in system.excluded[:3]) or "it holds none"
            raise EvaluationError(
                f"{system.name}: no job can be evaluated ({why}). A job needs a recording (wav) and its text."
            )


def as_dict(job: Job) -> dict[str, Any]:
    """The job as it is written into reports."""
    return {**{name: getattr(job, name) for name in KNOWN}, "fields": job.fields, "where": job.where}
