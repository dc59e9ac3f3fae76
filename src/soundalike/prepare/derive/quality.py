"""Predicted naturalness of every clip."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from soundalike.audio.mel import MelSpec
from soundalike.core.errors import ConfigError
from soundalike.core.installation import install_command
from soundalike.core.progress import progress_bar
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import read_manifest

from .stored import stored_audio

RATE = 16_000  # hertz of what DNSMOS takes
SAMPLED = 1500  # clips whose quality is measured; the others' is predicted from them


def write_quality(folder: str, mel: MelSpec, sampled: int = SAMPLED, seed: int = 0) -> dict[str, float]:
    """Cache the predicted mean opinion score (DNSMOS P.835 overall, Reddy et al. 2022) of every clip; returns
    how good that prediction is.

    DNSMOS itself scores so many clips; ridge regression from the level, spread and noise floor of the mel
    bands stands in for it on the rest. Returned: `clips`, `measured`, and `correlation` on a fifth of the
    measured clips that the regression has not seen. Raises ConfigError when speechmos is not installed.
    """
    try:
        from speechmos import dnsmos
    except ImportError:
        raise ConfigError(f"rating needs speechmos: {install_command('rate')}") from None
    store = FeatureStore(folder, mel)
    rows = [row for row in read_manifest(folder) if store.has("mel", row.id) and store.has("samples", row.id)]
    chosen = np.random.default_rng(seed).permutation(len(rows))[:sampled]
    scores = np.zeros(len(chosen), np.float32)
    for i, index in enumerate(progress_bar(chosen, desc="rate", unit="clip")):
        samples = stored_audio(store, rows[index].id, mel).resample(RATE).samples
        scores[i] = dnsmos.run(np.clip(samples, -1, 1), sr=RATE)["ovrl_mos"]
    known = np.stack(
        [_portrait(store.read("mel", row.id)) for row in progress_bar(rows, desc="mels", unit="clip")]
    )
    known = (known - known.mean(0)) / known.std(0).clip(0.05)
    held = max(1, len(chosen) // 5)
    held_out = _ridge(known[chosen[held:]], scores[held:])(known[chosen[:held]])
    correlation = float(np.corrcoef(held_out, scores[:held])[0, 1])
    predicted = _ridge(known[chosen], scores)(known).clip(1, 5)
    predicted[chosen] = scores
    for row, score in zip(rows, predicted):
        store.write("quality", row.id, np.asarray(score, np.float32))
    return {"clips": len(rows), "measured": len(chosen), "correlation": correlation}


def _portrait(mel: np.ndarray) -> np.ndarray:
    """Features of a mel (T, M) that predict the quality of its recording: each band's floor, middle, top and
    spread.
    """
    mel = mel.astype(np.float32)
    return np.concatenate([*np.percentile(mel, [5, 25, 50, 75, 95], axis=0), mel.std(0), [np.log(len(mel))]])


def _ridge(x: np.ndarray, y: np.ndarray, weight: float = 300.0) -> Callable[[np.ndarray], np.ndarray]:
    """The function that predicts y (n,) from x (n, d), by ridge regression."""
    middle = y.mean()
    solution = np.linalg.solve(x.T @ x + weight * np.eye(x.shape[1]), x.T @ (y - middle))
    return lambda new: new @ solution + middle
