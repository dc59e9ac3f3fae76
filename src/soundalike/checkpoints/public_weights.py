"""Weights that others published, as parts of ours."""

from __future__ import annotations

import os

from .part import save_part

GE2E_CARD = (
    "Imported from the public weights of the package resemblyzer; their licence and their training data are "
    "told there.\n"
)


def import_ge2e(file: str | os.PathLike, out: str | os.PathLike) -> int:
    """Write resemblyzer's `pretrained.pt` to a folder as a speaker encoder; returns how many parameters it
    has. Raises CheckpointError for a file that does not hold them.
    """
    from soundalike.models.encoders.speaker.ge2e.network import read_public

    network = read_public(file)
    save_part(out, "ge2e", network.config, network.mel, network, GE2E_CARD)
    return sum(parameter.numel() for parameter in network.parameters())
