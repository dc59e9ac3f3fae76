"""Voice conversion: the source's words and timing, the target's voice."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import sentences

from soundalike import Audio, Cloner
from soundalike.core.contracts import Converter
from soundalike.core.errors import ConfigError
from soundalike.models.aligners.word_scores import word_scores
from soundalike.text import phonemize


@pytest.fixture(scope="module")
def source():
    """A recording of another person than the demo's voice, and what it says."""
    return next((path, text) for path, text in sentences() if path.stem.startswith("ben"))


@pytest.fixture(scope="module")
def converted(cloner, voice, source):
    """The recording in the demo's voice: with its transcript, and without."""
    return cloner.convert(source[0], voice, source[1], watermark=False), cloner.convert(source[0], voice)


def test_length_and_words_stay(cloner, source, converted):
    real = Audio.read(source[0])
    utterance = phonemize(source[1])
    for made in converted:
        assert abs(made.seconds - real.seconds) < 0.02 and made.rate == cloner.sample_rate
    scores = [word_scores(sound, utterance, cloner.aligner).mean() for sound in (real, *converted)]
    assert scores[1] > scores[0] - 1.0 and scores[2] > -4.0, scores
    assert [stamp.text for stamp in converted[0].timestamps if stamp.kind == "word"] == utterance.words


def test_the_voice_is_the_target_s(cloner, voice, source, converted):
    embed = cloner.speaker_encoder.embed
    own = embed([Audio.read(source[0])])[0]
    target = voice.identity.astype(np.float32)
    for made in converted:
        heard = embed([made])[0]
        assert heard @ target > 0.6 > 0.4 > heard @ own
        assert made.checks[0].likeness > 0.6 and made.origin


def test_pitch_follows_the_source(cloner, source, converted):
    from soundalike.audio.mel import MelSpec
    from soundalike.audio.pitch import pitch

    sounds = [Audio.read(source[0]).resample(24000).samples, converted[0].samples]
    first, second = (pitch(samples, MelSpec()) for samples in sounds)
    size = min(len(first), len(second))
    both = (first[:size] > 0) & (second[:size] > 0)
    assert np.corrcoef(np.log(first[:size][both]), np.log(second[:size][both]))[0, 1] > 0.7


def test_the_same_seed_gives_the_same_sound(cloner, voice, source, converted):
    again = cloner.convert(source[0], voice, source[1], watermark=False)
    assert np.array_equal(again.samples, converted[0].samples)


def test_what_is_refused(cloner, voice, source):
    assert isinstance(cloner.synthesizer, Converter)
    with pytest.raises(ConfigError, match="loudness = 3 is out of range"):
        cloner.convert(source[0], voice, loudness=3.0)

    class Deaf:
        """A model that only speaks."""

        sample_rate = 24000
        Options = cloner.Options
        speaker_encoder = cloner.speaker_encoder
        aligner = cloner.aligner

    with pytest.raises(ConfigError, match="cannot convert recordings"):
        Cloner(Deaf()).convert(source[0], voice)
