"""What preparing left out of a prepared folder: lists of JSON lines, each with an id and a reason."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

REJECTED = "rejected.jsonl"  # rows and recordings that were not taken
UNALIGNED = "unaligned.jsonl"  # clips to which the aligner gave no durations


def read_left_out(folder: str | os.PathLike, name: str) -> list[dict[str, Any]]:
    """The entries of one of the lists of a prepared folder; none where there is no such list."""
    path = Path(folder) / name
    lines = path.read_text(encoding="utf-8").split("\n") if path.is_file() else []
    return [json.loads(line) for line in lines if line]


def line_of(entry: dict[str, Any]) -> str:
    """An entry for people: its id, unless the reason names it, and the reason."""
    id, reason = entry["id"], entry["reason"]
    return reason if id in reason else f"{id}: {reason}"
