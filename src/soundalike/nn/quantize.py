"""Residual vector quantization: a vector as the sum of one code from each of several codebooks.

The first codebook quantizes the vector, each further one what those before it left (Zeghidour et al. 2021,
"SoundStream", algorithm 1). Codebooks are not trained by gradients: they begin by k-means on the first batch,
follow the vectors that choose them by moving averages (van den Oord et al. 2017, appendix A.1), and a code
that nearly nothing chooses begins again at a vector of the batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .clustering import lloyd_round
from .masks import masked_mean

START_ROUNDS = 10  # of k-means, in each codebook
START_WEIGHT = 0.05  # of the vectors of the start in the moving averages: those after it soon outweigh them
LEAST_COUNT = 1e-3  # of a code, below which its place is not told by what chooses it


@dataclass(frozen=True)
class CodebookUpdate:
    """How codebooks follow what they quantize."""

    decay: float = 0.99  # of the moving averages
    restart: float = 0.1  # a code begins again where it is chosen less than this share of the mean


class Quantized(NamedTuple):
    """Quantized vectors, and what training needs to know of how they came about."""

    values: Tensor  # (B, T, D) sum of the codes; its gradient goes straight through to the input
    first: Tensor  # (B, T, D) code of the first level; its gradient does, too
    codes: Tensor  # (B, T, Q) places in the codebooks; zero in the padding
    residuals: Tensor  # (Q, B, T, D) what each level quantized
    commitment: Tensor  # () mean squared distance of each level's input to its code; moves the inputs alone


class ResidualQuantizer(nn.Module):
    """Vectors (B, T, D) to codes (B, T, Q) of Q codebooks with K codes each, and back."""

    codebooks: Tensor  # (Q, K, D)
    counts: Tensor  # (Q, K) moving average of how many vectors of a batch choose each code
    started: Tensor  # () bool

    def __init__(self, levels: int, size: int, width: int):
        super().__init__()
        self.levels = levels
        self.size = size
        scale = 0.5 ** torch.arange(levels)
        self.register_buffer("codebooks", torch.randn(levels, size, width) * scale[:, None, None])
        self.register_buffer("counts", torch.ones(levels, size))
        self.register_buffer("started", torch.tensor(False))

    def forward(self, x: Tensor, mask: Tensor, depth: Tensor | None = None) -> Quantized:
        """Quantize vectors (B, T, D) with a mask (B, T); of each clip the first `depth` (B,) levels only,
        where given.
        """
        residual = x
        total = torch.zeros_like(x)
        codes, residuals, commitments = [], [], []
        for level in range(self.levels):
            chosen_codes = self.nearest(residual.detach(), level)
            chosen = F.embedding(chosen_codes, self.codebooks[level])
            active = mask if depth is None else mask * (depth > level).float()[:, None]
            commitments.append(masked_mean((residual - chosen) ** 2, active))
            codes.append(chosen_codes)
            residuals.append(residual.detach())
            total = total + chosen * active[..., None]
            # The code is a constant, so that the commitment of every level reaches x
            residual = residual - chosen
        first = F.embedding(codes[0], self.codebooks[0])
        return Quantized(
            straight_through(x, total) * mask[..., None],
            straight_through(x, first) * mask[..., None],
            torch.stack(codes, -1) * mask[..., None].long(),
            torch.stack(residuals),
            torch.stack(commitments).mean(),
        )

    def nearest(self, x: Tensor, level: int) -> Tensor:
        """The code (B, T) of a level that is nearest to each vector (B, T, D)."""
        book = self.codebooks[level]
        # The vector's own length is the same for all codes
        return torch.addmm((book**2).sum(1), x.flatten(0, 1), book.T, alpha=-2).argmin(1).view(x.shape[:-1])

    def decode(self, codes: Tensor) -> Tensor:
        """The sum (B, T, D) of the codes (B, T, q) of the first q levels."""
        return torch.stack(
            [F.embedding(codes[..., level], self.codebooks[level]) for level in range(codes.shape[-1])]
        ).sum(0)

    @torch.no_grad()
    def start(self, x: Tensor, mask: Tensor) -> None:
        """Place all codes by k-means on vectors (B, T, D), level by level."""
        points = x[mask > 0]
        points = points.repeat(-(-self.size // len(points)), 1)  # once, unless there are fewer than codes
        for level in range(self.levels):
            book = _drawn(points, self.size)
            for _ in range(START_ROUNDS):
                book, _ = lloyd_round(points, book)
            self.codebooks[level] = book
            chosen = self.nearest(points[None], level)[0]
            self.counts[level] = START_WEIGHT * torch.bincount(chosen, minlength=self.size)
            points = points - book[chosen]
        self.started.fill_(True)

    @torch.no_grad()
    def update(self, quantized: Quantized, mask: Tensor, how: CodebookUpdate) -> None:
        """Move the codes towards the vectors that chose them."""
        inside = mask > 0
        for level in range(self.levels):
            self._update_level(
                level, quantized.residuals[level][inside], quantized.codes[..., level][inside], how
            )

    def _update_level(self, level: int, points: Tensor, chosen: Tensor, how: CodebookUpdate) -> None:
        """`update` of one codebook by vectors (N, D) and the codes (N,) that they chose."""
        book = self.codebooks[level]
        counts = self.counts[level]
        found = torch.bincount(chosen, minlength=self.size).float()
        sums = torch.zeros_like(book).index_add_(0, chosen, points)
        kept = how.decay * counts
        total = kept + (1 - how.decay) * found
        moved = (kept[:, None] * book + (1 - how.decay) * sums) / total[:, None].clamp_min(LEAST_COUNT)
        book.copy_(torch.where(total[:, None] > LEAST_COUNT, moved, book))
        counts.copy_(total)
        mean_use = float(counts.mean())
        dead = counts < how.restart * mean_use
        if bool(dead.any()) and len(points):
            book[dead] = _drawn(points, int(dead.sum()))
            counts[dead] = mean_use

    @property
    def perplexity(self) -> Tensor:
        """How many codes each codebook (Q,) uses: the exponential of the entropy of what is chosen."""
        share = self.counts / self.counts.sum(1, keepdim=True).clamp_min(LEAST_COUNT)
        return (-(share * share.clamp_min(1e-9).log()).sum(1)).exp()


def straight_through(x: Tensor, quantized: Tensor) -> Tensor:
    """The quantized vectors, with the gradient of x (Bengio et al. 2013)."""
    return x + (quantized - x).detach()


def random_depth(clips: int, levels: int, share: float, device: torch.device) -> Tensor:
    """How many levels (B,) each clip is quantized with: for a share of the clips any number is as likely, for
    the others it is all (quantizer dropout, SoundStream).
    """
    drawn = torch.randint(1, levels + 1, (clips,), device=device)
    return torch.where(torch.rand(clips, device=device) < share, drawn, levels)


def _drawn(points: Tensor, count: int) -> Tensor:
    """So many of the points (N, D) at random, each once unless there are too few."""
    order = torch.randperm(len(points), device=points.device)
    return points[order.repeat(-(-count // len(points)))[:count]]
