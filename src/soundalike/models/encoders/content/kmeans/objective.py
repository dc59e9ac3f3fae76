"""How units are fitted."""

from __future__ import annotations

from dataclasses import dataclass

from soundalike.audio.mel import MelSpec
from soundalike.core.contracts import PartKind
from soundalike.core.types import Interface

from .network import KMeans, KMeansConfig


@dataclass(frozen=True)
class KMeansSettings:
    """How much is fitted to, and how long."""

    frames: int = 200_000  # fitted to, at most
    rounds: int = 100  # at most
    tolerance: float = 1e-4  # share of the inertia by which a round must lower it to be followed by another
    seed: int = 0


def _writes(config: KMeansConfig, mel: MelSpec) -> tuple[Interface, ...]:
    return (Interface("units", {"units": config.units, "frames_per_second": mel.frames_per_second}),)


PART = PartKind("content", KMeansConfig, KMeans, KMeansSettings, None, writes=_writes)
