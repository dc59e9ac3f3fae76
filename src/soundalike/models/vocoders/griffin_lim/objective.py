"""Griffin-Lim has nothing to train."""

from __future__ import annotations

from dataclasses import dataclass

from soundalike.core.contracts import PartKind

from .network import GriffinLim, GriffinLimConfig


@dataclass(frozen=True)
class GriffinLimSettings:
    """Nothing to train."""


PART = PartKind("vocoder", GriffinLimConfig, GriffinLim, GriffinLimSettings, None)
