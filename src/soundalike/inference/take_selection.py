"""Takes of one sentence, and the choice among them."""

from __future__ import annotations

import dataclasses
from typing import Any

# Seed and pace of each take of a sentence that is to be as clear as can be
TAKES = ((0, 1.0), (1000, 0.95), (2000, 0.9))


def _changed(options: Any, **wishes: Any) -> Any:
    """The options with those of the wishes that they know of."""
    return dataclasses.replace(
        options, **{name: value for name, value in wishes.items() if hasattr(options, name)}
    )
