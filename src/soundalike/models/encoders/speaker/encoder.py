"""A speaker encoder for use outside training: sounds in, embeddings out, in numpy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from soundalike.audio.audio import Audio
from soundalike.core.contracts import LoadedPart
from soundalike.nn.spectral import log_mel


class MelSpeakerEncoder:
    """Embeds sounds by the mel the network was trained with."""

    def __init__(self, part: LoadedPart):
        self.network = part.network
        self.mel = part.mel
        self.width: int = part.config.vector

    @torch.inference_mode()
    def embed(self, pieces: Sequence[Audio]) -> np.ndarray:
        """Speaker embeddings (n, V), of length one, of sounds of one length and rate."""
        device = next(self.network.parameters()).device
        samples = np.stack([piece.resample(self.mel.sample_rate).samples for piece in pieces])
        mels = log_mel(torch.from_numpy(samples), self.mel).to(device)
        lengths = torch.full((len(mels),), mels.shape[1], device=device)
        return self.network(mels, lengths).cpu().numpy()

    @torch.inference_mode()
    def embed_mel(self, mel: np.ndarray) -> np.ndarray:
        """The embedding (V,) of a log-mel (T, M) of the encoder's own spec."""
        batch = torch.from_numpy(np.asarray(mel, np.float32))[None]
        return self.network(batch, torch.tensor([batch.shape[1]]))[0].numpy()
