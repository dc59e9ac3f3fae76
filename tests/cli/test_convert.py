"""`soundalike convert`: a recording in another voice, written as asked, refused in one sentence."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest
from conftest import HERE, REFERENCE, sentences

from soundalike import Audio, Cloner, Speech
from soundalike.cli.main import main
from soundalike.core.installation import install_command
from soundalike.inference import audio_devices
from soundalike.inference.conversion import mean_pitch
from soundalike.provenance import watermark
from soundalike.provenance.metadata import origin_of

SOURCE = HERE / "data" / "ben_1.flac"
TEXT = next(text for path, text in sentences() if path.name == SOURCE.name)
RATE = 24_000


@pytest.fixture
def loaded(monkeypatch, cloner):
    """The model is loaded once for all tests."""
    monkeypatch.setattr(Cloner, "load", staticmethod(lambda *given, **more: cloner))


def test_a_recording_gets_another_voice_and_is_marked(tmp_path, cloner, voice):
    out = tmp_path / "out.wav"
    assert main(["convert", str(SOURCE), str(REFERENCE), "--transcript", TEXT, "-o", str(out), "-q"]) == 0
    made = Audio.read(out)
    assert len(made.samples) == len(Audio.read(SOURCE).resample(RATE).samples) and origin_of(out).found
    heard = cloner.speaker_encoder.embed([made])[0]
    assert heard @ voice.identity.astype(np.float32) > 0.6


def test_pitch_is_the_voice_s_or_the_recording_s_or_moved(tmp_path, loaded, voice):
    (tmp_path / "said.txt").write_text(TEXT, encoding="utf-8")
    words = ["convert", str(SOURCE), str(REFERENCE), "--transcript-file", str(tmp_path / "said.txt"), "-q"]
    found = {}
    for pitch in ("auto", "keep", "+5"):
        assert main([*words, "--pitch", pitch, "-o", str(tmp_path / "out.wav")]) == 0
        found[pitch] = mean_pitch([Audio.read(tmp_path / "out.wav")])
    assert 0.25 < found["+5"] - found["auto"] < 0.6  # five semitones are .42 octaves
    assert abs(found["keep"] - mean_pitch([Audio.read(SOURCE)])) < 0.1 < found["auto"] - found["keep"]


def test_several_references_stereo_sources_and_standard_output(tmp_path, loaded, monkeypatch, capsysbinary):
    import soundfile

    samples = Audio.read(SOURCE).resample(48_000).samples[:72_000]
    soundfile.write(tmp_path / "stereo.wav", np.stack([samples, 0.9 * samples], axis=1), 48_000)
    others = [str(path) for path, _ in sentences() if not path.stem.startswith("ben")]
    words = [
        "convert",
        str(tmp_path / "stereo.wav"),
        *others[:1],
        "--reference",
        others[-1],
        "--keep-breaths",
    ]
    assert main([*words, "-o", "-", "--format", "flac", "-q"]) == 0
    assert Audio.read(io.BytesIO(capsysbinary.readouterr().out)).seconds == pytest.approx(1.5)


@pytest.mark.parametrize(
    "words, message",
    [
        (["nowhere.wav", str(REFERENCE)], "nowhere.wav: no such file"),
        ([str(SOURCE)], "give the recording and the voice it gets"),
        (["--live"], "Missing argument"),
        ([str(SOURCE), "nobody"], "nobody"),
        (
            [str(SOURCE), str(REFERENCE), "--pitch", "40"],
            "pitch = 40 cannot be had. Choose auto, keep, or -12",
        ),
        ([str(SOURCE), str(REFERENCE), "--strength", "2"], "strength = 2 is out of range. Choose 0 to 1"),
        ([str(SOURCE), str(REFERENCE), "--family", "convrnn"], "cannot convert recordings"),
        (["--live", str(REFERENCE), "--block", "500"], "--block 500 is out of range. Choose 20 to 200 ms"),
        (["--live", str(REFERENCE), "--strength", "0.5"], "need a whole recording: not with --live"),
        (
            [str(SOURCE), str(REFERENCE), "--transcript", "a", "--transcript-file", "b"],
            "either with --transcript",
        ),
    ],
)
def test_bad_input_is_one_sentence(words, message, capsys, tmp_path, request):
    if "--family" not in words:
        request.getfixturevalue("loaded")
    assert main(["convert", *words, "-o", str(tmp_path / "out.wav")]) == 2
    error = capsys.readouterr().err.strip()
    assert message.lower() in error.lower() and "\n" not in error and not (tmp_path / "out.wav").exists()


def test_an_interrupt_leaves_nothing_half_written(tmp_path, loaded, monkeypatch, capsys):
    (tmp_path / "out.wav").write_bytes(b"from before")

    def pieces(*given, **more):
        yield Speech(np.zeros(RATE, np.float32), RATE)
        assert len(list(tmp_path.iterdir())) == 2  # the first is being written
        raise KeyboardInterrupt

    monkeypatch.setattr(Cloner, "convert_in_pieces", pieces)
    assert main(["convert", str(SOURCE), str(REFERENCE), "-o", str(tmp_path / "out.wav")]) == 130
    assert capsys.readouterr().err == "soundalike: interrupted\n"
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"from before"]


class NullDevices:
    """A microphone that hears given samples, and a loudspeaker that keeps what it plays."""

    latency = (0.01, 0.02)

    def __init__(self, samples):
        self.samples = samples
        self.played = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def read(self, frames):
        data, self.samples = self.samples[:frames], self.samples[frames:]
        return data[:, None], False

    def write(self, data):
        self.played.append(data[:, 0].copy())
        return False


def test_live_goes_from_device_to_device_and_tells_the_latency(loaded, monkeypatch, capsys, cloner, voice):
    from soundalike.inference import live

    source = Audio.read(SOURCE).resample(RATE).samples[: 2 * RATE]
    devices = NullDevices(source)
    monkeypatch.setattr(audio_devices, "open_devices", lambda *given: devices)
    monkeypatch.setattr(live, "PAST", (0.5,))
    assert main(["convert", "--live", str(REFERENCE)]) == 0
    made = Audio(np.concatenate(devices.played), RATE)
    assert len(made.samples) >= len(source) + 0.2 * RATE and np.abs(made.samples).max() > 0.05
    assert watermark.find(made)
    assert cloner.speaker_encoder.embed([made])[0] @ voice.identity.astype(np.float32) > 0.5
    first, last = capsys.readouterr().out.strip().splitlines()[-2:]
    for said in (first, last):
        assert said.startswith("latency ") and "block 200, look-ahead 200, computing" in said
    assert last.endswith("0 of 11 blocks came late")


def test_live_needs_sounddevice(loaded, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    assert main(["convert", "--live", str(REFERENCE)]) == 2
    assert f"sounddevice is not installed ({install_command('live')})" in capsys.readouterr().err


def test_a_batch_converts_recordings_and_knows_what_is_done(tmp_path, loaded, monkeypatch, capsys):
    import json

    monkeypatch.chdir(tmp_path)
    Audio(Audio.read(SOURCE).samples[:RATE], RATE).write("line.wav")
    jobs = [
        {"reference": "wren", "source": "line.wav", "wav": "0.wav", "pitch": "keep"},
        {"reference": "wren", "source": "gone.wav", "wav": "1.wav"},
        {"reference": "wren", "source": "line.wav", "wav": "2.wav", "strength": 3},
        {"reference": "wren", "source": "line.wav", "text": "Both.", "wav": "3.wav"},
        {"reference": "wren", "source": "line.wav", "wav": "4.wav", "keep_breaths": "yes"},
        {"reference": "wren", "source": "line.wav", "wav": "5.wav", "transcript": 5},
    ]

    def run(report="done.jsonl"):
        lines = "\n".join(json.dumps(job) for job in jobs)
        (tmp_path / "jobs.jsonl").write_text(lines, encoding="utf-8")
        assert main(["batch", "jobs.jsonl", "--no-quality-check", "--report", report]) == 2
        return capsys.readouterr()

    said = run()
    assert "1 of 6 jobs done (1 now)" in said.out and len(Audio.read("0.wav").samples) == RATE
    assert json.loads((tmp_path / "done.jsonl").read_text())["source"] == "line.wav"
    for problem in (
        "line 2: gone.wav: no such file",
        "line 3: strength = 3 is out of range",
        "line 4: has both text and source",
        "line 5: keep_breaths is true or false",
        "line 6: transcript is a text, what the source says",
    ):
        assert problem in said.err, said.err
    assert "(0 now)" in run().out  # done already
    jobs[0]["pitch"] = "auto"
    assert "(1 now)" in run().out  # asked for otherwise
    jobs[0]["transcript"] = "Yes."
    assert "(1 now)" in run().out and "(0 now)" in run().out  # what it says is known now
    Audio(Audio.read(SOURCE).samples[: RATE // 2], RATE).write("line.wav")
    assert "(1 now)" in run().out and len(Audio.read("0.wav").samples) == RATE // 2  # another recording
