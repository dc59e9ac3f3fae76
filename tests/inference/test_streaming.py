"""A sentence in pieces: they join to the whole, the first comes before the rest is made, all is checked."""

from __future__ import annotations

import dataclasses
import random

import numpy as np
import pytest
from conftest import sentences
from timestamps import texts
from verification import KINDS, broken

from soundalike import Audio, Cloner
from soundalike.audio.mel import MelSpec
from soundalike.audio.speech import Speech, join
from soundalike.cli.main import main
from soundalike.inference import postprocess
from soundalike.inference.predicted_sound import PredictedSound
from soundalike.models.common.stretches import FIRST_STRETCH, stretches
from soundalike.provenance import watermark
from soundalike.text import phonemize, read

TEXT = "The young doctor closed the window before the rain began. Then she sat down."
EQUAL = 1e-5  # of full scale
LOUDNESS_ERROR = 0.5  # LU by which the loudness that a mel predicts may be wrong


@pytest.fixture(scope="module", params=["onnx", "torch"])
def own(request):
    """The built-in model by each backend."""
    return Cloner.load(backend=request.param, cache=False)


def levelled(samples: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Samples as loud as others."""
    return samples * np.float32((samples @ like) / (samples @ samples))


@pytest.mark.parametrize("frames", [1, 5, 63, 64, 200, 1000])
def test_stretches_cover_all_frames_and_leave_nothing_short_over(frames):
    found = list(stretches(frames))
    assert [start for start, _ in found] == [0, *(stop for _, stop in found[:-1])]
    assert found[-1][1] == frames
    assert len(found) == 1 or all(stop - start >= FIRST_STRETCH for start, stop in found)


def test_stretches_of_sound_join_to_the_whole(own, voice):
    model = own.synthesizer
    options = own.Options(seed=3)
    assert model.can_stream
    for text in ("Hi.", *texts(3)):
        plan = model.plan(phonemize(text), voice, options)
        made = model.planned_output(plan, options)
        whole = join(list(model.speak_planned(plan, options)))
        pieces = list(model.sound_in_pieces(made, options))
        assert np.abs(np.concatenate(pieces) - whole.samples).max() < EQUAL
        assert (len(pieces) > 1) == (len(made.mel) - 1 >= 2 * FIRST_STRETCH)
        assert model.planned_timestamps(plan, made) == whole.timestamps


def test_streamed_speech_is_what_is_said_whole(own, voice):
    whole = list(own.speak(TEXT, voice, quality="fast"))
    pieces = list(own.speak(TEXT, voice, quality="fast", stream=True))
    assert len(pieces) > len(whole) == 2
    streamed = join(pieces)
    said = join(whole)
    first = len(whole[0].samples)
    one, other = streamed.samples[:first], said.samples[:first]
    assert np.abs(levelled(one, other) - other).max() < EQUAL
    assert abs(20 * np.log10((other @ other) / (one @ other))) < LOUDNESS_ERROR
    assert np.array_equal(streamed.samples[first:], said.samples[first:])  # which is checked whole
    assert (streamed.timestamps, streamed.origin, streamed.language) == (
        said.timestamps,
        said.origin,
        said.language,
    )
    assert [check.doubts for check in streamed.checks] == [check.doubts for check in said.checks] == [(), ()]
    assert streamed.checks[0].words == said.checks[0].words
    # The check of a sentence comes with its last piece, its words with its first
    assert [len(piece.checks) for piece in pieces] == [*[0] * (len(pieces) - 2), 1, 1]
    assert [bool(piece.words) for piece in pieces] == [True, *[False] * (len(pieces) - 2), True]


def test_the_first_piece_comes_before_the_rest_is_made(cloner, voice, monkeypatch):
    made = []
    model = type(cloner.synthesizer)
    vocoded = model.vocoded
    monkeypatch.setattr(
        model, "vocoded", lambda self, mel, *given: made.append(len(mel.mel)) or vocoded(self, mel, *given)
    )
    pieces = cloner.speak(TEXT, voice, quality="fast", stream=True)
    first = next(pieces)
    assert len(made) == 1
    rest = list(pieces)
    whole = sum(len(piece.samples) for piece in (first, *rest[:-1])) / cloner.synthesizer.mel.hop_length
    assert made[0] < whole / 2 and len(made) == len(rest) + 1


def test_the_watermark_is_found_in_streamed_sound(cloner, voice):
    pieces = list(cloner.speak(TEXT, voice, quality="fast", stream=True))
    (found,) = watermark.find(join(pieces))
    assert found.mark == watermark.find(join(list(cloner.speak(TEXT, voice, quality="fast"))))[0].mark
    assert found.confidence > 0.999
    plain = cloner.speak(TEXT, voice, quality="fast", stream=True, watermark=False)
    assert not watermark.find(join(list(plain)))


def test_what_a_change_needs_about_it_is_held_back():
    rng = np.random.default_rng(0)
    whole = rng.standard_normal(5000).astype(np.float32)

    def smoothed(samples, at=0):
        return np.convolve(np.pad(samples, 10), np.ones(21) / 21, "valid").astype(np.float32)

    for sizes in ([5000], [1, 3, 200, 4796], [11, 12, 13, 4964], [2500, 2499, 1]):
        pieces = np.split(whole, np.cumsum(sizes)[:-1])
        made = list(postprocess.in_context(iter(pieces), 10, 5000, smoothed))
        assert np.allclose(np.concatenate(made), smoothed(whole), atol=1e-6)


def test_the_level_is_told_by_the_mel(cloner, voice):
    model = cloner.synthesizer
    options = cloner.Options()
    for text in texts(4):
        plan = model.plan(phonemize(text), voice, options)
        speech = join(list(model.speak_planned(plan, options)))
        sound = PredictedSound(model.planned_output(plan, options).mel, model.mel)
        assert sound.loudness() == pytest.approx(speech.loudness(), abs=LOUDNESS_ERROR)
        assert sound.seconds == speech.seconds
    silence = PredictedSound(np.full((50, 100), MelSpec().silence, np.float32), MelSpec())
    assert silence.loudness() == -float("inf") and np.isfinite(silence.normalised_mel()).all()


@pytest.mark.parametrize("kind", ["good", *KINDS])
def test_a_mel_is_judged_as_its_sound_is(cloner, voice, kind):
    model = cloner.synthesizer
    checker = cloner.quality_checker
    assert checker.judges_mels(model.mel)
    assert not checker.judges_mels(dataclasses.replace(model.mel, n_mels=80))
    agreed = 0
    for seed, text in enumerate(texts(6)):
        utterance = phonemize(text)
        options = cloner.Options(seed=seed)
        expected = model.seconds(utterance, voice, options)
        said = utterance if kind == "good" else broken(utterance, kind, random.Random(seed))
        plan = model.plan(said, voice, options)
        made = model.planned_output(plan, options)
        (speech,) = model.speak_planned(plan, options)
        sound = Speech(speech.samples, speech.rate)
        predicted = PredictedSound(made.mel, model.mel)
        identity = voice.tensors["vector"]
        _, heard = checker.best([(sound, checker.check(sound, utterance, expected))], identity)
        foreseen = checker.check_predicted(predicted, utterance, expected)
        _, foreseen = checker.best([(predicted, foreseen)], identity)
        agreed += bool(heard.doubts) == bool(foreseen.doubts) == (kind != "good")
        assert foreseen.likeness == pytest.approx(heard.likeness, abs=0.08)
    assert agreed >= 5


def test_a_mel_in_doubt_is_made_again_before_anything_is_heard(cloner, voice, monkeypatch):
    model = type(cloner.synthesizer)
    plan = model.plan
    output = model.planned_output
    taken = []

    def breaking(self, plan, options):
        taken.append(options.seed)
        made = output(self, plan, options)
        return made._replace(mel=made.mel[::-1].copy()) if len(taken) <= broken_takes else made

    monkeypatch.setattr(model, "planned_output", breaking)
    broken_takes = 1
    pieces = list(cloner.speak(texts(1)[0], voice, quality="fast", stream=True))
    (check,) = join(pieces).checks
    assert len(pieces) > 1 and taken == [0, 1000]
    assert (check.doubts, check.takes, check.kept, check.redraws) == ((), 2, 2, 1)
    # Where every mel is in doubt, the sentence is made whole, and its sound is judged as any other
    broken_takes = 3
    taken.clear()
    (speech,) = cloner.speak(texts(1)[0], voice, quality="fast", stream=True)
    assert taken == [0, 1000, 2000, 0] and speech.checks[0].takes == 1
    assert model.plan is plan


def test_what_only_the_sound_tells_is_told_at_the_end(cloner, voice, monkeypatch):
    model = type(cloner.synthesizer)
    in_pieces = model.sound_in_pieces
    monkeypatch.setattr(model, "sound_in_pieces", lambda *given: (0 * piece for piece in in_pieces(*given)))
    *_, last = cloner.speak(texts(1)[0], voice, quality="fast", stream=True)
    assert "it is silent" in last.checks[0].doubts


@pytest.mark.parametrize("text", ["Wait [pause 0.3s] for me by the old harbor.", "Oh!"])
def test_a_sentence_that_must_be_whole_comes_whole(cloner, voice, text):
    (streamed,) = cloner.speak(text, voice, quality="fast", stream=True)
    (whole,) = cloner.speak(text, voice, quality="fast")
    assert np.array_equal(streamed.samples, whole.samples)
    assert streamed.timestamps == whole.timestamps and streamed.checks == whole.checks


def test_a_streamed_text_is_read_section_by_section(cloner, voice, monkeypatch):
    from soundalike.inference import long_text

    text = " ".join(texts(8))
    opened = []
    read_script = long_text.read_script
    monkeypatch.setattr(
        long_text, "read_script", lambda own, *given: opened.append(own.text) or read_script(own, *given)
    )
    pieces = cloner.speak(text, voice, quality="fast", stream=True, seed=2)
    first = next(pieces)
    assert len(opened) == 1 and len(opened[0]) < len(text) / 2
    streamed = join([first, *pieces])
    assert "".join(opened).split() == text.split()
    whole = list(cloner.speak(text, voice, quality="fast", seed=2))
    size = len(whole[0].samples)
    assert np.array_equal(streamed.samples[size:], join(whole[1:]).samples)
    assert streamed.timestamps == join(whole).timestamps
    # Where the whole must be known before, it is read whole
    opened.clear()
    heard = []
    list(cloner.speak(TEXT, voice, progress=lambda *done: heard.append(done), quality="fast", stream=True))
    assert heard == [(1, 2), (2, 2)] and not opened
    fitted = join(list(cloner.speak(TEXT, voice, quality="fast", stream=True, fit=5.0)))
    assert fitted.seconds == pytest.approx(5.0, abs=0.05)


def test_a_model_whose_vocoder_needs_the_whole_does_not_stream(cloner, voice, monkeypatch):
    monkeypatch.setattr(type(cloner.synthesizer), "can_stream", False)
    assert len(list(cloner.speak(TEXT, voice, quality="fast", stream=True))) == 2


def test_other_ways_to_ask(cloner, voice):
    one = join(list(cloner.speak(TEXT, voice, quality="fast", stream=True, quality_check=False)))
    assert one.checks == () and len(one.words) == len(read(TEXT).trace)
    best = list(cloner.speak(TEXT, voice, quality="best", stream=True, seed=5))
    assert len(best) > 2 and join(best).checks[0].takes >= 3
    more = list(cloner.speak(TEXT, voice, quality="fast", stream=True, more=True, loudness=-16.0))
    joined = join(more)
    assert joined.seconds == pytest.approx(one.seconds + postprocess.PAUSE, abs=0.01)
    assert joined.loudness() == pytest.approx(-16.0, abs=0.7)


def test_the_command_line_writes_sound_as_it_is_made(cloner, tmp_path, capfdbinary):
    reference = str(sentences()[0][0])
    asked = ["clone", reference, TEXT, "--quality", "fast", "--stream", "-o"]
    assert main([*asked, str(tmp_path / "a.wav")]) == 2
    assert b"only with -o -" in capfdbinary.readouterr().err
    assert main([*asked, "-"]) == 0
    data = capfdbinary.readouterr().out
    (tmp_path / "b.wav").write_bytes(data)
    assert Audio.read(tmp_path / "b.wav").seconds > 3
    assert main(["verify", str(tmp_path / "b.wav")]) == 0
    told = capfdbinary.readouterr().out
    assert b"watermark: voice" in told and b"metadata: soundalike" in told
