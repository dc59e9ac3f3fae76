"""The aligner's network run as an exported graph (graphs.py), without PyTorch."""

from __future__ import annotations

import numpy as np

from soundalike.core.graphs import GraphKind, GraphWeights

from .aligner import HmmAligner
from .config import AlignerConfig


class GraphClassifier:
    """The graph as a `PhoneClassifier`."""

    def __init__(self, weights: GraphWeights):
        self._weights = weights
        self.mel = weights.mel
        self.log_prior = weights.tensor("log_prior")

    def arrays(self) -> dict[str, np.ndarray]:
        """The weights by name, float32."""
        return self._weights.tensors()

    def log_probs(self, mel: np.ndarray) -> np.ndarray:
        """Log-probabilities (T, C) of the classes in each frame of a log-mel (T, M)."""
        return self._classified(mel, mel.mean(0))[0]

    def content(self, mel: np.ndarray, mean: np.ndarray) -> np.ndarray:
        """The states (T, D) of a log-mel (T, M) before classes are told apart; mean (M,) of its recording."""
        return self._classified(mel, mean)[1]

    def _classified(self, mel: np.ndarray, mean: np.ndarray) -> list[np.ndarray]:
        return [values[0] for values in self._weights.graph("classify")(mel=mel[None], mean=mean[None])]


def _instrument(network: GraphClassifier) -> HmmAligner:
    return HmmAligner(network, network.mel)


GRAPHS = GraphKind("aligner", AlignerConfig, GraphClassifier, _instrument)
