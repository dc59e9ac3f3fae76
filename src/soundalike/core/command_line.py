"""Commands as messages show them, to be copied into a shell."""

from __future__ import annotations

import os
import re


def as_word(value: str | os.PathLike) -> str:
    """A path or a name as one word of a command: in double quotes, which every shell knows, where it holds
    spaces or signs that a shell may take for its own.
    """
    text = os.fspath(value)
    return text if re.fullmatch(r"[\w./\\:@%+=,~-]+", text) else f'"{text}"'
