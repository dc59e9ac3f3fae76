"""Sentences made side by side and written as they are made."""

from __future__ import annotations

import io
import threading
import weakref

import numpy as np
import pytest

from soundalike import Audio
from soundalike.audio.io import read_comment
from soundalike.audio.speech import Speech, join
from soundalike.core.types import Timestamp
from soundalike.inference.side_by_side import in_order
from soundalike.inference.spoken_file import SpokenFacts, noted
from soundalike.provenance.written import write_pieces

TEXT = "The harbor was quiet. The boats lay still. Nobody spoke at all. Then a bell rang."


@pytest.mark.parametrize("workers", [1, 3])
def test_results_come_in_order(workers):
    assert list(in_order(lambda number: number * number, 20, workers)) == [n * n for n in range(20)]


def test_two_are_made_at_once():
    both = threading.Barrier(2, timeout=60)  # each waits for the other
    assert list(in_order(lambda number: both.wait() >= 0, 4, 2)) == [True] * 4


def test_an_error_comes_in_its_place_and_ends_it():
    begun = []

    def make(number):
        begun.append(number)
        if number == 2:
            raise ValueError("two")
        return number

    pieces = in_order(make, 100, 2)
    assert [next(pieces), next(pieces)] == [0, 1]
    with pytest.raises(ValueError, match="two"):
        next(pieces)
    assert len(begun) < 10


def test_threads_change_no_sample(cloner, voice, monkeypatch):
    one = list(cloner.speak(TEXT, voice, quality="fast"))
    monkeypatch.setattr(cloner, "threads", 2)
    two = list(cloner.speak(TEXT, voice, quality="fast"))
    assert len(one) == len(two) == 4
    for a, b in zip(one, two, strict=True):
        assert np.array_equal(a.samples, b.samples)
        assert (a.timestamps, a.checks, a.origin) == (b.timestamps, b.checks, b.origin)


def _pieces(count, alive=None):
    for number in range(count):
        samples = np.full(24_000, 0.1, np.float32)
        if alive is not None:
            alive.append(weakref.ref(samples))
        stamps = (Timestamp("word", f"w{number}", 0.25, 0.5), Timestamp("phoneme", "a", 0.25, 0.5))
        yield Speech(samples, 24_000, stamps, origin="{}")


def test_what_is_asked_for_is_noted_as_pieces_pass(tmp_path):
    facts = SpokenFacts()
    passing = noted(_pieces(3), facts, '{"of": "all"}', ("word",))
    written = write_pieces(tmp_path / "a.flac", passing, "flac")
    whole = join(list(_pieces(3)))
    assert np.array_equal(
        Audio.read(tmp_path / "a.flac").samples, Audio.read(io.BytesIO(whole.encode("flac"))).samples
    )
    assert facts.seconds == written.seconds == whole.seconds == 3.0
    assert tuple(facts.timestamps) == whole.words and len(whole.words) == 3
    assert read_comment(tmp_path / "a.flac") == '{"of": "all"}'


def test_sound_that_is_written_is_not_kept(tmp_path):
    alive = []

    def counted():
        for piece in _pieces(50, alive):
            yield piece
            del piece
            assert sum(one() is not None for one in alive) <= 2

    write_pieces(tmp_path / "a.wav", noted(counted(), SpokenFacts(), "{}"), "wav")
    assert len(alive) == 50 and Audio.read(tmp_path / "a.wav").seconds == 50.0
