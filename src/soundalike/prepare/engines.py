"""Where the work is done: in this process, in several, or on a Ray cluster."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import Any

from ..contract import ConfigError
from ..data import DataError
from .aligner import Aligner
from .work import Job, Plan, work

ENGINES = ("local", "ray")


def run(engine: str, jobs: list[Job], plan: Plan, folder: str, aligner: Aligner | None, workers: int) -> Iterator[dict[str, Any]]:
    """The journal's entries of all jobs, as they are done. Raises DataError when a worker is killed for good."""
    if engine not in ENGINES:
        raise ConfigError(f"--engine {engine}: unknown. Choose one of {', '.join(ENGINES)}.")
    task = partial(work, plan=plan, folder=folder, aligner=aligner)
    if not jobs:
        return iter(())
    if engine == "ray":
        return _ray(jobs, task, workers)
    return map(task, jobs) if workers <= 1 or len(jobs) == 1 else _processes(jobs, task, workers)


def _processes(jobs: list[Job], task: Any, workers: int) -> Iterator[dict[str, Any]]:
    pool = ProcessPoolExecutor(workers)
    try:
        for future in as_completed([pool.submit(task, job) for job in jobs]):
            yield future.result()
    except BrokenProcessPool:
        raise DataError("a worker was killed, perhaps for want of memory. Run the same command to go on, with fewer --workers.") from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _ray(jobs: list[Job], task: Any, workers: int) -> Iterator[dict[str, Any]]:
    """By Ray Data, on the cluster that RAY_ADDRESS names or on one begun here; a worker that dies is replaced and its block done again."""
    try:
        import ray
    except ImportError:
        raise ConfigError("--engine ray: Ray is not installed (pip install 'soundalike[ray]').") from None
    begun = not ray.is_initialized()
    if begun:
        ray.init(num_cpus=None if "RAY_ADDRESS" in os.environ else workers, include_dashboard=False, log_to_driver=False)
    try:
        ray.data.DataContext.get_current().enable_progress_bars = False
        blocks = min(len(jobs), 64 * workers)
        done = ray.data.from_items([{"job": job} for job in jobs], override_num_blocks=blocks)
        yield from (row["entry"] for row in done.map(lambda row: {"entry": task(row["job"])}).iter_rows())
    finally:
        if begun:
            ray.shutdown()
