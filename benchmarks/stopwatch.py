"""What every system of the table has in common: a process of its own, started on an order, that speaks the
jobs and is timed.

A worker (`systems.py`, or `peers.py` under an interpreter that has the peers) opens its system and calls
`work`. Only numpy is needed here.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np

Job = dict[str, Any]  # text, reference, wav; `real`: a recording of the text; language
MANY_SENTENCES = 4  # jobs whose texts, one after the other, are what the first piece of sound is waited for
FIRSTS = 3  # times that this is tried


class Missing(Exception):
    """Why a system is not there."""


class WorkerFailed(Exception):
    """What a process said before it ended badly."""


class System(Protocol):
    """Something that makes sound of jobs."""

    facts: dict[str, Any]  # parameters, bytes, and whatever else tells one state of it from another

    def listen(self, job: Job) -> Any:
        """What it needs to have heard before it speaks: a voice, a mel. Timed apart from speaking."""
        ...

    def speak(self, text: str, heard: Any) -> Iterator[tuple[np.ndarray, int]]:
        """Pieces of sound (N,), float32 within 1 or int16, each with its rate."""
        ...


def machine() -> str:
    """The processor and how many of it."""
    cpu = Path("/proc/cpuinfo")
    names = (
        [line.split(":")[1].strip() for line in cpu.read_text().splitlines() if line.startswith("model name")]
        if cpu.is_file()
        else []
    )
    return f"{(names or [platform.processor() or platform.machine()])[0]}, {os.cpu_count()} cores"


def peak_megabytes() -> float:
    """The most memory this process has held, resident. Linux says it of the process alone, getrusage also of
    the one that started it.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024**2 if sys.platform == "darwin" else 1024
    )


def write(path: str, pieces: list[tuple[np.ndarray, int]]) -> float:
    """A wav of pieces of one rate; its length in seconds."""
    rate = pieces[0][1]
    samples = np.concatenate([piece for piece, _ in pieces])
    if samples.dtype != np.int16:
        samples = np.round(samples.clip(-1.0, 1.0) * 32767).astype(np.int16)
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return len(samples) / rate


def spread(jobs: list[Job]) -> list[Job]:
    """The jobs in an order of which every beginning is spread over the whole."""
    places = sorted(range(len(jobs)), key=lambda n: n * 0.6180339887 % 1)
    return [jobs[n] for n in places]


def measure(system: System, jobs: list[Job], budget: float) -> dict[str, Any]:
    """Speak jobs, in order, until `budget` seconds of speaking are spent: a row for each; the time to the
    first sound; the peak memory.
    """
    heard: dict[tuple, Any] = {}
    listening = []
    for job in jobs:
        known = (job["reference"], job.get("real"))
        if known not in heard:
            began = time.monotonic()
            heard[known] = system.listen(job)
            listening.append(time.monotonic() - began)

    def speak(job: Job) -> Iterator[tuple[np.ndarray, int]]:
        return system.speak(job["text"], heard[job["reference"], job.get("real")])

    list(speak(jobs[0]))  # the first is slower than those after it, and none is to be first
    firsts: list[float] = []
    many = {**jobs[0], "text": " ".join(job["text"] for job in jobs[:MANY_SENTENCES])}
    while len(firsts) < FIRSTS and sum(firsts) < budget / 10:
        began = time.monotonic()
        next(iter(speak(many)))
        firsts.append(time.monotonic() - began)
    rows: list[dict[str, Any]] = []
    for job in jobs:
        if sum(row["seconds"] for row in rows) > budget:
            break
        began = time.monotonic()
        pieces = list(speak(job))
        seconds = time.monotonic() - began
        rows.append({**job, "seconds": seconds, "length": write(job["wav"], pieces)})
    return {
        "rows": rows,
        "listen": statistics.median(listening),
        "first": statistics.median(firsts),
        "megabytes": peak_megabytes(),
    }


def work(open_system: Callable[[dict[str, Any], int], System]) -> None:
    """Carry out the order on standard input: `began`, `system`, `threads`, `jobs`, `budget` and the file for
    the `result`.

    Without jobs the system is only opened, and told of.
    """
    order = json.load(sys.stdin)
    try:
        system = open_system(order["system"], order["threads"])
    except (Missing, ImportError, OSError) as error:
        result: dict[str, Any] = {"missing": str(error)}
    else:
        result = {"load": time.monotonic() - order["began"]}
        if order["jobs"]:
            result |= measure(system, order["jobs"], order["budget"])
        result["facts"] = system.facts
    Path(order["result"]).write_text(json.dumps(result), encoding="utf-8")


def start(worker: list[str], environment: dict[str, str], **order: Any) -> dict[str, Any]:
    """What a worker's command answers to an order. Raises WorkerFailed with the end of what it said when it
    breaks.
    """
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        text = json.dumps({**order, "result": str(result), "began": time.monotonic()})
        ended = subprocess.run(worker, input=text, env=environment, capture_output=True, text=True)
        if ended.returncode or not result.is_file():
            last = ended.stderr.strip().splitlines()[-1:] or [f"exit code {ended.returncode}"]
            raise WorkerFailed(f"{Path(worker[1]).name} broke: {last[0]}")
        return json.loads(result.read_text(encoding="utf-8"))
