"""Every architecture and vocoder, the ceilings, and other people's systems on the same jobs: one table.

usage: python benchmarks/table.py --jobs jobs.jsonl [--real real.jsonl] --out results [--model NAME=FOLDER
...] [--vocoder NAME=FOLDER ...]
           [--peers-python PYTHON] [--kokoro-voice FILE] [--judge COMMAND] [--again NAME ...] [--publish]

Every system speaks the jobs in a process of its own with two threads, and the first of them in another with
one. What was measured of a system in the same state on the same machine is not measured again.
benchmarks/README.md explains the columns.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

from results import ARCHITECTURES, PEERS, PEOPLE, SHIPPED, VOCODERS, publish, render
from stopwatch import Job, WorkerFailed, machine, spread, start

from soundalike import Audio
from soundalike.checkpoints.bundle import BUILT_IN
from soundalike.core.errors import EvaluationError, SoundalikeError
from soundalike.evaluate.evaluate import Instruments, evaluate, open_instruments

HERE = Path(__file__).resolve().parent
LOUDNESS = -23.0  # LUFS, of everything that is scored: some scores look at the level


@dataclass(frozen=True)
class Row:
    """A system of the table."""

    name: str
    group: str
    said: dict[str, Any] = field(default_factory=dict)  # what its worker is told
    worker: str = "systems.py"
    real: bool = False  # whether it is given recordings of the very sentences


def rows_of(given: argparse.Namespace) -> list[Row]:
    """All that are asked for, whether they are there or not."""
    folders = [
        (what, *pair.partition("=")[::2]) for what in ("model", "vocoder") for pair in getattr(given, what)
    ]
    for what, name, folder in folders:
        if not (name and folder):
            raise EvaluationError(f"--{what} {name}: give NAME=FOLDER.")
    vocoders = [
        ("built-in vocos", {"folder": str(BUILT_IN / "vocoder")}),
        ("griffin_lim", {"part": "griffin_lim"}),
    ]
    vocoders += [(name, {"folder": folder}) for what, name, folder in folders if what == "vocoder"]
    return [
        Row("built-in, best", SHIPPED, {"kind": "model", "manner": {"quality": "best"}}),
        Row("built-in, fast", SHIPPED, {"kind": "model"}),
        Row("built-in, fast, not verified", SHIPPED, {"kind": "model", "manner": {"quality_check": False}}),
        *(
            Row(name, ARCHITECTURES, {"kind": "model", "folder": place, "manner": {"quality": "best"}})
            for what, name, place in folders
            if what == "model"
        ),
        *(Row(name, VOCODERS, {"kind": "vocoder", **said}, real=True) for name, said in vocoders),
        Row("recordings", PEOPLE, {"kind": "recording"}, real=True),
        Row("Kokoro, int8", PEERS, {"part": "kokoro", "voice": given.kokoro_voice}, "peers.py"),
        Row("Piper, joe medium", PEERS, {"part": "piper"}, "peers.py"),
        Row("espeak-ng", PEERS, {"part": "espeak-ng"}, "peers.py"),
    ]


def read_jobs(path: str) -> list[Job]:
    """Jobs of a file of JSON lines, their recordings as absolute paths. Raises EvaluationError naming the
    line that is none.
    """
    jobs = []
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        try:
            said = json.loads(line)
            job = {name: said[name] for name in ("text", "reference")} | {
                name: said[name] for name in ("real", "language") if said.get(name)
            }
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise EvaluationError(
                f"{path}, line {number}: not a job ({error!r}). It needs text and reference."
            ) from None
        for name in {"reference", "real"} & job.keys():
            found = next(
                (place for place in (Path(job[name]), Path(path).parent / job[name]) if place.is_file()), None
            )
            if found is None:
                raise EvaluationError(f"{path}, line {number}: {job[name]} is not there.")
            job[name] = str(found.resolve())
        jobs.append(job)
    return jobs


def kept(path: Path, key: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What the file holds, if it was made for this key; made anew otherwise, with today's date."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["key"] == key:
            return found
    except (OSError, ValueError, KeyError):
        pass
    made = {**make(), "key": key, "date": datetime.date.today().isoformat()}
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    os.replace(part, path)
    return made


def digest(*facts: Any) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:20]


def score(
    jobs: list[Job], folder: Path, judge: str | None, tools: Callable[[], Instruments]
) -> dict[str, Any]:
    """Scores of spoken jobs, brought to one loudness: n, wer, sim, top1, dnsmos. A judge is a command that is
    given the jobs and prints them as JSON on its last line; without one, this package's own instruments.
    Raises EvaluationError when the judge breaks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for job in jobs:
        target = folder / Path(job["wav"]).name
        Audio.read(job["wav"]).levelled(LOUDNESS).write(target)
        lines.append(
            json.dumps({**{name: job[name] for name in ("text", "reference", "seconds")}, "wav": str(target)})
            + "\n"
        )
    manifest = folder / "jobs.jsonl"
    manifest.write_text("".join(lines), encoding="utf-8")
    if judge is None:
        table = evaluate(manifest, folder / "report", tools())["systems"][0]["table"]
        names = {"wer": "wer", "sim": "similarity", "top1": "first", "dnsmos": "naturalness"}
        return {
            "n": len(jobs),
            **{name: table[metric]["value"] for name, metric in names.items() if metric in table},
        }
    ended = subprocess.run([*shlex.split(judge), str(manifest)], capture_output=True, text=True)
    try:
        said = json.loads(ended.stdout.splitlines()[-1])
        return {name: said[name] for name in ("n", "wer", "sim", "top1", "dnsmos")}
    except (IndexError, ValueError, KeyError):
        raise EvaluationError(
            f"{judge}: gave no scores. It said: {ended.stderr.strip()[-300:] or ended.stdout[-300:]}"
        ) from None


@dataclass
class Bench:
    """What all systems are measured by."""

    out: Path
    threads: list[int]  # with the first number of them the jobs are spoken, with each they are timed
    timed: int  # jobs whose speed is measured
    budget: float  # seconds of speaking
    peers_python: str | None
    judge: str | None
    tools: Callable[[], Instruments]

    def ask(self, row: Row, threads: int, jobs: list[Job]) -> dict[str, Any]:
        python = sys.executable if row.worker == "systems.py" else self.peers_python
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
        if row.worker == "peers.py":
            environment.pop("PYTHONPATH", None)  # its packages are its own
        command = [str(python), str(HERE / row.worker)]
        return start(command, environment, system=row.said, threads=threads, jobs=jobs, budget=self.budget)

    def measure(self, row: Row, jobs: list[Job], again: bool) -> dict[str, Any]:
        """A line of the table; with "missing", why there is none."""
        line: dict[str, Any] = {"name": row.name, "group": row.group}
        if not jobs:
            return {**line, "missing": "no job has a recording of its sentence; give such jobs with --real."}
        if row.worker == "peers.py" and not self.peers_python:
            return {**line, "missing": "no --peers-python."}
        there = self.ask(row, 1, [])
        if "missing" in there:
            return {**line, "missing": there["missing"]}
        folder = self.out / row.name.replace(", ", "-").replace(" ", "_")
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.json") if again else ():
            old.unlink()
        runs = {}
        where = machine()
        for threads in self.threads:
            some = jobs if threads == self.threads[0] else jobs[: self.timed]
            named = [{**job, "wav": str(folder / f"{threads}_{n:03d}.wav")} for n, job in enumerate(some)]
            key = digest(asdict(row), there["facts"], named, threads, self.budget, where)
            runs[threads] = kept(folder / f"{threads}.json", key, partial(self.ask, row, threads, named))
        full = runs[self.threads[0]]
        key = digest(full["key"], self.judge, full["rows"])
        scores = kept(
            folder / "scores.json", key, lambda: score(full["rows"], folder / "heard", self.judge, self.tools)
        )
        speeds = {str(threads): _speed(run["rows"][: self.timed]) for threads, run in runs.items()}
        found = {name: full[name] for name in ("facts", "load", "listen", "first", "megabytes", "date")}
        return {**line, "machine": where, **found, "seconds_per_second": speeds, "scores": scores}


def _speed(rows: list[dict[str, Any]]) -> float:
    return sum(row["seconds"] for row in rows) / sum(row["length"] for row in rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", required=True, help="JSON lines with text and reference")
    parser.add_argument(
        "--real",
        help="jobs with a recording of the sentence as well (real), for people and vocoders; "
        "by default those of --jobs",
    )
    parser.add_argument("--out", required=True, help="folder for sounds and measures")
    parser.add_argument(
        "--model", action="append", default=[], metavar="NAME=FOLDER", help="an assembled model"
    )
    parser.add_argument(
        "--vocoder", action="append", default=[], metavar="NAME=FOLDER", help="a trained vocoder"
    )
    parser.add_argument("--peers-python", help="interpreter that has the peers")
    parser.add_argument("--kokoro-voice", help="a voice of Kokoro, e.g. af_heart.bin")
    parser.add_argument(
        "--judge", help="command that scores a file of jobs; by default `soundalike evaluate`'s instruments"
    )
    parser.add_argument("--limit", type=int, help="only so many jobs")
    parser.add_argument(
        "--threads",
        type=int,
        nargs="+",
        default=[2, 1],
        help="numbers of threads; all jobs are spoken with the first",
    )
    parser.add_argument("--timed", type=int, default=12, help="jobs whose speed is measured")
    parser.add_argument(
        "--budget",
        type=float,
        default=600.0,
        help="seconds of speaking after which a slow system is given no further job",
    )
    parser.add_argument(
        "--again", action="append", default=[], metavar="NAME", help="a system that is to be measured anew"
    )
    parser.add_argument(
        "--publish", action="store_true", help="write benchmarks/results.json and the README's table"
    )
    given = parser.parse_args()
    try:
        return run(given)
    except (SoundalikeError, OSError) as error:
        print(f"table.py: {error}", file=sys.stderr)
        return 2


def run(given: argparse.Namespace) -> int:
    rows = rows_of(given)
    names = [row.name for row in rows]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise EvaluationError(f"two systems are called {', '.join(twice)}. Give each a name of its own.")
    unknown = set(given.again) - set(names)
    if unknown:
        raise EvaluationError(
            f"--again {', '.join(sorted(unknown))}: no such system. Choose from: {'; '.join(names)}."
        )
    jobs = spread(read_jobs(given.jobs))[: given.limit]
    real = [
        job for job in (spread(read_jobs(given.real))[: given.limit] if given.real else jobs) if "real" in job
    ]
    bench = Bench(
        Path(given.out).resolve(),
        given.threads,
        given.timed,
        given.budget,
        given.peers_python,
        given.judge,
        cache(open_instruments),
    )
    lines = []
    for row in rows:
        print(row.name, file=sys.stderr, flush=True)
        try:
            lines.append(bench.measure(row, real if row.real else jobs, row.name in given.again))
        except WorkerFailed as error:
            lines.append({"name": row.name, "group": row.group, "missing": str(error)})
    report = {"lines": lines, "jobs": _told(jobs), "real": _told(real), "threads": given.threads}
    report["judge"] = (
        " ".join(Path(word).name for word in shlex.split(given.judge))
        if given.judge
        else "soundalike evaluate"
    )
    (bench.out / "results.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    (bench.out / "results.md").write_text(render(report), encoding="utf-8")
    print(render(report))
    if given.publish:
        publish(report)
        subprocess.run([sys.executable, str(HERE.parent / "docs" / "tables.py")], check=True)
    return 0


def _told(jobs: list[Job]) -> dict[str, int]:
    return {"jobs": len(jobs), "people": len({job["reference"] for job in jobs})}


if __name__ == "__main__":
    sys.exit(main())
