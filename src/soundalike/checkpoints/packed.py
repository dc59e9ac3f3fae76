"""Weights in 8 bits: whole numbers from -127 to 127, and a scale for each row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

WHOLE = ".int8"  # ends the name of the whole numbers of a packed tensor
SCALES = ".row_scales"  # ends the name of its scales (rows,)
MOST = 127
FEWEST = 4096  # numbers of a tensor that is packed
# Ends the names of tensors that are not: what learned of their codes knows them by a digest in half precision
CODEBOOKS = "codebooks"


def packed(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Tensors as they are stored in 8 bits: matrices and kernels by rows, which are their first dimension;
    all others in half precision, which biases, norms, codebooks and what is small need.

    A number is off by half a step at most, and a step is the largest of its row divided by 127.
    """
    import torch

    stored = {}
    for name, value in tensors.items():
        if not value.is_floating_point():
            stored[name] = value
        elif value.dim() < 2 or value.numel() < FEWEST or name.endswith(CODEBOOKS):
            stored[name] = value.half()
        else:
            rows = value.float().flatten(1)
            scales = (rows.abs().amax(1) / MOST).clamp_min(torch.finfo(torch.float32).tiny)
            stored[name + WHOLE] = (rows / scales[:, None]).round().to(torch.int8).reshape(value.shape)
            stored[name + SCALES] = scales
    return stored


def unpacked(stored: dict[str, Tensor]) -> dict[str, Tensor]:
    """Tensors of a file, float32 where they are of floating point, whether or not they were packed. Raises
    ValueError for a packed one without scales.
    """
    tensors = {}
    for name in plain_names(stored):
        value = stored.get(name)
        if value is None:
            value = _in_rows(stored[name + WHOLE].float(), _scales(name, stored))
        tensors[name] = value.float() if value.is_floating_point() else value
    return tensors


def unpacked_array(stored: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """One of `unpacked` by its plain name, as an array in the precision it is stored in, float32 where it was
    packed. Raises ValueError for a packed one without scales, KeyError where there is none of that name.
    """
    if name + WHOLE not in stored:
        return stored[name]
    return _in_rows(stored[name + WHOLE].astype("float32"), _scales(name, stored))


def plain_names(stored: Iterable[str]) -> list[str]:
    """The names of tensors, of the names that a file holds."""
    return [name.removesuffix(WHOLE) for name in stored if not name.endswith(SCALES)]


def _scales(name: str, stored: Mapping[str, Any]) -> Any:
    if name + SCALES not in stored:
        raise ValueError(f"{name} has no scales")
    return stored[name + SCALES]


def _in_rows(value: Any, scales: Any) -> Any:
    """A tensor or an array, each row times its scale."""
    return value * scales.reshape(-1, *[1] * (value.ndim - 1))
