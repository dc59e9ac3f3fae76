"""What prompt adaptation learned of a voice, kept on disk, so that it is learned once: one file a voice and
model.

A file is named by the digest of what was learned from, and that of the model and method. It appears whole or
not at all, so any number of processes may read and write at once; those that were not used for longest are
deleted where they take more than MOST bytes together. A cache that cannot be written is as good as none.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from soundalike.core.files import cache_dir, write_atomic
from soundalike.core.types import IDENTITY, Voice

MOST = 100_000_000  # bytes of all files together
LEARNED_FROM = ("prompt", "prompt_pitch", IDENTITY)  # the arrays of a voice that prompt adaptation reads
ENDING = ".safetensors"


def default_folder() -> Path:
    """Where adapters are kept: `adapters` in the user's cache folder. It need not exist."""
    return cache_dir() / "adapters"


def key_of(voice: Voice, model: str) -> str:
    """The name of what a model of that digest (capabilities.Adapts.adaptation) learns from a voice."""
    return f"{_digest_of(voice)}-{model}"


def _digest_of(voice: Voice) -> str:
    sums = hashlib.sha256()
    for name in LEARNED_FROM:
        if name in voice.tensors:
            sums.update(name.encode() + np.ascontiguousarray(voice.tensors[name]).tobytes())
    return sums.hexdigest()[:24]


class AdapterCache:
    """Adapters by key, in a folder."""

    def __init__(self, folder: str | os.PathLike | None = None, most: int = MOST):
        self.folder = Path(folder) if folder is not None else default_folder()
        self.most = most

    def get(self, key: str) -> dict[str, np.ndarray] | None:
        """What was kept under a key; None where there is nothing, or nothing that can be read."""
        from safetensors import SafetensorError
        from safetensors.numpy import load

        path = self._path(key)
        try:
            change = load(path.read_bytes())
            os.utime(path)
        except (OSError, SafetensorError, ValueError):
            return None
        if not change or any(value.dtype != np.float16 for value in change.values()):
            return None
        return change

    def put(self, key: str, change: Mapping[str, np.ndarray]) -> None:
        """Keep an adapter; nothing happens where it cannot be written."""
        from safetensors.numpy import save

        data = save({name: np.ascontiguousarray(value) for name, value in change.items()})
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_atomic(self._path(key), data, mode=0o600)
        self._shrink()

    def forget(self, voice: Voice) -> None:
        """Delete what any model learned of a voice."""
        with contextlib.suppress(OSError):
            for path in self.folder.glob(f"{_digest_of(voice)}-*{ENDING}"):
                path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{ENDING}"

    def _shrink(self) -> None:
        """Delete those that were not used for longest, until the rest fits."""
        found = []
        for path in self.folder.glob(f"*{ENDING}"):
            with contextlib.suppress(OSError):  # another process deletes as well
                facts = path.stat()
                found.append((facts.st_mtime_ns, facts.st_size, path))
        left = self.most
        for _, size, path in sorted(found, reverse=True):
            left -= size
            if left < 0:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)
