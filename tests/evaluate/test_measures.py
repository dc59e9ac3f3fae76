"""The measures of evaluation by hand: intervals and tests, words, signal and melody, likeness."""

from __future__ import annotations

import math

import numpy as np
import pytest
from conftest import sentences

from soundalike.audio.audio import Audio
from soundalike.evaluate.jobs import partners
from soundalike.evaluate.report import verdict_of
from soundalike.evaluate.signal import prosody, signal, warp
from soundalike.evaluate.similarity import BuiltInEncoder, verdict
from soundalike.evaluate.statistics import compare, pooled, sign_test
from soundalike.evaluate.words import distance, edits, plain_words, score_words

# statistics


def test_a_pooled_ratio_is_of_sums_and_not_a_mean_of_ratios():
    found = pooled([1, 0], [2, 8])
    assert found.value == pytest.approx(0.1) and found.n == 2  # a mean of ratios would be 0.25


def test_interval_of_two_jobs_by_hand():
    found = pooled([0.0, 1.0])  # resampled means are 0, 0.5 and 1 with probabilities 1/4, 1/2, 1/4
    assert (found.value, found.low, found.high) == (0.5, 0.0, 1.0)


def test_interval_agrees_with_theory_and_repeats():
    values = np.random.default_rng(3).normal(10, 2, 400)
    found = pooled(values, seed=5)
    half = 1.96 * values.std() / math.sqrt(400)
    assert found.low == pytest.approx(values.mean() - half, abs=0.03) and found.high == pytest.approx(
        values.mean() + half, abs=0.03
    )
    assert found == pooled(values, seed=5) and found != pooled(values, seed=6)


def test_interval_covers_the_truth_nineteen_times_in_twenty():
    rng = np.random.default_rng(0)
    found = [pooled(rng.exponential(1.0, 60), draws=400) for _ in range(200)]
    assert 0.88 <= np.mean([one.low <= 1.0 <= one.high for one in found]) <= 0.99


def test_one_job_has_no_interval_and_none_no_value():
    assert (pooled([3.0]).value, pooled([3.0]).low) == (3.0, None)
    assert pooled([]) is None and pooled([0.0], [0.0]) is None


@pytest.mark.parametrize(
    "more, less, p",
    [(0, 0, 1.0), (5, 0, 0.0625), (6, 0, 0.03125), (8, 2, 112 / 1024), (4, 4, 1.0), (3, 2, 1.0)],
)
def test_sign_test_is_exact(more, less, p):
    assert sign_test(more, less) == pytest.approx(p)
    assert sign_test(less, more) == pytest.approx(p)


def test_comparison_pairs_job_with_job():
    first = [(1, 10), (2, 10), (0, 5), (3, 6)]
    second = [(0, 10), (1, 10), (0, 5), (2, 6)]
    found = compare(first, second)
    assert found.difference.value == pytest.approx(3 / 31 - 6 / 31)
    assert (found.more, found.less, found.ties, found.p) == (0, 3, 1, 0.25)
    assert found.difference.high <= 0  # where every job improves, no resampling can say otherwise


@pytest.mark.parametrize(
    "low, high, more, less, p, word",
    [
        (-0.2, -0.1, 0, 8, 0.008, "better"),
        (0.1, 0.2, 8, 0, 0.008, "worse"),
        (-0.1, 0.2, 8, 0, 0.008, "not told apart"),
        (0.1, 0.2, 3, 0, 0.25, "not told apart"),
        (0.1, 0.2, 0, 8, 0.008, "not told apart"),
        (None, None, 1, 0, 1.0, "not told apart"),
    ],
)
def test_a_difference_counts_only_where_interval_and_sign_test_agree(low, high, more, less, p, word):
    assert (
        verdict_of(
            {"better": "lower"},
            {"difference": {"low": low, "high": high}, "more": more, "less": less, "p": p},
        )
        == word
    )


def test_partners_keep_order_and_count_repetitions():
    assert partners([["a", "b", "a", "c"], ["a", "a", "d", "b"]]) == [[0, 1, 2], [0, 3, 1]]


# words


def test_edits_by_hand():
    wanted = "the old man walked home".split()
    heard = "the man walked back home today".split()
    steps = edits(wanted, heard)
    assert [kind for kind, _, _ in steps] == ["same", "missing", "same", "same", "extra", "same", "extra"]
    assert distance(wanted, heard) == 3 and distance([], heard) == 6 and distance(wanted, []) == 5
    assert distance("kitten", "sitting") == 3


def test_numbers_and_punctuation_are_no_errors():
    assert plain_words("Don’t pay $20, Mr. Smith!") == plain_words("dont pay twenty dollars mister Smith")
    assert plain_words("…") == [] and plain_words("") == []
    score = score_words("It cost $20.", "it cost twenty pounds")
    assert (score.word_errors, score.words) == (1, 4)


def test_nothing_heard_is_all_wrong():
    score = score_words("Two words", "")
    assert (score.word_errors, score.words, score.character_errors, score.characters) == (2, 2, 9, 9)


# signal and melody


def tone(hertz: float, seconds: float = 1.0, level: float = 0.3, rate: int = 24_000) -> np.ndarray:
    time = np.arange(int(seconds * rate)) / rate
    return sum(level / n * np.sin(2 * np.pi * n * hertz * time) for n in range(1, 6)).astype(np.float32)


def test_signal_of_a_tone_that_breaks_off_and_one_that_ends():
    quiet = np.zeros(12_000, np.float32)
    ends = Audio(np.concatenate([tone(150), quiet]), 24_000)
    breaks = Audio(np.concatenate([quiet, tone(150)]), 24_000)
    assert signal(ends)["breaks_off"] == 0 and signal(breaks)["breaks_off"] == 1
    assert signal(ends)["tail"] == -80.0 and signal(breaks)["tail"] == pytest.approx(0, abs=1)
    assert signal(ends)["silence"] == pytest.approx(1 / 3, abs=0.02)
    assert (
        signal(Audio(np.clip(3 * tone(150), -1, 1), 24_000))["clipped"] > 0.05
        and signal(ends)["clipped"] == 0
    )
    assert signal(Audio(quiet, 24_000)) == {
        "loudness": None,
        "clipped": 0.0,
        "silence": 1.0,
        "tail": None,
        "breaks_off": None,
    }


def test_melody_of_tones():
    pause = np.zeros(7_200, np.float32)
    audio = Audio(np.concatenate([tone(150), pause, tone(150)]), 24_000)
    real = Audio(np.concatenate([tone(150 * 2 ** (3 / 12)), pause, tone(150 * 2 ** (3 / 12))]), 24_000)
    found = prosody(audio, 5, real)
    assert found["pitch"] == pytest.approx(150, rel=0.02) and found["pitch_error"] == pytest.approx(
        3, abs=0.3
    )
    assert found["pauses"] == pytest.approx(1 / 2.3, rel=0.05) and found["pace"] == pytest.approx(
        5 / 2.3, rel=0.05
    )
    assert found["pace_ratio"] == pytest.approx(1, abs=0.05)
    assert prosody(Audio(pause, 24_000), 5)["pitch"] is None


def test_warp_follows_a_stretched_sequence():
    a = np.array([[0.0], [1.0], [2.0]])
    path = warp(a, np.repeat(a, 2, axis=0))
    assert path.tolist() == [[0, 0], [0, 1], [1, 2], [1, 3], [2, 4], [2, 5]]


def test_verdict_on_a_voice():
    assert verdict({"a": 0.5, "b": 0.7, "c": 0.1}, "a") == {
        "similarity": 0.5,
        "margin": pytest.approx(-0.2),
        "first": 0.0,
    }
    assert verdict({"a": 0.5}, "a") == {"similarity": 0.5, "margin": None, "first": None}


def test_the_built_in_encoder_knows_the_bundled_voices():
    encoder = BuiltInEncoder()
    anna, again, ben = (encoder.embed(Audio.read(sentences()[i][0])) for i in (0, 1, 2))
    assert anna @ again > 0.5 > anna @ ben and np.linalg.norm(anna) == pytest.approx(1)
