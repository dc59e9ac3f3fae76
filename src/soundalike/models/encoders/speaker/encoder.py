"""A speaker encoder as others see it: sounds in, embeddings out, in numpy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from soundalike.audio.audio import Audio
from soundalike.core.contracts import LoadedPart
from soundalike.nn.spectral import log_mel


class MelSpeakerEncoder:
    """Hears by the mel it was trained with."""

    def __init__(self, part: LoadedPart):
        self.network = part.network
        self.mel = part.mel
        self.width: int = part.config.vector

    @torch.inference_mode()
    def embed(self, pieces: Sequence[Audio]) -> np.ndarray:
        """Speaker embeddings (n, V), of length one, of sounds of one length and rate."""
        device = next(self.network.parameters()).device
        samples = np.stack([piece.resample(self.mel.sample_rate).samples for piece in pieces])
        heard = log_mel(torch.from_numpy(samples), self.mel).to(device)
        lengths = torch.full((len(heard),), heard.shape[1], device=device)
        return self.network(heard, lengths).cpu().numpy()

    @torch.inference_mode()
    def embed_mel(self, mel: np.ndarray) -> np.ndarray:
        """The embedding (V,) of a log-mel (T, M) of the encoder's own spec."""
        heard = torch.from_numpy(np.asarray(mel, np.float32))[None]
        return self.network(heard, torch.tensor([heard.shape[1]]))[0].numpy()
