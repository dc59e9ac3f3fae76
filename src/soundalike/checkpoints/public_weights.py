"""Weights that others published, as parts of ours."""

from __future__ import annotations

import os

from .part import save_part

GE2E_CARD = (
    "Imported from the public weights of the package resemblyzer; their licence and their training data are "
    "told there.\n"
)


CONTENT_CARD = (
    "Imported from public weights of HuBERT, wav2vec 2.0 or ContentVec; their licence and training data "
    "are told where they were published.\n"
)


def import_content(folder: str | os.PathLike, out: str | os.PathLike, layer: int = 0) -> int:
    """Write a HuBERT, wav2vec 2.0 or ContentVec checkpoint, in the layout of the package transformers, to a
    folder as a content encoder; returns how many parameters it has. Features are the states of a layer, from
    1; 0: the last. Raises CheckpointError for a folder that holds none.
    """
    from soundalike.models.encoders.content.wav2vec2.published import read_published

    network = read_published(folder, layer)
    save_part(out, "wav2vec2", network.config, network.mel, network, CONTENT_CARD)
    return sum(parameter.numel() for parameter in network.parameters())


def import_ge2e(file: str | os.PathLike, out: str | os.PathLike) -> int:
    """Write resemblyzer's `pretrained.pt` to a folder as a speaker encoder; returns how many parameters it
    has. Raises CheckpointError for a file that does not hold them.
    """
    from soundalike.models.encoders.speaker.ge2e.network import read_public

    network = read_public(file)
    save_part(out, "ge2e", network.config, network.mel, network, GE2E_CARD)
    return sum(parameter.numel() for parameter in network.parameters())
