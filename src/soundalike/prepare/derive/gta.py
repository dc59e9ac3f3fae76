"""Ground-truth-aligned mels: what an acoustic model makes of a clip's own durations and pitch."""

from __future__ import annotations

import numpy as np
import torch
from tqdm import tqdm

from soundalike.audio.mel import MelSpec
from soundalike.checkpoints.part import load_part
from soundalike.core import registry
from soundalike.core.contracts import Objective
from soundalike.core.errors import ConfigError
from soundalike.core.types import DataFacts
from soundalike.data.collate import collate
from soundalike.data.dataset import DataConfig, Dataset
from soundalike.data.feature_store import FeatureStore


def write_gta_of_part(folder: str, part_folder: str, corpora: tuple[str, ...] = ()) -> int:
    """Cache the mels that a trained acoustic model makes of the clips of a prepared folder; returns how many.

    `corpora`: only those whose names begin so.
    """
    part = load_part(part_folder, "acoustic")
    kind = registry.part(part.name)
    facts = DataFacts(1, part.network.mean.clone(), part.network.std.clone())
    if kind.objective is None:
        raise ConfigError(
            f"{part_folder}: a {part.name} has nothing to train, so it makes no mels to learn from."
        )
    objective = kind.objective(part.network, kind.Settings(), facts)
    settings = DataConfig(folder, corpora=corpora, seconds=(0.5, 20.0), prompt_frames=400)
    return write_gta(folder, objective, settings, part.mel)


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
    for index, row in enumerate(tqdm(data.rows, desc="gta", unit="clip")):
        batch = collate([data.item(index, np.random.default_rng([seed, index]))])
        made = objective.forward(batch)["mel"][0, : int(batch.mel_lengths[0])] * network.std + network.mean
        store.write("retold", row.id, made.clamp_min(mel.silence).numpy().astype(np.float16))
    return len(data.rows)
