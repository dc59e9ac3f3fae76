"""Speech with an emotion: what changes in the built-in model's sound, and how a family without it refuses."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from soundalike.audio.contour import NARROWEST, WIDEST, spread_of
from soundalike.core.capabilities import TakesEmotion
from soundalike.core.emotions import EMOTIONS, KEPT_LEVEL, Emotion, offsets_of
from soundalike.core.errors import ConfigError
from soundalike.inference.keywords import sorted_keywords
from soundalike.inference.pipeline import with_emotions
from soundalike.models.tts.sv2tts.spec import SV2TTSOptions
from soundalike.text import read

TEXT = "The children are playing near the old bridge."
PLAIN = {"quality": "fast", "quality_check": False, "watermark": False, "language": "en"}


@pytest.fixture(scope="module")
def utterance():
    return read(TEXT, "en").utterances[0]


@pytest.fixture(scope="module")
def measured(cloner, voice, utterance):
    """Of each emotion: median pitch in semitones, its spread, frames."""
    found = {}
    plan = cloner.synthesizer.plan(utterance, voice, cloner.Options())
    for name in EMOTIONS:
        made = cloner.synthesizer.planned_output(plan, cloner.Options(emotion=name))
        hertz = made.pitch[made.pitch > 0]
        semitones = 12 * np.log2(hertz)
        found[name] = (float(np.median(semitones)), float(semitones.std()), len(made.mel))
    return found


@pytest.mark.parametrize("name", EMOTIONS[1:])
def test_each_emotion_moves_pitch_range_and_rate_its_way(measured, name):
    offsets = offsets_of(Emotion(name))
    pitch, spread, frames = (own - plain for own, plain in zip(measured[name], measured["neutral"]))
    assert np.sign(pitch) == np.sign(offsets.semitones) and abs(pitch - offsets.semitones) < 1.0
    assert np.sign(-frames) == np.sign(offsets.rate - 1)
    if abs(offsets.spread - 1) > 0.2:
        assert np.sign(spread) == np.sign(offsets.spread - 1)


def test_expressiveness_widens_the_melody_towards_that_of_the_prompt(cloner, voice, utterance):
    plan = cloner.synthesizer.plan(utterance, voice, cloner.Options())

    def melody(**options):
        made = cloner.synthesizer.planned_output(plan, cloner.Options(**options))
        heard = made.pitch > 0
        octave = np.log2(np.where(heard, made.pitch, 1.0))
        return float(octave[heard].mean()), spread_of(octave, heard)

    (mean, flat), (_, half), (same, usual) = (melody(expressiveness=value) for value in (0.0, 0.5, 1.0))
    wanted = plan.register.spread
    assert abs(usual - wanted) < abs(half - wanted) < abs(flat - wanted)
    assert usual == pytest.approx(np.clip(wanted, NARROWEST * flat, WIDEST * flat), rel=0.1)
    assert same == pytest.approx(mean, abs=0.02), "where the voice lies stays as it is"


def test_the_built_in_model_takes_emotions(cloner):
    assert isinstance(cloner.synthesizer, TakesEmotion) and cloner.synthesizer.emotions == EMOTIONS


def test_neutral_speech_is_as_ever_and_levels_keep_their_share(cloner, voice):
    plain = cloner.clone(voice, TEXT, **PLAIN)
    for neutral in ({"emotion": "neutral", "intensity": 1.5}, {"emotion": "angry", "intensity": 0.0}):
        assert np.array_equal(cloner.clone(voice, TEXT, **neutral, **PLAIN).samples, plain.samples)
    sad = cloner.clone(voice, TEXT, emotion="sad", **PLAIN)
    louder = sad.loudness() - plain.loudness()
    assert louder == pytest.approx(KEPT_LEVEL * offsets_of(Emotion("sad")).decibels, abs=0.3)


def test_an_emotion_is_never_louder_than_may_be_asked_for(cloner, voice):
    loud = cloner.clone(voice, TEXT, emotion="angry", intensity=1.5, **PLAIN)
    assert loud.loudness() == pytest.approx(-12.0, abs=0.5) and np.abs(loud.samples).max() < 0.99


def test_a_mark_holds_from_where_it_stands(cloner, voice):
    text = "Good evening. {}We are late."
    plain = list(cloner.speak(text.format(""), voice, **PLAIN))
    marked = list(cloner.speak(text.format("[sad] "), voice, **PLAIN))
    assert np.array_equal(plain[0].samples, marked[0].samples)
    asked = list(cloner.speak(text.format(""), voice, emotion="sad", **PLAIN))
    assert np.array_equal(asked[1].samples, marked[1].samples) and len(marked[1].samples) > len(
        plain[1].samples
    )


def test_within_a_sentence_words_differ_in_level_and_pitch(cloner, voice):
    text = "They told me about it [surprised] this morning [/surprised] at the station."
    made = cloner.clone(voice, text, **PLAIN)
    utterance = with_emotions(read(text, "en").utterances, cloner.synthesizer, cloner.Options())[0]
    assert [one.name for one in utterance.emotion].count("surprised") == 2
    words = [word for word in made.timestamps if word.kind == "word"]
    assert [word.text for word in words][5:7] == ["this", "morning"]


def test_what_cannot_be_had_is_refused(cloner, voice):
    with pytest.raises(ConfigError, match="emotion = 'jolly' is unknown. Choose one of neutral, happy, sad"):
        cloner.clone(voice, TEXT, emotion="jolly", **PLAIN)
    with pytest.raises(ConfigError, match="intensity = 2 is out of range. Choose 0 to 1.5"):
        cloner.clone(voice, TEXT, emotion="sad", intensity=2, **PLAIN)
    with pytest.raises(ConfigError, match="emotion: this family has no such option"):
        sorted_keywords(SV2TTSOptions, {"emotion": "happy"})


def test_marks_are_left_out_by_a_family_without_emotions():
    sentences = read("[happy] Good day.", "en").utterances
    with pytest.warns(UserWarning, match="this family does not take; it is spoken without. .* starling"):
        (plain,) = with_emotions(sentences, object(), SV2TTSOptions())
    assert plain == dataclasses.replace(sentences[0], emotion=[])
