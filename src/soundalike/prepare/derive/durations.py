"""Durations of every symbol, by the aligner."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from soundalike.audio.mel import MelSpec
from soundalike.core.contracts import Aligner
from soundalike.core.files import write_atomic
from soundalike.core.progress import progress_bar
from soundalike.core.types import Alignment
from soundalike.data.feature_store import FeatureStore
from soundalike.data.left_out import UNALIGNED
from soundalike.data.manifest import Row, read_manifest
from soundalike.models.aligners.agreement import DISAGREEMENT, agreement
from soundalike.text import encode
from soundalike.text.alphabet import MARKS

from .stored import aligner_mel, frames_of


def write_durations(
    folder: str, aligner: Aligner, mel: MelSpec, least: float = DISAGREEMENT, again: bool = True
) -> dict[str, float]:
    """Cache the durations of every clip with phonemes, in frames of `mel`; returns each clip's agreement, the
    mean log-probability of its phonemes.

    The aligner works on its own mel; where that is another than the folder's, its durations are brought to
    the folder's frames. Without `again`, clips that have durations are left as they are. Clips whose
    transcript and sound disagree get no durations and are listed in `FOLDER/unaligned.jsonl`.
    """
    store = FeatureStore(folder, mel)
    agreements = {}
    left_out = []
    rows = [
        row for row in read_manifest(folder) if row.phonemes and (again or not store.has("durations", row.id))
    ]
    for row in progress_bar(rows, desc="align", unit="clip"):
        alignment, reason = _aligned(row, store, mel, aligner)
        if alignment is not None:
            agreements[row.id] = agreement(alignment, row.phonemes)
            if agreements[row.id] < least:
                reason = f"the transcript does not fit the sound (agreement {agreements[row.id]:.2f})"
        if alignment is None or reason:
            left_out.append({"id": row.id, "reason": reason})
            store.path("durations", row.id).unlink(missing_ok=True)
            continue
        durations = alignment.at_rate(mel.frames_per_second, frames_of(store, row.id, mel))
        store.write("durations", row.id, durations.astype(np.int16))
    write_atomic(Path(folder) / UNALIGNED, "".join(json.dumps(entry) + "\n" for entry in left_out))
    return agreements


def _aligned(row: Row, store: FeatureStore, mel: MelSpec, aligner: Aligner) -> tuple[Alignment | None, str]:
    """Where the symbols of a clip are said; None, with the reason, where it is too short for them. Raises
    TextError for a symbol that the alphabet lacks.
    """
    encode(row.phonemes, row.id)
    frames = aligner_mel(store, row.id, mel, aligner)
    alignment = aligner.align_mel(frames, row.phonemes)
    if alignment is None:
        phonemes = sum(symbol not in MARKS for symbol in row.phonemes)
        return None, f"{len(frames)} frames are too few for {phonemes} phonemes"
    return alignment, ""
