"""The aligner's opinion of what was said, and takes chosen by it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from conftest import sentences
from timestamps import texts
from verification import KINDS, Breaking, caught

from soundalike import Audio, Cloner
from soundalike.audio.speech import join
from soundalike.cli.main import main
from soundalike.core.errors import ConfigError
from soundalike.inference.quality_check import clearness, report
from soundalike.models.aligners.word_scores import word_scores
from soundalike.text import in_halves, phonemize

TEXT = "The young doctor closed the window before the rain began."


def test_words_that_are_not_there_score_low(cloner):
    clips = [(Audio.read(path), phonemize(text)) for path, text in sentences()]
    for number, (audio, utterance) in enumerate(clips):
        right = word_scores(audio, utterance, cloner.aligner)
        assert len(right) == len(utterance.words) and right.max() <= 0
        wrong = [
            word_scores(audio, other, cloner.aligner) for i, (_, other) in enumerate(clips) if i != number
        ]
        assert right.mean() > max(score.mean() for score in wrong) + 1.0
    short = Audio(clips[0][0].samples[:2400], clips[0][0].rate)
    assert (word_scores(short, clips[0][1], cloner.aligner) == -20.0).all()


@pytest.mark.parametrize("dropped", ["young", "doctor", "closed", "rain"])
def test_a_dropped_word_is_the_one_that_scores_lowest(cloner, voice, dropped):
    audio = next(iter(cloner.speak(TEXT.replace(f"{dropped} ", ""), voice, quality="fast")))
    utterance = phonemize(TEXT)
    scores = word_scores(audio, utterance, cloner.aligner)
    assert utterance.words[int(np.argmin(scores))] == dropped


def test_the_best_take_is_no_worse_than_the_first(cloner, voice):
    def how_clear(quality):
        audio = join(list(cloner.speak(TEXT, voice, quality=quality)))
        return word_scores(audio, phonemize(TEXT), cloner.aligner)

    assert how_clear("best").mean() >= how_clear("fast").mean() - 0.1
    with pytest.raises(ConfigError, match="choose one of fast, best"):
        next(iter(cloner.speak(TEXT, voice, quality="superb")))


@pytest.fixture(scope="module")
def made(cloner, voice):
    """A sentence as the family makes it, and its words."""
    utterance = phonemize(TEXT)
    return join(list(cloner.synthesizer.speak(utterance, voice, cloner.Options()))), utterance


def test_good_sentences_are_not_suspected(cloner, voice):
    checks = [audio.checks[0] for text in texts(10) for audio in cloner.speak(text, voice, quality="fast")]
    assert sum(bool(check.doubts) for check in checks) == 0 and sum(check.takes for check in checks) <= 12
    assert all(heard.confidence > 0.5 for check in checks for heard in check.words)
    assert [heard.word for heard in checks[0].words] == phonemize(texts(1)[0]).words


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_that_breaks_words_is_caught(cloner, voice, kind):
    outcomes = [caught(cloner, kind, text, voice, seed) for seed, text in enumerate(texts(8))]
    assert outcomes.count("missed") <= 1
    assert "repaired" in outcomes


def test_a_model_that_always_breaks_words_is_not_believed(cloner, voice):
    family = Breaking(cloner.synthesizer, "dropped", 1)
    family.rng.random = lambda: 0.0
    (audio,) = Cloner(family, cloner.model).speak(TEXT, voice, quality="fast")
    assert audio.checks[0].doubts and audio.checks[0].takes == 3 and audio.checks[0].redraws == 2


def test_faults_of_the_sound_are_named(cloner, made):
    audio, utterance = made
    check = cloner.quality_checker.check
    assert check(audio, utterance).doubts == ()
    word = next(timestamp for timestamp in audio.timestamps if timestamp.text == "window")
    at = round((word.start + word.stop) / 2 * audio.rate)
    quiet = audio.samples.copy()
    quiet[at - audio.rate // 8 : at + audio.rate // 8] = 0
    wider = replace(word, start=word.start - 0.1, stop=word.stop + 0.1)
    holed = replace(
        audio,
        samples=quiet,
        timestamps=tuple(wider if timestamp is word else timestamp for timestamp in audio.timestamps),
    )
    assert any("hole in 'window'" in doubt for doubt in check(holed, utterance).doubts)
    assert (
        "it is clipped" in check(replace(audio, samples=np.clip(audio.samples * 30, -1, 1)), utterance).doubts
    )
    assert "it is silent" in check(replace(audio, samples=audio.samples * 0), utterance).doubts
    assert (
        "its end is cut off"
        in check(replace(audio, samples=audio.samples[:at], timestamps=()), utterance).doubts
    )
    endless = replace(audio, samples=np.concatenate([audio.samples, np.zeros(2 * audio.rate, np.float32)]))
    assert any("after the last word" in doubt for doubt in check(endless, utterance).doubts)
    assert any(
        "should last" in doubt for doubt in check(audio, utterance, expected=audio.seconds * 1.2).doubts
    )


def test_another_voice_is_noticed(cloner, voice, made):
    audio, utterance = made
    takes = [(audio, cloner.quality_checker.check(audio, utterance))]
    _, own = cloner.quality_checker.best(takes, voice.tensors["vector"])
    assert own.likeness > 0.6 and not own.doubts
    _, other = cloner.quality_checker.best(takes, -voice.tensors["vector"])
    assert any("does not sound like the voice" in doubt for doubt in other.doubts)


def test_likeness_is_asked_only_of_takes_that_would_be_kept(cloner, voice, made, monkeypatch):
    audio, utterance = made
    hiss = 0.005 * np.random.default_rng(0).standard_normal(len(audio.samples)).astype(np.float32)
    takes = [
        (sound, cloner.quality_checker.check(sound, utterance))
        for sound in (replace(audio, samples=audio.samples + hiss), audio)
    ]
    asked = []
    kind = type(cloner.speaker_encoder)
    embed = kind.embed
    monkeypatch.setattr(kind, "embed", lambda *given: asked.append(True) or embed(*given))
    place, check = cloner.quality_checker.best(takes, voice.tensors["vector"])
    assert clearness(takes[place][1]) > clearness(takes[1 - place][1]) and not check.doubts
    assert len(asked) == 1
    # Neither is like this one, and both are listened to
    cloner.quality_checker.best(takes, -voice.tensors["vector"])
    assert len(asked) == 3
    assert cloner.quality_checker.best(takes, None) == (place, takes[place][1])


def test_a_sentence_is_halved_at_a_comma():
    utterance = phonemize("When the rain began, the young doctor closed the window.")
    first, second = in_halves(utterance)
    assert first.words == utterance.words[:4] and second.words == utterance.words[4:]
    assert (
        first.symbols[-1] == ","
        and second.symbols[0] == "^"
        and first.symbols + second.symbols[1:] == utterance.symbols
    )
    assert second.word_of[0] == -1 and second.word_of[-1] == len(second.words) - 1
    assert in_halves(phonemize(TEXT)) == [phonemize(TEXT)]


def test_the_report_says_what_was_heard(cloner, voice, tmp_path, capsys):
    reference = str(sentences()[0][0])
    asked = ["--quality", "fast", "--report", str(tmp_path / "a.json")]
    assert main(["clone", reference, f"{TEXT} Good evening.", "-o", str(tmp_path / "a.wav"), *asked]) == 0
    told = json.loads((tmp_path / "a.json").read_text())
    assert [sentence["text"] for sentence in told["sentences"]] == [TEXT, "Good evening."]
    assert told["verified"] is (told["doubts"] == 0)
    assert told["sentences"][0]["words"][0] == {"word": "The", "confidence": pytest.approx(1.0, abs=0.4)}
    assert report([])["verified"] is False
    (tmp_path / "file").write_text("no folder")
    assert (
        main(
            [
                "clone",
                reference,
                TEXT,
                "-o",
                str(tmp_path / "b.wav"),
                "--report",
                str(tmp_path / "file" / "a.json"),
            ]
        )
        == 2
    )
    assert "may write to" in capsys.readouterr().err and not (tmp_path / "b.wav").exists()
    (plain,) = cloner.speak(TEXT, voice, quality_check=False, quality="fast")
    assert plain.checks == ()
