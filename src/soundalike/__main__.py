"""The command as a process: `soundalike`, and `python -m soundalike`. Ctrl-C ends it at any time, while it
still loads too, in one line and with exit code 130.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from soundalike.core.errors import INTERRUPTED

LATER = 0.05  # seconds after which an interruption that was swallowed is tried again


def main() -> int:
    """Run the command that the process was given; returns its exit code."""
    signal.signal(signal.SIGINT, _first)
    sys.unraisablehook = _swallowed
    try:
        from soundalike.cli.main import main as run

        return run()
    except KeyboardInterrupt:  # before the command line could take it
        print("soundalike: interrupted", file=sys.stderr)
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGINT, lambda *_: None)  # what is left is to end


def _first(*_: Any) -> None:
    """The first Ctrl-C: everything under way is undone. The second one does not wait for that."""
    signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    raise KeyboardInterrupt


def _swallowed(unraisable: Any) -> None:
    """An exception in a destructor or a callback, which Python drops; an interruption is raised again."""
    if unraisable.exc_type is None or not issubclass(unraisable.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)
        return
    import threading

    signal.signal(signal.SIGINT, _first)
    threading.Timer(LATER, _again).start()


def _again() -> None:
    """Interrupt the main thread, and what it waits for."""
    if os.name == "nt":
        import _thread

        _thread.interrupt_main()
    else:
        import threading

        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


if __name__ == "__main__":
    raise SystemExit(main())
