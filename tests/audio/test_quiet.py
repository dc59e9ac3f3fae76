"""Decoders say nothing of their own: what is written to standard error comes from this package."""

from __future__ import annotations

import io
import os
import threading

import numpy as np
import pytest

from soundalike.audio.io import encode_samples, read_comment
from soundalike.audio.quiet import quiet_decoder
from soundalike.audio.recording import read_channels


def mp3(seconds: int = 20) -> bytes:
    """A tone of ours, of which libmpg123 says something."""
    tone = 0.1 * np.sin(np.arange(24000 * seconds) / 20)
    return encode_samples(tone.astype(np.float32), 24000, "mp3", "a comment")


def variants(data: bytes) -> dict[str, bytes]:
    return {
        "ours": data,
        "cut short": data[: len(data) // 2 + 77],
        "begun in mid-frame": data[1000:],
        "rubbish before": b"\0" * 333 + data,
        "rubbish within": data[:5000] + b"junkjunk" * 99 + data[5000:],
        "rubbish after": data + b"TAGxyz" * 40,
    }


@pytest.mark.parametrize("case", variants(b"x" * 9000))
def test_mpeg_is_read_without_a_word(case, tmp_path, capfd):
    data = variants(mp3())[case]
    path = tmp_path / "a.mp3"
    path.write_bytes(data)
    for source in (path, str(path), io.BytesIO(data)):
        channels, rate, _, _ = read_channels(source)
        assert rate == 24000 and len(channels) > 100_000
    read_comment(path)
    os.write(2, b"still there")
    assert capfd.readouterr().err == "still there"


def test_standard_error_stays_for_other_files(tmp_path, capfd):
    (tmp_path / "a.wav").write_bytes(encode_samples(np.zeros(100, np.float32), 24000, "wav"))
    with quiet_decoder(tmp_path / "a.wav"):
        os.write(2, b"heard")
    with quiet_decoder(tmp_path / "gone"):
        os.write(2, b"not heard")
    with pytest.raises(ValueError), quiet_decoder(io.BytesIO(b"ID3")):
        raise ValueError
    os.write(2, b" again")
    assert capfd.readouterr().err == "heard again"


def test_an_open_file_stays_where_it_is():
    file = io.BytesIO(b"0123456789")
    file.seek(3)
    with quiet_decoder(file):
        assert file.tell() == 3


def test_threads_that_decode_at_once_leave_standard_error_as_it_was(capfd):
    begun = threading.Barrier(4)

    def decode() -> None:
        for _ in range(200):
            with quiet_decoder(io.BytesIO(b"ID3")):
                os.write(2, b"x")
        begun.wait()

    threads = [threading.Thread(target=decode) for _ in range(3)]
    for thread in threads:
        thread.start()
    begun.wait()
    for thread in threads:
        thread.join()
    os.write(2, b"end")
    assert capfd.readouterr().err == "end"
