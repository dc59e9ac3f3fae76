"""Whether speech says its text: the aligner's opinion of every word."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from .audio import Audio
from .features import MelSpec, log_mel
from .text import Spoken, encode
from .text.alphabet import MARKS


@torch.inference_mode()
def symbol_scores(audio: Audio, symbols: list[str], aligner: nn.Module, mel: MelSpec) -> tuple[np.ndarray, np.ndarray] | None:
    """Frames (S,) of each symbol where the aligner finds it, and their mean log-probability (S,); None for a sound too short for them."""
    sound = audio.resample(mel.sample_rate).normalised()
    frames = log_mel(torch.from_numpy(sound.samples)[None], mel)[0]
    if len(frames) < 2 * sum(symbol not in MARKS for symbol in symbols):
        return None
    durations, scores = aligner.align(frames, torch.tensor(encode(symbols)))
    return durations.numpy(), scores.numpy()


def word_scores(audio: Audio, spoken: Spoken, aligner: nn.Module, mel: MelSpec) -> np.ndarray:
    """For each word (W,) the mean log-probability of its phonemes where the aligner finds them; 0 is certain, below -5 is elsewhere.

    A sound too short for its text scores -20 throughout.
    """
    found = symbol_scores(audio, spoken.symbols, aligner, mel)
    if found is None:
        return np.full(len(spoken.words), -20.0)
    phonemes = np.array([symbol not in MARKS for symbol in spoken.symbols])
    word = np.array(spoken.word_of)[phonemes]
    return np.bincount(word, found[1][phonemes], len(spoken.words)) / np.bincount(word, minlength=len(spoken.words)).clip(1)
