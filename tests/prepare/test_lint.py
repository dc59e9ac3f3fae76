"""Seeded faults, each found where it is and nowhere else; nothing found in what is sound."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import CORPUS, HERE

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec
from soundalike.audio.speech import join
from soundalike.cli.main import main
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import read_manifest, write_manifest
from soundalike.prepare.lint.lint import lint
from soundalike.prepare.pipeline import prepare

TEXTS = (
    "The lamp by the window burned all night.",
    "Please bring two chairs and a table.",
    "Our train leaves at a quarter past nine.",
    "She painted the old fence green.",
    "There were seven apples in the basket.",
    "He could not remember where the key was.",
)


@pytest.fixture(scope="module")
def sound_set(cloner, voice, tmp_path_factory) -> Path:
    """Six clips of two voices with their texts and speakers, and no fault."""
    folder = tmp_path_factory.mktemp("lint") / "clean"
    (folder / "wavs").mkdir(parents=True)
    voices = {"ada": voice, "ben": cloner.listen(HERE / "data" / "ben_1.flac")}
    lines = ["audio_file|text|speaker_name"]
    for number, text in enumerate(TEXTS):
        name = ("ada", "ben")[number % 2]
        join(list(cloner.speak(text, voices[name], quality="fast"))).trim(0.2).write(
            folder / "wavs" / f"{name}{number}.wav"
        )
        lines.append(f"wavs/{name}{number}.wav|{text}|{name}")
    (folder / "metadata.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def desk(sound_set, tmp_path) -> Path:
    shutil.copytree(sound_set, tmp_path / "set")
    return tmp_path / "set"


def rewrite(desk: Path, old: str, new: str) -> None:
    path = desk / "metadata.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def change(desk: Path, make, name: str = "ada2") -> None:
    """Write another sound in place of a clip's."""
    path = desk / "wavs" / f"{name}.wav"
    samples, rate = soundfile.read(path, dtype="float32")
    soundfile.write(path, *make(samples, rate), subtype="PCM_16")


def test_nothing_is_found_in_what_is_sound(sound_set, capsys):
    assert lint(str(sound_set)) == []
    assert main(["data", "lint", str(sound_set)]) == 0 and "nothing found" in capsys.readouterr().out
    assert main(["data", "lint", str(sound_set), "--json"]) == 0 and json.loads(capsys.readouterr().out) == []


def as_bytes(desk: Path, encoding: str, lead: bytes = b"") -> None:
    path = desk / "metadata.csv"
    path.write_bytes(lead + path.read_text(encoding="utf-8").encode(encoding))


def headless(desk: Path, header: str) -> None:
    path = desk / "metadata.csv"
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    path.write_text("\n".join([header, *("|".join(line.split("|")[:2]) for line in lines)]), encoding="utf-8")


LINE = 4  # of the clip ada2, whose faults most are


def rumbling(samples, rate):
    """With a rumble of 12 Hz."""
    return samples + 0.1 * np.sin(2 * np.pi * 12 * np.arange(len(samples)) / rate), rate


FAULTS = {  # check -> how it comes about, the line it is found in (0: a file)
    "bom": (lambda d: as_bytes(d, "utf-8", b"\xef\xbb\xbf"), 1),
    "encoding": (lambda d: (rewrite(d, "leaves", "leaves café"), as_bytes(d, "cp1252")), LINE),
    "encoding ": (lambda d: as_bytes(d, "utf-16"), 0),
    "header": (lambda d: headless(d, "Datei|Satz"), 1),
    "separator": (lambda d: rewrite(d, "leaves at", "leaves | at"), LINE),
    "columns": (lambda d: rewrite(d, "nine.|ada", "nine."), LINE),
    "missing-file": (lambda d: (d / "wavs/ada2.wav").unlink(), LINE),
    "unlisted-file": (lambda d: shutil.copy(HERE / "data" / "ben_2.flac", d / "wavs" / "extra.flac"), 0),
    "duplicate-id": (lambda d: rewrite(d, "wavs/ben3", "wavs/ada2"), LINE + 1),
    "duplicate-file": (lambda d: rewrite(d, "wavs/ben3.wav", "./wavs/ada2.wav"), LINE + 1),
    "duplicate-sound": (lambda d: shutil.copy(d / "wavs/ada0.wav", d / "wavs/ada2.wav"), LINE),
    "no-text": (lambda d: rewrite(d, TEXTS[2], ""), LINE),
    "mojibake": (lambda d: rewrite(d, "train", "trÃ¤in"), LINE),
    "markup": (lambda d: rewrite(d, "train", "<b>train</b>"), LINE),
    "characters": (lambda d: rewrite(d, "train", "train \U0001f682"), LINE),
    "characters ": (lambda d: rewrite(d, "train", "поезд"), LINE),
    "unspeakable": (lambda d: rewrite(d, TEXTS[2], "... -- !"), LINE),
    "unreadable": (lambda d: (d / "wavs/ada2.wav").write_bytes(b"RIFFnot a sound"), LINE),
    "ending": (
        lambda d: (d / "wavs/ada2.wav").write_bytes(Audio.read(d / "wavs/ada2.wav").encode("flac")),
        LINE,
    ),
    "rate": (lambda d: change(d, lambda s, r: (Audio(s, r).resample(8000).samples, 8000)), LINE),
    "stereo": (lambda d: change(d, lambda s, r: (np.stack([s, 0.9 * s], 1), r)), LINE),
    "silence": (lambda d: change(d, lambda s, r: (np.zeros_like(s), r)), LINE),
    "too-short": (lambda d: change(d, lambda s, r: (s[r // 2 : int(0.9 * r)], r)), LINE),
    "too-long": (lambda d: change(d, lambda s, r: (np.tile(s, 12), r)), LINE),
    "edges": (lambda d: change(d, lambda s, r: (np.concatenate([s, np.zeros(2 * r, np.float32)]), r)), LINE),
    "clipped": (lambda d: change(d, lambda s, r: (np.clip(s * 8, -0.5, 0.5), r)), LINE),
    "quiet": (lambda d: change(d, lambda s, r: (s * 0.01, r)), LINE),
    "offset": (lambda d: change(d, lambda s, r: (s * 0.5 + 0.1, r)), LINE),
    "rumble": (lambda d: change(d, rumbling), LINE),
    "pace": (lambda d: rewrite(d, TEXTS[2], TEXTS[2] * 6), LINE),
    "pace ": (lambda d: rewrite(d, TEXTS[2], "Oh!"), LINE),
}
HEARD = {  # found by listening
    "transcript": (lambda d: rewrite(d, TEXTS[2], "Nobody was ever so fond of wet shoes."), LINE),
    "speaker": (lambda d: rewrite(d, TEXTS[2] + "|ada", TEXTS[2] + "|ben"), LINE),
}


@pytest.mark.parametrize("check", [*FAULTS, *HEARD])
def test_a_seeded_fault_is_found(check, desk):
    seed, line = (FAULTS | HEARD)[check]
    seed(desk)
    findings = lint(str(desk), fast=check in FAULTS)
    found = [finding for finding in findings if finding.check == check.strip()]
    assert len(found) == 1, [str(finding) for finding in findings]
    assert found[0].where.endswith(f"metadata.csv, line {line}") if line else Path(found[0].where).is_file()
    rest = {finding.check for finding in findings} - {check.strip()}
    consequences = {  # of the fault itself, or of what it must touch
        "encoding ": {"bom"},
        "duplicate-id": {"unlisted-file"},
        "duplicate-file": {"unlisted-file"},
        "columns": {"unlisted-file"},
        "separator": {"unlisted-file"},
        "too-short": {"pace"},
        "too-long": {"pace"},
        "unspeakable": {"pace"},
        "markup": {"pace"},
        "clipped": {"offset", "rumble"},
        "rumble": {"offset"},
    }
    assert rest <= consequences.get(check, set()), [str(finding) for finding in findings]
    assert found[0].reason and found[0].remedy.endswith(".")


def test_findings_are_told_with_exit_code_one(desk, capsys):
    rewrite(desk, "train", "trÃ¤in")
    change(desk, lambda s, r: (np.stack([s, s], 1), r), "ben1")
    assert main(["data", "lint", str(desk), "--fast"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert (
        "metadata.csv, line 3" in lines[0]
        and "ben1.wav" in lines[0]
        and "2 channels" in lines[0]
        and lines[0].endswith("[stereo]")
    )
    assert lines[-1].endswith("2 findings")
    assert main(["data", "lint", str(desk), "--fast", "--json"]) == 1
    assert [finding["check"] for finding in json.loads(capsys.readouterr().out)] == ["stereo", "mojibake"]


def test_a_prepared_folder_is_looked_through(desk, tmp_path):
    out = tmp_path / "out"
    assert main(["data", "prepare", str(desk), str(out), "--workers", "1"]) == 0
    assert lint(str(out)) == []
    rows = read_manifest(out)
    store = FeatureStore(out, MelSpec())
    store.path("pitch", rows[0].id).unlink()
    store.write("durations", rows[1].id, store.read("durations", rows[1].id)[:-1])
    Path(rows[2].audio).unlink()
    findings = lint(str(out), fast=True)
    told = [(finding.check, finding.where.rsplit(" ", 1)[1]) for finding in findings]
    assert told == [("features", "1"), ("durations", "2"), ("missing-file", "3")]


def test_splits_that_share_a_speaker(desk, tmp_path, capsys):
    entries = [
        {"audio": f"wavs/{name}.wav", "text": text, "speaker": "ada", "split": split}
        for name, text, split in (("ada0", TEXTS[0], "train"), ("ada2", TEXTS[2], "dev"))
    ]
    (desk / "set.jsonl").write_text(
        "\n".join(map(json.dumps, [*entries, {"text": "no sound"}])) + "\nnot json\n", encoding="utf-8"
    )
    found = {finding.check: finding.where for finding in lint(str(desk), reader="jsonl", fast=True)}
    assert {name: found[name].rsplit(" ", 1)[1] for name in ("split", "columns", "json")} == {
        "split": "2",
        "columns": "3",
        "json": "4",
    }
    (tmp_path / "empty").mkdir()
    assert (
        main(["data", "lint", str(tmp_path / "empty")]) == 2
        and "no recordings here" in capsys.readouterr().err
    )
    write_manifest(tmp_path / "empty", [])
    assert main(["data", "lint", str(tmp_path / "empty")]) == 2 and "holds no clip" in capsys.readouterr().err


def test_recordings_of_people_give_few_findings(tmp_path):
    if not (CORPUS / "metadata.tsv").is_file():
        pytest.skip("needs the corpus of recordings of people")
    lines = (CORPUS / "metadata.tsv").read_text(encoding="utf-8").splitlines()
    chosen = [line for line in lines if line.startswith(("kathleen/", "ljspeech/"))]
    chosen = [
        line
        for start in ("kathleen/", "ljspeech/")
        for line in [c for c in chosen if c.startswith(start)][:6]
    ]
    (tmp_path / "audio").symlink_to(CORPUS / "audio")
    (tmp_path / "metadata.tsv").write_text("\n".join([lines[0], *chosen]) + "\n", encoding="utf-8")
    findings = [finding for finding in lint(str(tmp_path)) if finding.check not in ("unlisted-file",)]
    assert findings == [], [str(finding) for finding in findings]
    assert prepare(tmp_path, tmp_path.parent / "out", workers=1, kinds=())
