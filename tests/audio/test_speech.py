"""Speech: what spoken output carries beside its sound."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from soundalike.audio.audio import Audio
from soundalike.audio.speech import Speech, join
from soundalike.core.errors import AudioError
from soundalike.core.types import QualityCheck, Timestamp


def spoken(text, size=100, rate=1000):
    check = QualityCheck(text, size / rate, (), None, ())
    samples = np.full(size, 0.1, np.float32)
    return Speech(samples, rate, (Timestamp("word", text, 0.01, 0.05),), (check,), f'{{"{text}": 1}}')


def test_pieces_are_joined_with_all_they_carry():
    whole = join([spoken("one"), spoken("two", 50), spoken("one")])
    assert len(whole.samples) == 250 and whole.rate == 1000
    assert [(stamp.text, round(stamp.start, 3)) for stamp in whole.timestamps] == [
        ("one", 0.01),
        ("two", 0.11),
        ("one", 0.16),
    ]
    assert [check.text for check in whole.checks] == ["one", "two", "one"]
    assert whole.origin == '{"one": 1}\n{"two": 1}', "each origin is told once"
    with pytest.raises(AudioError, match="different rates"):
        join([spoken("one"), spoken("one", rate=500)])


def test_speech_stays_speech_where_only_its_sound_changes():
    piece = spoken("one", 8000, 8000)
    for changed in (piece.resample(16_000), piece.levelled(-20.0)):
        assert isinstance(changed, Speech) and changed.timestamps == piece.timestamps
        assert changed.origin == piece.origin
    assert type(piece.trim()) is Audio and type(piece.normalised()) is Audio


def test_a_file_of_speech_tells_its_origin(tmp_path):
    spoken("one", 8000, 8000).write(tmp_path / "a.flac")
    with soundfile.SoundFile(tmp_path / "a.flac") as file:
        assert file.comment == '{"one": 1}'


def test_audio_is_samples_and_rate_and_nothing_else():
    assert set(Audio.__dataclass_fields__) == {"samples", "rate"}
