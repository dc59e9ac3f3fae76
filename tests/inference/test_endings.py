"""The measure of how sentences end and whether they are read in order."""

from __future__ import annotations

import endings
import numpy as np
import pytest
from conftest import REFERENCE

from soundalike import Cloner


def looking_at(*places: int, size: int = 8) -> np.ndarray:
    return np.eye(size)[list(places)]


def test_fifty_sentences_of_one_to_forty_words():
    lengths = [len(text.split()) for text in endings.texts()]
    assert len(lengths) == 50 and min(lengths) == 1 and max(lengths) == 40 and len(set(lengths)) >= 30
    assert sum(length > 20 for length in lengths) >= 15


@pytest.mark.parametrize(
    "places, in_order, arrived",
    [
        ((0, 1, 2, 3, 4, 5, 6, 7), True, True),
        ((0, 1, 0, 2, 1, 3), True, False),
        ((0, 3, 4, 2, 6), False, True),
        ((5, 0), False, False),
    ],
)
def test_order_and_arrival(places, in_order, arrived):
    assert (
        endings.monotonic(looking_at(*places)) is in_order and endings.arrives(looking_at(*places)) is arrived
    )


def test_every_end_is_counted_by_its_cause(tiny_shelf, monkeypatch):
    """Untrained; its stop token made to come at once, or never."""
    cloner = Cloner.load(family="sv2tts")
    voices = [cloner.listen(REFERENCE)]
    sentences = endings.texts()[:2]
    bias = cloner.synthesizer.acoustic.stop_out.bias.data
    bias.fill_(99.0)
    free = endings.measure(cloner, voices, sentences, cloner.Options(guard=False))
    assert free["by_themselves"] == 2 and free["ended"] == {"stop": 2}
    bias.fill_(-99.0)
    free = endings.measure(cloner, voices, sentences, cloner.Options(guard=False))
    assert free["by_themselves"] == 0 and free["ended"] == {"limit": 2}
    guarded = endings.measure(cloner, voices, sentences, cloner.Options())
    assert (
        guarded["by_themselves"] == 0
        and sum(guarded["ended"].values()) == 2
        and 0.0 <= guarded["monotonic"] <= 1.0
    )
