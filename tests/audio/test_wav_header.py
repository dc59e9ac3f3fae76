"""WAV files whose header gives a wrong length are read to the end; right ones are left alone."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
import soundfile

from soundalike.audio.audio import Audio
from soundalike.audio.recording import read_mono
from soundalike.audio.wav_header import with_true_length
from soundalike.core.errors import AudioError

RATE = 16_000
SOUND = (0.3 * np.sin(np.arange(RATE) / 9)).astype(np.float32)


def wav(subtype="PCM_16", channels=1) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, np.repeat(SOUND[:, None], channels, 1), RATE, format="WAV", subtype=subtype)
    return file.getvalue()


def with_length(data: bytes, length: int, whole: int | None = None) -> bytes:
    """The file with another length of its data, and perhaps of the whole."""
    at = data.index(b"data") + 4
    whole = len(data) - 8 if whole is None else whole
    return data[:4] + struct.pack("<I", whole) + data[8:at] + struct.pack("<I", length) + data[at + 4 :]


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "PCM_U8", "FLOAT", "DOUBLE", "ULAW"])
@pytest.mark.parametrize("length", [0, 2, 1000, 0x7FFFFFFE, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF])
@pytest.mark.parametrize("whole", [0, None, 0xFFFFFFFF])
def test_every_length_is_read_to_the_end(subtype, length, whole, tmp_path):
    data = with_length(wav(subtype), length, whole)
    found = read_mono(io.BytesIO(data))
    assert len(found.samples) == len(SOUND) and found.rate == RATE
    assert found.facts.wrong_length == (length < 0x7FFFFFFE)
    path = tmp_path / "x.wav"
    path.write_bytes(data)
    assert np.array_equal(Audio.read(path).samples, found.samples)
    assert path.read_bytes() == data


def test_two_channels_and_a_cut_last_frame():
    data = with_length(wav(channels=2), 0)[:-3]
    assert len(read_mono(io.BytesIO(data)).samples) == len(SOUND) - 1


@pytest.mark.parametrize("size", [0, 0xFFFFFFFFFFFFFFFF, 200])
def test_rf64_of_a_stream(size):
    file = io.BytesIO()
    soundfile.write(file, SOUND, RATE, format="RF64", subtype="PCM_16")
    data = bytearray(file.getvalue())
    assert data[:4] == b"RF64" and len(read_mono(io.BytesIO(bytes(data))).samples) == len(SOUND)
    at = data.index(b"ds64") + 8
    data[at : at + 16] = struct.pack("<QQ", 0, size)
    place = data.index(b"data") + 4
    data[place : place + 4] = b"\xff" * 4
    assert len(read_mono(io.BytesIO(bytes(data))).samples) == len(SOUND)


def test_a_right_header_is_left_alone():
    listed = b"LIST" + struct.pack("<I", 10) + b"INFOwhat  "
    for data in (wav(), wav("FLOAT", 2), wav() + listed, wav() + listed + listed, wav()[:-100], b"RIFF", b""):
        assert with_true_length(io.BytesIO(data)) is None
    assert len(read_mono(io.BytesIO(wav() + listed)).samples) == len(SOUND)


def test_a_file_that_was_cut_off_is_told_and_read_to_its_end():
    cut = wav()[: len(wav()) // 2]
    found = read_mono(io.BytesIO(cut))
    assert found.facts.wrong_length
    np.testing.assert_allclose(found.samples, SOUND[: len(found.samples)], atol=1e-4)
    assert len(found.samples) == (len(cut) - 44) // 2
    assert not read_mono(io.BytesIO(wav()[:-300])).facts.wrong_length


def test_an_empty_file_stays_empty():
    data = with_length(wav()[:44], 0, 36)
    with pytest.raises(AudioError, match="holds no sound"):
        read_mono(io.BytesIO(data))
