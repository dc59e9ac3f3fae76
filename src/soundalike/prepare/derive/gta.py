"""Ground-truth-aligned mels: what an acoustic model makes of a clip's own durations and pitch."""

from __future__ import annotations

import numpy as np
import torch
from tqdm import tqdm

from soundalike.audio.mel import MelSpec
from soundalike.core.contracts import Objective
from soundalike.data.collate import collate
from soundalike.data.dataset import DataConfig, Dataset
from soundalike.data.feature_store import FeatureStore


@torch.no_grad()
def write_gta(folder: str, objective: Objective, settings: DataConfig, mel: MelSpec, seed: int = 0) -> int:
    """Cache the mel an acoustic model makes of every clip, told its true durations and pitch; returns how
    many.

    A vocoder trained on some of these learns to mend what that model smears. `objective` gives a normalised
    "mel" (B, T, M) of a batch and holds the network with its `mean` and `std`; `settings` choose the clips.
    """
    data = Dataset(settings, mel, objective.required_fields, seed)
    store = FeatureStore(folder, mel)
    network = objective.network().eval()
    torch.manual_seed(seed)
    for index, row in enumerate(tqdm(data.rows, desc="retell", unit="clip")):
        batch = collate([data.item(index, np.random.default_rng([seed, index]))])
        made = objective.forward(batch)["mel"][0, : int(batch.mel_lengths[0])] * network.std + network.mean
        store.write("retold", row.id, made.clamp_min(mel.silence).numpy().astype(np.float16))
    return len(data.rows)
