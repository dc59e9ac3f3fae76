"""What the annotators take of a prepared clip: its sound, and its mel as an aligner reads it."""

from __future__ import annotations

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec
from soundalike.core.contracts import Aligner
from soundalike.data.feature_store import FeatureStore

FULL_SCALE = np.float32(32768)  # of samples kept as 16-bit integers


def stored_audio(store: FeatureStore, id: str, mel: MelSpec) -> Audio:
    """The sound of a clip, from its cached samples. Raises DataError where there are none."""
    return Audio(store.read("samples", id).astype(np.float32) / FULL_SCALE, mel.sample_rate)


def frames_of(store: FeatureStore, id: str, mel: MelSpec) -> int:
    """The frames of a clip's mel."""
    if store.has("mel", id):
        return len(store.read("mel", id))
    return len(store.read("samples", id)) // mel.hop_length + 1


def aligner_mel(store: FeatureStore, id: str, mel: MelSpec, aligner: Aligner) -> np.ndarray:
    """The log-mel (T, M) of a clip by the aligner's own spec: the cached one where the specs are the same,
    else made from the cached samples. Raises DataError where they are missing.
    """
    if aligner.mel == mel:
        return store.read("mel", id).astype(np.float32)
    return aligner.hear(stored_audio(store, id, mel))
