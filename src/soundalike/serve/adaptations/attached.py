"""The command line in a process that ends, as by Ctrl-C, when the one that began it does:
`python -m soundalike.serve.adaptations.attached VERB ...`, its standard input held open by the other.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading


def main() -> None:
    """Run the command that follows in the arguments."""
    threading.Thread(target=_watch, daemon=True).start()
    runpy.run_module("soundalike", run_name="__main__", alter_sys=True)


def _watch() -> None:
    """Interrupt the main thread once nobody holds the standard input open."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    if os.name == "nt":
        import _thread

        _thread.interrupt_main()
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


if __name__ == "__main__":
    main()
