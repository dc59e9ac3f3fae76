"""Files that appear whole or not at all, and the user's data folder."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import AudioError

if TYPE_CHECKING:
    pass

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


def move_to_new(temporary: str, target: str) -> None:
    """Give a file its name unless there is one. Raises FileExistsError."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except (OSError, AttributeError):  # a file system without links: claim the name, then fill it
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        os.replace(temporary, target)


def write_whole(target: Path, data: bytes) -> None:
    """Write a file so that it appears whole or not at all. Raises AudioError when it cannot be written."""
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise AudioError(
            f"{target}: cannot write into {target.parent} ({error.strerror}). Choose another folder."
        ) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
    except OSError as error:
        os.unlink(temporary)
        raise AudioError(f"{target}: cannot be written ({error.strerror}).") from error
