"""Ground-truth-aligned mels: what an acoustic model makes of a clip's own durations and pitch."""

from __future__ import annotations

import numpy as np
import torch
from tqdm import tqdm

from soundalike.audio.mel import MelSpec
from soundalike.core.contracts import Objective
from soundalike.core.errors import ConfigError
from soundalike.data.collate import collate
from soundalike.data.dataset import DataConfig, Dataset
from soundalike.data.feature_store import FeatureStore


@torch.no_grad()
def write_gta(folder: str, objective: Objective, settings: DataConfig, mel: MelSpec, seed: int = 0) -> int:
    """Cache the mel an acoustic model makes of every clip, told its true durations and pitch; returns how
    many.

    A vocoder trained on some of these learns to mend what that model smears. `objective` is that of an
    acoustic model: its preview is a mel; `settings` choose the clips. Raises ConfigError for a part that makes
    no mel.
    """
    data = Dataset(settings, mel, objective.required_fields, seed)
    store = FeatureStore(folder, mel)
    objective.network().eval()
    torch.manual_seed(seed)
    for index, row in enumerate(tqdm(data.rows, desc="retell", unit="clip")):
        batch = collate([data.item(index, np.random.default_rng([seed, index]))])
        preview = objective.preview(batch)
        if preview is None or preview.mel is None:
            raise ConfigError("this part makes no mel. Give the folder of a trained acoustic model.")
        store.write("gta", row.id, preview.mel.clamp_min(mel.silence).numpy().astype(np.float16))
    return len(data.rows)
