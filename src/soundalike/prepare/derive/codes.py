"""Codes of every clip, by a codec."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from soundalike.audio.mel import MelSpec
from soundalike.core.errors import ConfigError, DataError
from soundalike.core.files import write_atomic
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import read_manifest

if TYPE_CHECKING:
    from soundalike.core.contracts import Codec

KIND = "codes"
FACTS = "codec.json"  # in a prepared folder: what made its codes


def write_codes(folder: str, codec: Codec, mel: MelSpec, again: bool = True) -> int:
    """Cache the codes of every clip among the features of `mel`; returns how many.

    Clips are encoded from their stored arrays. Without `again`, clips that have codes of this codec are left
    as they are; codes of another one are always made anew. Raises ConfigError for a codec of another mel.
    """
    if differing := codec.mel.differences(mel):
        raise ConfigError(f"the codec reads another mel than {folder} holds: {differing[0][0]} differs.")
    store = FeatureStore(folder, mel)
    facts = {
        "codec": codec.digest,
        "levels": codec.levels,
        "size": codec.size,
        "frames_per_second": codec.frames_per_second,
    }
    rows = read_manifest(folder)
    if not again and codes_facts(folder) == facts:
        rows = [row for row in rows if not store.has(KIND, row.id)]
    # Where this is broken off, codes of two codecs are not taken for those of one
    (Path(folder) / FACTS).unlink(missing_ok=True)
    for row in tqdm(rows, desc="encode", unit="clip"):
        codes = codec.encode_stored({kind: store.read(kind, row.id) for kind in codec.stored_kinds})
        store.write(KIND, row.id, codes.astype(np.int16))
    write_atomic(Path(folder) / FACTS, json.dumps(facts, indent=1) + "\n")
    return len(rows)


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
