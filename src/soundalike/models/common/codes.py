"""What codecs share: which codec codes are of."""

from __future__ import annotations

import hashlib

import torch
from torch import Tensor


def codebook_digest(codebooks: Tensor, frames_per_second: float) -> str:
    """Twelve hexadecimal digits that name codebooks (Q, K, D) and their rate. Codes mean nothing to a codec
    of another digest. Half precision, in which weights are shipped, gives the same digest.
    """
    said = f"{tuple(codebooks.shape)} {frames_per_second:.6f}".encode()
    return hashlib.sha256(said + codebooks.to(torch.float16).cpu().numpy().tobytes()).hexdigest()[:12]
