"""The aligner: a small frame classifier of phones, trained without durations, that finds how long each symbol
lasts.

A hidden Markov model without a blank: every symbol of the text is a state, marks are silences that may last
no time at all, phonemes last a few frames at least. Training is Baum-Welch with a network for emissions: the
state posteriors of the present network are the targets of the next step. Dividing by the classes' prior keeps
silence from swallowing frames (Zeyer et al. 2021 study this model; Huang et al. 2024 the prior).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from soundalike.audio.mel import MelSpec
from soundalike.nn.conv import Conv, ConvBlock
from soundalike.nn.masks import length_mask
from soundalike.text.alphabet import PHONES, phone_classes

from .search import viterbi

CLASSES = len(PHONES) + 1  # class 0 is silence
LEAST = 3  # frames a phoneme lasts at least, where the clip is long enough: 32 ms
PRIOR_SCALE = 0.8  # power of the classes' prior that scores are divided by

COMMONEST = float(np.log(0.06))  # no prior counts for more: silence is common without being unlikely


@dataclass(frozen=True)
class AlignerConfig:
    """Sizes of the network."""

    width: int = 256
    kernel: int = 3
    # A field of view of about a tenth of a second either way: sharp edges
    dilations: tuple[int, ...] = (1, 2, 3, 1)


class Aligner(nn.Module):
    """Log-mel to log-probabilities of CLASSES, frame by frame."""

    spread: Tensor
    log_prior: Tensor
    steps_seen: Tensor
    class_of: Tensor

    def __init__(self, config: AlignerConfig, mel: MelSpec):
        super().__init__()
        self.config = config
        self.first = Conv(mel.n_mels, config.width, 5)
        self.blocks = nn.ModuleList([ConvBlock(config.width, config.kernel, d) for d in config.dilations])
        self.last = nn.Linear(config.width, CLASSES)
        self.register_buffer("spread", torch.ones(mel.n_mels))  # (M,)
        self.register_buffer("log_prior", torch.full((CLASSES,), -float(np.log(CLASSES))))
        self.register_buffer("steps_seen", torch.zeros((), dtype=torch.int64))
        self.register_buffer("class_of", torch.tensor(phone_classes()))  # symbol id -> class

    def forward(self, mel: Tensor, lengths: Tensor) -> Tensor:
        """Log-probabilities (B, T, CLASSES) of log-mels (B, T, M) of so many frames (B,)."""
        return self.last(self.content(mel, lengths)).log_softmax(-1)

    def content(self, mel: Tensor, lengths: Tensor, mean: Tensor | None = None) -> Tensor:
        """What is said in each frame, before it is decided which phone that is: the last states (B, T, width)
        of log-mels (B, T, M). `mean` (B, M) is that of the recording which the mels are a piece of; their own
        if left out.
        """
        mask = length_mask(lengths, mel.shape[1])
        if mean is None:
            mean = (mel * mask[..., None]).sum(1) / lengths[:, None]
        x = self.first((mel - mean[:, None]) / self.spread * mask[..., None]) * mask[..., None]
        for block in self.blocks:
            x = block(x, mask)
        return x

    def emissions(self, log_probs: Tensor, symbols: Tensor, prior_scale: float = PRIOR_SCALE) -> np.ndarray:
        """Scores (B, T, S) of each frame under each symbol of the text."""
        scores = log_probs - prior_scale * self.log_prior.clamp_max(COMMONEST)
        classes = self.class_of[symbols]  # (B, S)
        return scores.gather(2, classes[:, None].expand(-1, scores.shape[1], -1)).cpu().double().numpy()

    def states(self, symbols: Tensor, frames: int) -> Tensor:
        """Which symbol each state of the model stands for (S'): a phoneme has LEAST states, fewer in a clip
        too short for it.
        """
        sounded = self.class_of[symbols] > 0
        repeat = torch.where(sounded, max(1, min(LEAST, frames // max(1, int(sounded.sum())))), 1)
        return torch.repeat_interleave(torch.arange(len(symbols), device=symbols.device), repeat)

    @torch.inference_mode()
    def align(self, mel: Tensor, symbols: Tensor) -> tuple[Tensor, Tensor]:
        """Frames of each symbol (S,) and its mean log-probability (S,), for one clip: mel (T, M), symbols
        (S,).

        A symbol that lasts no time (a mark without silence) has log-probability zero. The clip must have at
        least as many frames as phonemes.
        """
        log_probs = self(mel[None], torch.tensor([len(mel)]))
        states = self.states(symbols, len(mel))  # (S',)
        scores = self.emissions(log_probs, symbols[states][None])
        optional = (self.class_of[symbols[states]] == 0).numpy()
        path = states.numpy()[viterbi(scores[0], optional)]  # (T,)
        durations = torch.from_numpy(np.bincount(path, minlength=len(symbols)))
        frame_scores = log_probs[0].gather(1, self.class_of[symbols][torch.from_numpy(path)][:, None])[:, 0]
        sums = torch.zeros(len(symbols)).index_add(0, torch.from_numpy(path), frame_scores)
        return durations, sums / durations.clamp_min(1)
