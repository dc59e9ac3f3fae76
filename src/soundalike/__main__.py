"""The command as a process: `soundalike`, and `python -m soundalike`. Ctrl-C ends it at any time, while it
still loads too, in one line and with exit code 130.
"""

from __future__ import annotations

import io
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
    _write_any_letter()
    try:
        from soundalike.cli.main import main as run

        return run()
    except BaseException as error:
        # Before the command line could take it; Python makes other errors of one in the midst of a class
        if not (_INTERRUPTED or isinstance(error, KeyboardInterrupt)):
            raise
        print("soundalike: interrupted", file=sys.stderr)
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGINT, lambda *_: None)  # what is left is to end


def _write_any_letter() -> None:
    """Let standard output write letters that its encoding has not as their numbers: names and sounds must not
    end a command, where it is a file or a pipe of Windows, or the locale knows ASCII alone.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _interrupt(*_: Any) -> None:
    """The first Ctrl-C: everything under way is undone. The second one does not wait for that."""
    if _INTERRUPTED:
        os._exit(INTERRUPTED)
    _INTERRUPTED.append(True)
    raise KeyboardInterrupt


if __name__ == "__main__":
    raise SystemExit(main())
