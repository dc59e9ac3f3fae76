"""Defaults that the command line shows, apart from what does the work, which takes a while to import."""

from __future__ import annotations

LONGEST = 12.0  # seconds of a piece of a long recording, at most
SHORTEST = 1.0  # seconds; shorter pieces are rejected
