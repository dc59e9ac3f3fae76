"""Clips to one padded batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from soundalike.core.types import Batch, Padded

from .fields import Field, fields_of


def collate(items: Sequence[dict[str, Any]]) -> Batch:
    """Pad the arrays of clips to one length and stack them: each item has an "id", and arrays by field."""
    names = [name for name in items[0] if name != "id"]
    stacked = {field.name: _padded(field, [item[field.name] for item in items]) for field in fields_of(names)}
    return Batch([item["id"] for item in items], stacked)


def _padded(field: Field, arrays: list[Any]) -> Padded:
    tensors: list[Tensor] = [torch.from_numpy(np.array(array, field.dtype)) for array in arrays]
    if field.axis is None:
        return Padded(torch.stack(tensors), None)
    values = pad_sequence(tensors, batch_first=True, padding_value=field.pad)
    return Padded(values, torch.tensor([len(tensor) for tensor in tensors]))
