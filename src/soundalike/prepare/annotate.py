"""What trained parts add to a prepared folder: how long each symbol lasts, and who speaks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from ..data import FeatureStore, read_manifest
from ..features import MelSpec
from ..text.alphabet import encode
from .aligner import Aligner

DISAGREEMENT = -4.0  # mean log-probability per phoneme under which a transcript is taken to be wrong


def write_durations(folder: str, aligner: Aligner, mel: MelSpec, least: float = DISAGREEMENT) -> dict[str, float]:
    """Cache the durations of every clip with phonemes; returns each clip's agreement, the mean log-probability of its phonemes.

    Clips whose transcript and sound disagree get no durations and are listed in `FOLDER/unaligned.jsonl`.
    """
    store, agreement, left_out = FeatureStore(folder, mel), {}, []
    for row in tqdm([row for row in read_manifest(folder) if row.phonemes], desc="align", unit="clip"):
        sound = torch.from_numpy(store.read("mel", row.id)).float()
        symbols = torch.tensor(encode(row.phonemes, row.id))
        sounded = aligner.class_of[symbols] > 0
        if len(sound) < 2 * int(sounded.sum()):
            left_out.append({"id": row.id, "reason": f"{len(sound)} frames are too few for {int(sounded.sum())} phonemes"})
            store.path("durations", row.id).unlink(missing_ok=True)
            continue
        durations, scores = aligner.align(sound, symbols)
        agreement[row.id] = float(scores[sounded].mean())
        if agreement[row.id] < least:
            left_out.append({"id": row.id, "reason": f"the transcript does not fit the sound (agreement {agreement[row.id]:.2f})"})
            store.path("durations", row.id).unlink(missing_ok=True)
        else:
            store.write("durations", row.id, durations.numpy().astype(np.int16))
    (Path(folder) / "unaligned.jsonl").write_text("".join(json.dumps(r) + "\n" for r in left_out), encoding="utf-8")
    return agreement


@torch.inference_mode()
def write_vectors(folder: str, encoder: nn.Module, mel: MelSpec) -> int:
    """Cache the speaker vector of every clip; returns how many. `encoder` takes log-mel (B, T, M) and lengths (B,)."""
    store = FeatureStore(folder, mel)
    rows = read_manifest(folder)
    for row in tqdm(rows, desc="embed", unit="clip"):
        sound = torch.from_numpy(store.read("mel", row.id)).float()
        store.write("vector", row.id, encoder(sound[None], torch.tensor([len(sound)]))[0].numpy().astype(np.float16))
    return len(rows)
