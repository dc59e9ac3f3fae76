"""The aligner's opinion of what was said, and takes chosen by it."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import sentences

from soundalike import Audio
from soundalike.audio import join
from soundalike.contract import ConfigError
from soundalike.text import phonemize
from soundalike.verify import word_scores

TEXT = "The young doctor closed the window before the rain began."


def test_words_that_are_not_there_score_low(cloner):
    clips = [(Audio.read(path), phonemize(text)) for path, text in sentences()]
    for number, (audio, spoken) in enumerate(clips):
        right = word_scores(audio, spoken, cloner.aligner, cloner.family.mel)
        assert len(right) == len(spoken.words) and right.max() <= 0
        wrong = [word_scores(audio, other, cloner.aligner, cloner.family.mel) for i, (_, other) in enumerate(clips) if i != number]
        assert right.mean() > max(score.mean() for score in wrong) + 1.0
    short = Audio(clips[0][0].samples[:2400], clips[0][0].rate)
    assert (word_scores(short, clips[0][1], cloner.aligner, cloner.family.mel) == -20.0).all()


def test_a_dropped_word_is_the_one_that_scores_lowest(cloner, voice):
    audio = next(iter(cloner.speak("The young doctor closed the window the rain began.", voice)))
    spoken = phonemize(TEXT)
    scores = word_scores(audio, spoken, cloner.aligner, cloner.family.mel)
    assert spoken.words[int(np.argmin(scores))] == "before"


def test_the_best_take_is_no_worse_than_the_first(cloner, voice):
    def clearness(quality):
        audio = join(list(cloner.speak(TEXT, voice, quality=quality)))
        return word_scores(audio, phonemize(TEXT), cloner.aligner, cloner.family.mel)

    assert clearness("best").mean() >= clearness("fast").mean() - 0.1
    with pytest.raises(ConfigError, match="choose one of fast, best"):
        next(iter(cloner.speak(TEXT, voice, quality="superb")))
