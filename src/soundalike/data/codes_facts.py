"""What made the codes of a prepared folder."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from soundalike.core.errors import ConfigError, DataError

FACTS = "codec.json"  # in a prepared folder: what made its codes


def codes_facts(folder: str) -> dict[str, Any] | None:
    """What made the codes of a prepared folder: `codec` (its digest), `levels`, `size`, `frames_per_second`;
    None where they are not made, or not all. Raises DataError for facts that cannot be read.
    """
    path = Path(folder) / FACTS
    if not path.is_file():
        return None
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise DataError(
            f"{path}: does not say what made the codes ({error}). Make them anew: `soundalike data encode`."
        ) from None


def codec_of(folders: Iterable[str]) -> str:
    """The digest of the codec that made the codes of prepared folders; empty where none says. Raises
    ConfigError where they are of more than one.
    """
    facts = {folder: codes_facts(folder) for folder in folders}
    digests = {folder: said["codec"] for folder, said in facts.items() if said}
    if len(set(digests.values())) > 1:
        shown = ", ".join(f"{folder}: {digest}" for folder, digest in digests.items())
        raise ConfigError(
            f"[data] manifest: its codes are of several codecs ({shown}). "
            "Make them anew with one: `soundalike data encode FOLDER --part CODEC`."
        )
    return next(iter(digests.values()), "")
