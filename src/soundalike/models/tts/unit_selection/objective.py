"""How an inventory is fitted."""

from __future__ import annotations

from dataclasses import dataclass

from soundalike.audio.mel import MelSpec
from soundalike.core.contracts import PartKind
from soundalike.core.types import Interface
from soundalike.models.common.interfaces import alphabet, mel_spectrogram

from .network import UnitInventory, UnitSelectionConfig


@dataclass(frozen=True)
class UnitSelectionSettings:
    """What is asked of the recordings."""

    minutes: float = 5.0  # of them, at least; of an inventory that borrows any number


def _reads(config: UnitSelectionConfig, mel: MelSpec) -> tuple[Interface, ...]:
    """The symbols of texts, and the mel that targets are taken from."""
    return (alphabet(), mel_spectrogram(mel))


PART = PartKind("inventory", UnitSelectionConfig, UnitInventory, UnitSelectionSettings, None, reads=_reads)
