"""Emotions in `evaluate`: the classifier, the comparison with neutral speech, the changes, the report."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from conftest import HERE, REFERENCE

from soundalike import Audio
from soundalike.audio.mel import MelSpec
from soundalike.audio.plots import squares
from soundalike.audio.voicing import holds_speech
from soundalike.checkpoints import instruments, model_store
from soundalike.core.emotions import ACTED_EMOTIONS, EMOTIONS, Emotion, offsets_of
from soundalike.core.errors import AudioError, ConfigError, DataError
from soundalike.data.collate import collate
from soundalike.evaluate.emotions import add_emotions, confusion, expected_changes, right_changes
from soundalike.evaluate.evaluate import Instruments, evaluate
from soundalike.evaluate.jobs import Job
from soundalike.inference.emotion_reading import read_emotion
from soundalike.models.encoders.emotion.network import EmotionClassifier, EmotionConfig, relative
from soundalike.models.encoders.emotion.objective import EmotionSettings


class Loud:
    """Hears happiness where the first measure is above the neutral one's, else neutral speech."""

    mel = MelSpec()

    def measure(self, audio):
        return np.array([audio.samples.std()], np.float32)

    def probabilities(self, measures, neutral=None):
        happy = measures[0] > (0.1 if neutral is None else neutral[0])
        return np.eye(6)[1 if happy else 0]


def planted(seed: int, speakers: int = 3):
    """Clips of noisy mels whose level and pitch say which of three emotions they have."""
    rng = np.random.default_rng(seed)
    items = []
    for speaker in range(speakers):
        for name, hertz in (("neutral", 120.0), ("angry", 220.0), ("sad", 90.0), ("disgust", 400.0)):
            frames = int(rng.integers(60, 90))
            pitch = hertz * (1 + 0.3 * speaker) * 2 ** (0.02 * rng.normal(size=frames))
            mel = rng.normal(size=(frames, 100)) + np.linspace(0, -3, 100) * (2 if name == "sad" else 1)
            items.append(
                {
                    "id": f"{speaker}-{name}",
                    "mel": mel.astype(np.float32),
                    "pitch": pitch.astype(np.float32),
                    "emotion": np.int64(ACTED_EMOTIONS.index(name)),
                    "speaker": np.int64(speaker),
                }
            )
    return collate(items)


def test_the_classifier_tells_planted_emotions_of_others():
    network = EmotionClassifier(EmotionConfig(bands=4), MelSpec())
    measures = network.fit(iter([planted(0), planted(1)]), EmotionSettings())
    assert measures["clips"] == 18 and measures["speakers"] == 3, "disgust is none of the six"
    batch = planted(2)
    found = network.measures(batch["mel"], batch["pitch"], batch.lengths("mel"))
    plain = batch["emotion"] == ACTED_EMOTIONS.index("neutral")
    against, known = relative(found, plain, batch["speaker"])
    kept = batch["emotion"] != ACTED_EMOTIONS.index("disgust")
    heard = [EMOTIONS[place] for place in network.compared(against[known & kept]).argmax(1).tolist()]
    assert np.mean([a == b for a, b in zip(heard, ["neutral", "angry", "sad"] * 3)]) > 0.8
    assert torch.allclose(network(found).exp().sum(1), torch.ones(len(found)), atol=1e-4)


def test_clips_of_one_emotion_cannot_be_fitted():
    with pytest.raises(DataError, match="fewer than two emotions. Give recordings whose column 'emotion'"):
        EmotionClassifier(EmotionConfig(bands=4), MelSpec()).fit(iter([]), EmotionSettings())


def test_each_is_compared_with_neutral_speech_of_its_voice():
    jobs = [
        Job(str(i), "", "Hi.", fields={"speaker": who, "emotion": name})
        for i, (who, name) in enumerate((("a", "neutral"), ("a", "happy"), ("b", "happy"), ("b", "")))
    ]
    rows = [{"reference": None, "emotion_measures": [level]} for level in (0.3, 0.4, 0.05, 0.2)]
    rows.append({"reference": None, "emotion_measures": None})
    jobs.append(Job("4", "", "Hi.", fields={"emotion": "sad"}))
    notes = add_emotions(jobs, rows, Loud())
    heard = [row.get("emotion_heard") for row in rows]
    assert heard == ["neutral", "happy", "neutral", "happy", None]
    assert [row.get("emotion_right") for row in rows] == [1.0, 1.0, 0.0, None, None]
    table = confusion(rows)
    assert table[0][0] == 1 and table[1][:2] == [1, 1] and sum(map(sum, table)) == 3
    said = " ".join(notes)
    assert "1 of 5 jobs name none of neutral, happy" in said and "in 1 of 5 recordings no speech" in said
    assert "2 of 5 recordings are judged alone" in said


def test_changes_are_counted_where_people_make_them():
    assert expected_changes(offsets_of(Emotion("sad"))) == (-1, -1, -1, -1)
    assert expected_changes(offsets_of(Emotion("angry"))) == (1, 1, -1, 1)
    plain = {"pitch": 100.0, "pitch_range": 5.0, "length": 2.0, "loudness": -23.0}
    sad = {"pitch": 90.0, "pitch_range": 4.0, "length": 2.2, "loudness": -22.0}
    assert right_changes(sad, plain, Emotion("sad")) == 0.75
    assert (
        right_changes(plain, plain, Emotion("sad")) is None
        and right_changes(sad, None, Emotion("sad")) is None
    )


def test_the_report_holds_the_table_and_its_picture(tmp_path):
    lines = []
    for name, gain in (("neutral", 0.5), ("happy", 1.5)):
        audio = Audio.read(REFERENCE)
        Audio(audio.samples * np.float32(gain), audio.rate).write(tmp_path / f"{name}.wav")
        job = {"wav": f"{name}.wav", "text": "Hello.", "speaker": "a", "emotion": name, "intensity": 1}
        lines.append(json.dumps(job))
    (tmp_path / "jobs.jsonl").write_text("\n".join(lines))
    report = evaluate(tmp_path / "jobs.jsonl", tmp_path / "out", Instruments(emotion=Loud()), players=0)
    system = report["systems"][0]
    assert system["emotions"][0][0] == 1 and system["emotions"][1][1] == 1
    assert system["table"]["emotion_right"]["value"] == 1.0
    assert "emotions meant (rows) and heard (columns)" in (tmp_path / "out" / "report.md").read_text()
    assert "happy heard as happy: 1 of 1" in (tmp_path / "out" / "report.html").read_text()


def test_a_square_table_is_drawn_with_its_counts():
    picture = squares([[3, 1], [0, 0]], ["a", "<b>"], "counts")
    assert (
        picture.count("<rect") == 4 and "a heard as &lt;b&gt;: 1 of 4" in picture and ">3</text>" in picture
    )


def test_a_sound_without_speech_has_no_emotion(tmp_path):
    time = np.arange(48_000) / 24_000
    noise = np.random.default_rng(0).normal(size=48_000) * 0.1
    for name, samples in (
        ("tone", 0.3 * np.sin(2 * np.pi * 220 * time)),
        ("noise", noise),
        ("none", 0 * time),
    ):
        sound = Audio(samples.astype(np.float32), 24_000)
        assert not holds_speech(sound)
        sound.write(tmp_path / f"{name}.wav")
        with pytest.raises(AudioError, match=f"{name}.wav: no speech is heard in it, so no emotion either"):
            read_emotion(tmp_path / f"{name}.wav")
    found = read_emotion(HERE / "data" / "anna_1.flac")
    assert found.name in EMOTIONS and sum(found.probabilities) == pytest.approx(1, abs=1e-3)
    assert found.name in str(found) and "% sure" in str(found)


def test_without_the_classifier_it_says_where_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv(model_store.PLACE, str(tmp_path))
    monkeypatch.setattr(model_store, "checkout", lambda: None)
    with pytest.raises(
        ConfigError, match="not installed. Copy models/emotion of the repository to .*emotion"
    ):
        instruments.emotion_encoder()
