"""--emotion and --emotion-from."""

from __future__ import annotations

import pytest
from conftest import HERE

from soundalike.cli import facts
from soundalike.cli.options import SpeakingOptions
from soundalike.core.emotions import EMOTIONS
from soundalike.core.errors import ConfigError


def test_the_emotion_of_a_recording_is_an_option():
    given = (("speed", 1.2),)
    assert SpeakingOptions(loudness=-23.0).with_emotion(given) == given
    heard = SpeakingOptions(loudness=-23.0, emotion_from=str(HERE / "data" / "anna_1.flac")).with_emotion(
        given
    )
    assert heard[0] == given[0] and heard[1][0] == "emotion" and heard[1][1] in EMOTIONS


def test_two_emotions_are_one_too_many():
    speaking = SpeakingOptions(loudness=-23.0, emotion_from="acted.wav")
    with pytest.raises(ConfigError, match="--emotion and --emotion-from: give one of them"):
        speaking.with_emotion((("emotion", "sad"),))


def test_the_help_lists_the_emotions():
    found = {one.option.name: one for one in facts.architecture_options()}
    assert "(neutral, happy, sad, angry, surprised or fear; of starling" in found["emotion"].help
    assert found["emotion"].shown_default == "neutral" and "0 to 1.5" in found["intensity"].help
