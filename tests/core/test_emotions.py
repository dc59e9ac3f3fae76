"""The table of emotions and the rule that reads it."""

from __future__ import annotations

import dataclasses

import pytest

from soundalike.core.emotions import (
    ACTED_EMOTIONS,
    EMOTIONS,
    OFFSETS,
    Emotion,
    Offsets,
    check_emotion,
    emotion_named,
    emotions_of,
    offsets_of,
)
from soundalike.core.errors import ConfigError


def test_the_six_emotions_have_offsets():
    assert EMOTIONS == ("neutral", "happy", "sad", "angry", "surprised", "fear")
    assert set(OFFSETS) == set(EMOTIONS)
    assert offsets_of(Emotion("neutral", 1.5)) == Offsets()


@pytest.mark.parametrize("name", EMOTIONS[1:])
def test_offsets_grow_from_nothing_to_the_table(name):
    usual, strong = OFFSETS[name]
    assert offsets_of(Emotion(name, 0.0)) == Offsets()
    for wanted, found in ((usual, offsets_of(Emotion(name))), (strong, offsets_of(Emotion(name, 1.5)))):
        assert dataclasses.astuple(found) == pytest.approx(dataclasses.astuple(wanted))
    half = offsets_of(Emotion(name, 0.5))
    assert half.semitones == pytest.approx(usual.semitones / 2)
    assert half.spread == pytest.approx(usual.spread**0.5) and half.rate == pytest.approx(usual.rate**0.5)
    between = offsets_of(Emotion(name, 1.25))
    assert between.decibels == pytest.approx((usual.decibels + strong.decibels) / 2)


def test_what_cannot_be_had_lists_what_can():
    with pytest.raises(
        ConfigError, match="'joyous' is unknown. Choose one of neutral, happy, sad, angry, surp"
    ):
        check_emotion(Emotion("joyous"))
    for wrong in (-0.1, 1.6, float("nan")):
        with pytest.raises(ConfigError, match=r"intensity = .* is out of range. Choose 0 to 1.5"):
            check_emotion(Emotion("happy", wrong))


def test_words_name_emotions():
    names = [emotion_named(word) for word in ("Happy", " cheerful ", "fearful", "calm", "whispering")]
    assert names == ["happy", "happy", "fear", "neutral", None]
    assert {emotion_named(name) for name in ACTED_EMOTIONS} == {None, *EMOTIONS}


def test_marks_go_before_what_is_asked_for():
    sad, happy = Emotion("sad"), Emotion("happy", 0.5)
    assert emotions_of([], 2, happy) == [happy, happy]
    assert emotions_of([sad, None], 2, happy) == [sad, happy]
    assert Emotion("happy", 0.0).is_neutral and Emotion("neutral").is_neutral and not sad.is_neutral
