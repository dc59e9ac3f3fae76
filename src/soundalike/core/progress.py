"""Progress bars, the one kind for all that takes long: on a terminal a line that is drawn over; elsewhere, as
in a log, a new line now and then.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Iterator
from typing import Any, TextIO

FIRST_WAIT = 0.1  # seconds before the first new line outside of a terminal; each wait is twice the last one
LONGEST_WAIT = 30.0  # seconds between two lines
MOVES = re.compile(r"[\r\n]|\x1b\[[A-Z]")  # what moves the cursor of a terminal
_hidden = False


def hide(hidden: bool) -> None:
    """Whether no bar is shown from now on, whatever asks for one."""
    global _hidden
    _hidden = hidden


def progress_bar(items: Any = None, *, disable: bool = False, **wishes: Any) -> Any:
    """A bar on standard error, as tqdm makes it and with its parameters: over `items`, or to be updated."""
    from tqdm import tqdm

    disable = disable or _hidden
    if disable or sys.stderr is None or sys.stderr.isatty():
        return tqdm(items, disable=disable, **wishes)
    wishes |= {"file": LineFile(sys.stderr), "leave": True, "mininterval": FIRST_WAIT, "miniters": 1}
    return _line_bar()(items, **wishes)


class LineFile:
    """A text file whose every write is a line of its own; moves of the cursor are left out."""

    def __init__(self, file: TextIO):
        self._file = file

    def write(self, text: str) -> int:
        """Write a line, unless it is empty."""
        line = MOVES.sub("", text).rstrip()
        if line:
            self._file.write(f"{line}\n")
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@functools.cache
def _line_bar() -> type:
    """The bar outside of a terminal; a function's, so that tqdm is imported where there is a bar."""
    from tqdm import tqdm

    class LineBar(tqdm):
        """A bar that waits twice as long after each line, to LONGEST_WAIT."""

        mininterval: float

        def __iter__(self) -> Iterator[Any]:
            # tqdm's own remembers how long to wait
            try:
                for item in self.iterable:
                    yield item
                    self.update(1)
            finally:
                self.close()

        def update(self, n: float | None = 1) -> bool | None:
            shown = super().update(n)
            if shown:
                self.mininterval = min(LONGEST_WAIT, 2 * self.mininterval)
            return shown

    return LineBar
