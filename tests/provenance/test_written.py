"""Speech that is written piece by piece."""

from __future__ import annotations

import json

import numpy as np
import pytest

from soundalike import Audio, Speech
from soundalike.audio.io import read_comment
from soundalike.core.errors import AudioError
from soundalike.provenance import c2pa
from soundalike.provenance.written import Credentials, write_pieces

RATE = 24_000
ORIGIN = json.dumps({"synthesised_by": "soundalike 0", "voice": "abc"})


def pieces(count=3, fails=False):
    for number in range(count):
        yield Speech(np.full(RATE, 0.1 * (number + 1), np.float32), RATE, origin=ORIGIN)
    if fails:
        raise AudioError("the rest cannot be read.")


def test_pieces_become_one_file_with_one_note(tmp_path):
    path = tmp_path / "made" / "out.flac"
    written = write_pieces(path, pieces(), "flac", note='{"job": "1"}')
    made = Audio.read(path)
    assert written.seconds == 3.0 == made.seconds
    assert [round(float(made.samples[at]), 2) for at in (0, RATE, 2 * RATE)] == [0.1, 0.2, 0.3]
    assert read_comment(path).splitlines() == [ORIGIN, '{"job": "1"}']


def test_what_fails_midway_leaves_what_was_there(tmp_path):
    (tmp_path / "out.wav").write_bytes(b"before")
    with pytest.raises(AudioError, match="the rest cannot be read"):
        write_pieces(tmp_path / "out.wav", pieces(fails=True), "wav")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"before"]
    with pytest.raises(AudioError, match="no sound to be written"):
        write_pieces(tmp_path / "none" / "out.wav", pieces(0), "wav")
    assert not (tmp_path / "none").exists()


def test_the_whole_file_is_signed(tmp_path, monkeypatch):
    def sign(data, format, certificate, key, notes):
        assert data[:4] == b"RIFF" and len(data) > 2 * 3 * RATE and format == "wav"
        assert (certificate, key, notes[0]["voice"]) == ("chain.pem", "key.pem", "abc")
        return b"signed"

    monkeypatch.setattr(c2pa, "sign", sign)
    write_pieces(tmp_path / "out.wav", pieces(), "wav", Credentials("chain.pem", "key.pem"))
    assert (tmp_path / "out.wav").read_bytes() == b"signed"
