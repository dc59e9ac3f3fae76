"""Features of a prepared folder, cached by digest: `features/DIGEST/KIND/ID.npy`."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np

from soundalike.audio.mel import MelSpec
from soundalike.core.errors import DataError
from soundalike.core.files import write_atomic


def npy_bytes(array: np.ndarray) -> bytes:
    """An array as the bytes of a .npy file."""
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


# The folders that kinds of features have on disk, where these are not named as the kind is today.
FOLDERS = {"speaker_embedding": "vector", "target_embedding": "teacher", "gta": "retold"}


class FeatureStore:
    """Arrays of a prepared folder, by kind and clip.

    A kind is mel (T, M) float16, pitch (T,) float32, samples (N,) int16, durations (S,) int16,
    speaker_embedding (V,) float16 (by this package's encoder), target_embedding (V,) float16 (by another),
    quality () float32 (predicted mean opinion score), gta (T, M) float16 (the mel an acoustic model makes of
    the clip), degraded_mel (T, M) float16 and degraded_embedding (V,) float16 (of a poor recording of it),
    codes (T, C) integers (of a codec's codebooks) or content (T, D) (features of what is said), the last two
    at a frame rate of their own.
    """

    def __init__(self, folder: str | os.PathLike, mel: MelSpec):
        self.root = Path(folder) / "features" / mel.digest

    def path(self, kind: str, id: str) -> Path:
        """Where an array of a clip is, or would be."""
        return self.root / FOLDERS.get(kind, kind) / f"{id}.npy"

    def has(self, kind: str, id: str) -> bool:
        """Whether there is an array of this kind of a clip."""
        return self.path(kind, id).is_file()

    def write(self, kind: str, id: str, array: np.ndarray) -> None:
        """Keep an array of a clip, whole or not at all."""
        path = self.path(kind, id)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, npy_bytes(array))

    def read(self, kind: str, id: str) -> np.ndarray:
        """An array of a clip. Raises DataError where there is none, or it is damaged."""
        path = self.path(kind, id)
        try:
            return np.load(path)
        except FileNotFoundError:
            raise DataError(
                f"{id}: no {kind} in {self.root}. Make it with `soundalike data prepare` ({kind})."
            ) from None
        except (OSError, EOFError, ValueError) as error:
            raise DataError(
                f"{path}: cannot be read ({error}). Delete it, and make it anew by the command that made it, "
                f"such as `soundalike data prepare` ({kind})."
            ) from None
