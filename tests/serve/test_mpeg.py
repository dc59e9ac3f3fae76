"""Streams of MPEG audio are told wherever they are cut, and read as the command line reads them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from conftest import REFERENCE

pytest.importorskip("fastapi", reason="needs soundalike[serve]")

from soundalike import Audio  # noqa: E402
from soundalike.serve.decode import Decoder, kind_of  # noqa: E402
from soundalike.serve.encode import Encoder  # noqa: E402


@pytest.fixture(scope="module")
def decoder():
    made = Decoder(30.0, 60.0, ready=1)
    yield made
    made.close()


def streamed(kind: str) -> bytes:
    encoder = Encoder(kind)
    return encoder.add(Audio.read(REFERENCE)) + encoder.finish()


@pytest.mark.parametrize("kind", ["mp3", "aac"])
@pytest.mark.parametrize("cut", [0, 1, 7, 100, 333, 1000, 5000])
def test_a_stream_is_told_wherever_it_begins_or_ends(kind, cut):
    data = streamed(kind)
    assert kind_of(data[cut:]) == kind_of(data[cut:-17]) == kind_of(data[cut:9000]) == kind
    assert kind_of(bytes(2000) + data[cut:]) == kind  # as some recorders leave it


def packed(rate: int, bits: int) -> bytes:
    import av

    samples = Audio.read(REFERENCE).resample(rate).samples[: 2 * rate]
    out = io.BytesIO()
    with av.open(out, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=rate, layout="stereo")
        stream.bit_rate = bits
        frame = av.AudioFrame.from_ndarray(np.stack([samples, samples]), format="fltp", layout="stereo")
        frame.rate = rate
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


@pytest.mark.parametrize("rate", [8000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000])
@pytest.mark.parametrize("bits", [16_000, 64_000, 160_000])
def test_so_it_is_at_every_rate(rate, bits):
    data = packed(rate, bits)
    assert {kind_of(data[cut:]) for cut in (0, 500, 777, 2500)} == {"mp3"}


def test_noise_and_other_files_are_no_streams():
    noise = np.random.default_rng(0)
    assert not [kind for _ in range(100) if (kind := kind_of(noise.bytes(50_000)))]
    for data in (b"\xff" * 50_000, b"Dear Sir, " * 999, b"\x89PNG\r\n" + bytes(999)):
        assert kind_of(data) is None


@pytest.mark.parametrize("cut", [slice(100, None), slice(333, -50), slice(0, -123)])
def test_an_upload_cut_in_mid_frame_is_read_as_on_the_command_line(decoder, tmp_path, cut):
    data = streamed("mp3")[cut]
    (tmp_path / "cut.mp3").write_bytes(data)
    here = Audio.read(tmp_path / "cut.mp3")
    there = Audio.read(decoder.decode(data))
    assert there.rate == here.rate and there.seconds == pytest.approx(here.seconds, abs=0.001)
    assert np.abs(there.samples[: len(here.samples)] - here.samples[: len(there.samples)]).max() < 1e-4
