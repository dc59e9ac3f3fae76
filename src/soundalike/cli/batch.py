"""The command that speaks many texts, in this process or shared among workers: batch."""

from __future__ import annotations

import argparse
import functools
import json
import math
import os
import sys
import time
import warnings
from collections import defaultdict, deque
from pathlib import Path
from typing import Any

from soundalike.core.errors import ConfigError, SoundalikeError
from soundalike.core.types import Voice

from .model_options import family_options, open_cloner
from .provenance import check_origin_options, encoded
from .speech_options import add_speaking, open_lexicon, read_file

Numbered = tuple[int, dict[str, str]]  # a job and its line in the file of jobs
LOT = 16  # jobs given to a worker at once, at most: they are of one reference, whose voice it practises once


def add_batch_command(commands: Any) -> None:
    """The parser of `batch`, added to those of the command line."""
    batch = commands.add_parser(
        "batch", help="speak many texts: one JSON object a line with reference, text, wav"
    )
    batch.add_argument("jobs", help="file of jobs, JSON lines")
    batch.add_argument("--overwrite", action="store_true", help="make files that are already there again")
    batch.add_argument(
        "--report",
        metavar="FILE",
        help="write the jobs done, with the seconds each took and what is in doubt, as JSON lines",
    )
    batch.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="processes; several have one thread each (default: 1; with Ray one a core)",
    )
    batch.add_argument(
        "--engine",
        default="local",
        help="local, or ray: the cluster that RAY_ADDRESS names, else one begun here (default: local)",
    )
    add_speaking(batch)
    batch.set_defaults(run=run_batch)


def run_batch(given: argparse.Namespace) -> int:
    """2 where a job was not done, else 0. The report tells of the jobs in the order of their file, whoever
    does them.
    """
    from tqdm import tqdm

    from soundalike.core import executors
    from soundalike.provenance.metadata import today

    path = Path(given.jobs)
    if not path.is_file():
        raise ConfigError(f"{path}: no such file. Give JSON lines with reference, text and wav.")
    workers = (
        given.workers if given.workers is not None else (os.cpu_count() or 1) if given.engine == "ray" else 1
    )
    if workers < 1:
        raise ConfigError(f"--workers {workers}: give 1 or more.")
    if given.engine == "ray" and given.device not in ("auto", "cpu"):
        raise ConfigError(
            f"--engine ray speaks on processors, not on --device {given.device}. Leave --device out."
        )
    lines = [
        (number, line) for number, line in enumerate(read_file(str(path)).split("\n"), 1) if line.strip()
    ]
    jobs, failed = _to_do(lines, given)
    alone = given.engine == "local" and workers == 1
    _speaker.cache_clear()
    task = functools.partial(
        speak_lot, given=tuple(sorted(vars(given).items())), day=today(), place=os.getcwd(), alone=alone
    )
    lots = executors.run(
        given.engine, task, [[job] for job in jobs] if alone else share_out(jobs, workers), workers
    )
    report = open(given.report, "w", encoding="utf-8") if given.report else None
    waiting = deque(number for number, _ in jobs)
    made = {}
    done = 0
    try:
        with tqdm(total=len(lines), initial=len(lines) - len(jobs), desc="batch", unit="job") as bar:
            for entries in lots:
                for number, entry in entries:
                    for said in entry["warnings"]:
                        warnings.warn(said, stacklevel=1)
                    if "error" in entry:
                        _complain(path, number, entry["error"])
                        failed += 1
                    made[number] = entry
                    bar.update(1)
                while waiting and waiting[0] in made:
                    done += _told(made.pop(waiting.popleft()), report)
    finally:
        for number in waiting:  # nothing that was made goes untold, even if the rest is not
            if number in made:
                _told(made[number], report)
        if report:
            report.close()
    print(f"{len(lines) - failed} of {len(lines)} jobs done ({done} now)")
    return 2 if failed else 0


def _told(entry: dict[str, Any], report: Any) -> bool:
    """Whether a job was done; if so the report, where there is one, tells of it."""
    if "line" in entry and report:
        report.write(json.dumps(entry["line"], ensure_ascii=False) + "\n")
        report.flush()
    return "line" in entry


def _to_do(lines: list[Numbered], given: argparse.Namespace) -> tuple[list[Numbered], int]:
    """The jobs whose files are not there yet, or all; and how many lines cannot be done, which standard error
    is told of.
    """
    from soundalike.audio.io import check_target, format_of

    path = Path(given.jobs)
    jobs = []
    failed = 0
    writer = {}
    for number, line in lines:
        try:
            job = read_job(line, f"{path}, line {number}")
            first = writer.setdefault(os.path.abspath(job["wav"]), number)
            if first != number:
                raise ConfigError(f"{job['wav']} is written by line {first} already. Name another file.")
            if os.path.exists(job["wav"]) and not given.overwrite:
                continue
            check_target(job["wav"])
            check_origin_options(given, format_of(job["wav"]))
            jobs.append((number, job))
        except (SoundalikeError, OSError, ValueError) as error:
            _complain(path, number, str(error))
            failed += 1
    return jobs, failed


def _complain(path: Path, number: int, error: str) -> None:
    from tqdm import tqdm

    where = "" if f"line {number}" in error else f"{path}, line {number}: "
    tqdm.write(f"soundalike: {where}{error}", file=sys.stderr)


def read_job(line: str, where: str) -> dict[str, str]:
    """One job from a line. Raises ConfigError naming the line for what is not JSON or lacks a field."""
    try:
        job = json.loads(line)
    except json.JSONDecodeError as error:
        raise ConfigError(f"{where}: not JSON ({error}). Write one object a line.") from None
    for name in ("reference", "text", "wav"):
        if not isinstance(job, dict) or not isinstance(job.get(name), str):
            raise ConfigError(
                f"{where}: the field '{name}' is missing or not a string. A job has reference, text and wav."
            )
    return job


def share_out(jobs: list[Numbered], workers: int) -> list[list[Numbered]]:
    """Lots of jobs of one reference each, small enough to keep all workers busy."""
    size = max(1, min(LOT, math.ceil(len(jobs) / (4 * workers))))
    of_reference = defaultdict(list)
    for number, job in jobs:
        of_reference[job["reference"]].append((number, job))
    return [own[start : start + size] for own in of_reference.values() for start in range(0, len(own), size)]


def speak_lot(
    lot: list[Numbered], given: tuple[tuple[str, Any], ...], day: Any, place: str, alone: bool
) -> list[tuple[int, dict[str, Any]]]:
    """Speak some jobs into their files, in a worker: of each its number and its entry, which holds
    `warnings`, and `line` (of the report) or `error`. Relative paths are those of the folder `place`.
    """
    import torch

    if not alone:
        torch.set_num_threads(1)
        os.chdir(place)
    speaker = _speaker(given)
    return [(number, speaker.speak(job, day)) for number, job in lot]


@functools.lru_cache(maxsize=1)
def _speaker(given: tuple[tuple[str, Any], ...]) -> Speaker:
    """This process's one."""
    return Speaker(argparse.Namespace(**dict(given)))


class Speaker:
    """A model with the voices it has got to know."""

    def __init__(self, given: argparse.Namespace):
        self.given = given
        self.cloner = open_cloner(given)
        self.options = family_options(self.cloner, given)
        self.voices: dict[str, Voice] = {}

    def speak(self, job: dict[str, str], day: Any) -> dict[str, Any]:
        """The entry of a job, done or not."""
        with warnings.catch_warnings(record=True) as heard:
            try:
                entry = {"line": self._speak(job, day)}
            except (SoundalikeError, OSError, ValueError) as error:
                entry = {"error": str(error)}
        return {**entry, "warnings": [str(warning.message) for warning in heard]}

    def _speak(self, job: dict[str, str], day: Any) -> dict[str, Any]:
        from soundalike.audio.io import format_of, write_encoded
        from soundalike.audio.speech import join
        from soundalike.text import read

        given = self.given
        voice = self._voice(job["reference"])
        began = time.monotonic()
        script = read(
            job["text"], job.get("language") or given.language, open_lexicon(given, voice), given.ssml
        )
        how = {
            "loudness": given.loudness,
            "quality": given.quality,
            "verify": given.verify,
            "watermark": given.watermark,
            "day": day,
        }
        audio = join(list(self.cloner.speak(script, voice, self.options, **how)))
        took = time.monotonic() - began
        write_encoded(Path(job["wav"]), encoded(audio, format_of(job["wav"]), given))
        return {
            **job,
            "seconds": round(took, 4),
            "doubts": [doubt for check in audio.checks for doubt in check.doubts],
        }

    def _voice(self, reference: str) -> Voice:
        from soundalike.inference.voice_library import open_voice

        if reference not in self.voices:
            voice = open_voice(self.cloner, reference)
            self.voices[reference] = (
                self.cloner.adapt_to_prompt(voice) if self.given.quality == "best" else voice
            )
        return self.voices[reference]
