"""The classifier of emotions for use outside training: sounds in, probabilities out, in numpy."""

from __future__ import annotations

import numpy as np
import torch

from soundalike.audio.audio import Audio
from soundalike.audio.mel import log_mel
from soundalike.audio.pitch import pitch
from soundalike.core.contracts import LoadedPart


class MelEmotionEncoder:
    """Measures sounds by the mel the classifier was fitted with."""

    def __init__(self, part: LoadedPart):
        self.network = part.network
        self.mel = part.mel

    def measure(self, audio: Audio) -> np.ndarray:
        """The measures (D,) of a sound that holds speech."""
        samples = audio.trim().resample(self.mel.sample_rate).samples
        mel = torch.from_numpy(log_mel(samples, self.mel))[None]
        hertz = torch.from_numpy(pitch(samples, self.mel))[None]
        return self.network.measures(mel, hertz, torch.tensor([mel.shape[1]]))[0].numpy()

    @torch.inference_mode()
    def probabilities(self, measures: np.ndarray, neutral: np.ndarray | None = None) -> np.ndarray:
        """How likely each of `core.emotions.EMOTIONS` is, (6,), by measures (D,), against those of neutral
        speech of the same voice where there are any.
        """
        against = None if neutral is None else torch.from_numpy(neutral)[None]
        return self.network(torch.from_numpy(measures)[None], against)[0].exp().numpy()
