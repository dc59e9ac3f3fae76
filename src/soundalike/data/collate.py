"""Clips to one padded batch."""

from __future__ import annotations

import numpy as np
import torch

from soundalike.core.types import Batch


def collate(items: list[dict]) -> Batch:
    """Pad with zeros and stack."""
    batch = Batch(ids=[item["id"] for item in items])
    for name in ("symbols", "durations", "mel", "pitch", "samples", "prompt", "prompt_pitch"):
        if name in items[0]:
            arrays = [torch.as_tensor(item[name]) for item in items]
            setattr(batch, name, torch.nn.utils.rnn.pad_sequence(arrays, batch_first=True))
            lengths = f"{name.rstrip('s')}_lengths"
            if hasattr(batch, lengths):
                setattr(batch, lengths, torch.tensor([len(a) for a in arrays]))
    for name in ("vector", "speaker", "target_vector", "target_known", "prompt_span", "quality"):
        if name in items[0]:
            setattr(batch, name, torch.as_tensor(np.array([item[name] for item in items])))
    return batch
