"""The whole way with the built-in model: listen, speak, save, the command line, and every bad input."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import warnings

import numpy as np
import pytest
import soundfile
from conftest import REFERENCE, sentences

from soundalike import Audio, Cloner, Voice
from soundalike.audio.speech import join
from soundalike.checkpoints.bundle import BUILT_IN
from soundalike.cli.main import main
from soundalike.core.errors import CheckpointError

TEXT = "The harbor was quiet, and the boats lay still. Nobody spoke."


def test_listen_then_speak_gives_finite_audible_sound(cloner, voice):
    audio = join(list(cloner.speak(TEXT, voice, quality="fast")))
    assert audio.rate == cloner.sample_rate == 24000
    assert np.isfinite(audio.samples).all() and 0.05 < np.abs(audio.samples).max() <= 1.0
    assert 2.0 < audio.seconds < 8.0


def test_pieces_of_a_stream_join_to_the_whole(cloner, voice):
    pieces = list(cloner.speak(TEXT, voice, quality="fast"))
    assert len(pieces) == 2
    assert np.array_equal(join(pieces).samples, cloner.clone(REFERENCE, TEXT, quality="fast").samples)


def test_same_seed_same_sound(cloner, voice):
    one, two, other = (
        join(list(cloner.speak(TEXT, voice, cloner.Options(seed=seed), quality="fast"))).samples
        for seed in (3, 3, 4)
    )
    assert np.array_equal(one, two) and not np.array_equal(one, other)


def test_speed_changes_the_length(cloner, voice):
    slow, fast = (
        join(list(cloner.speak(TEXT, voice, cloner.Options(speed=speed), quality="fast"))).seconds
        for speed in (0.7, 1.4)
    )
    assert 1.5 < slow / fast < 2.3


def test_pieces_join_without_clicks(cloner, voice):
    for piece in cloner.speak(TEXT, voice, quality="fast"):
        assert np.abs(piece.samples[:3]).max() < 0.02 and np.abs(piece.samples[-3:]).max() < 0.02


def test_a_voice_is_a_small_file(cloner, voice, tmp_path):
    voice.save(tmp_path / "me.voice")
    assert os.path.getsize(tmp_path / "me.voice") < 300_000
    again = Voice.load(tmp_path / "me.voice")
    assert again.facts == voice.facts
    assert np.array_equal(
        join(list(cloner.speak(TEXT, again, quality="fast"))).samples,
        join(list(cloner.speak(TEXT, voice, quality="fast"))).samples,
    )
    (tmp_path / "bad.voice").write_bytes(b"nothing of the kind")
    with pytest.raises(CheckpointError, match="bad.voice: not a voice file"):
        Voice.load(tmp_path / "bad.voice")


def test_a_voice_of_another_model_is_refused(cloner, voice):
    with pytest.raises(CheckpointError, match="made for another model"):
        list(cloner.speak("Hello.", Voice(voice.tensors, {**voice.facts, "mel": "other"}), quality="fast"))


@pytest.mark.parametrize(
    "file, text, message",
    [
        ("model.json", "[]", "does not say what it is"),
        ("model.json", "\x00\xff", "does not say what it is"),
        (
            "model.json",
            '{"format": "soundalike-model-1", "family": "nope", "parts": {}}',
            "unknown family 'nope'. Choose one of codec_lm",
        ),
        (
            "model.json",
            '{"format": "soundalike-model-1", "family": "regression", "parts": {}}',
            "no acoustic among the parts",
        ),
        (
            "vocoder/config.json",
            '{"format": "soundalike-part-1", "part": "vocos", "mel": null}',
            "does not say what it is",
        ),
        (
            "vocoder/config.json",
            '{"format": "soundalike-part-1", "part": ["x"], "mel": {}}',
            "config.json: unknown part",
        ),
        ("vocoder/config.json", '{"format": "soundalike-part-9"}', "this version reads 'soundalike-part-2'"),
    ],
)
def test_folders_that_do_not_say_what_they_are(file, text, message, tmp_path):
    shutil.copytree(BUILT_IN, tmp_path / "model")
    (tmp_path / "model" / file).write_bytes(text.encode("latin-1"))
    with pytest.raises(CheckpointError, match=re.escape(message)) as caught:
        Cloner.load(tmp_path / "model")
    assert "\n" not in str(caught.value) and str(tmp_path) in str(caught.value)


def test_the_voice_follows_the_reference(cloner):
    """A deep and a high voice are spoken deep and high."""
    from soundalike.audio.mel import MelSpec
    from soundalike.audio.pitch import pitch

    medians = []
    for index in (0, 2):
        audio = cloner.clone(sentences()[index][0], TEXT, quality="fast")
        found = pitch(audio.samples, MelSpec())
        medians.append(np.median(found[found > 0]))
    assert medians[0] > 1.25 * medians[1]


def test_command_line(tmp_path, capsys):
    out = tmp_path / "out.flac"
    assert (
        main(
            [
                "clone",
                str(REFERENCE),
                "Good evening.",
                "-o",
                str(out),
                "--save-voice",
                str(tmp_path / "v.voice"),
            ]
        )
        == 0
    )
    assert soundfile.info(str(out)).format == "FLAC"
    assert "s of speech in" in capsys.readouterr().out
    (tmp_path / "text.txt").write_text("Good evening.", encoding="utf-8")
    assert (
        main(
            [
                "clone",
                str(tmp_path / "v.voice"),
                "--text-file",
                str(tmp_path / "text.txt"),
                "-o",
                str(tmp_path / "two.wav"),
            ]
        )
        == 0
    )
    assert abs(Audio.read(tmp_path / "two.wav").seconds - Audio.read(out).seconds) < 0.01


def test_standard_input_and_output():
    made = subprocess.run(
        [sys.executable, "-m", "soundalike", "clone", str(REFERENCE), "-", "-o", "-"],
        input=b"Good evening.",
        capture_output=True,
        check=True,
    )
    assert made.stdout[:4] == b"RIFF" and len(made.stdout) > 20_000


def test_batch_resumes_and_reports_bad_lines(tmp_path, capsys):
    jobs = [
        {"reference": str(REFERENCE), "text": "One.", "wav": str(tmp_path / "1.wav")},
        {"reference": str(REFERENCE), "text": "Two."},
        {"reference": str(tmp_path / "gone.wav"), "text": "Three.", "wav": str(tmp_path / "3.wav")},
        {"reference": str(REFERENCE), "text": "Four.", "wav": str(tmp_path / "4.wav")},
    ]
    file = tmp_path / "jobs.jsonl"
    file.write_text(
        "\n".join(
            [json.dumps(jobs[0]), json.dumps(jobs[1]), "{oops", json.dumps(jobs[2]), json.dumps(jobs[3])]
        ),
        encoding="utf-8",
    )
    assert main(["batch", str(file), "--report", str(tmp_path / "report.jsonl")]) == 2
    shown = capsys.readouterr()
    assert "line 2: the field 'wav' is missing" in shown.err
    assert "line 3: not JSON" in shown.err
    assert "line 4" in shown.err and "gone.wav: no such file" in shown.err
    assert "2 of 5 jobs done (2 now)" in shown.out
    assert [
        json.loads(line)["seconds"] > 0 for line in (tmp_path / "report.jsonl").read_text().splitlines()
    ] == [True, True]
    before = (tmp_path / "1.wav").stat().st_mtime_ns
    main(["batch", str(file)])
    assert "(0 now)" in capsys.readouterr().out and (tmp_path / "1.wav").stat().st_mtime_ns == before


def speech(seconds, rate=24000):
    audio = Audio.read(REFERENCE).resample(rate)
    return audio.samples[: int(seconds * rate)]


def bad_inputs(folder):
    """(arguments of `clone`, what the message must hold)"""

    def put(name, samples, rate=24000, **more):
        soundfile.write(folder / name, samples, rate, **more)

    (folder / "letter.wav").write_text("Dear Sir, this is not a recording. " * 30)
    (folder / "empty.txt").write_text(" \n")
    (folder / "latin1.txt").write_bytes("caf\xe9".encode("latin-1"))
    put("silent.wav", np.zeros(48000))
    put("short.wav", speech(0.7))
    broken = speech(4).copy()
    broken[1000] = np.nan
    put("nan.wav", broken, subtype="FLOAT")
    (folder / "model").mkdir()
    out = str(folder / "out.wav")
    ref = str(REFERENCE)
    return [
        ([str(folder / "gone.wav"), "Hi.", "-o", out], "gone.wav: no such file"),
        ([str(folder / "letter.wav"), "Hi.", "-o", out], "letter.wav: not a readable recording"),
        ([str(folder / "silent.wav"), "Hi.", "-o", out], "silent.wav: the recording is silent"),
        ([str(folder / "short.wav"), "Hi.", "-o", out], "short.wav: only 0."),
        ([str(folder / "nan.wav"), "Hi.", "-o", out], "nan.wav: the file holds samples that are not finite"),
        ([str(folder), "Hi.", "-o", out], "this is a folder"),
        ([ref, "", "-o", out], "the text is empty"),
        ([ref, "?!", "-o", out], "nothing that can be spoken"),
        (
            [ref, "Hello.", "-o", out, "--language", "xx"],
            "language 'xx' is not known. Choose one of en, de, es",
        ),
        ([ref, "--text-file", str(folder / "empty.txt"), "-o", out], "empty.txt: the text is empty"),
        ([ref, "--text-file", str(folder / "latin1.txt"), "-o", out], "latin1.txt: not UTF-8"),
        ([ref, "--text-file", str(folder / "gone.txt"), "-o", out], "gone.txt: cannot be read"),
        ([ref, "-o", out], "give the text"),
        ([ref, "Hi.", "-o", str(folder / "letter.wav" / "out.wav")], "cannot be written"),
        ([ref, "Hi.", "-o", out, "--timestamps", str(folder / "letter.wav" / "o.srt")], "cannot be written"),
        ([ref, "Hi.", "-o", out, "--report", str(folder / "letter.wav" / "o.json")], "may write to"),
        ([ref, "Hi.", "-o", out, "--save-voice", str(folder / "letter.wav" / "o.voice")], "may write to"),
        ([ref, "Hi.", "-o", str(folder / "out.xyz")], "Choose one of wav, flac, mp3, ogg"),
        ([ref, "Hi.", "-o", out, "--device", "tpu"], "Choose one of auto, cpu, cuda, mps"),
        ([ref, "Hi.", "-o", out, "--speed", "fast"], "--speed fast: "),
        ([ref, "Hi.", "-o", out, "--seed", "9" * 20], "seed = 99999999999999999999 is out of range"),
        ([ref, "Hi.", "-o", out, "--save-voice", "me.bin"], "give a name that ends in .voice"),
        ([ref, "Hi.", "-o", out, "--speed", "9"], "speed = 9.0 is out of range. Choose 0.5 to 2"),
        ([ref, "Hi.", "-o", out, "--model", str(folder / "model")], "no model.json here"),
    ]


def test_bad_input_is_one_clear_sentence(tmp_path, capsys):
    for arguments, message in bad_inputs(tmp_path):
        before = sorted(tmp_path.iterdir())
        assert main(["clone", *arguments]) == 2, arguments
        error = capsys.readouterr().err.strip()
        assert error.startswith("soundalike: ") and message in error and "\n" not in error, (arguments, error)
        assert sorted(tmp_path.iterdir()) == before, "something half-written"


@pytest.mark.skipif(
    os.name == "nt" or (hasattr(os, "geteuid") and os.geteuid() == 0),
    reason="the superuser may write anywhere",
)
def test_folder_that_is_not_writable(tmp_path, capsys):
    tmp_path.chmod(0o500)
    assert main(["clone", str(REFERENCE), "Hi.", "-o", str(tmp_path / "out.wav")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_poor_recordings_warn_and_still_speak(cloner, tmp_path):
    soundfile.write(tmp_path / "phone.wav", speech(4, 8000), 8000)
    soundfile.write(tmp_path / "loud.wav", np.clip(speech(4) * 30, -1, 1), 24000)
    for name, message in (("phone.wav", "telephone quality"), ("loud.wav", "clipped")):
        with pytest.warns(UserWarning, match=f"{name}.*{message}"):
            voice = cloner.listen(tmp_path / name)
        assert np.isfinite(join(list(cloner.speak("Hello.", voice, quality="fast"))).samples).all()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cloner.listen(REFERENCE)


def test_parts_that_do_not_fit_stop_at_the_door(tmp_path):
    shutil.copytree(BUILT_IN, tmp_path / "model")
    config = tmp_path / "model" / "vocoder" / "config.json"
    said = json.loads(config.read_text(encoding="utf-8"))
    said["mel"]["floor"] = 1e-4
    config.write_text(json.dumps(said), encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"do not fit: their mels differ[\s\S]*floor +1e-05 +0.0001"):
        Cloner.load(tmp_path / "model")


def test_cloners_keep_the_contract(cloner):
    from soundalike.core import capabilities

    model = cloner.synthesizer
    capable = {name for name, kind in capabilities.CAPABILITIES.items() if isinstance(model, kind)}
    assert capable == {"durations", "mel", "blend", "adapt", "emotion", "stream", "convert"}
    assert isinstance(model, capabilities.PlansTakes)
    assert model.aligner is cloner.aligner and model.speaker_encoder is cloner.speaker_encoder


def test_threads_do_not_hear_one_another(cloner, voice):
    from concurrent.futures import ThreadPoolExecutor

    texts = [f"This is sentence number {i}." for i in range(6)]
    speak = lambda text: join(list(cloner.speak(text, voice, quality="fast"))).samples  # noqa: E731
    alone = [speak(text) for text in texts]
    with ThreadPoolExecutor(6) as pool:
        for one, two in zip(alone, pool.map(speak, texts)):
            assert np.array_equal(one, two)
