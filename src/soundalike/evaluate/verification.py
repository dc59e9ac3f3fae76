"""Speaker verification: how well an encoder separates speakers, as an equal error rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundalike.audio.mel import MelSpec
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import read_manifest


@dataclass(frozen=True)
class Verification:
    """Equal error rate of same-speaker against different-speaker pairs."""

    equal_error_rate: float  # share of either error where both are equal
    threshold: float  # the cosine at which they are
    same: float  # mean cosine of two clips of one person
    different: float  # mean cosine of clips of two people
    speakers: int
    pairs: int


def equal_error_rate(same: np.ndarray, different: np.ndarray) -> tuple[float, float]:
    """The error rate (0 to 1) and threshold at which as many same pairs are refused as different pairs are
    accepted.
    """
    thresholds = np.unique(np.concatenate([same, different]))
    refused = np.searchsorted(np.sort(same), thresholds, side="left") / len(same)
    accepted = 1 - np.searchsorted(np.sort(different), thresholds, side="left") / len(different)
    best = int(np.abs(refused - accepted).argmin())
    return float((refused[best] + accepted[best]) / 2), float(thresholds[best])


def verify_speakers(
    folder: str, mel: MelSpec, split: str = "dev", exclude: tuple[str, ...] = (), seconds: float = 1.5
) -> Verification:
    """All pairs of clips of a split of an embedded folder, every speaker weighing alike; clips under
    `seconds` are left out.
    """
    store = FeatureStore(folder, mel)
    rows = [
        r
        for r in read_manifest(folder)
        if r.split == split and r.seconds >= seconds and not r.corpus.startswith(exclude or ("\0",))
    ]
    by_speaker: dict[str, list[str]] = {}
    for row in rows:
        by_speaker.setdefault(row.speaker, []).append(row.id)
    rng = np.random.default_rng(0)
    chosen = [(name, id) for name, ids in sorted(by_speaker.items()) for id in rng.permutation(ids)[:20]]
    vectors = np.stack([store.read("speaker_embedding", str(id)).astype(np.float32) for _, id in chosen])
    names = np.array([name for name, _ in chosen])
    cosine = vectors @ vectors.T
    upper = np.triu(np.ones_like(cosine, dtype=bool), 1)
    alike = names[:, None] == names[None]
    same = cosine[upper & alike]
    different = cosine[upper & ~alike]
    rate, threshold = equal_error_rate(same, different)
    return Verification(
        rate,
        threshold,
        float(same.mean()),
        float(different.mean()),
        len(by_speaker),
        len(same) + len(different),
    )
