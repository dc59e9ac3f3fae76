"""How much memory this process uses."""

from __future__ import annotations

import sys


def resident() -> int:
    """Bytes of resident memory; 0 where the system does not say."""
    try:
        with open("/proc/self/statm") as file:
            import resource

            return int(file.read().split()[1]) * resource.getpagesize()
    except (OSError, ImportError):
        pass
    try:
        import resource

        # The most it ever had, where the present size is not to be had
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    except ImportError:
        return 0
