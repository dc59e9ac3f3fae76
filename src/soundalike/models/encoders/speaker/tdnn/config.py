"""The sizes of the speaker encoder, by themselves: who runs its graph reads them without PyTorch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TDNNConfig:
    """Sizes of the network."""

    width: int = 256
    blocks: int = 4
    vector: int = 256
