"""Speaker embeddings of every clip."""

from __future__ import annotations

import numpy as np
from tqdm import tqdm

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec
from soundalike.core.contracts import SpeakerEncoder
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import read_manifest


def write_speaker_embeddings(folder: str, encoder: SpeakerEncoder, mel: MelSpec, again: bool = True) -> int:
    """Cache the speaker vector of every clip among the features of `mel`; returns how many. `encoder` takes
    the log-mel (B, T, M) of its own spec and lengths (B,). Without `again`, clips that have a vector are left
    as they are.
    """
    store = FeatureStore(folder, mel)
    rows = [row for row in read_manifest(folder) if again or not store.has("vector", row.id)]
    for row in tqdm(rows, desc="embed", unit="clip"):
        if encoder.mel == mel:
            embedding = encoder.embed_mel(store.read("mel", row.id))
        else:
            sound = Audio(store.read("samples", row.id) / np.float32(32768), mel.sample_rate)
            embedding = encoder.embed([sound])[0]
        store.write("vector", row.id, embedding.astype(np.float16))
    return len(rows)
