"""Codes of every clip, by a codec."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from soundalike.audio.mel import MelSpec
from soundalike.core.errors import ConfigError
from soundalike.core.files import write_atomic
from soundalike.core.progress import progress_bar
from soundalike.data.codes_facts import CODEBOOKS, FACTS, codes_facts
from soundalike.data.feature_store import FeatureStore, npy_bytes
from soundalike.data.manifest import read_manifest

if TYPE_CHECKING:
    from soundalike.core.contracts import Codec

KIND = "codes"


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
    for row in progress_bar(rows, desc="encode", unit="clip"):
        codes = codec.encode_stored({kind: store.read(kind, row.id) for kind in codec.stored_kinds})
        store.write(KIND, row.id, codes.astype(np.int16))
    write_atomic(Path(folder) / CODEBOOKS, npy_bytes(codec.codebooks.astype(np.float16)))
    write_atomic(Path(folder) / FACTS, json.dumps(facts, indent=1) + "\n")
    return len(rows)
