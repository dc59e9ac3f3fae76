"""How much memory this process holds."""

from __future__ import annotations

import sys


def resident() -> int:
    """Bytes of resident memory; 0 where it cannot be told."""
    try:
        with open("/proc/self/statm") as file:
            import resource

            return int(file.read().split()[1]) * resource.getpagesize()
    except (OSError, ImportError):
        pass
    try:
        import resource

        # The most it ever held: the nearest that is told
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    except ImportError:
        return 0
