"""Where work is done: in this process, in several, or on a Ray cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from .errors import ConfigError, WorkerError
from .installation import install_command
from .interrupts import raise_swallowed_again

EXECUTORS = ("local", "ray")
RETRIES = 5  # times that what a worker had in hand when it died is given to another


def run(engine: str, task: partial, jobs: list[Any], workers: int) -> Iterator[Any]:
    """What the task answers to every job, as they are done; in the order of the jobs where one process does
    them all.

    The task and its keywords are sent to each worker once. Raises ConfigError for an engine that is not
    there, WorkerError when a worker is killed for good, and whatever the task raises.
    """
    if engine not in EXECUTORS:
        raise ConfigError(f"--engine {engine}: unknown. Choose one of {', '.join(EXECUTORS)}.")
    if engine == "ray":
        try:
            import ray
        except ImportError:
            raise ConfigError(f"--engine ray: Ray is not installed ({install_command('ray')}).") from None
    if not jobs:
        return iter(())
    if engine == "ray":
        return _on_cluster(ray, task, jobs, workers)
    return map(task, jobs) if workers <= 1 or len(jobs) == 1 else _in_processes(task, jobs, workers)


def _in_processes(task: partial, jobs: list[Any], workers: int) -> Iterator[Any]:
    others = multiprocessing.active_children()
    pool = ProcessPoolExecutor(workers, initializer=_end_quietly)
    try:
        for future in as_completed([pool.submit(_until_told, task, job) for job in jobs]):
            yield future.result()
    except BrokenProcessPool:
        raise WorkerError(
            "a worker was killed, perhaps for want of memory. Run the same command to go on, with "
            "fewer --workers."
        ) from None
    except (KeyboardInterrupt, GeneratorExit):
        for worker in multiprocessing.active_children():  # nobody waits for what they have in hand
            if worker not in others:
                worker.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@dataclass
class _WorkerState:
    """What a worker is about."""

    is_busy: bool = False  # it has a job in hand
    told: int = 0  # how often it was told to end


_STATE = _WorkerState()  # of this process, where it is a worker


def _end_quietly() -> None:
    """In a worker: the first Ctrl-C or polite kill ends it without a word; what it writes is undone. Between
    two jobs there is nothing to undo, and it may be waiting for a lock that a killed worker holds for ever.
    """

    def end(sign: int, *_: Any) -> None:
        if not _STATE.is_busy:
            os._exit(1)
        _STATE.told += 1
        if _STATE.told == 1:  # a second one does not break off the undoing
            raise SystemExit(1)

    def told_to_no_end() -> None:
        _STATE.told = 0

    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, end)
    raise_swallowed_again(SystemExit, told_to_no_end)


def _until_told(task: partial, job: Any) -> Any:
    """What the task answers, in a worker; once told to end the worker does, where the pool would give it the
    next job.
    """
    try:
        _STATE.is_busy = True
        return task(job)
    except SystemExit:
        os._exit(1)
    finally:
        _STATE.is_busy = False


def _on_cluster(ray: Any, task: partial, jobs: list[Any], workers: int) -> Iterator[Any]:
    """On the cluster that RAY_ADDRESS names, or on one begun here; what a worker that dies had in hand is
    done again by another.
    """
    begun = not ray.is_initialized()
    if begun:
        here = {} if os.environ.get("RAY_ADDRESS") else {"num_cpus": workers, "include_dashboard": False}
        ray.init(log_to_driver=False, logging_level="ERROR", **here)
    try:
        remote = ray.remote(max_retries=RETRIES)(task.func)
        settings = {name: ray.put(value) for name, value in task.keywords.items()}
        waiting = iter(jobs)
        busy: list[Any] = []
        # Enough to keep all busy, few enough to be held in memory
        ahead = 4 * int(ray.cluster_resources().get("CPU", workers))
        while True:
            busy += [remote.remote(job, **settings) for job in islice(waiting, ahead - len(busy))]
            if not busy:
                return
            done, busy = ray.wait(busy)
            try:
                yield from ray.get(done)
            except ray.exceptions.RayTaskError as error:
                raise error.cause from None
            except ray.exceptions.RayError as error:
                raise WorkerError(
                    f"Ray gave up ({str(error).splitlines()[0]}). Run the same command to go on."
                ) from None
    finally:
        if begun:
            ray.shutdown()
