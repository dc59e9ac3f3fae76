"""Symbols to frames by known durations: the length regulator, and whole durations out of predicted ones."""

from __future__ import annotations

import torch
from torch import Tensor

LEAST = 2.0  # frames a phoneme lasts at least
LONGEST = 120.0  # frames a symbol lasts at most
# Frames of quiet at most before the first phoneme and after the last: recordings have any amount
OPENING = 31.0
CLOSING = 40.0
STRETCH = 1.05  # what exp(a mean logarithm) lacks of a mean duration, measured on training clips


def symbol_of_frame(durations: Tensor, size: int) -> Tensor:
    """Which symbol sounds (B, size) at each frame, of whole durations (B, S); the last one beyond their
    sum.
    """
    frames = torch.arange(size, device=durations.device).expand(len(durations), size).contiguous()
    return torch.searchsorted(durations.cumsum(1), frames, right=True).clamp_max(durations.shape[1] - 1)


def regulate(states: Tensor, durations: Tensor) -> tuple[Tensor, Tensor]:
    """States (B, S, D) each repeated for its whole duration (B, S): (B, T, D), zero beyond each clip's frames
    (B,).

    The length regulator of Ren et al. 2019, eq. 1.
    """
    lengths = durations.sum(1)
    index = symbol_of_frame(durations, int(lengths.max()))
    spread = states.gather(1, index[..., None].expand(-1, -1, states.shape[2]))
    inside = torch.arange(index.shape[1], device=index.device)[None] < lengths[:, None]
    return spread * inside[..., None], lengths


def natural(log_durations: Tensor, marks: Tensor) -> Tensor:
    """The frames (S,) that symbols would like to last, not rounded, of predicted logarithms of one plus them;
    `marks` (S,) are no phonemes.
    """
    exact = ((log_durations.exp() - 1) * STRETCH).clamp(0, LONGEST)
    longest = torch.full_like(exact, LONGEST)
    longest[0] = OPENING
    longest[-1] = CLOSING
    return torch.where(marks, exact.minimum(longest), exact)


def whole(exact: Tensor, sounded: Tensor, frames: int = 0) -> Tensor:
    """Whole durations (S,) of exact ones; a symbol that is `sounded` (S,) lasts LEAST. They sum to `frames`
    where that is given.
    """
    least = sounded.float() * LEAST
    return fitted(exact, least, frames) if frames else torch.maximum(exact, least).round().long()


def fitted(exact: Tensor, least: Tensor, frames: int) -> Tensor:
    """Whole durations (S,) in proportion to exact ones, none under its least, that sum to so many frames or
    the sum of the least.
    """
    frames = max(frames, int(least.sum()))
    low = 0.0
    high = frames / max(float(exact.sum()), 1e-3) + 1e3
    for _ in range(60):  # the sum grows with the scale: halve the interval
        middle = (low + high) / 2
        low, high = (
            (middle, high) if float(torch.maximum(exact * middle, least).sum()) < frames else (low, middle)
        )
    scaled = torch.maximum(exact.double() * high, least.double())
    ends = (scaled.cumsum(0) * (frames / scaled.sum())).round().long()
    return torch.diff(ends, prepend=ends.new_zeros(1))
