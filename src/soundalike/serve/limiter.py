"""Workers that speak, and the bounded queue before them.

Workers are threads: PyTorch lets go of the interpreter while it computes, and one copy of the model serves
all (docs/serving.md has the numbers against processes).
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from .errors import Refusal
from .memory import resident

T = TypeVar("T")


def one_thread() -> None:
    """Let PyTorch compute with one thread in this one, as there are others beside it."""
    import torch

    torch.set_num_threads(1)


class Limiter:
    """Admits requests while there is room, and tells the others when to come again."""

    def __init__(self, workers: int, waiting: int, per_key: int, memory: int):
        self.workers = workers
        self.most = workers + waiting
        self.per_key = per_key
        self.memory = memory
        self.inside = 0
        self._of_key: Counter[str] = Counter()
        self._seconds = 0.5  # that a request takes, on average of late

    @contextlib.contextmanager
    def place(self, key: str | None) -> Iterator[None]:
        """A place for one request of a key's holder (None: of anybody). Raises Refusal when there is none.

        Call from the event loop alone.
        """
        if key is not None and self._of_key[key] >= self.per_key:
            raise self._busy(
                429,
                "too_many_requests",
                f"This key has {self.per_key} requests under way. Wait for one to end.",
            )
        if self.inside >= self.most:
            raise self._busy(
                429, "queue_full", f"{self.inside} requests are waiting already. Come again later."
            )
        if self.memory and resident() > self.memory * 2**20:
            raise self._busy(503, "out_of_memory", "The server is short of memory. Come again later.")
        self.inside += 1
        self._of_key[key or ""] += 1
        began = time.monotonic()
        try:
            yield
        finally:
            self.inside -= 1
            self._of_key[key or ""] -= 1
            if not self._of_key[key or ""]:
                del self._of_key[key or ""]
            self._seconds += 0.1 * (
                (time.monotonic() - began) / max(1, self.inside / self.workers) - self._seconds
            )

    def _busy(self, status: int, code: str, message: str) -> Refusal:
        wait = max(1, min(60, math.ceil(self._seconds * self.inside / self.workers / 2)))
        return Refusal(status, code, message, headers={"Retry-After": str(wait)})


class Pool:
    """A few threads that do the work of requests, in the order in which they came."""

    def __init__(self, workers: int):
        self._threads = ThreadPoolExecutor(workers, "speak", initializer=one_thread)

    async def call(self, work: Callable[..., T], *given: Any) -> T:
        """What a function returns, when its turn has come."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)

    async def stream(self, make: Callable[[], Iterator[T]]) -> AsyncIterator[T]:
        """What a generator makes, as it makes it. Closing this one ends that one before its next item.

        The maker never waits for its reader, who may be slow: what it can make at most is bounded by the
        length of texts.
        """
        loop = asyncio.get_running_loop()
        items = asyncio.Queue()
        gone = threading.Event()

        def tell(item: Any, error: BaseException | None, last: bool) -> None:
            with contextlib.suppress(RuntimeError):  # the server has stopped
                loop.call_soon_threadsafe(items.put_nowait, (item, error, last))

        def work() -> None:
            try:
                with contextlib.closing(make()) as source:
                    for item in source:
                        if gone.is_set():
                            return
                        tell(item, None, False)
                tell(None, None, True)
            except BaseException as error:  # noqa: BLE001 - it is raised where the items are awaited
                tell(None, error, True)

        future = self._threads.submit(work)
        try:
            while True:
                item, error, last = await items.get()
                if error is not None:
                    raise error
                if last:
                    return
                yield item
        finally:
            gone.set()
            future.cancel()

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
