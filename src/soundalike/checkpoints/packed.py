"""Weights in 8 bits: whole numbers from -127 to 127, and a scale for each row."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from soundalike.core.errors import ConfigError

if TYPE_CHECKING:
    from torch import Tensor

WHOLE = ".int8"  # ends the name of the whole numbers of a packed tensor
SCALES = ".row_scales"  # ends the name of its scales (rows,)
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
            stored[name + WHOLE] = (rows / scales[:, None]).round().to(torch.int8).reshape(value.shape)
            stored[name + SCALES] = scales
    return stored


def unpacked(stored: dict[str, Tensor]) -> dict[str, Tensor]:
    """Tensors of a file, float32 where they are of floating point, whether or not they were packed. Raises
    ValueError for a packed one without scales.
    """
    tensors = {}
    for name, value in stored.items():
        if name.endswith(WHOLE):
            plain = name.removesuffix(WHOLE)
            scales = stored.get(plain + SCALES)
            if scales is None:
                raise ValueError(f"{plain} has no scales")
            tensors[plain] = value.float() * scales.reshape(-1, *[1] * (value.dim() - 1))
        elif not name.endswith(SCALES):
            tensors[name] = value.float() if value.is_floating_point() else value
    return tensors


def check_not_packed(file: Path) -> None:
    """Raise ConfigError for a file of weights in 8 bits, which graphs beside it cannot take."""
    from safetensors import safe_open

    with safe_open(file, "numpy") as opened:
        names = list(opened.keys())
    if any(name.endswith(SCALES) for name in names):
        raise ConfigError(
            f"{file}: its weights are in 8 bits, which graphs beside them cannot take. "
            "Write graphs with weights of their own: `soundalike models export MODEL --onnx -o FOLDER`."
        )
