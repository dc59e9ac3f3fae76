"""Recordings as one sound: tracks, files of phones, broken ends, and what needs an extra."""

from __future__ import annotations

import builtins
import io
import os

import numpy as np
import pytest
import soundfile
from conftest import REFERENCE

from soundalike.audio.audio import Audio
from soundalike.audio.io import FORMATS, read_comment
from soundalike.audio.recording import read_channels, read_mono
from soundalike.audio.speech import Speech
from soundalike.core.errors import AudioError

av = pytest.importorskip("av", reason="needs soundalike[media]")
RATE = 48_000
VOICE = Audio.read(REFERENCE).resample(RATE)
SILENCE = np.zeros_like(VOICE.samples)
NOISE = 0.1 * np.random.default_rng(0).normal(size=len(SILENCE)).astype(np.float32)
HUM = 0.3 * np.sin(2 * np.pi * 50 * np.arange(len(SILENCE)) / RATE).astype(np.float32)


def tracks(*sounds, kind="matroska", codec="pcm_s16le") -> io.BytesIO:
    """A file of several sound tracks."""
    file = io.BytesIO()
    with av.open(file, "w", format=kind) as container:
        streams = [container.add_stream(codec, rate=RATE, layout="mono") for _ in sounds]
        for stream, sound in zip(streams, sounds):
            frame = av.AudioFrame.from_ndarray(sound[None].astype(np.float32), format="fltp", layout="mono")
            frame.rate = RATE
            resampler = av.AudioResampler(format=stream.format.name, layout="mono", rate=RATE)
            for part in resampler.resample(frame):
                container.mux(stream.encode(part))
            container.mux(stream.encode(None))
    file.seek(0)
    return file


@pytest.mark.parametrize(
    "others, kind, codec",
    [
        ([SILENCE], "matroska", "pcm_s16le"),
        ([SILENCE, SILENCE], "matroska", "pcm_s16le"),
        ([NOISE], "mov", "pcm_s16le"),
        ([HUM], "matroska", "pcm_s16le"),
        ([1e-4 * NOISE], "mp4", "aac"),
        ([NOISE, SILENCE, HUM], "mov", "aac"),
    ],
)
def test_the_track_that_holds_speech(others, kind, codec):
    found = read_mono(tracks(*others, VOICE.samples, kind=kind, codec=codec))
    assert (found.facts.track, found.facts.tracks) == (len(others) + 1, len(others) + 1)
    assert Audio(found.samples, found.rate).speech_seconds() == pytest.approx(VOICE.speech_seconds(), abs=0.5)


def test_the_first_of_tracks_that_hold_speech():
    assert read_mono(tracks(VOICE.samples, SILENCE)).facts.track == 1
    assert read_mono(tracks(VOICE.samples, 0.5 * VOICE.samples)).facts.track == 1
    assert read_mono(tracks(SILENCE, NOISE)).facts.track == 2, "no speech: the first that is not silent"
    channels, rate, track, of = read_channels(tracks(SILENCE, VOICE.samples))
    assert (channels.shape[1], rate, track, of) == (1, RATE, 2, 2)


def test_a_lower_rate_and_channels_in_one_go(tmp_path):
    stereo = np.stack([VOICE.samples, VOICE.samples], 1)
    soundfile.write(tmp_path / "x.flac", stereo, RATE)
    found = read_mono(tmp_path / "x.flac", 24_000)
    right = VOICE.resample(24_000).samples
    assert found.rate == 24_000 and abs(len(found.samples) - len(right)) <= 1
    size = min(len(right), len(found.samples))
    assert np.abs(found.samples[:size] - right[:size]).max() < 0.01
    assert read_mono(tmp_path / "x.flac", 96_000).rate == RATE


@pytest.mark.parametrize("name", ["opus", "m4a", "mp3", "ogg", "flac", "wav"])
@pytest.mark.parametrize("rate", [24_000, 22_050])
def test_formats_are_written_with_their_notes(name, rate, tmp_path):
    assert name in FORMATS
    audio = VOICE.resample(rate)
    data = Speech(audio.samples, rate, origin='{"made": "é"}').encode(name)
    (tmp_path / f"x.{name}").write_bytes(data)
    back = Audio.read(tmp_path / f"x.{name}")
    assert back.seconds == pytest.approx(audio.seconds, abs=0.12)
    assert back.speech_seconds() == pytest.approx(audio.speech_seconds(), abs=0.3)
    assert "made" in read_comment(tmp_path / f"x.{name}")


def test_without_the_extra_it_is_named(monkeypatch, tmp_path):
    """Where PyAV is not installed, what libsndfile reads is read, and the rest names the extra."""
    m4a = tmp_path / "x.m4a"
    m4a.write_bytes(VOICE.encode("m4a"))
    opus = tmp_path / "x.opus"
    opus.write_bytes(VOICE.encode("opus"))
    real = builtins.__import__

    def without_av(name, *rest, **more):
        if name == "av":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without_av)
    with pytest.raises(AudioError, match=r"x\.m4a.*\[media\]"):
        Audio.read(m4a)
    with pytest.raises(AudioError, match=r"m4a.*\[media\]"):
        VOICE.write(tmp_path / "y.m4a")
    assert read_comment(m4a) == ""
    assert Audio.read(opus).seconds == pytest.approx(VOICE.seconds, abs=0.1)


def test_a_broken_mp3_is_read_without_a_word(tmp_path, capfd):
    data = VOICE.resample(24_000).encode("mp3")
    path = tmp_path / "x.mp3"
    for broken in (data[777:-333], b"\0" * 400 + data, data + b"TAG" + b"x" * 200, data):
        path.write_bytes(broken)
        assert Audio.read(path).seconds == pytest.approx(VOICE.seconds, abs=0.3)
        read_comment(path)
    assert capfd.readouterr() == ("", "")
    os.write(2, b"still there")
    assert capfd.readouterr().err == "still there"
