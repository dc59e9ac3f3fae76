"""Speaker embeddings of every clip."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import read_manifest
from soundalike.models.common.prompt_conditioning import vectors


@torch.inference_mode()
def write_speaker_embeddings(folder: str, encoder: nn.Module, mel: MelSpec, again: bool = True) -> int:
    """Cache the speaker vector of every clip among the features of `mel`; returns how many. `encoder` takes
    the log-mel (B, T, M) of its own spec and lengths (B,). Without `again`, clips that have a vector are left
    as they are.
    """
    store = FeatureStore(folder, mel)
    rows = [row for row in read_manifest(folder) if again or not store.has("vector", row.id)]
    for row in tqdm(rows, desc="embed", unit="clip"):
        if encoder.mel == mel:
            sound = torch.from_numpy(store.read("mel", row.id)).float()
            vector = encoder(sound[None], torch.tensor([len(sound)]))[0]
        else:
            vector = vectors(
                encoder, [Audio(store.read("samples", row.id) / np.float32(32768), mel.sample_rate)]
            )[0]
        store.write("vector", row.id, vector.numpy().astype(np.float16))
    return len(rows)
