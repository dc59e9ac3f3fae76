"""How many requests are worked on at once: admission, and the threads that speak.

The threads share one copy of the model, as PyTorch releases the interpreter's lock while it computes
(docs/serving.md has measurements against processes).
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import threading
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from soundalike.core.backends import torch_is_installed

from .errors import Refusal
from .memory import resident

T = TypeVar("T")


def one_thread() -> None:
    """Let PyTorch, where it is installed, compute with one thread in the calling thread, as others compute
    beside it.
    """
    if torch_is_installed():
        import torch

        torch.set_num_threads(1)


class Limiter:
    """Admits requests while there is room; refuses the others, with the time to wait in Retry-After."""

    def __init__(self, workers: int, waiting: int, per_key: int, memory: int):
        self.workers = workers
        self.most = workers + waiting
        self.per_key = per_key
        self.memory = memory
        self.inside = 0
        self._of_key: Counter[str] = Counter()
        self._seconds = 0.5  # that a request takes: a running average

    @contextlib.contextmanager
    def place(self, key: str | None) -> Iterator[None]:
        """A place for one request by the holder of a key (None: by anybody), while the context lasts. Raises
        Refusal when there is none.

        Call from the event loop only.
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
            seconds = (time.monotonic() - began) / max(1, self.inside / self.workers)
            self._seconds += 0.1 * (seconds - self._seconds)

    def _busy(self, status: int, code: str, message: str) -> Refusal:
        wait = max(1, min(60, math.ceil(self._seconds * self.inside / self.workers / 2)))
        return Refusal(status, code, message, headers={"Retry-After": str(wait)})


@dataclass(frozen=True)
class _End:
    """After the last item of a stream: the error that ended it, if any."""

    error: BaseException | None


class Pool:
    """A few threads that do the work of requests, in the order in which they came."""

    def __init__(self, workers: int):
        self._threads = ThreadPoolExecutor(workers, "speak", initializer=one_thread)

    async def call(self, work: Callable[..., T], *given: Any) -> T:
        """What a function returns, when its turn has come."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)

    async def stream(self, make: Callable[[], Generator[T, None, None]]) -> AsyncGenerator[T, None]:
        """What a generator makes, as it makes it. Closing this one ends that one before its next item.

        The generator never waits for the client, who may be slow: how much it can make is bounded by the
        length of texts.
        """
        loop = asyncio.get_running_loop()
        items: asyncio.Queue[T | _End] = asyncio.Queue()
        closed = threading.Event()

        def put(item: T | _End) -> None:
            with contextlib.suppress(RuntimeError):  # the server has stopped
                loop.call_soon_threadsafe(items.put_nowait, item)

        def work() -> None:
            try:
                with contextlib.closing(make()) as source:
                    for item in source:
                        if closed.is_set():
                            return
                        put(item)
                put(_End(None))
            except BaseException as error:  # noqa: BLE001 - it is raised where the items are awaited
                put(_End(error))

        future = self._threads.submit(work)
        try:
            while not isinstance(item := await items.get(), _End):
                yield item
            if item.error is not None:
                raise item.error
        finally:
            closed.set()
            future.cancel()

    def close(self) -> None:
        """Wait for what is being worked on, and drop what waits."""
        self._threads.shutdown(wait=True, cancel_futures=True)
