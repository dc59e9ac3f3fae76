"""What was made lately, so that it need not be made again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """The last few things that were made, by their keys; several threads may ask. What makes one must not ask
    for another of the same.
    """

    def __init__(self, most: int):
        self._most = most
        self._made: dict[Hashable, T] = {}
        self._making = threading.Lock()

    def of(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was made for a key, or is made now; raises what `make` raises."""
        with self._making:
            found = self._made.pop(key) if key in self._made else make()
            self._made[key] = found  # at the end: the first is the one that was not asked for the longest
            while len(self._made) > self._most:
                del self._made[next(iter(self._made))]
            return found
