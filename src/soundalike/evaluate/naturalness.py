"""Naturalness: the opinion score that a trained predictor expects listeners to give."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.core.errors import EvaluationError
from soundalike.core.installation import install_command


class Naturalness(Protocol):
    """Anything that predicts opinion scores."""

    name: str

    def score(self, audio: Audio) -> dict[str, float]:
        """Scores from 1 to 5: at least `naturalness`."""
        ...


class Dnsmos:
    """DNSMOS P.835 (Reddy et al. 2022), trained on calls with noise: overall, the voice alone, the background
    alone.
    """

    name = "DNSMOS P.835"

    def __init__(self):
        from speechmos import dnsmos

        self.run = dnsmos.run

    def score(self, audio: Audio) -> dict[str, float]:
        """The predicted opinions, 1 to 5: `naturalness`, `voice_quality` and `background`."""
        # Resampling may overshoot, which the predictor refuses
        samples = np.clip(audio.resample(16_000).samples, -1.0, 1.0)
        found = self.run(samples, sr=16_000)
        return {
            "naturalness": float(found["ovrl_mos"]),
            "voice_quality": float(found["sig_mos"]),
            "background": float(found["bak_mos"]),
        }


def open_naturalness() -> Naturalness:
    """DNSMOS. Raises EvaluationError saying what to install."""
    try:
        return Dnsmos()
    except ImportError as error:
        raise EvaluationError(
            f"no predictor of naturalness: {error.name} is not installed ({install_command('evaluate')})."
        ) from None
