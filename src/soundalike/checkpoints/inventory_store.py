"""Inventories of units by name: where `soundalike models fit` keeps them, and how one is opened.

The inventory NAME is the part folder `inventories/NAME` of the user's model store.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from soundalike.core.command_line import as_word
from soundalike.core.errors import CheckpointError

from .model_store import library
from .part import CONFIG, WEIGHTS, LoadedPart, load_part

if TYPE_CHECKING:
    import numpy as np

ROLE = "inventory"
IDENTITY = "identity"  # the tensor that says whose it is


def home() -> Path:
    """The folder of the inventories. It need not exist."""
    return library() / "inventories"


def place_of(name: str) -> Path:
    """The folder of an inventory, or where it would be. `name` is one that a voice may have."""
    return home() / name.casefold()


def names() -> list[str]:
    """The inventories there are."""
    return sorted(path.parent.name for path in home().glob(f"*/{CONFIG}"))


def name_in(folder: Path) -> str | None:
    """The name of the voice whose inventory a folder holds; None where it holds none."""
    try:
        return json.loads((folder / CONFIG).read_text(encoding="utf-8"))["network"]["name"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def load(name: str) -> LoadedPart:
    """An inventory. Raises CheckpointError where there is none, or it is damaged."""
    folder = place_of(name)
    if not (folder / CONFIG).is_file():
        there = f"There are {', '.join(names())}" if names() else "There is none yet"
        raise CheckpointError(
            f"this voice speaks from the inventory '{name}', which is not in {home()}. {there}: "
            f"`soundalike models fit unit_selection DATA --name {as_word(name)}` makes it."
        )
    return load_part(folder, ROLE)


def identities() -> dict[str, np.ndarray]:
    """The speaker embedding (V,) of each inventory that can be read, by name."""
    from safetensors import SafetensorError, safe_open

    found = {}
    for name in names():
        try:
            with safe_open(place_of(name) / WEIGHTS, "numpy") as file:
                found[name] = file.get_tensor(IDENTITY)
        except (OSError, SafetensorError):  # said when it is asked for by name
            continue
    return found


def remove(name: str) -> None:
    """Delete an inventory, where there is one."""
    shutil.rmtree(place_of(name), ignore_errors=True)
