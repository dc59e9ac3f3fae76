"""Scaled dot-product attention, in the precision that suits the device."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def attend(
    query: Tensor, key: Tensor, value: Tensor, allowed: Tensor | None = None, causal: bool = False
) -> Tensor:
    """What queries (B, H, N, D) find among keys and values (B, H, S, D): (B, H, N, D) (Vaswani et al. 2017,
    eq. 1).

    `allowed`, broadcast to (B, H, N, S), is true where a place may be seen; None: everywhere. In mixed
    precision on a CPU it is computed in full: its gradient in bfloat16 takes two to four times as long there.
    """
    if query.device.type == "cpu" and torch.is_autocast_enabled("cpu"):
        with torch.autocast("cpu", enabled=False):
            query, key, value = query.float(), key.float(), value.float()
            return F.scaled_dot_product_attention(query, key, value, attn_mask=allowed, is_causal=causal)
    return F.scaled_dot_product_attention(query, key, value, attn_mask=allowed, is_causal=causal)
