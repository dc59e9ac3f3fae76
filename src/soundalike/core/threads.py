"""How many threads compute: the one place that decides it, for Python, the command line and the server.

One thread of PyTorch is about as quick as two for these models, and beside any other load much quicker, as
threads that share one sum wait for each other at every step (docs/scale.md). So each sentence is made by one
thread, and where cores are idle, sentences of a long text are made side by side.
"""

from __future__ import annotations

import os

from .errors import ConfigError

ASKED_BY = "OMP_NUM_THREADS"  # environment variable with the threads of one sum, which PyTorch follows
WAITING = "OMP_WAIT_POLICY"  # environment variable: how threads wait for each other
MOST_IDLE = 8  # sentences made side by side where nobody says how many


def wait_passively() -> None:
    """Let threads that wait for others sleep rather than spin, unless the environment says otherwise. Only
    has an effect before PyTorch is imported.
    """
    os.environ.setdefault(WAITING, "PASSIVE")


def check_threads(asked: int | None) -> None:
    """Raise ConfigError for a number of threads below 1."""
    if asked is not None and asked < 1:
        raise ConfigError(f"threads = {asked}: give 1 or more.")


def threads_of_one_sum(asked: int | None = None) -> int | None:
    """The threads that PyTorch shares one sum among: one; None (as PyTorch has it) where the environment says
    how many and nobody asked for another number.
    """
    return None if asked is None and os.environ.get(ASKED_BY) else 1


def sentences_at_once(asked: int | None, sentences: int) -> int:
    """How many sentences of a text are made side by side, each by one thread: as many as were asked for; else
    as many as there are idle cores now, and one where the environment says how many threads there are to be.
    """
    if asked is None:
        asked = 1 if os.environ.get(ASKED_BY) else min(MOST_IDLE, idle_cores())
    return max(1, min(asked, sentences))


def windows_at_once(windows: int) -> int:
    """How many windows of a step of training are computed side by side, each by one thread: as many as there
    are cores, idle or not, as they wait for each other only at its end; one where the environment says how
    many threads there are to be.
    """
    return 1 if os.environ.get(ASKED_BY) else max(1, min(windows, cores()))


def cores() -> int:
    """Cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not known on this system
        return os.cpu_count() or 1


def idle_cores() -> int:
    """Cores this process may use that nobody has used for the last minute; one at least."""
    try:
        busy = os.getloadavg()[0]
    except (AttributeError, OSError):  # not known on this system
        return 1
    return max(1, int(cores() - busy + 0.5))
