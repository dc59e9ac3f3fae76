"""The aligner's network run by PyTorch."""

from __future__ import annotations

import numpy as np
import torch

from soundalike.core.contracts import LoadedPart

from .aligner import HmmAligner
from .network import Aligner


class TorchClassifier:
    """An `Aligner` as a `PhoneClassifier`."""

    def __init__(self, network: Aligner):
        self._network = network

    @property
    def log_prior(self) -> np.ndarray:
        """Of the classes (C,)."""
        return self._network.log_prior.cpu().numpy()

    @torch.inference_mode()
    def log_probs(self, mel: np.ndarray) -> np.ndarray:
        """Log-probabilities (T, C) of the classes in each frame of a log-mel (T, M)."""
        return self._network(torch.from_numpy(mel)[None], torch.tensor([len(mel)]))[0].numpy()

    @torch.inference_mode()
    def content(self, mel: np.ndarray, mean: np.ndarray) -> np.ndarray:
        """The states (T, D) of a log-mel (T, M) before classes are told apart; mean (M,) of its recording."""
        own = torch.from_numpy(mean)[None]
        return self._network.content(torch.from_numpy(mel)[None], torch.tensor([len(mel)]), own)[0].numpy()


def torch_aligner(part: LoadedPart) -> HmmAligner:
    """The aligner of a part whose network is a torch module."""
    return HmmAligner(TorchClassifier(part.network), part.mel)
