"""The report on a reference: faults named in degraded clips, none in clean ones; the best stretch;
`soundalike check`.
"""

from __future__ import annotations

import io
import json
import warnings

import av
import numpy as np
import pytest
import soundfile
from conftest import REFERENCE, sentences

from soundalike import Audio
from soundalike.audio.clipping import ClippingScan
from soundalike.cli.main import main
from soundalike.core.errors import AudioError
from soundalike.inference.recordings import open_recording
from soundalike.inference.reference_check import ADVICE, Report, best_window, examine

RATE = 24_000
CLIPS = [path for path, _ in sentences()] + [REFERENCE]


def noisy(samples, db, random):
    active = np.repeat(Audio(samples, RATE).activity(), RATE // 100)
    power = (samples[: len(active)][active] ** 2).mean()
    return samples + random.normal(size=len(samples)) * np.sqrt(power / 10 ** (db / 10))


def low_passed(samples, hertz):
    spectrum = np.fft.rfft(samples)
    spectrum[np.fft.rfftfreq(len(samples), 1 / RATE) > hertz] = 0
    return np.fft.irfft(spectrum, len(samples))


def in_a_room(samples, seconds, amount, random):
    """With an echo of noise that falls by 60 dB in so many seconds and has `amount` times the amplitude of
    the direct sound.
    """
    size = int(seconds * RATE)
    echo = random.normal(size=size) * 10 ** (-3 * np.arange(size) / size)
    echo *= amount / np.sqrt((echo**2).sum())
    echo[0] += 1
    length = len(samples) + size
    heard = np.fft.irfft(np.fft.rfft(samples, length) * np.fft.rfft(echo, length), length)
    return heard / np.abs(heard).max() * np.abs(samples).max()


def through_mp3(samples, bits):
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=RATE)
        stream.bit_rate = bits
        stream.layout = "mono"
        stream.format = "s16p"
        frame = av.AudioFrame.from_ndarray(
            (np.clip(samples, -1, 1) * 32767).astype(np.int16)[None], format="s16p", layout="mono"
        )
        frame.rate = RATE
        container.mux([*stream.encode(frame), *stream.encode(None)])
    buffer.seek(0)
    return soundfile.read(buffer, dtype="float32")


def chords(count, random):
    time = np.arange(count) / RATE
    sound = np.zeros(count)
    for start in range(0, count, RATE):
        now = slice(start, start + RATE)
        root = 220 * 2 ** (random.integers(0, 12) / 12)
        for note in (1, 1.26, 1.5):
            for harmonic in (1, 2, 3):
                sound[now] += np.sin(2 * np.pi * root * note * harmonic * time[now]) / harmonic
    return sound / np.sqrt((sound**2).mean())


def degraded(clip, other, seed):
    """(what was done, the name it should be given, samples, rate) for one clip; `other` is somebody
    else's.
    """
    random = np.random.default_rng(seed)
    rms = np.sqrt((clip**2).mean())
    peak = np.abs(clip).max()
    other = other * rms / np.sqrt((other**2).mean())
    size = max(len(clip), len(other))
    both = np.pad(clip, (0, size - len(clip))) + np.pad(other, (0, size - len(other)))
    time = np.arange(len(clip)) / RATE
    hum = (np.sin(2 * np.pi * 50 * time) + 0.3 * np.sin(2 * np.pi * 150 * time)) * rms * 10 ** (-7 / 20)
    quiet = np.concatenate([np.zeros(8 * RATE), clip, np.zeros(10 * RATE)])
    yield "noise, 5 dB", "noisy", noisy(clip, 5, random), RATE
    yield "noise, 15 dB", "noisy", noisy(clip, 15, random), RATE
    yield "clipped hard", "clipped", 0.9 * np.clip(clip / peak * 8, -1, 1), RATE
    yield "clipped mildly", "clipped", np.clip(clip / peak * 2, -1, 1), RATE
    yield "band of 4 kHz", "narrow-band", low_passed(clip, 4000), RATE
    yield "sampled at 8 kHz", "narrow-band", Audio(clip, RATE).resample(8000).samples, 8000
    yield "mp3 of 24 kbit/s", "narrow-band", *through_mp3(clip, 24_000)
    yield "echo of 0.6 s", "reverberant", in_a_room(clip, 0.6, 1.0, random), RATE
    yield "echo of 1.5 s", "reverberant", in_a_room(clip, 1.5, 1.5, random), RATE
    yield "two people in turn", "two-speakers", np.concatenate([clip, np.zeros(RATE // 5), other]), RATE
    yield "two people at once", "two-speakers", 0.6 * both, RATE
    yield "music under it", "music", 0.7 * (clip + chords(len(clip), random) * rms * 10 ** (-8 / 20)), RATE
    yield "silence", "silence", np.zeros(3 * RATE), RATE
    yield "mostly silence", "mostly-silence", quiet + 1e-5 * random.normal(size=len(quiet)), RATE
    yield "half the speed", "fast-or-slow", Audio(clip, RATE).resample(2 * RATE).samples, RATE
    yield "very quiet", "quiet", clip * 10 ** (-50 / 20) / rms, RATE
    yield "one channel silent", "stereo-mismatch", np.stack([clip, np.zeros_like(clip)], 1), RATE
    yield "one channel inverted", "stereo-mismatch", np.stack([clip, -clip], 1), RATE
    yield "mains hum", "hum", clip + hum, RATE
    yield "short", "too-short", clip[int(0.3 * RATE) : int(1.5 * RATE)], RATE


def heard(cloner, samples, rate) -> Report:
    """The report on samples (N,) or (N, C), as of a file of them."""
    file = io.BytesIO()
    soundfile.write(file, np.asarray(samples, np.float32), rate, format="WAV", subtype="FLOAT")
    return examine(open_recording(file), cloner.speaker_encoder.embed)


def test_degradations_are_named(cloner):
    """At least 85 of 100; the thresholds were chosen on these clips."""
    missed = []
    count = 0
    clips = [Audio.read(path).samples for path in CLIPS]
    for number, clip in enumerate(clips):
        for what, name, samples, rate in degraded(clip, clips[(2, 3, 0, 1, 2)[number]], number):
            count += 1
            report = heard(cloner, samples, rate)
            assert (
                report.advice == ADVICE[report.problems[0]].format(**vars(report))
                if report.problems
                else "A good reference."
            )
            if name not in report.problems:
                missed.append((CLIPS[number].name, what, report.problems))
    assert count == 100 and len(missed) <= 15, missed


def test_clean_clips_have_no_problem(cloner):
    for path in CLIPS:
        report = cloner.check(path)
        assert report.problems == [] and report.advice == "A good reference.", path
        assert report.snr_db > 30 and 2 < report.speech_seconds <= report.seconds


def test_the_noise_is_measured(cloner):
    clip = Audio.read(REFERENCE).samples
    for db in (5, 10, 15, 25):
        assert heard(cloner, noisy(clip, db, np.random.default_rng(0)), RATE).snr_db == pytest.approx(
            db, abs=3
        )


def cut_shares(audio):
    scan = ClippingScan(audio.rate)
    scan.add(audio.samples)
    return scan.shares()


def test_the_best_stretch_avoids_silence_and_clipping():
    clip = np.tile(Audio.read(REFERENCE).samples, 2)
    loud = np.clip(clip[: 8 * RATE] * 20, -0.9, 0.9)
    audio = Audio(np.concatenate([np.zeros(5 * RATE, np.float32), loud, 0.5 * clip]).astype(np.float32), RATE)
    start, stop = best_window(audio, audio.activity(), cut_shares(audio))
    assert 4 <= stop - start <= 10.01 and start >= 12.5
    short = Audio(clip[: 3 * RATE], RATE)
    assert best_window(short, short.activity(), cut_shares(short)) == (0.0, 3.0)


def test_a_transcript_that_does_not_fit(cloner):
    path, text = sentences()[0]
    right = cloner.check(path, text)
    wrong = cloner.check(path, sentences()[3][1] + " " + sentences()[1][1])
    assert (
        right.agreement > wrong.agreement
        and right.problems == []
        and wrong.problems == ["transcript-mismatch"]
    )


@pytest.mark.parametrize(
    "samples",
    [np.zeros(0), np.zeros(1), np.ones(3), np.ones(RATE), np.eye(1, 300)[0], np.sin(np.arange(5000) / 9)],
)
def test_anything_can_be_examined(samples, cloner):
    report = examine(open_recording(Audio(samples.astype(np.float32), RATE)), cloner.speaker_encoder.embed)
    assert report.problems and json.dumps(report.to_dict(), allow_nan=False)


def test_an_inverted_channel_does_not_silence_a_voice(cloner, tmp_path):
    clip = Audio.read(REFERENCE).samples
    soundfile.write(tmp_path / "inverted.wav", np.stack([clip, -clip], 1), RATE)
    with pytest.warns(UserWarning, match="inverted.wav: Its channels do not fit"):
        voice = cloner.listen(tmp_path / "inverted.wav")
    assert voice.facts["report"]["problems"] == ["stereo-mismatch"] and voice.facts["pitch_hertz"] > 100
    soundfile.write(tmp_path / "silent.wav", np.zeros((RATE, 2)), RATE)
    with pytest.raises(AudioError, match="silent.wav: the recording is silent"):
        cloner.listen(tmp_path / "silent.wav")


def test_the_command(tmp_path, capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert main(["check", str(REFERENCE)]) == 0
    assert "problems: none\nA good reference." in capsys.readouterr().out
    Audio(
        noisy(Audio.read(REFERENCE).samples, 5, np.random.default_rng(0)).astype(np.float32) * 0.5, RATE
    ).write(tmp_path / "noise.wav")
    assert main(["check", str(tmp_path / "noise.wav"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (
        said["problems"] == ["noisy"]
        and said["advice"].startswith("The recording is noisy")
        and len(said["window"]) == 2
    )
    assert main(["check", str(tmp_path / "gone.wav")]) == 2
    assert "gone.wav: no such file" in capsys.readouterr().err
