"""`soundalike convert`: a recording in another voice, written as asked, refused in one sentence."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import HERE, REFERENCE, sentences

from soundalike import Audio
from soundalike.cli.main import main
from soundalike.provenance.metadata import origin_of

SOURCE = HERE / "data" / "ben_1.flac"
TEXT = next(text for path, text in sentences() if path.name == SOURCE.name)


def test_a_recording_gets_another_voice_and_is_marked(tmp_path, cloner, voice):
    out = tmp_path / "out.wav"
    assert main(["convert", str(SOURCE), str(REFERENCE), "--transcript", TEXT, "-o", str(out), "-q"]) == 0
    made = Audio.read(out)
    assert abs(made.seconds - Audio.read(SOURCE).seconds) < 0.05 and origin_of(out).found
    heard = cloner.speaker_encoder.embed([made])[0]
    assert heard @ voice.identity.astype(np.float32) > 0.6


def test_the_transcript_may_lie_in_a_file_and_pitch_moves(tmp_path):
    (tmp_path / "said.txt").write_text(TEXT, encoding="utf-8")
    plain, high = tmp_path / "plain.wav", tmp_path / "high.wav"
    words = ["convert", str(SOURCE), str(REFERENCE), "--transcript-file", str(tmp_path / "said.txt"), "-q"]
    assert main([*words, "-o", str(plain)]) == 0 and main([*words, "--pitch", "5", "-o", str(high)]) == 0
    from soundalike.audio.mel import MelSpec
    from soundalike.audio.pitch import pitch

    middle = []
    for path in (plain, high):
        hertz = pitch(Audio.read(path).samples, MelSpec())
        middle.append(np.median(np.log2(hertz[hertz > 0])))
    assert 0.25 < middle[1] - middle[0] < 0.6  # five semitones are .42 octaves


@pytest.mark.parametrize(
    "words, message",
    [
        (["nowhere.wav", str(REFERENCE)], "nowhere.wav: no such file"),
        ([str(SOURCE), "nobody"], "nobody"),
        ([str(SOURCE), str(REFERENCE), "--pitch", "40"], "pitch = 40.0 is out of range. Choose -12 to 12"),
        (
            [str(SOURCE), str(REFERENCE), "--transcript", "a", "--transcript-file", "b"],
            "either with --transcript",
        ),
    ],
)
def test_bad_input_is_one_sentence(words, message, capsys, tmp_path):
    assert main(["convert", *words, "-o", str(tmp_path / "out.wav")]) == 2
    error = capsys.readouterr().err.strip()
    assert message in error and "\n" not in error and not (tmp_path / "out.wav").exists()
