"""The report of a batch: a JSON line of each job done, in the order of their file, whoever does them."""

from __future__ import annotations

import json
from collections import deque
from pathlib import Path
from typing import Any


class Report:
    """The jobs done, in the order of their file, as JSON lines, where a file is asked for."""

    def __init__(self, path: str | None, order: list[int]):
        if path:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.file = open(path, "w", encoding="utf-8") if path else None
        self.waiting = deque(order)
        self.made: dict[int, dict[str, Any]] = {}
        self.done = 0

    def add(self, number: int, entry: dict[str, Any]) -> None:
        """A job's entry, written as soon as all before it are."""
        self.made[number] = entry
        while self.waiting and self.waiting[0] in self.made:
            self._write(self.made.pop(self.waiting.popleft()))

    def _write(self, entry: dict[str, Any]) -> None:
        if "line" not in entry:
            return
        self.done += 1
        if self.file:
            self.file.write(json.dumps(entry["line"], ensure_ascii=False) + "\n")
            self.file.flush()

    def close(self) -> None:
        """Nothing that was made is left out of it, even if what stands before it was not."""
        for number in self.waiting:
            if number in self.made:
                self._write(self.made[number])
        if self.file:
            self.file.close()
