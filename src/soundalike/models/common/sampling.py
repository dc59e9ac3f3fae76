"""Choosing among scores by chance: temperature, nucleus, and a way out of repetitions."""

from __future__ import annotations

from collections import deque

import torch
from torch import Tensor

WINDOW = 12  # codes back that are looked at for repetitions
MOST = 0.5  # share of them above which a code is a repetition


class Sampler:
    """Draws codes and steps through the text. The same seed draws the same.

    A code is drawn from the nucleus: the likeliest ones whose probabilities sum to `top_p` (Holtzman et al.
    2020). One that already fills more than half of a window of the last codes is drawn again from all
    (repetition aware sampling, Chen et al. 2024).
    """

    def __init__(self, seed: int, temperature: float, top_p: float):
        self.temperature = temperature
        self.top_p = top_p
        self._generator = torch.Generator().manual_seed(seed)
        self._last: deque[int] = deque(maxlen=WINDOW)

    def code(self, scores: Tensor) -> Tensor:
        """A code () by scores (N,)."""
        chances = torch.softmax(scores.float().cpu() / max(self.temperature, 1e-3), 0)
        drawn = self._drawn(nucleus(chances, self.top_p))
        if list(self._last).count(drawn) > MOST * WINDOW:
            drawn = self._drawn(chances)
        self._last.append(drawn)
        return torch.tensor(drawn, device=scores.device)

    def advance(self, scores: Tensor) -> int:
        """How many symbols to go on, by scores (R + 1,)."""
        return self._drawn(nucleus(torch.softmax(scores.float().cpu(), 0), self.top_p))

    def _drawn(self, chances: Tensor) -> int:
        return int(torch.multinomial(chances, 1, generator=self._generator))


def nucleus(chances: Tensor, top_p: float) -> Tensor:
    """Probabilities (N,) of which only the likeliest that sum to `top_p` are left, and always the first."""
    ordered, places = chances.sort(descending=True)
    kept = ordered.cumsum(0) - ordered < top_p
    return torch.zeros_like(chances).scatter(0, places, ordered * kept)
