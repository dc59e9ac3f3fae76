"""Sound that is written, and measured, part by part."""

from __future__ import annotations

import io

import numpy as np
import pytest
from conftest import HERE

from soundalike.audio.audio import Audio
from soundalike.audio.io import FORMATS, SoundWriter, encode_samples, read_comment
from soundalike.audio.loudness import LoudnessScan, integrated_loudness

AUDIO = Audio.read(HERE / "data" / "ben_1.flac")


def parts(size):
    return [AUDIO.samples[at : at + size] for at in range(0, len(AUDIO.samples), size)]


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_written_in_parts_sounds_as_one_written_whole(format, tmp_path):
    if format == "m4a":
        pytest.importorskip("av")
    with open(tmp_path / f"parts.{format}", "wb") as file:
        with SoundWriter(file, AUDIO.rate, format, '{"a": 1}') as writer:
            for part in parts(7_777):
                writer.write(part)
    whole = Audio.read(io.BytesIO(encode_samples(AUDIO.samples, AUDIO.rate, format, '{"a": 1}')))
    made = Audio.read(tmp_path / f"parts.{format}")
    assert len(made.samples) == len(whole.samples) and made.rate == whole.rate
    assert np.abs(made.samples - whole.samples).max() < 1e-2
    assert read_comment(tmp_path / f"parts.{format}") == '{"a": 1}'


@pytest.mark.parametrize("size", [1_000, 9_600, 30_000])
def test_loudness_of_parts_is_that_of_the_whole(size):
    scan = LoudnessScan(AUDIO.rate)
    for part in parts(size):
        scan.add(part)
    assert scan.loudness() == pytest.approx(integrated_loudness(AUDIO.samples, AUDIO.rate), abs=1e-9)


def test_loudness_of_less_than_a_block():
    assert LoudnessScan(24_000).loudness() == -float("inf")
    assert integrated_loudness(0.5 * np.ones(100, np.float32), 24_000) < -20
