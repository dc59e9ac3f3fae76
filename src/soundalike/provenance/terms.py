"""How long a consent may hold, apart from what checks it, which takes a while to import."""

from __future__ import annotations

LONGEST_TERM = 3650  # days
