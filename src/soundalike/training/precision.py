"""Where training in bfloat16 is worth while."""

from __future__ import annotations

from typing import Literal

import torch

Precision = Literal["full", "bf16", "auto"]


def is_mixed(precision: Precision, device: torch.device) -> bool:
    """Whether to train in mixed precision: "bf16" always, "full" never, "auto" where the device computes with
    bfloat16 itself. Without such instructions bfloat16 is slower than full precision.
    """
    if precision == "auto":
        return has_bf16(device)
    return precision == "bf16"


def has_bf16(device: torch.device) -> bool:
    """Whether a device has instructions for bfloat16, by what torch says of it."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type == "cpu":
        return cpu_has_bf16()
    return False


def cpu_has_bf16() -> bool:
    """Whether the processor has AVX512-BF16 or AMX; not of a torch too old to tell."""
    try:
        return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    except AttributeError:
        return False
