"""Monotonic paths of attention through a text while it is spoken, symbol by symbol, never back.

A path is asked which symbols a step may attend to (`near`), and called with the step's weights; it gives
those that the context is made with.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


class Walk:
    """A monotonic path of attention through the text, symbol by symbol.

    The weight of the present symbol at a step is the probability of staying at it, given that the path was
    there until now. The product of these over the steps is the probability of having stayed all the while;
    where that falls under a half, the path goes on: it stays the median time. (To go on only once the weight
    of another symbol is the largest at one step would stay far too long.)
    """

    REACH = 4  # symbols that one step may go on

    def __init__(self) -> None:
        self.place = 0
        self.stayed = 1.0

    def near(self, symbols: Tensor) -> Tensor:
        """Which of symbols (1, S), numbered, the next step may attend to."""
        return (symbols >= self.place) & (symbols <= self.place + self.REACH)

    def __call__(self, weights: Tensor) -> Tensor:
        """All weight (1, S) at the symbol where the path is after a step with these weights (1, S), which are
        zero outside `near`.
        """
        ahead = weights[0, self.place : self.place + self.REACH + 1]
        self.stayed *= float(ahead[0])
        if self.stayed < 0.5 and len(ahead) > 1:
            self.place = self.place + 1 + int(ahead[1:].argmax())
            self.stayed = 1.0
        return self.here(weights)

    def here(self, weights: Tensor) -> Tensor:
        """All weight (1, S) at the symbol where the path is, whatever weights (1, S) there were."""
        return F.one_hot(torch.tensor([self.place], device=weights.device), weights.shape[1]).to(weights)


class Window:
    """A monotonic path as in Deep Voice 3 (section 3.4 of Ping et al. 2018): a step attends to the symbol
    that had the largest weight before and to the next few; its weights are used as they are.
    """

    REACH = 3  # symbols that one step may go on

    def __init__(self) -> None:
        self.place = 0

    def near(self, symbols: Tensor) -> Tensor:
        """Which of symbols (1, S), numbered, the next step may attend to."""
        return (symbols >= self.place) & (symbols <= self.place + self.REACH)

    def __call__(self, weights: Tensor) -> Tensor:
        """The weights (1, S) as they came; the largest of them is where the path is."""
        self.place = int(weights[0].argmax())
        return weights


MonotonicPath = Walk | Window


def forced_attention(forced: Tensor, weights: Tensor) -> Tensor:
    """Attention weights (..., S), replaced by the rows of `forced` (..., S) that are not zero."""
    return torch.where(forced.sum(-1, keepdim=True) > 0, forced, weights)
