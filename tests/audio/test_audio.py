"""Audio: reading anything, refusing the rest, writing whole files."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile
from conftest import sentences

from soundalike.audio.audio import Audio, concatenate
from soundalike.audio.io import FORMATS
from soundalike.core.errors import AudioError

VOICE = sentences()[0][0]


def encode_with_av(path, audio, codec):
    """A file written by FFmpeg's own encoders, as phones and browsers make them."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=audio.rate, layout="stereo")
        frame = av.AudioFrame.from_ndarray(
            np.stack([audio.samples, audio.samples]).astype(np.float32), format="fltp", layout="stereo"
        )
        frame.sample_rate = audio.rate
        resampler = av.AudioResampler(format=stream.format.name, layout="stereo", rate=audio.rate)
        fifo = av.AudioFifo()
        for part in resampler.resample(frame):
            fifo.write(part)
        size = stream.codec_context.frame_size or 1024
        while chunk := fifo.read(size) or fifo.read():
            container.mux(stream.encode(chunk))
        container.mux(stream.encode(None))


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_what_is_written_is_read(name, tmp_path):
    audio = Audio.read(VOICE)
    audio.write(tmp_path / f"x.{name}")
    back = Audio.read(tmp_path / f"x.{name}")
    assert back.rate == audio.rate
    assert abs(back.seconds - audio.seconds) < 0.1
    if name in ("wav", "flac"):
        np.testing.assert_allclose(back.samples, audio.samples, atol=1e-4)
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    "name, codec", [("x.m4a", "aac"), ("x.webm", "libopus"), ("x.mp4", "aac"), ("x.mka", "pcm_s16le")]
)
def test_formats_of_phones_and_browsers(name, codec, tmp_path):
    audio = Audio.read(VOICE).resample(48000)
    encode_with_av(tmp_path / name, audio, codec)
    back = Audio.read(tmp_path / name)
    assert abs(back.seconds - audio.seconds) < 0.2
    assert abs(back.speech_seconds() - audio.speech_seconds()) < 0.3


def test_channels_are_averaged(tmp_path):
    left = np.full(2400, 0.2)
    right = np.full(2400, 0.4)
    soundfile.write(tmp_path / "s.wav", np.stack([left, right], 1), 24000)
    np.testing.assert_allclose(Audio.read(tmp_path / "s.wav").samples, 0.3, atol=1e-4)


def test_unreadable_files_are_named(tmp_path):
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("this is no sound, it is a sentence" * 20)
    soundfile.write(
        tmp_path / "nan.wav", np.array([0.1, np.nan, 0.2] * 999, np.float32), 24000, subtype="FLOAT"
    )
    cases = {
        "missing.wav": "no such file",
        "empty.wav": "is empty",
        "text.wav": "not a readable recording",
        "nan.wav": "NaN",
        ".": "folder",
    }
    for name, message in cases.items():
        with pytest.raises(AudioError, match=message) as caught:
            Audio.read(tmp_path / name)
        assert str(caught.value).count(str(tmp_path)) == 1 and "Errno" not in str(caught.value)


def test_normalised_level_and_trim():
    audio = Audio.read(VOICE)
    padded = Audio(
        np.concatenate([np.zeros(24000, np.float32), audio.samples, np.zeros(24000, np.float32)]), audio.rate
    )
    assert padded.seconds - padded.trim().seconds == pytest.approx(2.0, abs=0.5)
    for gain in (0.01, 1.0):
        level = Audio(audio.samples * gain, audio.rate).normalised(-23.0)
        active = np.repeat(level.activity(), level.rate // 100)
        rms = np.sqrt((level.samples[: len(active)][active] ** 2).mean())
        assert 20 * np.log10(rms) == pytest.approx(-23.0, abs=0.5)


def test_nothing_half_written(tmp_path):
    audio = Audio.read(VOICE)
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(AudioError, match="x.wav: cannot be written"):
        audio.write(tmp_path / "file" / "no" / "x.wav")
    with pytest.raises(AudioError, match="cannot write format 'xyz'. Choose one of wav, flac, mp3, ogg"):
        audio.write(tmp_path / "x.xyz")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_folders_are_made(tmp_path):
    Audio.read(VOICE).write(tmp_path / "a" / "b c" / "x.wav")
    assert [path.name for path in (tmp_path / "a" / "b c").iterdir()] == ["x.wav"]


def test_joining_needs_one_rate():
    audio = Audio.read(VOICE)
    assert len(concatenate([audio, audio]).samples) == 2 * len(audio.samples)
    with pytest.raises(AudioError, match="different rates"):
        concatenate([audio, audio.resample(16000)])


def test_long_sounds_are_encoded(tmp_path):
    """Two minutes in one block overflow libsndfile's Vorbis encoder."""
    audio = Audio.read(VOICE)
    long = concatenate([audio] * 60)
    assert long.seconds > 120
    long.write(tmp_path / "long.ogg")
    assert abs(Audio.read(tmp_path / "long.ogg").seconds - long.seconds) < 0.1


def test_devices_and_folders_are_not_overwritten(tmp_path):
    audio = Audio.read(VOICE)
    (tmp_path / "folder.wav").mkdir()
    with pytest.raises(AudioError, match="cannot be written"):
        audio.write(tmp_path / "folder.wav")


def test_loudness_follows_the_standard():
    """BS.1770: a full-scale sine of 997 Hz in one channel reads -3.05 LUFS, and halving it takes 6.02 away;
    silence between counts for nothing.
    """
    tone = np.sin(2 * np.pi * 997 * np.arange(48000 * 3) / 48000).astype(np.float32)
    assert Audio(tone, 48000).loudness() == pytest.approx(-3.05, abs=0.05)
    assert Audio(tone / 2, 48000).loudness() == pytest.approx(-9.07, abs=0.05)
    assert Audio(np.concatenate([tone, np.zeros(48000 * 6, np.float32)]), 48000).loudness() == pytest.approx(
        -3.05, abs=0.6
    )
    low = np.sin(2 * np.pi * 40 * np.arange(48000 * 3) / 48000).astype(np.float32)
    assert Audio(low, 48000).loudness() < -8, "the K-weighting takes low tones away"
    assert Audio(np.zeros(48000, np.float32), 48000).loudness() == -float("inf")


def test_levelling_reaches_the_loudness_without_clipping():
    audio = Audio.read(VOICE)
    for gain in (0.02, 0.5, 1.0):
        levelled = Audio(audio.samples * gain, audio.rate).levelled(-18.0)
        assert levelled.loudness() == pytest.approx(-18.0, abs=0.3)
        assert np.abs(levelled.samples).max() <= 0.98
    short = Audio(audio.samples[24000 : 24000 + 6000], audio.rate)  # shorter than one block
    assert np.isfinite(short.levelled(-18.0).samples).all()
    silent = Audio(np.zeros(24000, np.float32), 24000)
    assert np.array_equal(silent.levelled(-18.0).samples, silent.samples)
