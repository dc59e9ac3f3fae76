"""Corpora to prepared folders: layouts, resuming, rejected clips, batches."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import soundfile
import torch
from conftest import RECIPES, sentences

from soundalike.audio.audio import Audio, concatenate
from soundalike.audio.mel import MelSpec
from soundalike.cli.main import main
from soundalike.core import registry
from soundalike.core.errors import DataError
from soundalike.data.dataset import DataConfig, Dataset
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import read_manifest, write_manifest
from soundalike.prepare.denoise import without_noise
from soundalike.prepare.lint.lint import lint
from soundalike.prepare.pipeline import prepare
from soundalike.text import LANGUAGES


@pytest.mark.parametrize(
    "text, language",
    [
        ("Guten Abend, wie geht es dir?", "de"),
        ("Dzień dobry, jak się masz?", "pl"),
        ("Hyvää iltaa, mitä kuuluu?", "fi"),
        ("Good evening, how are you?", "en"),
    ],
)
def test_a_clip_in_a_language_that_is_not_spoken_here_gets_no_phonemes_of_another(text, language, tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    shutil.copy(sentences()[0][0], source / "one.flac")
    (source / "metadata.csv").write_text(f"audio_file|text\none.flac|{text}\n", encoding="utf-8")
    row = prepare(source, tmp_path / "out", workers=1, kinds=(), language="auto")[0]
    assert row.language == language and bool(row.phonemes) == (language in LANGUAGES)
    if not row.phonemes:
        found = [finding.reason for finding in lint(str(source), language="auto", fast=True)]
        assert any(f"({language}) is not spoken here" in reason for reason in found)


@pytest.fixture
def ljspeech(tmp_path):
    """A folder in LJSpeech's layout, with one clip that is silent."""
    source = tmp_path / "lj"
    (source / "wavs").mkdir(parents=True)
    lines = []
    for path, text in sentences()[:2]:
        Audio.read(path).resample(22050).write(source / "wavs" / f"{path.stem}.wav")
        lines.append(f"{path.stem}|{text.upper()}|{text}")
    soundfile.write(source / "wavs" / "mute.wav", np.zeros(22050), 22050)
    lines.append("mute|Nothing.|Nothing.")
    (source / "metadata.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return source


def test_ljspeech_layout(ljspeech, tmp_path):
    out = tmp_path / "out"
    rows = prepare(str(ljspeech), str(out), workers=1)
    assert [row.id for row in rows] == ["anna_1", "anna_2"]
    assert rows[0].text == sentences()[0][1] and rows[0].speaker == "lj" and rows[0].phonemes[0] == "^"
    store = FeatureStore(out, MelSpec())
    for row in rows:
        frames = len(store.read("samples", row.id)) // 256 + 1
        assert store.read("mel", row.id).shape == (frames, 100)
        assert store.read("pitch", row.id).shape == (frames,)
        assert abs(frames / MelSpec().frames_per_second - row.seconds) < 0.05
    rejected = [json.loads(line) for line in (out / "rejected.jsonl").read_text().splitlines()]
    assert [r["id"] for r in rejected] == ["mute"] and "of speech" in rejected[0]["reason"]


def test_preparing_again_does_nothing_twice(ljspeech, tmp_path):
    out = tmp_path / "out"
    prepare(str(ljspeech), str(out), workers=1)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.npy")}
    lost = next(path for path in before if "pitch" in str(path))
    lost.unlink()
    assert (
        main(["data", "prepare", str(ljspeech), str(out), "--workers", "2", "--no-align", "--no-embed"]) == 0
    )
    after = {path: path.stat().st_mtime_ns for path in out.rglob("*.npy")}
    assert after.keys() == before.keys()
    assert {path for path in before if after[path] != before[path]} == {lost}


def test_faults_name_file_and_line(ljspeech, tmp_path, capsys):
    (ljspeech / "metadata.csv").write_text("anna_1|Fine.|Fine.\nno separator here\n")
    assert main(["data", "prepare", str(ljspeech), str(tmp_path / "out")]) == 2
    assert "metadata.csv, line 2: expected `id|text`" in capsys.readouterr().err
    (ljspeech / "metadata.csv").write_text("gone|Fine.|Fine.\n")
    assert main(["data", "prepare", str(ljspeech), str(tmp_path / "out")]) == 2
    assert "line 1: there is no" in capsys.readouterr().err
    assert main(["data", "prepare", str(tmp_path), str(tmp_path / "out")]) == 2
    assert "lj in it is one (csv)" in capsys.readouterr().err
    assert main(["data", "prepare", str(ljspeech), str(tmp_path / "out"), "--reader", "nope"]) == 2
    assert "Choose one of common_voice, coqui" in capsys.readouterr().err


def test_a_speaker_belongs_to_one_split(prepared, tmp_path):
    rows = read_manifest(prepared)
    with pytest.raises(DataError, match="speaker anna is in two splits"):
        write_manifest(tmp_path, [rows[0], replace(rows[1], split="dev")])


def test_folders_that_are_not_prepared(tmp_path):
    with pytest.raises(DataError, match="no manifest.jsonl here. Make it with `soundalike data prepare"):
        read_manifest(tmp_path)
    (tmp_path / "manifest.jsonl").write_text('{"id": "x"}\n')
    with pytest.raises(DataError, match="line 1: not a manifest row"):
        read_manifest(tmp_path)


def test_batches_are_the_same_each_time_and_cropped_together(prepared):
    config = DataConfig(
        manifest=str(prepared), crop_frames=64, batch_frames=128, seconds=(0.1, 30), prompt_frames=80
    )
    required_fields = frozenset({"mel", "pitch", "samples", "prompt", "speaker_embedding", "speaker"})
    one, two = (Dataset(config, MelSpec(), required_fields, seed=3) for _ in range(2))
    for number in (0, 1, 5, 2):
        a = one.batch(number)
        b = two.batch(number)
        assert a.ids == b.ids and torch.equal(a["mel"], b["mel"]) and torch.equal(a["prompt"], b["prompt"])
        assert a["mel"].shape == (2, 64, 100) and a["samples"].shape == (2, 63 * 256)
    seen = {id for number in range(2) for id in one.batch(number).ids}
    assert len(seen) == 4, "an epoch shows every clip once"


def test_the_prompt_is_another_clip_of_the_speaker(prepared):
    config = DataConfig(manifest=str(prepared), seconds=(0.1, 30), prompt_frames=80)
    data = Dataset(config, MelSpec(), frozenset({"mel", "prompt", "speaker_embedding"}))
    store = FeatureStore(prepared, MelSpec())
    for index, row in enumerate(data.rows):
        item = data.item(index, np.random.default_rng(index))
        other = next(r for r in data.rows if r.speaker == row.speaker and r.id != row.id)
        mel = store.read("mel", other.id).astype(np.float32)
        size = len(item["prompt"])
        assert any(np.array_equal(mel[at : at + size], item["prompt"]) for at in range(len(mel) - size + 1))


def test_annotating_a_folder(prepared, tmp_path, capsys):
    """Durations add up to the frames; vectors have unit length; a wrong transcript is left out."""
    from soundalike.checkpoints.bundle import BUILT_IN
    from soundalike.checkpoints.part import load_part
    from soundalike.prepare.derive.durations import write_durations
    from soundalike.prepare.derive.embeddings import write_speaker_embeddings
    from soundalike.text import encode, phonemize

    folder = tmp_path / "copy"
    shutil.copytree(prepared, folder)
    rows = read_manifest(folder)
    wrong = phonemize("Something else entirely is written under this recording of a voice.").symbols
    write_manifest(folder, [*rows[:-1], replace(rows[-1], phonemes=wrong)])
    part = load_part(BUILT_IN / "aligner")
    agreement = write_durations(str(folder), part.instrument, MelSpec())
    assert min(agreement[row.id] for row in rows[:-1]) > agreement[rows[-1].id] + 1
    assert main(["data", "align", str(folder)]) == 0
    told = capsys.readouterr().out
    assert (
        f"{len(rows) - 1} clips aligned\n1 clips have no durations:\n  {rows[-1].id}: the transcript" in told
    )
    store = FeatureStore(folder, MelSpec())
    for row in rows[:-1]:
        durations = store.read("durations", row.id)
        assert len(durations) == len(encode(row.phonemes)) and durations.sum() == len(
            store.read("mel", row.id)
        )
    part = load_part(BUILT_IN / "speaker")
    assert write_speaker_embeddings(str(folder), part.instrument, MelSpec()) == len(rows)
    vectors = np.stack([store.read("speaker_embedding", row.id).astype(np.float32) for row in rows])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=2e-3)
    cosine = vectors @ vectors.T
    assert min(cosine[0, 1], cosine[2, 3]) > cosine[:2, 2:].max() + 0.3


def test_quality_is_measured_on_some_and_predicted_for_all(prepared, tmp_path, capsys):
    pytest.importorskip("speechmos")
    folder = tmp_path / "rated"
    shutil.copytree(prepared, folder)
    rows = read_manifest(folder)
    store = FeatureStore(folder, MelSpec())
    loud = store.read("samples", rows[0].id).astype(np.float32)
    noisy = np.clip(loud + np.random.default_rng(0).normal(0, 1500, len(loud)), -32768, 32767).astype(
        np.int16
    )
    store.write("samples", rows[0].id, noisy)
    assert main(["data", "rate", str(folder), "--sample", "4"]) == 0
    assert "4 clips rated from 4" in capsys.readouterr().out
    scores = [float(store.read("quality", row.id)) for row in rows]
    assert all(1 <= score <= 5 for score in scores)
    assert scores[0] == min(scores) and scores[0] < max(scores) - 0.5


def test_clips_are_retold_and_read_back(prepared, tmp_path):
    from soundalike.training.loop import train
    from soundalike.training.recipe import read_recipe

    folder = tmp_path / "data"
    shutil.copytree(prepared, folder)
    loose = [f'data.manifest="{folder}"', "data.seconds=[0.1, 30.0]", "data.corpora=[]"]
    train(
        read_recipe(str(RECIPES / "starling.toml"), "tiny", [*loose, "train.steps=2"]),
        tmp_path / "acoustic",
        quiet=True,
    )
    assert main(["data", "gta", str(folder), "--part", str(tmp_path / "acoustic")]) == 0
    store = FeatureStore(folder, MelSpec())
    for row in read_manifest(folder):
        made = store.read("gta", row.id)
        real = store.read("mel", row.id)
        assert made.shape == real.shape and np.isfinite(made).all() and not np.array_equal(made, real)
    required_fields = frozenset({"mel", "pitch", "samples"})
    for share, kind in ((1.0, "gta"), (0.0, "mel")):
        data = Dataset(DataConfig(str(folder), seconds=(0.1, 30.0), gta=share), MelSpec(), required_fields)
        item = data.item(0, np.random.default_rng(0))
        assert np.array_equal(item["mel"], store.read(kind, data.rows[0].id).astype(np.float32))


def test_clips_are_told_in_a_family_s_own_time(prepared, tmp_path, capsys):
    told = tmp_path / "told"
    assert main(["data", "distill", str(prepared), str(told)]) == 0
    rows = read_manifest(told)
    ours = FeatureStore(told, MelSpec())
    theirs = FeatureStore(prepared, MelSpec())
    assert f"{told}: {len(rows)} clips distilled" in capsys.readouterr().out and rows
    for row in rows:
        durations = ours.read("durations", row.id)
        mel = ours.read("mel", row.id)
        assert len(durations) == len(row.phonemes) and durations.sum() == len(mel) == len(
            ours.read("pitch", row.id)
        )
        assert row.seconds == pytest.approx(len(mel) / MelSpec().frames_per_second, abs=1e-3)
        assert any(
            np.array_equal(ours.read("speaker_embedding", row.id), theirs.read("speaker_embedding", other.id))
            for other in rows
            if other.speaker == row.speaker
        )
    before = {row.id: ours.read("mel", row.id) for row in rows}
    ours.path("mel", rows[0].id).unlink()
    assert (
        main(["data", "distill", str(prepared), str(told)]) == 0
    )  # what is missing is told again, and just the same
    assert all(np.array_equal(ours.read("mel", id), mel) for id, mel in before.items())
    required_fields = frozenset({"symbols", "durations", "mel", "prompt", "speaker_embedding"})
    assert len(Dataset(DataConfig(str(told), seconds=(0.1, 30.0)), MelSpec(), required_fields).rows) == len(
        rows
    )


def test_clips_are_told_in_emotions_that_their_rows_name(prepared, cloner, tmp_path):
    from soundalike.core.emotions import EMOTIONS
    from soundalike.core.errors import ConfigError
    from soundalike.prepare.derive.distill import distill_clips

    told = tmp_path / "told"
    assert distill_clips(str(prepared), str(told), cloner.synthesizer, emotions=True) == 4
    rows = read_manifest(told)
    assert {row.emotion for row in rows} <= set(EMOTIONS) and len({row.emotion for row in rows}) > 1
    distill_clips(str(prepared), str(tmp_path / "plain"), cloner.synthesizer)
    stores = [FeatureStore(folder, MelSpec()) for folder in (told, tmp_path / "plain")]
    for row in rows:
        own, plain = (store.read("mel", row.id) for store in stores)
        assert np.array_equal(own, plain) == (row.emotion == "neutral"), row.emotion

    class Flat:
        mel = MelSpec()

        def acoustic_output(self, utterance, voice, options):
            raise AssertionError

    with pytest.raises(ConfigError, match="takes no emotions. Name one that does, such as starling"):
        distill_clips(str(prepared), str(tmp_path / "none"), Flat(), emotions=True)


def test_a_family_that_does_not_know_its_time_cannot_tell(prepared, tmp_path):
    from soundalike.checkpoints.bundle import assemble
    from soundalike.checkpoints.part import save_part
    from soundalike.training.recipe import read_recipe

    recipe = read_recipe(str(RECIPES / "sv2tts.toml"), "tiny")
    network = registry.part("sv2tts").build(recipe.network, recipe.mel)
    save_part(tmp_path / "acoustic", "sv2tts", recipe.network, recipe.mel, network)
    assemble(tmp_path / "model", [str(tmp_path / "acoustic"), "builtin"])
    assert (
        main(["data", "distill", str(prepared), str(tmp_path / "told"), "--model", str(tmp_path / "model")])
        == 2
    )
    assert not (tmp_path / "told").exists()


def noisy(clean: Audio, decibels: float) -> Audio:
    """A clip with white noise so far below it."""
    noise = np.random.default_rng(0).normal(size=len(clean.samples))
    noise *= np.sqrt((clean.samples**2).mean() / 10 ** (decibels / 10))
    return Audio((clean.samples + noise).astype(np.float32), clean.rate)


def left_over(sound: Audio, clean: Audio) -> float:
    """Decibels of what is not the clean clip, against it."""
    return float(10 * np.log10(((sound.samples - clean.samples) ** 2).sum() / (clean.samples**2).sum()))


def test_steady_noise_is_taken_out():
    clips = [Audio.read(path) for path, _ in sentences()[:2]]
    clean = concatenate(clips)
    for decibels in (5, 15):
        assert left_over(without_noise(noisy(clean, decibels)), clean) < -decibels - 4
    assert left_over(without_noise(clean), clean) < -20
    long = concatenate(clips * 12)  # of several blocks
    assert long.seconds > 60
    cleaned = without_noise(noisy(long, 10))
    assert len(cleaned.samples) == len(long.samples) and left_over(cleaned, long) < -14
    assert len(without_noise(Audio(np.zeros(10, np.float32), 24_000)).samples) == 10


def test_preparing_with_and_without_denoising(ljspeech, tmp_path):
    plain = prepare(ljspeech, tmp_path / "out", workers=1)
    before = FeatureStore(tmp_path / "out", MelSpec()).read("mel", plain[0].id)
    # Of the same folder: the sounds are made again
    prepare(ljspeech, tmp_path / "out", workers=1, denoise=True)
    after = FeatureStore(tmp_path / "out", MelSpec()).read("mel", plain[0].id)
    assert np.quantile(after, 0.05) < np.quantile(before, 0.05)
    assert prepare(ljspeech, tmp_path / "out", workers=1) == plain
    assert np.array_equal(FeatureStore(tmp_path / "out", MelSpec()).read("mel", plain[0].id), before)
