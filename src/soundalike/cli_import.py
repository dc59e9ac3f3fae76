"""The command that brings public weights into a part's folder: import."""

from __future__ import annotations

import argparse
from typing import Any


def add_import_command(commands: Any) -> None:
    """The parser of this command, added to those of the command line."""
    bring = commands.add_parser("import", help="public weights of an architecture to a part's folder")
    bring.add_argument("kind", choices=["ge2e"], help="ge2e: the speaker encoder in resemblyzer's pretrained.pt")
    bring.add_argument("file", help="file of the weights")
    bring.add_argument("--out", required=True, help="folder to write")
    bring.set_defaults(run=run_import)


def run_import(given: argparse.Namespace) -> None:
    from .checkpoint import save_part
    from .speakers.ge2e import read_public

    network = read_public(given.file)
    card = "Imported from the public weights of the package resemblyzer; their licence and their training data are told there.\n"
    save_part(given.out, given.kind, network.config, network.mel, network, card)
    print(f"{given.out}: imported, {sum(p.numel() for p in network.parameters()):,} numbers")
