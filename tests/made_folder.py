"""A prepared folder of made-up arrays whose values say where they come from, and what batches of it hold."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from soundalike.audio.mel import MelSpec
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import Row, write_manifest

FPS = MelSpec().frames_per_second
HOP = MelSpec().hop_length
SPEAKERS = ("ann", "ann", "ben", "ben", "ben", "cat", "dan", "dan", "ben", "ann", "dan", "ann", "ben", "dan")
PHONEMES = ["^", "h", "ə", "l", "."]

# What the batches are made by: [data] keys of each case
CASES: dict[str, dict] = {
    "whole": {},
    "cropped": {"crop_frames": 40, "batch_frames": 160, "gta": 0.5},
    "repeated": {"repeat": {"two": 1.5}, "batch_frames": 400, "prompt_frames": 30},
    "speakers": {"clips_per_speaker": 2, "batch_frames": 500, "crop_frames": 50},
}


def write_folder(folder: Path) -> Path:
    """Fourteen clips of four people; one has a single clip."""
    store = FeatureStore(folder, MelSpec())
    rows = []
    for number, speaker in enumerate(SPEAKERS):
        frames = 60 + 7 * ((5 * number) % 14)
        name = f"clip_{number:02d}"
        mel = np.zeros((frames, MelSpec().n_mels), np.float16)
        mel[:, 0] = number
        mel[:, 1] = np.arange(frames)
        store.write("mel", name, mel)
        if number % 3:
            store.write("retold", name, mel + np.float16(100))
        store.write("pitch", name, np.arange(frames, dtype=np.float32) + 1000 * number)
        store.write("samples", name, (np.arange((frames - 1) * HOP) % 30_000).astype(np.int16))
        ends = np.round(np.linspace(0, frames, len(PHONEMES) + 1)).astype(np.int16)
        store.write("durations", name, np.diff(ends))
        store.write("vector", name, np.full(4, number, np.float16))
        if number % 2:
            store.write("teacher", name, np.full(256, number, np.float16))
            store.write("quality", name, np.float32(number / 4))
        seconds = round((frames - 1) / FPS, 3)
        corpus = "one" if number < 7 else "two"
        rows.append(
            Row(name, f"{name}.flac", "hello", speaker, "en", seconds, "train", corpus, phonemes=PHONEMES)
        )
    write_manifest(folder, rows)
    return folder


def digest(values: np.ndarray) -> str:
    """Ten digits that name an array's values and shape."""
    kind = np.float32 if values.dtype.kind == "f" else np.int64
    said = repr(values.shape).encode() + np.ascontiguousarray(values.astype(kind)).tobytes()
    return hashlib.sha256(said).hexdigest()[:10]
