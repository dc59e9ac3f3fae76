"""The aligner for use outside training: sound and symbols in, frames and scores out, in numpy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec, log_mel
from soundalike.core.types import Alignment
from soundalike.text.alphabet import MARKS, encode, phone_classes

from .phone_recognizer import recognize_phones
from .search import aligned, without_prior

FEWEST = 2  # frames a phoneme takes at least: a sound with fewer cannot hold its text


class PhoneClassifier(Protocol):
    """What runs the aligner's network."""

    @property
    def log_prior(self) -> np.ndarray:
        """Of the classes (C,)."""
        ...

    def log_probs(self, mel: np.ndarray) -> np.ndarray:
        """Log-probabilities (T, C) of the classes in each frame of a log-mel (T, M)."""
        ...

    def content(self, mel: np.ndarray, mean: np.ndarray) -> np.ndarray:
        """The states (T, D) of a log-mel (T, M) before classes are told apart; mean (M,) of its recording."""
        ...


class HmmAligner:
    """Aligns by the mel the network was trained with, whatever mel the other parts of a model use."""

    def __init__(self, network: PhoneClassifier, mel: MelSpec):
        self.network = network
        self.mel = mel

    def align(self, audio: Audio, symbols: Sequence[str]) -> Alignment | None:
        """Frames and mean log-probability of each symbol in a sound; None where it is too short for them."""
        return self.align_mel(self.hear(audio), symbols)

    def recognize(self, audio: Audio) -> tuple[list[str], list[int]] | None:
        """The symbols recognized in a sound and the frames of each; None where too few or not clear."""
        return self.recognize_mel(self.hear(audio))

    def hear(self, audio: Audio) -> np.ndarray:
        """The log-mel (T, M) of a sound by the aligner's own spec, at the level of its training."""
        sound = audio.resample(self.mel.sample_rate).normalised()
        return log_mel(sound.samples, self.mel, np.float32)

    def align_mel(self, mel: np.ndarray, symbols: Sequence[str]) -> Alignment | None:
        """As `align`, of a log-mel (T, M) of the aligner's own spec."""
        if len(mel) < FEWEST * sum(symbol not in MARKS for symbol in symbols):
            return None
        classes = np.array(phone_classes())[encode(list(symbols))]
        durations, scores = aligned(self._log_probs(mel), classes, self.network.log_prior)
        return Alignment(durations, scores, self.mel.frames_per_second)

    def recognize_mel(self, mel: np.ndarray) -> tuple[list[str], list[int]] | None:
        """As `recognize`, of a log-mel (T, M) of the aligner's own spec."""
        return recognize_phones(self._log_probs(mel), self.network.log_prior, self.mel)

    def content(self, mel: np.ndarray, mean: np.ndarray) -> np.ndarray:
        """What is said in each frame, before it is decided which phone that is: (T, D) of a log-mel (T, M) of
        the aligner's own spec, of a recording whose frames have this mean (M,).
        """
        return self.network.content(np.asarray(mel, np.float32), np.asarray(mean, np.float32))

    def class_scores(self, audio: Audio) -> np.ndarray:
        """How well each class of sounds (text.alphabet.phone_classes; 0 is silence) fits each frame (T, C):
        log-probabilities, less the scaled prior of each class.
        """
        return without_prior(self._log_probs(self.hear(audio)), self.network.log_prior)

    def _log_probs(self, mel: np.ndarray) -> np.ndarray:
        return self.network.log_probs(np.asarray(mel, np.float32))
