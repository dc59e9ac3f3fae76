"""The library as people call it: whatever names a voice, keywords, arrays, reprs, players, joins."""

from __future__ import annotations

import base64
import inspect
import io
import re

import numpy as np
import pytest
import soundfile
import torch
from conftest import REFERENCE

import soundalike
from soundalike import Audio, Cloner, Options, Speech, Voice
from soundalike.core.contracts import ArchitectureSpec
from soundalike.core.errors import AudioError, ConfigError
from soundalike.core.speaking import BEST, DEFAULT_QUALITY, FAST
from soundalike.inference import voice_library
from soundalike.inference.batch import BatchSettings
from soundalike.inference.pipeline import SpeechRequest
from soundalike.text.alphabet import MARKS

TEXT = "Good evening to you all."


@pytest.fixture(autouse=True)
def library(tmp_path, monkeypatch):
    monkeypatch.setenv("SOUNDALIKE_VOICES", str(tmp_path / "library"))


@pytest.fixture(scope="module")
def usual(cloner, voice) -> Speech:
    """The text, as it is spoken where nothing is said of how."""
    return cloner.clone(voice, TEXT)


def test_whatever_names_a_voice_gives_the_same_speech(cloner, voice, usual, tmp_path):
    voice_library.put("anna", voice)
    voice.save(tmp_path / "me.voice")
    for reference in (voice, "anna", "Anna", tmp_path / "me.voice", str(tmp_path / "me.voice")):
        assert np.array_equal(cloner.clone(reference, TEXT).samples, usual.samples), reference
    for reference in (REFERENCE, str(REFERENCE), Audio.read(REFERENCE), io.BytesIO(REFERENCE.read_bytes())):
        assert np.array_equal(cloner.clone(reference, TEXT).samples, usual.samples), type(reference)
    pieces = list(cloner.speak(TEXT, "anna"))
    assert np.array_equal(Audio.join(pieces).samples, usual.samples)
    with pytest.raises(
        ConfigError, match="ann: neither a file nor a voice of the library. Did you mean anna"
    ):
        cloner.clone("ann", TEXT)


def test_arrays_are_recordings(cloner, usual):
    samples, rate = soundfile.read(REFERENCE, dtype="float32")
    for array in (
        samples,
        samples.astype(np.float64),
        np.stack([samples, samples]),
        np.stack([samples, samples], axis=1),
        torch.from_numpy(samples),
        soundfile.read(REFERENCE, dtype="int16")[0],
        soundfile.read(REFERENCE, dtype="int32")[0],
    ):
        heard = cloner.listen(array, rate=rate)
        assert np.abs(heard.identity - cloner.listen(REFERENCE).identity).max() < 1e-3
    assert np.array_equal(cloner.clone(samples, TEXT, rate=rate).samples, usual.samples)
    assert cloner.check(samples, rate=rate).problems == cloner.check(REFERENCE).problems


@pytest.mark.parametrize(
    ("samples", "rate", "message"),
    [
        (np.zeros(9, np.float32), None, "samples need their rate"),
        (np.zeros((3, 3, 3)), 24000, "are no sound"),
        (np.zeros(0), 24000, "are no sound"),
        (np.array(["a"]), 24000, "are no sound"),
        (np.array([0.1, np.nan]), 24000, "not finite"),
        (np.zeros(48000), 24000, "silent"),
    ],
)
def test_arrays_that_are_none_are_refused(cloner, samples, rate, message):
    with pytest.raises(AudioError, match=message):
        cloner.listen(samples, rate=rate)


def test_keywords_are_options_reading_and_request(cloner, voice, usual):
    same = cloner.clone(voice, TEXT, language="en", quality="best", speed=1.0, seed=0, loudness=-23.0)
    assert np.array_equal(same.samples, usual.samples)
    by_options = cloner.clone(voice, TEXT, Options(speed=1.5, seed=3), quality="fast")
    by_keywords = cloner.clone(voice, TEXT, speed=1.5, seed=3, quality="fast")
    both = cloner.clone(voice, TEXT, Options(speed=0.7, seed=3), speed=1.5, quality="fast")
    assert np.array_equal(by_options.samples, by_keywords.samples)
    assert np.array_equal(both.samples, by_keywords.samples), "a keyword goes before the options"
    german = cloner.clone(voice, "Es kostet 3 Euro.", language="de", quality="fast", quality_check=False)
    read = soundalike.text.read("Es kostet 3 Euro.", "de").utterances[0]
    assert [stamp.text for stamp in german.phones] == [one for one in read.symbols if one not in MARKS]
    ssml = cloner.clone(voice, "<speak>Hello.</speak>", ssml=True, quality="fast", quality_check=False)
    assert [stamp.text for stamp in ssml.words] == ["Hello"]


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"sped": 2}, "sped: there is no such keyword. Did you mean speed?"),
        ({"colour": "red"}, "colour: there is no such keyword. Choose among speed, pitch"),
        ({"energy": 3.0}, "energy: this family has no such option, only speed"),
        ({"speed": 9}, "speed = 9 is out of range"),
        ({"quality": "superb"}, "choose one of fast, best"),
        ({"language": "xx"}, "language 'xx' is not known"),
    ],
)
def test_wrong_keywords_name_what_is_right(cloner, voice, keywords, message):
    with pytest.raises(ConfigError, match=re.escape(message)):
        cloner.clone(voice, TEXT, **keywords)


def test_a_script_has_been_read_already(cloner, voice):
    script = soundalike.text.read(TEXT)
    assert cloner.clone(voice, script, quality="fast").words
    with pytest.raises(ConfigError, match="language: this text is a Script"):
        cloner.clone(voice, script, language="en")


def test_one_default_of_quality_for_all(cloner, voice, usual):
    assert DEFAULT_QUALITY == BEST == cloner.chosen_quality() == SpeechRequest().quality
    assert BatchSettings().quality is None, "as suits the family"
    assert np.array_equal(cloner.clone(voice, TEXT, quality=BEST).samples, usual.samples)
    assert not np.array_equal(cloner.clone(voice, TEXT, quality=FAST).samples, usual.samples)
    assert inspect.signature(ArchitectureSpec).parameters["quality"].default == DEFAULT_QUALITY


def test_the_default_suits_the_model(cloner, tiny_shelf):
    assert Cloner.load(family="sv2tts").chosen_quality() == FAST
    assert Cloner.load(family="fastspeech2").chosen_quality() == BEST
    assert Cloner.load(family="sv2tts").chosen_quality(BEST) == BEST
    bare = Cloner(cloner.synthesizer, cloner.model)
    bare.quality_checker = None
    assert bare.chosen_quality() == FAST, "without an aligner there is nothing to choose takes by"


def test_reprs_are_short_and_say_what_matters(cloner, voice, usual):
    named = Voice(voice.tensors, {**voice.facts, "name": "Anna"})
    assert re.fullmatch(r"Voice\('Anna', [\d.]+ s of speech, \d+ Hz, starling\)", repr(named))
    assert repr(cloner.adapt_to_prompt(named)).endswith("starling, adapted)")
    assert repr(cloner) == "Cloner(starling, 24000 Hz, quality best by default)"
    assert re.fullmatch(r"Speech\([\d.]+ s, 24000 Hz, 5 words, checked\)", repr(usual))
    assert repr(Audio(np.zeros(48000, np.float32), 24000)) == "Audio(2.00 s, 24000 Hz)"
    assert repr(Voice({"vector": np.ones(3, np.float16)})) == "Voice()"


def played(shown: str) -> tuple[str, bytes]:
    """The kind and the bytes of the sound that a player holds."""
    kind, data = re.search(r'<audio controls src="data:audio/(\w+);base64,([^"]+)"', shown).groups()
    return kind, base64.b64decode(data)


def test_notebooks_show_players(voice, usual):
    kind, data = played(usual._repr_html_())
    assert kind == "wav" and len(soundfile.read(io.BytesIO(data))[0]) == len(usual.samples)
    assert repr(usual) in usual._repr_html_()
    long = Audio(np.tile(usual.samples, 30), usual.rate)
    assert played(long._repr_html_())[0] == "mpeg"
    assert "<audio" not in Audio(np.zeros(0, np.float32), 24000)._repr_html_()
    assert played(voice._repr_html_())[1] == voice.tensors["source"].tobytes()
    bare = {name: value for name, value in voice.tensors.items() if name != "source"}
    named = Voice(bare, {"name": "<b>"})
    assert "<audio" not in named._repr_html_() and "&lt;b&gt;" in named._repr_html_()


def test_words_and_phones_are_apart(usual):
    assert [stamp.text for stamp in usual.words] == ["Good", "evening", "to", "you", "all"]
    assert {stamp.kind for stamp in usual.phones} == {"phoneme"} and len(usual.phones) > 10
    assert len(usual.words) + len(usual.phones) + len(usual.marks) == len(usual.timestamps)
    for stamps in (usual.words, usual.phones):
        assert all(one.stop <= other.start + 1e-6 for one, other in zip(stamps, stamps[1:]))


def test_marks_are_apart_too(cloner, voice):
    speech = cloner.clone(voice, "<speak>One <mark name='here'/> two.</speak>", quality="fast")
    assert [stamp.text for stamp in speech.marks] == ["here"] and len(speech.words) == 2


def test_pieces_join(cloner, voice):
    pieces = list(cloner.speak("One. Two.", voice, quality="fast"))
    whole = Audio.join(iter(pieces))
    assert isinstance(whole, Speech) and [stamp.text for stamp in whole.words] == ["One", "Two"]
    assert len(whole.samples) == sum(len(piece.samples) for piece in pieces)
    assert whole.words[1].start > pieces[0].seconds and whole.origin and len(whole.checks) == 2
    mixed = Audio.join([pieces[0], Audio(np.zeros(100, np.float32), pieces[0].rate)])
    assert type(mixed) is Audio and len(mixed.samples) == len(pieces[0].samples) + 100
    with pytest.raises(AudioError, match="no pieces"):
        Audio.join([])
    with pytest.raises(AudioError, match="different rates"):
        Audio.join([pieces[0], Audio(np.zeros(100, np.float32), 8000)])


def test_editors_see_what_the_front_door_gives():
    source = inspect.getsource(soundalike)
    for name in soundalike.__all__:
        assert name.startswith("__") or re.search(rf"import \w+ as {name}\n", source), name
    assert Options().speed == 1.0 and Options is Cloner.load().Options
