"""The aligner: a small frame classifier of phones, trained without durations, that finds how long each symbol
lasts.

A hidden Markov model without a blank: every symbol of the text is a state, marks are silences that may last
no time at all, phonemes last a few frames at least. Training is Baum-Welch with a network for emissions: the
state posteriors of the present network are the targets of the next step. Dividing by the classes' prior keeps
silence from swallowing frames (Zeyer et al. 2021 study this model; Huang et al. 2024 the prior).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from soundalike.audio.mel import MelSpec
from soundalike.nn.conv import Conv, ConvBlock
from soundalike.nn.masks import length_mask
from soundalike.text.alphabet import phone_classes

from .config import CLASSES, COMMONEST, PRIOR_SCALE, AlignerConfig
from .search import states_of


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
        """Which symbol each state of the model stands for (S'), as `search.states_of` has it."""
        classes = self.class_of[symbols].cpu().numpy()
        return torch.from_numpy(states_of(classes, frames)).to(symbols.device)
