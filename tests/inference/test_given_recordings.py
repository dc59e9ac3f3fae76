"""Recordings as Python gives them: paths, open files, bytes, samples; and what is none of these."""

from __future__ import annotations

import io
import os
import sys
import threading

import numpy as np
import pytest
from conftest import REFERENCE

import soundalike
from soundalike.core.errors import AudioError, ConfigError, TextError
from soundalike.inference.recordings import open_recording
from soundalike.text import read


def test_a_recording_is_the_same_however_it_is_given():
    path = open_recording(REFERENCE).audio
    data = REFERENCE.read_bytes()
    samples = soundalike.Audio.read(REFERENCE)
    with open(REFERENCE, "rb") as file:
        given = [file, data, io.BytesIO(data), (samples.rate, samples.samples)]
        for one in given:
            found = open_recording(one).audio
            assert found.rate == path.rate
            np.testing.assert_allclose(found.samples, path.samples, atol=1e-4)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_a_recording_may_come_out_of_a_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(REFERENCE.read_bytes(),))
    writer.start()
    found = open_recording(pipe).audio
    writer.join()
    np.testing.assert_allclose(found.samples, open_recording(REFERENCE).audio.samples)


@pytest.mark.parametrize("wrong", [None, 5, {"a": 1}, object()])
def test_what_is_no_recording_is_named(wrong):
    with pytest.raises(AudioError, match=f"{type(wrong).__name__} is no recording"):
        open_recording(wrong)


@pytest.mark.parametrize("rate", [None, "24000", 0])
def test_samples_need_a_rate(rate):
    with pytest.raises(AudioError, match="samples need their rate"):
        open_recording(np.zeros(1000, np.float32), rate)


@pytest.mark.parametrize("wrong", [None, 5, b"Hi.", ["Hi."]])
def test_what_is_no_text_is_named(wrong):
    with pytest.raises(TextError, match=f"of the type {type(wrong).__name__}. Give a string"):
        read(wrong)


def test_a_lexicon_is_one():
    with pytest.raises(ConfigError, match="of the type str. Give Lexicon.read"):
        read("Hello.", lexicon="mine.tsv")


def test_languages_are_known_by_name():
    assert read("Guten Abend.", "German").language == "de" == read("Guten Abend.", "de-AT").language


def test_the_package_lists_what_it_offers():
    assert {"Cloner", "Audio", "Options"} <= set(dir(soundalike))


def test_bytes_and_open_files_are_listened_to_and_converted(cloner, voice):
    data = REFERENCE.read_bytes()
    heard = cloner.listen(data)
    np.testing.assert_array_equal(heard.identity, voice.identity)
    made = cloner.convert(data, voice, quality_check=False)
    with open(REFERENCE, "rb") as file:
        again = cloner.convert(file, voice, quality_check=False)
    np.testing.assert_array_equal(made.samples, again.samples)
    with pytest.raises(AudioError, match="int is no recording"):
        cloner.convert(5, voice)


def test_a_recording_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    file = tmp_path / "mine.wav"
    file.write_bytes(REFERENCE.read_bytes())
    monkeypatch.setattr("os.access", lambda path, mode: str(path) != str(file))
    with pytest.raises(AudioError, match="mine.wav: cannot be read"):
        open_recording(file)


def test_an_mp4_with_the_name_of_an_mp3_is_not_taken_for_one(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    file = tmp_path / "call.mp3"
    file.write_bytes(b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom\0\0\0\0" + b"\xff\xfb\x90\x00" * 20_000)
    with pytest.raises(AudioError, match="not read without FFmpeg"):
        open_recording(file)
