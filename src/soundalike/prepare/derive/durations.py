"""Durations of every symbol, by the aligner."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from soundalike.audio.mel import MelSpec
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import read_manifest
from soundalike.models.aligners.hmm.network import DISAGREEMENT, Aligner
from soundalike.text.alphabet import encode


def write_durations(
    folder: str, aligner: Aligner, mel: MelSpec, least: float = DISAGREEMENT, again: bool = True
) -> dict[str, float]:
    """Cache the durations of every clip with phonemes; returns each clip's agreement, the mean
    log-probability of its phonemes.

    Without `again`, clips that have durations are left as they are.

    Clips whose transcript and sound disagree get no durations and are listed in `FOLDER/unaligned.jsonl`.
    """
    store = FeatureStore(folder, mel)
    agreement = {}
    left_out = []
    rows = [
        row for row in read_manifest(folder) if row.phonemes and (again or not store.has("durations", row.id))
    ]
    for row in tqdm(rows, desc="align", unit="clip"):
        sound = torch.from_numpy(store.read("mel", row.id)).float()
        symbols = torch.tensor(encode(row.phonemes, row.id))
        sounded = aligner.class_of[symbols] > 0
        if len(sound) < 2 * int(sounded.sum()):
            left_out.append(
                {"id": row.id, "reason": f"{len(sound)} frames are too few for {int(sounded.sum())} phonemes"}
            )
            store.path("durations", row.id).unlink(missing_ok=True)
            continue
        durations, scores = aligner.align(sound, symbols)
        agreement[row.id] = float(scores[sounded].mean())
        if agreement[row.id] < least:
            left_out.append(
                {
                    "id": row.id,
                    "reason": f"the transcript does not fit the sound (agreement {agreement[row.id]:.2f})",
                }
            )
            store.path("durations", row.id).unlink(missing_ok=True)
        else:
            store.write("durations", row.id, durations.numpy().astype(np.int16))
    (Path(folder) / "unaligned.jsonl").write_text(
        "".join(json.dumps(r) + "\n" for r in left_out), encoding="utf-8"
    )
    return agreement
