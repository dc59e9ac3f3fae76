"""Monotonic alignment search against every monotonic path there is."""

from __future__ import annotations

from itertools import combinations

import pytest
import torch

from soundalike.core.errors import DataError
from soundalike.nn.mas import align_monotonically


def best_of_all(scores: torch.Tensor) -> tuple[float, list[int]]:
    """The largest sum of scores (T, S) and its durations, by trying every path."""
    frames, symbols = scores.shape
    found = (-float("inf"), [0])
    for ends in combinations(range(1, frames), symbols - 1):
        edges = [0, *ends, frames]
        total = sum(float(scores[edges[s] : edges[s + 1], s].sum()) for s in range(symbols))
        found = max(found, (total, [b - a for a, b in zip(edges, edges[1:])]))
    return found


@pytest.mark.parametrize(("frames", "symbols"), [(1, 1), (4, 1), (4, 4), (7, 3), (9, 5), (8, 7)])
def test_it_finds_the_best_of_all_paths(frames, symbols):
    for seed in range(5):
        scores = torch.randn(frames, symbols, generator=torch.Generator().manual_seed(seed))
        made = align_monotonically(scores[None], torch.tensor([frames]), torch.tensor([symbols]))
        assert made[0].tolist() == best_of_all(scores)[1]


def test_clips_of_a_batch_do_not_change_one_another():
    """Padding, whatever its scores, is no part of a path."""
    sizes = [(9, 4), (5, 5), (7, 2)]
    scores = torch.full((3, 9, 5), 1e4)
    for clip, (frames, symbols) in enumerate(sizes):
        scores[clip, :frames, :symbols] = torch.randn(
            frames, symbols, generator=torch.Generator().manual_seed(clip)
        )
    made = align_monotonically(scores, torch.tensor([9, 5, 7]), torch.tensor([4, 5, 2]))
    for clip, (frames, symbols) in enumerate(sizes):
        assert made[clip, :symbols].tolist() == best_of_all(scores[clip, :frames, :symbols])[1]
        assert not made[clip, symbols:].any()


def test_more_symbols_than_frames_have_no_path():
    with pytest.raises(DataError, match="clip 1 of the batch: 4 symbols cannot be aligned with 3 frames"):
        align_monotonically(torch.zeros(2, 5, 4), torch.tensor([5, 3]), torch.tensor([4, 4]))
