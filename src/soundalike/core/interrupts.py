"""Interruptions that Python drops, as they fell into a destructor or a callback of a library, come again."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

LATER = 0.05  # seconds after which an interruption that was swallowed is tried again


def raise_swallowed_again(kind: type[BaseException], ready: Callable[[], object]) -> None:
    """Where an exception of this kind, raised by a signal's handler, is swallowed, call `ready` and send
    SIGINT again, a little later and from another thread: until then a second signal finds the first one
    counted, and does not interrupt this. Others are reported as before.
    """

    def hook(unraisable: Any) -> None:
        if unraisable.exc_type is None or not issubclass(unraisable.exc_type, kind):
            sys.__unraisablehook__(unraisable)
            return
        threading.Timer(LATER, again).start()

    def again() -> None:
        ready()
        _interrupt()

    sys.unraisablehook = hook


def _interrupt() -> None:
    """Interrupt the main thread, and what it waits for."""
    if os.name == "nt":
        import _thread

        _thread.interrupt_main()
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
