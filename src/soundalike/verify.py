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
def word_scores(audio: Audio, spoken: Spoken, aligner: nn.Module, mel: MelSpec) -> np.ndarray:
    """For each word (W,) the mean log-probability of its phonemes where the aligner finds them; 0 is certain, below -5 is elsewhere.

    A sound too short for its text scores -20 throughout.
    """
    sound = audio.resample(mel.sample_rate).normalised()
    frames = log_mel(torch.from_numpy(sound.samples)[None], mel)[0]
    phonemes = np.array([symbol not in MARKS for symbol in spoken.symbols])
    if len(frames) < 2 * int(phonemes.sum()):
        return np.full(len(spoken.words), -20.0)
    _, scores = aligner.align(frames, torch.tensor(encode(spoken.symbols)))
    word = np.array(spoken.word_of)[phonemes]
    return np.bincount(word, scores.numpy()[phonemes], len(spoken.words)) / np.bincount(word, minlength=len(spoken.words)).clip(1)
