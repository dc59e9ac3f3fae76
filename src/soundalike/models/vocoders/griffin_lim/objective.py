"""Griffin-Lim has nothing to train."""

from __future__ import annotations

from dataclasses import dataclass

from soundalike.core.contracts import PartKind
from soundalike.models.common.interfaces import reads_mel, writes_waveform

from .network import GriffinLim, GriffinLimConfig


@dataclass(frozen=True)
class GriffinLimSettings:
    """Nothing to train."""


PART = PartKind(
    "vocoder", GriffinLimConfig, GriffinLim, GriffinLimSettings, None, reads=reads_mel, writes=writes_waveform
)
