"""Naturalness: the opinion score that a trained predictor expects listeners to give."""

from __future__ import annotations

import importlib.util
from typing import Protocol

import numpy as np

from ..audio import Audio
from ..contract import EvaluationError


class Naturalness(Protocol):
    """A predictor of opinion scores: any can stand here."""

    name: str

    def score(self, audio: Audio) -> dict[str, float]:
        """Scores from 1 to 5: at least `naturalness`."""
        ...


class Dnsmos:
    """DNSMOS P.835 (Reddy et al. 2022), trained on calls with noise: overall, the voice alone, the background alone."""

    name = "DNSMOS P.835"

    def score(self, audio: Audio) -> dict[str, float]:
        from speechmos import dnsmos

        samples = np.clip(audio.resample(16_000).samples, -1.0, 1.0)  # resampling may overshoot, which the predictor refuses
        found = dnsmos.run(samples, sr=16_000)
        return {"naturalness": float(found["ovrl_mos"]), "voice_quality": float(found["sig_mos"]), "background": float(found["bak_mos"])}


def open_naturalness() -> Naturalness:
    """DNSMOS. Raises EvaluationError saying what to install."""
    missing = [name for name in ("speechmos", "onnxruntime", "librosa", "requests", "pandas") if importlib.util.find_spec(name) is None]
    if missing:
        raise EvaluationError(f"no predictor of naturalness: {', '.join(missing)} not installed (pip install 'soundalike[evaluate]').")
    return Dnsmos()
