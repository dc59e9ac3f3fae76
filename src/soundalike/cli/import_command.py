"""The command that brings in what others trained: public weights to a part's folder, a family to the user's
shelf.
"""

from __future__ import annotations

import argparse
from typing import Any


def add_import_command(commands: Any) -> None:
    """The parser of this command, added to those of the command line."""
    kinds = commands.add_parser(
        "import", help="bring in a trained family, or public weights of an architecture"
    )
    kinds = kinds.add_subparsers(title="what", required=True, metavar="WHAT")

    ge2e = kinds.add_parser(
        "ge2e", help="public weights of the speaker encoder (resemblyzer's pretrained.pt) to a part's folder"
    )
    ge2e.add_argument("file", help="file of the weights")
    ge2e.add_argument("--out", required=True, help="folder to write")
    ge2e.set_defaults(run=run_ge2e)

    family = kinds.add_parser("family", help="a model folder to the user's data folder, for --family")
    family.add_argument(
        "folder", help="such as models/fastspeech2 of the repository, or what `soundalike assemble` wrote"
    )
    family.add_argument("--force", action="store_true", help="replace what is there")
    family.set_defaults(run=run_family)


def run_ge2e(given: argparse.Namespace) -> None:
    from soundalike.checkpoints.part import save_part
    from soundalike.models.encoders.speaker.ge2e.network import read_public

    network = read_public(given.file)
    card = "Imported from the public weights of the package resemblyzer; their licence and their training data are told there.\n"
    save_part(given.out, "ge2e", network.config, network.mel, network, card)
    print(f"{given.out}: imported, {sum(p.numel() for p in network.parameters()):,} numbers")


def run_family(given: argparse.Namespace) -> None:
    from soundalike.checkpoints.model_store import install

    folder = install(given.folder, given.force)
    print(f"{folder}: installed; speak with --family {folder.name}")
