"""The speaker encoder run as an exported graph (graphs.py), without PyTorch."""

from __future__ import annotations

import numpy as np

from soundalike.core.graphs import GraphKind, GraphWeights
from soundalike.models.encoders.speaker.encoder import SpeakerEncoderByMel

from .config import TDNNConfig


class GraphSpeakerEncoder(SpeakerEncoderByMel):
    """Embeds sounds by the graph."""

    def __init__(self, weights: GraphWeights):
        self._weights = weights
        self.mel = weights.mel
        self.width: int = weights.config.vector

    def embed_mels(self, mels: np.ndarray) -> np.ndarray:
        """The embeddings (n, V) of log-mels (n, T, M) float32 of one length."""
        return self._weights.graph("embed")(mel=mels)[0]


def _itself(network: GraphSpeakerEncoder) -> GraphSpeakerEncoder:
    return network


GRAPHS = GraphKind("speaker", TDNNConfig, GraphSpeakerEncoder, _itself)
