"""The command as a process: `soundalike`, and `python -m soundalike`. Ctrl-C ends it at any time, while it
still loads too, in one line and with exit code 130.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from soundalike.core.errors import INTERRUPTED
from soundalike.core.interrupts import raise_swallowed_again

_INTERRUPTED: list[bool] = []  # holds something once an interruption is under way


def main() -> int:
    """Run the command that the process was given; returns its exit code."""
    signal.signal(signal.SIGINT, _interrupt)
    raise_swallowed_again(KeyboardInterrupt, _INTERRUPTED.clear)
    try:
        from soundalike.cli.main import main as run

        return run()
    except KeyboardInterrupt:  # before the command line could take it
        print("soundalike: interrupted", file=sys.stderr)
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGINT, lambda *_: None)  # what is left is to end


def _interrupt(*_: Any) -> None:
    """The first Ctrl-C: everything under way is undone. The second one does not wait for that."""
    if _INTERRUPTED:
        os._exit(INTERRUPTED)
    _INTERRUPTED.append(True)
    raise KeyboardInterrupt


if __name__ == "__main__":
    raise SystemExit(main())
