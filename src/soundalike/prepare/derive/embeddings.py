"""Speaker embeddings of every clip."""

from __future__ import annotations

import numpy as np

from soundalike.audio.mel import MelSpec
from soundalike.core.contracts import SpeakerEncoder
from soundalike.core.progress import progress_bar
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import read_manifest

from .stored import stored_audio


def write_speaker_embeddings(folder: str, encoder: SpeakerEncoder, mel: MelSpec, again: bool = True) -> int:
    """Cache the speaker embedding of every clip among the features of `mel`; returns how many.

    The encoder works on its own mel: the cached one where the specs are the same, else one of the cached
    samples. Without `again`, clips that have an embedding are left as they are.
    """
    store = FeatureStore(folder, mel)
    rows = [row for row in read_manifest(folder) if again or not store.has("speaker_embedding", row.id)]
    for row in progress_bar(rows, desc="embed", unit="clip"):
        if encoder.mel == mel:
            embedding = encoder.embed_mel(store.read("mel", row.id))
        else:
            embedding = encoder.embed([stored_audio(store, row.id, mel)])[0]
        store.write("speaker_embedding", row.id, embedding.astype(np.float16))
    return len(rows)
