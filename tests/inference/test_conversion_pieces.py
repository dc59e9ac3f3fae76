"""Conversion of recordings of any length: pieces, exact length, pitch, strength, pauses, warnings. The model
is a stand-in that gives back what it is given, save where the built-in one is named.
"""

from __future__ import annotations

import io
import warnings

import numpy as np
import pytest
from conftest import HERE, sentences
from echo_model import RATE, VOICE, Echo, tones

from soundalike import Audio, Cloner, Speech
from soundalike.core.errors import AudioError, ConfigError
from soundalike.inference import breaths, conversion
from soundalike.inference.conversion import mean_pitch, source_problems
from soundalike.inference.conversion_source import (
    AudioBlocks,
    cut_places,
    open_source,
    read_pieces,
    scan_source,
)
from soundalike.inference.postprocess import without_rumble
from soundalike.provenance.metadata import notes_in


@pytest.fixture
def echo(monkeypatch):
    """The model; the sources made here are not searched for music."""
    monkeypatch.setattr(conversion, "source_problems", lambda scan, encoder: [])
    return Echo()


def convert(model, source, **more):
    return list(Cloner(model).convert_in_pieces(source, VOICE, **{"watermark": False, **more}))


@pytest.mark.parametrize("seconds", [0.03, 10.0, 31.237])
def test_the_result_is_exactly_as_long_and_joins_without_a_step(echo, seconds):
    source = tones(seconds)
    pieces = convert(echo, source)
    made = np.concatenate([piece.samples for piece in pieces])
    assert len(made) == len(source.samples)
    assert max(asked for asked, _ in echo.asked) <= 14.01 and (len(pieces) > 1) == (seconds > 10)
    if seconds > 1:  # the echo at another level, the same in every piece
        plain = without_rumble(source.samples, RATE)
        gain = (made @ plain) / (plain @ plain)
        assert np.abs(made - gain * plain)[RATE:-RATE].max() < 0.05 * np.abs(made).max()


def test_pieces_are_cut_in_pauses_and_come_with_what_is_around_them():
    source = AudioBlocks(tones(45.0))
    scan = scan_source(source)
    places = cut_places(scan)
    assert places[0][0] == 0 and places[-1][1] == scan.samples
    assert all(one[1] == other[0] for one, other in zip(places, places[1:]))
    for start, _ in places[1:]:
        assert not source.audio.samples[start - 240 : start + 240].any()
    for (start, stop), (samples, before) in zip(places, read_pieces(source, places, 1200, scan.samples)):
        first, last = max(0, start - 1200), stop + 1200
        assert before == start - first and np.array_equal(samples, source.audio.samples[first:last])


def test_a_source_is_scanned_as_it_is_in_memory():
    audio = tones(20.0)
    audio.samples[:] += np.float32(0.05)
    scan = scan_source(AudioBlocks(audio))
    assert scan.seconds == 20.0 and scan.offset == pytest.approx(0.05, abs=2e-3)
    assert scan.loudness == pytest.approx(audio.loudness(), abs=1e-6)
    assert scan.pitch() == pytest.approx(np.log2(150), abs=0.02)


@pytest.mark.parametrize("kind", ["wav", "mp3", "stereo", "video"])
def test_files_of_all_kinds_are_read_in_blocks(tmp_path, kind):
    import soundfile

    audio = Audio.read(HERE / "data" / "ben_1.flac")
    path = tmp_path / "source.wav"
    if kind == "stereo":  # the second channel would cancel the first
        soundfile.write(path, np.stack([audio.samples, -0.7 * audio.samples], axis=1), audio.rate)
    elif kind == "wav":
        audio.resample(44_100).write(path)
    else:
        path = path.with_suffix(".mp3" if kind == "mp3" else ".m4a")
        pytest.importorskip("av")
        audio.write(path)
    made = np.concatenate(list(open_source(path, RATE).blocks()))
    size = min(len(made), len(audio.samples))
    assert abs(len(made) - len(audio.samples)) < 3000
    shift = range(-1500, 1500) if kind in ("mp3", "video") else range(-2, 3)
    part = audio.samples[20_000:40_000]
    likeness = [np.corrcoef(part, made[20_000 + by : 40_000 + by])[0, 1] for by in shift]
    assert size > 60_000 and max(likeness) > 0.98


def test_samples_need_their_rate_and_may_be_whole_numbers(echo):
    samples = (tones(2.0).samples * 32767).astype(np.int16)
    made = convert(echo, np.stack([samples, samples], axis=1), rate=48_000)
    assert len(made[0].samples) == RATE
    with pytest.raises(AudioError, match="samples need their rate"):
        convert(echo, samples)


def test_the_loudness_is_that_of_the_whole_and_its_changes_stay(echo):
    source = tones(24.0)
    source.samples[12 * RATE :] *= 0.1
    made = Speech.join(convert(echo, source, loudness=-20.0))
    assert made.loudness() == pytest.approx(-20.0, abs=0.6)
    first, last = (Audio(part, RATE).loudness() for part in np.split(made.samples, 2))
    assert first - last == pytest.approx(20.0, abs=1.0)


def test_pitch_is_meant_of_the_whole_source(echo):
    low, high = tones(8.0, hertz=100.0), tones(8.0, hertz=200.0)
    both = Audio(np.concatenate([low.samples, high.samples]), RATE)
    convert(echo, both, pitch="keep")
    for (
        seconds,
        options,
    ) in echo.asked:  # above the target's 300 Hz by what lies between the source's mean and it
        assert options.pitch < -5 and seconds > 1
    assert echo.asked[-1][1].pitch - echo.asked[0][1].pitch > 7
    for pitch, expected in (("auto", 0.0), ("+3", 3.0), (-2, -2.0), ("keep", 12 * np.log2(100 / 300))):
        echo.asked.clear()
        convert(echo, tones(5.0, hertz=100.0), pitch=pitch)
        assert echo.asked[0][1].pitch == pytest.approx(expected, abs=0.3), pitch


def test_strength_goes_from_the_source_s_speaker_to_the_target(echo):
    convert(echo, tones(5.0), strength=0.3)
    assert echo.voice.tensors["weight"] == 0.3
    convert(echo, tones(5.0), strength=1.0)
    assert "weight" not in echo.voice.tensors


@pytest.mark.parametrize(
    "given, message",
    [
        ({"pitch": "high"}, "pitch = high cannot be had. Choose auto, keep, or -12 to"),
        ({"pitch": 13}, "pitch = 13 cannot be had"),
        ({"pitch": "nan"}, "pitch = nan cannot be had"),
        ({"strength": 1.2}, "strength = 1.2 is out of range. Choose 0 to 1"),
        ({"loudness": 3.0}, "loudness = 3 is out of range"),
        ({"strenght": 0.5}, "strenght: there is no such keyword. Did you mean strength?"),
        ({"temperature": 9.0}, "temperature = 9.0 is out of range"),
    ],
)
def test_what_is_refused_before_the_source_is_read(echo, given, message):
    with pytest.raises(ConfigError, match=message.replace("(", r"\(").replace("+", r"\+")):
        convert(echo, tones(1.0), **given)
    assert not echo.asked


def test_a_model_that_cannot_convert_is_named():
    class Speaker:
        """A model that only speaks."""

        sample_rate, Options = RATE, Echo.Options
        speaker_encoder = aligner = None

    with pytest.raises(ConfigError, match="cannot convert recordings"):
        convert(Speaker(), tones(1.0))


def test_silence_is_warned_of_and_stays_silent(echo):
    with pytest.warns(UserWarning, match="source: the recording is silent"):
        made = convert(echo, Audio(np.zeros(3 * RATE, np.float32), RATE))
    assert len(made[0].samples) == 3 * RATE and not made[0].samples.any() and not echo.asked
    with pytest.raises(AudioError, match="holds no sound"):
        convert(echo, Audio(np.zeros(0, np.float32), RATE))


def test_a_long_silence_within_is_not_given_to_the_model(echo):
    source = tones(50.0)
    source.samples[8 * RATE : 48 * RATE] = 0
    made = Speech.join(pieces := convert(echo, source))
    assert len(echo.asked) < len(pieces)
    assert np.abs(made.samples[10 * RATE : 46 * RATE]).max() < 1e-4 < np.abs(made.samples[-RATE:]).max()


def test_the_note_goes_on_from_piece_to_piece_and_progress_is_told(echo):
    heard = []
    pieces = convert(echo, tones(20.0), progress=lambda done, of: heard.append((done, of)), watermark=True)
    assert heard[-1] == (20, 20) and heard == sorted(heard)
    assert len({piece.origin for piece in pieces}) == 1 and notes_in(pieces[0].origin)[0]["watermark"]


def test_a_transcript_is_that_of_one_piece(echo):
    convert(echo, tones(35.0), transcript="Buzz.")
    assert len(echo.asked) == 1 and echo.asked[0][1].transcript == "Buzz."
    with pytest.raises(AudioError, match="61 s with a transcript, which may have 60 s"):
        convert(echo, tones(61.0), transcript="Buzz.")


def test_pauses_are_kept_or_made_quiet():
    made, source = np.full(RATE, 0.5, np.float32), np.full(RATE, 0.1, np.float32)
    for other, level in ((None, 0.005), (source, 0.1)):
        mixed = breaths.with_pauses(made, other, [(0.0, 0.2), (0.5, 0.8)], RATE)
        assert mixed[100] == pytest.approx(level) and mixed[15_000] == pytest.approx(level)
        assert mixed[7_000] == pytest.approx(0.5) and mixed[-1] == pytest.approx(0.5)
        assert np.abs(np.diff(mixed)).max() < 0.002  # no click


def test_the_built_in_model_tells_pauses_from_speech(cloner):
    audio = Audio.read(HERE / "data" / "ben_1.flac").resample(RATE)
    noise = (0.002 * np.random.default_rng(1).standard_normal(RATE)).astype(np.float32)
    source = Audio(np.concatenate([noise, audio.samples, noise]), RATE)
    found = breaths.pauses(source, cloner.aligner)
    assert (
        found[0][0] == 0.0
        and 0.7 < found[0][1] < 1.2
        and found[-1][1] == pytest.approx(source.seconds, abs=0.05)
    )
    assert sum(stop - start for start, stop in found) < 2.0 + 0.3 * audio.seconds


def test_the_built_in_model_keeps_breaths(cloner, voice):
    audio = Audio.read(HERE / "data" / "ben_2.flac").resample(RATE)
    breath = (0.004 * np.random.default_rng(1).standard_normal(RATE)).astype(np.float32)
    source = Audio(np.concatenate([audio.samples, breath]), RATE)
    level = {}
    for kept in (True, False):
        made = cloner.convert(source, voice, keep_breaths=kept, quality_check=False, watermark=False)
        inside = made.samples[-3 * RATE // 4 : -RATE // 4]  # the end itself may pass for a sound
        level[kept] = 20 * np.log10(inside.std())
    assert level[True] > level[False] + 20


def test_two_people_and_music_are_named(cloner):
    people = {name: Audio.read(path).resample(RATE) for path, _ in sentences() for name in [path.stem]}
    one = [audio for name, audio in people.items() if name.startswith("ben")]
    names = {name[:-2] for name in people}
    other = [audio for name, audio in people.items() if not name.startswith("ben")]
    assert len(names) > 1
    alone = Audio(np.concatenate([audio.samples for audio in one] * 3), RATE)
    both = Audio(np.concatenate([audio.samples for audio in one * 2 + other * 2]), RATE)
    time = np.arange(12 * RATE) / RATE
    chord = sum(np.sin(2 * np.pi * hertz * time) for hertz in (262, 330, 392, 523, 659))
    music = Audio((0.1 * chord).astype(np.float32), RATE)
    found = [
        source_problems(scan_source(AudioBlocks(one)), cloner.speaker_encoder) for one in (alone, both, music)
    ]
    assert found == [[], ["two-speakers"], ["music"]]


def test_a_voice_is_taken_from_whatever_names_one(cloner, voice):
    source = HERE / "data" / "ben_1.flac"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        named = cloner.convert(io.BytesIO(source.read_bytes()), "wren", quality_check=False)
    assert named.seconds == pytest.approx(Audio.read(source).seconds, abs=1e-4)
    assert mean_pitch([named]) > mean_pitch([Audio.read(source)]) + 0.3  # hers, not his
