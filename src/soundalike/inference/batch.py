"""Many texts, or recordings, in many voices: jobs from a file, shared among workers, each written to a file
of its own.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import os
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from soundalike.core.backends import AUTO
from soundalike.core.errors import ConfigError, SoundalikeError
from soundalike.core.speaking import BEST, FAST, LOUDNESS
from soundalike.core.types import Voice
from soundalike.text import TextOptions

from .batch_conversion import check_job, converted
from .batch_report import Report
from .job_settings import misspelt, own_settings, settings_of
from .option_table import check_named, own_options

if TYPE_CHECKING:
    from soundalike.core.text_options import TextFormat

    from .script_request import ScriptRequest

Job = dict[str, Any]
Numbered = tuple[int, Job]  # a job and its line in the file of jobs
LOT = 16  # jobs given to a worker at once, at most: they are of one reference, to whose voice it adapts once


@dataclass(frozen=True)
class BatchSettings:
    """How all jobs of a file are spoken."""

    options: tuple[tuple[str, float | str], ...] = ()  # of the architecture, by name
    model: str | None = None
    family: str | None = None
    device: str = "auto"
    backend: str = AUTO  # what runs the networks
    threads: int | None = None  # sentences side by side, where one process speaks; None: by idle cores
    language: str | None = None
    lexicon: str | None = None  # a file
    ssml: bool | None = None  # None: where a text begins as SSML does
    text_options: TextOptions = TextOptions()  # a job's own text_format goes before
    quality: str | None = None  # None: as suits the family
    quality_check: bool = True
    loudness: float = LOUDNESS  # LUFS
    watermark: bool = True
    c2pa_cert: str | None = None
    c2pa_key: str | None = None


@dataclass(frozen=True)
class BatchResult:
    """What came of a file of jobs."""

    total: int
    failed: int
    done: int  # now; the others were there already
    again: int = (
        0  # of the jobs begun: those whose files were there, made from another text, voice or options
    )


def run_batch(
    path: Path,
    settings: BatchSettings,
    complain: Callable[[str], None],
    overwrite: bool = False,
    report: str | None = None,
    workers: int | None = None,
    engine: str = "local",
) -> BatchResult:
    """Speak the jobs of a file; those whose files are there, made from the same text, voice and options, are
    left as they are, unless `overwrite`.

    `report` gets a JSON line of each job done, in the order of their file, whoever does them. `complain` is
    called with each job that cannot be done, and why. Raises ConfigError where nothing can be begun.
    """
    from soundalike.core import executors
    from soundalike.core.progress import progress_bar
    from soundalike.provenance.metadata import today

    if engine == "ray" and settings.device not in ("auto", "cpu"):
        raise ConfigError(
            f"--engine ray speaks on processors, not on --device {settings.device}. Leave --device out."
        )
    if workers is None:
        workers = (os.cpu_count() or 1) if engine == "ray" else 1
    lines = _lines_of(path)
    jobs, failed, again = _to_do(path, lines, settings, complain, overwrite)
    alone = engine == "local" and workers == 1
    _speaker.cache_clear()
    task = functools.partial(speak_lot, settings=settings, day=today(), place=os.getcwd(), alone=alone)
    lots = executors.run(
        engine, task, [[job] for job in jobs] if alone else share_out(jobs, workers), workers
    )
    log = Report(report, [number for number, _ in jobs])
    try:
        with progress_bar(total=len(lines), initial=len(lines) - len(jobs), desc="batch", unit="job") as bar:
            for number, entry in _entries(lots):
                for message in entry["warnings"]:
                    warnings.warn(_placed(path, number, message), stacklevel=1)
                if "error" in entry:
                    complain(_placed(path, number, entry["error"]))
                    failed += 1
                log.add(number, entry)
                bar.update(1)
    finally:
        log.close()
    return BatchResult(len(lines), failed, log.done, again)


def _entries(lots: Iterable[list[tuple[int, dict[str, Any]]]]) -> Iterable[tuple[int, dict[str, Any]]]:
    for lot in lots:
        yield from lot


def _lines_of(path: Path) -> list[tuple[int, str]]:
    """The lines of a file that are not empty, each with its number. Raises ConfigError for no such file."""
    if not path.is_file():
        what = "a folder" if path.is_dir() else "no such file"
        raise ConfigError(
            f"{path}: {what}. Give a file of JSON lines with reference, text (or source) and wav."
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}). Give a text file.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not UTF-8 text. Save it as UTF-8.") from None
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not lines:
        raise ConfigError(f"{path}: holds no job. Write JSON lines with reference, text (or source) and wav.")
    return lines


def _to_do(
    path: Path,
    lines: list[tuple[int, str]],
    settings: BatchSettings,
    complain: Callable[[str], None],
    overwrite: bool,
) -> tuple[list[Numbered], int, int]:
    """The jobs whose files are not there yet, or were made from something else, or all; how many lines cannot
    be done; how many files are there and to be made again.
    """
    from soundalike.audio.io import check_target, format_of
    from soundalike.core.files import check_apart
    from soundalike.provenance import c2pa

    from .job_digest import JobDigests

    jobs = []
    failed = again = 0
    digests = JobDigests(settings)
    writer: dict[str, int] = {}
    for number, line in lines:
        try:
            job = read_job(line, f"{path}, line {number}")
            first = writer.setdefault(os.path.abspath(job["wav"]), number)
            if first != number:
                raise ConfigError(f"{job['wav']} is written by line {first} already. Name another file.")
            check_target(job["wav"])
            check_apart(
                {"wav": job["wav"]}, [path, *(job[name] for name in ("reference", "source") if name in job)]
            )
            there = os.path.exists(job["wav"])
            if there and not overwrite and digests.is_done(job):
                continue
            again += there
            for message in misspelt(job):
                warnings.warn(f"{path}, line {number}: {message}", stacklevel=1)
            c2pa.check_request(settings.c2pa_cert, settings.c2pa_key, format_of(job["wav"]))
            jobs.append((number, job))
        except (SoundalikeError, OSError, ValueError) as error:
            complain(_placed(path, number, str(error)))
            failed += 1
    return jobs, failed, again


def _placed(path: Path, number: int, error: str) -> str:
    """What is said of a job with its file and line, unless it begins with them."""
    return error if error.startswith(str(path)) else f"{path}, line {number}: {error}"


def read_job(line: str, where: str) -> Job:
    """One job from a line: of a text, or of a recording (`source`) that is converted. Raises ConfigError
    naming the line for what is not JSON or lacks a field.
    """
    try:
        job = json.loads(line)
    except json.JSONDecodeError as error:
        raise ConfigError(f"{where}: not JSON ({error}). Write one object a line.") from None
    converts = isinstance(job, dict) and "source" in job
    for name in ("reference", "source" if converts else "text", "wav"):
        if not isinstance(job, dict) or not isinstance(job.get(name), str):
            raise ConfigError(
                f"{where}: the field '{name}' is missing or not a string. "
                "A job has reference, text (or source, a recording) and wav."
            )
    if converts:
        if "text" in job:
            raise ConfigError(f"{where}: has both text and source. Give the one to be spoken or converted.")
        check_job(job, where)
    else:
        _check_options(job, where)
    return job


def _check_options(job: Job, where: str) -> None:
    """Raise ConfigError naming the line for an option or a setting of its own that cannot be."""
    try:
        check_named(own_options(job))
        own_settings(job)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None


def share_out(jobs: list[Numbered], workers: int) -> list[list[Numbered]]:
    """Lots of jobs of one reference each, small enough to keep all workers busy."""
    size = max(1, min(LOT, math.ceil(len(jobs) / (4 * workers))))
    of_reference = defaultdict(list)
    for number, job in jobs:
        of_reference[job["reference"]].append((number, job))
    return [own[start : start + size] for own in of_reference.values() for start in range(0, len(own), size)]


def speak_lot(
    lot: list[Numbered], settings: BatchSettings, day: Any, place: str, alone: bool
) -> list[tuple[int, dict[str, Any]]]:
    """Speak some jobs into their files, in a worker: of each its number and its entry, which holds
    `warnings`, and `line` (of the report) or `error`. Relative paths are those of the folder `place`.
    """
    if not alone:
        settings = dataclasses.replace(settings, threads=1)  # there is a worker for each core
        os.chdir(place)
    speaker = _speaker(settings)
    return [(number, speaker.speak(job, day)) for number, job in lot]


@functools.lru_cache(maxsize=1)
def _speaker(settings: BatchSettings) -> Speaker:
    """This process's one."""
    return Speaker(settings)


def request_of(job: Job, settings: BatchSettings) -> ScriptRequest:
    """How the text of a job is read: its own `language` and `text_format` go before those of all jobs."""
    from soundalike.text import Lexicon

    from .script_request import ScriptRequest

    lexicon = Lexicon.read(settings.lexicon) if settings.lexicon else None
    options, ssml = settings.text_options, settings.ssml
    if job.get("text_format"):
        given = cast("TextFormat", job["text_format"])  # checked with the other fields of a job
        options, ssml = dataclasses.replace(options, text_format=given), None
    language = job.get("language") or settings.language
    return ScriptRequest(job["text"], language, lexicon, ssml, options=options)


class Speaker:
    """A model with the voices it has got to know."""

    def __init__(self, settings: BatchSettings):
        from .cloner import Cloner
        from .job_digest import JobDigests
        from .options import chosen_options

        self.digests = JobDigests(settings)
        self.settings = settings
        self.cloner = Cloner.load(
            settings.model,
            settings.device,
            settings.family,
            threads=settings.threads,
            backend=settings.backend,
        )
        self.options = chosen_options(self.cloner, dict(settings.options))
        self.voices: dict[str, Voice] = {}

    def speak(self, job: Job, day: Any) -> dict[str, Any]:
        """The entry of a job, done or not."""
        entry: dict[str, Any]
        with warnings.catch_warnings(record=True) as caught:
            try:
                entry = {"line": self._made(job, day)}
            except (SoundalikeError, OSError, ValueError) as error:
                entry = {"error": str(error)}
        return {**entry, "warnings": [str(warning.message) for warning in caught]}

    def _made(self, job: Job, day: Any) -> dict[str, Any]:
        """The line of a job that is done."""
        return self._convert(job, day) if "source" in job else self._speak(job, day)

    def _convert(self, job: Job, day: Any) -> dict[str, Any]:
        """Convert a recording, piece by piece, into the file of its job."""
        from soundalike.audio.io import format_of
        from soundalike.provenance.written import Credentials, write_pieces

        from .job_digest import digest_note

        settings = settings_of(job, self.settings)
        voice = self._voice(job["reference"])
        began = time.monotonic()
        pieces = converted(self.cloner, job, voice, settings, day)
        note = digest_note(self.digests.of(job))
        credentials = Credentials(settings.c2pa_cert, settings.c2pa_key)
        made = write_pieces(Path(job["wav"]), pieces, format_of(job["wav"]), credentials, note)
        doubts = [doubt for check in made.checks for doubt in check.doubts]
        return {**job, "seconds": round(time.monotonic() - began, 4), "doubts": doubts}

    def _speak(self, job: Job, day: Any) -> dict[str, Any]:
        from soundalike.audio.io import format_of
        from soundalike.provenance.written import Credentials, write_pieces

        from .job_digest import digest_note
        from .script_request import read_script

        settings = settings_of(job, self.settings)
        voice = self._voice(
            job["reference"], settings.quality
        )  # refuses what the digest could only fail to read
        digest = self.digests.of(job)
        began = time.monotonic()
        script = read_script(request_of(job, settings), voice)
        pieces = self.cloner.speak(
            script,
            voice,
            self._options_of(job),
            loudness=settings.loudness,
            quality=settings.quality,
            quality_check=settings.quality_check,
            watermark=settings.watermark,
            day=day,
        )
        credentials = Credentials(settings.c2pa_cert, settings.c2pa_key)
        written = write_pieces(
            Path(job["wav"]), iter(pieces), format_of(job["wav"]), credentials, digest_note(digest)
        )
        took = time.monotonic() - began
        doubts = [doubt for check in written.checks for doubt in check.doubts]
        return {**job, "seconds": round(took, 4), "doubts": doubts}

    def _options_of(self, job: Job) -> Any:
        """The options of all jobs, and before them those of this one. Raises ConfigError for one that the
        family does not have.
        """
        from .options import chosen_options

        own = own_options(job)
        return chosen_options(self.cloner, {**dict(self.settings.options), **own}) if own else self.options

    def _voice(self, reference: str, quality: str | None = FAST) -> Voice:
        """The voice of a job, after prompt adaptation where it is to speak at its best."""
        from .voice_library import open_voice

        voice = self.voices.get(reference)
        if voice is None:
            voice = self.voices[reference] = open_voice(self.cloner, reference)
        if self.cloner.chosen_quality(quality) != BEST:
            return voice
        return self.cloner.adapt_to_prompt(voice)  # which remembers it
