"""The aligner for use outside training: sound and symbols in, frames and scores out, in numpy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from soundalike.audio.audio import Audio
from soundalike.core.contracts import LoadedPart
from soundalike.core.types import Alignment
from soundalike.nn.spectral import log_mel
from soundalike.text.alphabet import MARKS, encode

from .network import COMMONEST, PRIOR_SCALE, Aligner
from .phone_recognizer import recognize_phones

FEWEST = 2  # frames a phoneme takes at least: a sound with fewer cannot hold its text


class HmmAligner:
    """Aligns by the mel the network was trained with, whatever mel the other parts of a model use."""

    def __init__(self, part: LoadedPart):
        self.network: Aligner = part.network
        self.mel = part.mel

    def align(self, audio: Audio, symbols: Sequence[str]) -> Alignment | None:
        """Frames and mean log-probability of each symbol in a sound; None where it is too short for them."""
        return self.align_mel(self.hear(audio), symbols)

    def recognize(self, audio: Audio) -> tuple[list[str], list[int]] | None:
        """The symbols recognized in a sound and the frames of each; None where too few or not clear."""
        return self.recognize_mel(self.hear(audio))

    def hear(self, audio: Audio) -> np.ndarray:
        """The log-mel (T, M) of a sound by the aligner's own spec, at the level of its training."""
        sound = audio.resample(self.mel.sample_rate).normalised()
        with torch.inference_mode():
            return log_mel(torch.from_numpy(sound.samples)[None], self.mel)[0].numpy()

    def align_mel(self, mel: np.ndarray, symbols: Sequence[str]) -> Alignment | None:
        """As `align`, of a log-mel (T, M) of the aligner's own spec."""
        if len(mel) < FEWEST * sum(symbol not in MARKS for symbol in symbols):
            return None
        ids = torch.tensor(encode(list(symbols)))
        durations, scores = self.network.align(torch.from_numpy(np.asarray(mel, np.float32)), ids)
        return Alignment(durations.numpy(), scores.numpy(), self.mel.frames_per_second)

    def recognize_mel(self, mel: np.ndarray) -> tuple[list[str], list[int]] | None:
        """As `recognize`, of a log-mel (T, M) of the aligner's own spec."""
        return recognize_phones(torch.from_numpy(np.asarray(mel, np.float32)), self.network, self.mel)

    @torch.inference_mode()
    def content(self, mel: np.ndarray, mean: np.ndarray) -> np.ndarray:
        """What is said in each frame, before it is decided which phone that is: (T, D) of a log-mel (T, M) of
        the aligner's own spec, of a recording whose frames have this mean (M,).
        """
        frames = torch.tensor([len(mel)])
        log_mels = torch.from_numpy(np.asarray(mel, np.float32))[None]
        own = torch.from_numpy(np.asarray(mean, np.float32))[None]
        return self.network.content(log_mels, frames, own)[0].numpy()

    @torch.inference_mode()
    def class_scores(self, audio: Audio) -> np.ndarray:
        """How well each class of sounds (text.alphabet.phone_classes; 0 is silence) fits each frame (T, C):
        log-probabilities, less the scaled prior of each class.
        """
        mel = torch.from_numpy(self.hear(audio))
        log_probs = self.network(mel[None], torch.tensor([len(mel)]))[0]
        return (log_probs - PRIOR_SCALE * self.network.log_prior.clamp_max(COMMONEST)).numpy()
