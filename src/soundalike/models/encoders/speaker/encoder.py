"""A speaker encoder for use outside training: sounds in, embeddings out, in numpy."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec, log_mel
from soundalike.core.contracts import LoadedPart


class SpeakerEncoderByMel(ABC):
    """Embeds sounds by the mel the network was trained with, whatever runs the network."""

    mel: MelSpec
    width: int

    def embed(self, pieces: Sequence[Audio]) -> np.ndarray:
        """Speaker embeddings (n, V), of length one, of sounds of one length and rate."""
        sounds = [piece.resample(self.mel.sample_rate).samples for piece in pieces]
        return self.embed_mels(np.stack([log_mel(samples, self.mel, np.float32) for samples in sounds]))

    def embed_mel(self, mel: np.ndarray) -> np.ndarray:
        """The embedding (V,) of a log-mel (T, M) of the encoder's own spec."""
        return self.embed_mels(np.asarray(mel, np.float32)[None])[0]

    @abstractmethod
    def embed_mels(self, mels: np.ndarray) -> np.ndarray:
        """The embeddings (n, V) of log-mels (n, T, M) float32 of one length."""


class MelSpeakerEncoder(SpeakerEncoderByMel):
    """One whose network is run by PyTorch."""

    def __init__(self, part: LoadedPart):
        self.network = part.network
        self.mel = part.mel
        self.width: int = part.config.vector

    def embed_mels(self, mels: np.ndarray) -> np.ndarray:
        """The embeddings (n, V) of log-mels (n, T, M) float32 of one length."""
        import torch

        with torch.inference_mode():
            device = next(self.network.parameters()).device
            lengths = torch.full((len(mels),), mels.shape[1], device=device)
            return self.network(torch.from_numpy(mels).to(device), lengths).cpu().numpy()
