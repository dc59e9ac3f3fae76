"""Symbols to frames by known durations: the length regulator, and whole durations out of predicted ones."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

LEAST = 2.0  # frames a phoneme lasts at least
LONGEST = 120.0  # frames a symbol lasts at most
# Frames of quiet at most before the first phoneme and after the last: recordings have any amount
OPENING = 31.0
CLOSING = 40.0
# A mean duration over the exponential of the mean logarithm, measured on training clips
STRETCH = 1.05
HALVINGS = 60  # of an interval that holds a scale: more than the digits of a float


def symbol_of_frame(durations: Tensor, size: int) -> Tensor:
    """The index of the symbol at each frame: (B, size) int64, of whole durations (B, S). Beyond their sum it
    is the last one.
    """
    frames = torch.arange(size, device=durations.device).expand(len(durations), size).contiguous()
    return torch.searchsorted(durations.cumsum(1), frames, right=True).clamp_max(durations.shape[1] - 1)


def regulate(states: Tensor, durations: Tensor) -> tuple[Tensor, Tensor]:
    """Each state of (B, S, D) repeated for its whole duration (B, S): (B, T, D), zero in the padding, and the
    lengths (B,) in frames. The length regulator of Ren et al. 2019, eq. 1.
    """
    lengths = durations.sum(1)
    index = symbol_of_frame(durations, int(lengths.max()))
    spread = states.gather(1, index[..., None].expand(-1, -1, states.shape[2]))
    inside = torch.arange(index.shape[1], device=index.device)[None] < lengths[:, None]
    return spread * inside[..., None], lengths


def natural(log_durations: Tensor, marks: Tensor) -> Tensor:
    """Durations (S,) in frames, not rounded, of predicted log(1 + frames) (S,), bounded as `bounded` does."""
    return bounded((log_durations.exp() - 1) * STRETCH, marks)


def bounded(exact: Tensor, marks: Tensor) -> Tensor:
    """Durations (S,) in frames, none longer than is natural.

    `marks` (S,) bool says which symbols are no phonemes; none lasts longer than LONGEST, and a mark at the
    start or the end no longer than OPENING or CLOSING.
    """
    exact = exact.clamp(0, LONGEST)
    longest = torch.full_like(exact, LONGEST)
    longest[0] = OPENING
    longest[-1] = CLOSING
    return torch.where(marks, exact.minimum(longest), exact)


def whole(exact: Tensor, sounded: Tensor, frames: int = 0) -> Tensor:
    """Whole durations (S,) int64 of exact ones (S,). Symbols that are `sounded` (S,) last LEAST frames or
    more. The sum is `frames` where that is given.
    """
    least = sounded.float() * LEAST
    return fitted(exact, least, frames) if frames else torch.maximum(exact, least).round().long()


def fitted(exact: Tensor, least: Tensor, frames: int) -> Tensor:
    """Whole durations (S,) int64 in proportion to exact ones (S,), none under its least (S,), whose sum is
    `frames`, or the sum of the least where that is more.
    """
    frames = max(frames, int(least.sum()))
    low = 0.0
    high = frames / max(float(exact.sum()), 1e-3) + 1e3
    # The scale at which the durations sum to so many frames: their sum grows with it, so halve the interval
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if float(torch.maximum(exact * middle, least).sum()) < frames:
            low = middle
        else:
            high = middle
    scaled = torch.maximum(exact.double() * high, least.double())
    # Ends are rounded, not durations, so that roundings do not add up
    ends = (scaled.cumsum(0) * (frames / scaled.sum())).round().long()
    return torch.diff(ends, prepend=ends.new_zeros(1))


def of_frames(values: Tensor, durations: Tensor, size: int, pad: float = 0.0) -> Tensor:
    """Values (S,) of symbols, each repeated for its frames (S,), as a batch of one (1, size)."""
    repeated = torch.repeat_interleave(values, durations)
    return F.pad(repeated, (0, size - len(repeated)), value=pad)[None]
