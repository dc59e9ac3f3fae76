"""Features of a prepared folder, cached by digest: `features/DIGEST/KIND/ID.npy`."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from soundalike.audio.mel import MelSpec
from soundalike.core.errors import DataError


class FeatureStore:
    """Arrays of a prepared folder, by kind and clip."""

    def __init__(self, folder: str | os.PathLike, mel: MelSpec):
        self.root = Path(folder) / "features" / mel.digest

    def path(self, kind: str, id: str) -> Path:
        return self.root / kind / f"{id}.npy"

    def has(self, kind: str, id: str) -> bool:
        return self.path(kind, id).is_file()

    def write(self, kind: str, id: str, array: np.ndarray) -> None:
        path = self.path(kind, id)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".part")
        with open(temporary, "wb") as file:
            np.save(file, array)
        os.replace(temporary, path)

    def read(self, kind: str, id: str) -> np.ndarray:
        try:
            return np.load(self.path(kind, id))
        except FileNotFoundError:
            raise DataError(
                f"{id}: no {kind} in {self.root}. Make it with `soundalike data prepare` ({kind})."
            ) from None
