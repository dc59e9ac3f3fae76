"""Sentences made side by side in threads that share one model, given out in order."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from soundalike.core.threads import check_threads, threads_of_one_sum

T = TypeVar("T")


def set_threads(asked: int | None = None) -> None:
    """Let PyTorch, where it was imported, compute as `core.threads` has it, in this thread and those begun
    later. Raises ConfigError for a number below 1.
    """
    check_threads(asked)
    count = threads_of_one_sum(asked)
    if count is not None and "torch" in sys.modules:
        import torch

        torch.set_num_threads(count)


def in_order(make: Callable[[int], T], count: int, workers: int) -> Generator[T, None, None]:
    """What `make` gives for 0 to `count` - 1, in order; up to `workers` are made at once, and as many more
    are held that wait for their turn. Where it raises, so does this in its place, and nothing more is begun.
    """
    if workers <= 1:
        for number in range(count):
            yield make(number)
        return
    pool = ThreadPoolExecutor(workers, "sentence", initializer=set_threads, initargs=(workers,))
    waiting: deque[Future[T]] = deque()
    begun = 0
    try:
        while begun < count or waiting:
            while begun < count and len(waiting) < 2 * workers:
                waiting.append(pool.submit(make, begun))
                begun += 1
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
