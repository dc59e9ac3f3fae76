"""Ground-truth-aligned mels: what an acoustic model makes of a clip's own durations and pitch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from soundalike.audio.mel import MelSpec
from soundalike.checkpoints.part import load_part
from soundalike.core import registry
from soundalike.core.contracts import Objective
from soundalike.core.errors import ConfigError
from soundalike.core.progress import progress_bar
from soundalike.core.types import DataFacts
from soundalike.data.feature_store import FeatureStore

if TYPE_CHECKING:
    from soundalike.data.dataset import DataConfig


def write_gta_of_part(folder: str, part_folder: str, corpora: tuple[str, ...] = ()) -> int:
    """Cache the mels that a trained acoustic model makes of the clips of a prepared folder; returns how many.

    `corpora`: only those whose names begin so. Raises ConfigError for a part with nothing to train.
    """
    from soundalike.data.dataset import DataConfig

    part = load_part(part_folder, "acoustic")
    kind = registry.part(part.name)
    if kind.objective is None:
        raise ConfigError(
            f"{part_folder}: a {part.name} has nothing to train, so it makes no mels to learn from."
        )
    facts = DataFacts(1, part.network.get_buffer("mean").clone(), part.network.get_buffer("std").clone())
    objective = kind.objective(part.network, kind.Settings(), facts)
    settings = DataConfig(folder, corpora=corpora, seconds=(0.5, 20.0), prompt_frames=400)
    return write_gta(folder, objective, settings, part.mel)


def write_gta(folder: str, objective: Objective, settings: DataConfig, mel: MelSpec, seed: int = 0) -> int:
    """Cache the mel an acoustic model makes of every clip, given its true durations and pitch; returns how
    many.

    A vocoder trained on some of these learns to mend what that model smears. `objective` is that of an
    acoustic model: its preview is a mel; `settings` choose the clips. Raises ConfigError for a part that
    makes no mel.
    """
    import torch

    from soundalike.data.collate import collate
    from soundalike.data.dataset import Dataset

    data = Dataset(settings, mel, objective.required_fields, seed)
    store = FeatureStore(folder, mel)
    objective.network().eval()
    torch.manual_seed(seed)
    with torch.no_grad():
        for index, row in enumerate(progress_bar(data.rows, desc="gta", unit="clip")):
            batch = collate([data.item(index, np.random.default_rng([seed, index]))])
            preview = objective.preview(batch)
            if preview is None or preview.mel is None:
                raise ConfigError("this part makes no mel. Give the folder of a trained acoustic model.")
            store.write("gta", row.id, preview.mel.clamp_min(mel.silence).numpy().astype(np.float16))
    return len(data.rows)
