"""Weights in 8 bits: whole numbers from -127 to 127, and a scale for each row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

SCALES = ".row_scales"  # ends the name of the scales (rows,) of a packed tensor
MOST = 127
FEWEST = 4096  # numbers of a tensor that is packed


def packed(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Tensors as they are stored in 8 bits: matrices and kernels by rows, which are their first dimension;
    all others in half precision, which biases, norms and what is small need.

    A number is off by half a step at most, and a step is the largest of its row divided by 127.
    """
    import torch

    stored = {}
    for name, value in tensors.items():
        if not value.is_floating_point():
            stored[name] = value
        elif value.dim() < 2 or value.numel() < FEWEST:
            stored[name] = value.half()
        else:
            rows = value.float().flatten(1)
            scales = (rows.abs().amax(1) / MOST).clamp_min(torch.finfo(torch.float32).tiny)
            stored[name] = (rows / scales[:, None]).round().to(torch.int8).reshape(value.shape)
            stored[name + SCALES] = scales
    return stored


def unpacked(stored: dict[str, Tensor]) -> dict[str, Tensor]:
    """Tensors of a file, float32 where they are of floating point, whether or not they were packed. Raises
    ValueError for a packed one without scales.
    """
    import torch

    tensors = {}
    for name, value in stored.items():
        scales = stored.get(name + SCALES)
        if scales is not None:
            tensors[name] = value.float() * scales.reshape(-1, *[1] * (value.dim() - 1))
        elif value.dtype == torch.int8:
            raise ValueError(f"{name} has no scales")
        elif not name.endswith(SCALES):
            tensors[name] = value.float() if value.is_floating_point() else value
    return tensors


def is_packed(names: Iterable[str]) -> bool:
    """Whether the tensors of these names are those of a file with weights in 8 bits."""
    return any(name.endswith(SCALES) for name in names)
