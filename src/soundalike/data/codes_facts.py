"""What made the codes of a prepared folder."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from soundalike.core.errors import ConfigError, DataError

FACTS = "codec.json"  # in a prepared folder: what made its codes
CODEBOOKS = "codec_codebooks.npy"  # beside it: the vectors (Q, N, D) that they stand for


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


@dataclass(frozen=True)
class CodecFacts:
    """Of the codec that made some codes."""

    digest: str
    codebooks: np.ndarray  # (Q, N, D) vectors that codes stand for


def codec_of(folders: Iterable[str]) -> CodecFacts | None:
    """The codec that made the codes of prepared folders; None where none says. Raises ConfigError where they
    are of more than one, DataError where its codebooks cannot be read.
    """
    facts = {folder: codes_facts(folder) for folder in folders}
    digests = {folder: said["codec"] for folder, said in facts.items() if said}
    if not digests:
        return None
    if len(set(digests.values())) > 1:
        shown = ", ".join(f"{folder}: {digest}" for folder, digest in digests.items())
        raise ConfigError(
            f"[data] manifest: its codes are of several codecs ({shown}). "
            "Make them anew with one: `soundalike data encode FOLDER --part CODEC`."
        )
    folder, digest = next(iter(digests.items()))
    try:
        return CodecFacts(digest, np.load(Path(folder) / CODEBOOKS).astype(np.float32))
    except (OSError, ValueError) as error:
        raise DataError(
            f"{Path(folder) / CODEBOOKS}: cannot be read ({error}). Make it anew: `soundalike data encode`."
        ) from None
