"""The interface of codes, from the config of a network that reads them."""

from __future__ import annotations

from typing import Protocol

from soundalike.audio.mel import MelSpec
from soundalike.core.types import Interface


class OfCodes(Protocol):
    """A config that says which codes it is for."""

    levels: int
    entries: int
    stride: int
    codec: str


def reads_codes(config: OfCodes, mel: MelSpec) -> Interface:
    """Codes of so many levels and entries, one each `stride` frames of the mel."""
    return Interface("codes", {"levels": config.levels})
