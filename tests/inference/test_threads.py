"""How many threads compute: each sentence one, and sentences side by side."""

from __future__ import annotations

import pytest
import torch

from soundalike import Cloner


@pytest.mark.parametrize(
    ("environment", "asked", "expected"), [(None, None, 1), (None, 2, 1), ("2", None, None), ("2", 1, 1)]
)
def test_one_thread_unless_somebody_says_otherwise(monkeypatch, environment, asked, expected):
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(3)
        if environment is None:
            monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
        else:
            monkeypatch.setenv("OMP_NUM_THREADS", environment)
        cloner = Cloner.load(threads=asked)
        assert torch.get_num_threads() == (expected or 3) and cloner.threads == asked
    finally:
        torch.set_num_threads(before)
