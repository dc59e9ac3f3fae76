"""More voices: phones heard without a text, people made by resampling."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from soundalike.checkpoints.bundle import BUILT_IN
from soundalike.checkpoints.part import load_part
from soundalike.cli.main import main
from soundalike.data.dataset import DataConfig, Dataset
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import read_manifest, write_manifest
from soundalike.models.aligners.hmm.phone_recognizer import phone_loop
from soundalike.prepare.derive.augment import SEPARATOR, add_recognized_phones
from soundalike.text.alphabet import MARKS, phone_classes


@pytest.fixture
def own(prepared, tmp_path):
    """A prepared folder of one's own."""
    return shutil.copytree(prepared, tmp_path / "data")


def test_the_best_way_through_a_loop_of_phones():
    rng = np.random.default_rng(0)
    truth = [(2, 0, 7), (0, 7, 11), (3, 11, 14), (1, 14, 30)]
    scores = rng.normal(-4, 0.3, (30, 5))
    for kind, start, stop in truth:
        scores[start:stop, kind] = -0.1
    assert phone_loop(scores) == truth
    scores[20] = -4.0
    scores[20, 4] = -0.1  # one frame is too short for a phone
    assert phone_loop(scores) == truth
    assert phone_loop(scores[:3]) == [(2, 0, 3)]


def test_heard_phones_are_mostly_those_that_are_said(own):
    aligner = load_part(BUILT_IN / "aligner", "aligner").instrument
    rows = read_manifest(own)
    said = {row.id: row.phonemes for row in rows}
    write_manifest(own, [replace(row, phonemes=[]) for row in rows])
    count = add_recognized_phones(own, aligner, aligner.mel)
    heard = [row for row in read_manifest(own) if row.phonemes]
    assert len(heard) == count >= len(rows) // 2
    classes = phone_classes()
    store = FeatureStore(own, aligner.mel)
    from soundalike.text import encode

    right = total = 0
    for row in heard:
        durations = store.read("durations", row.id)
        assert len(durations) == len(row.phonemes) and durations.sum() == len(store.read("mel", row.id))
        mine, theirs = (
            [classes[i] for i in encode([s for s in symbols if s not in MARKS])]
            for symbols in (row.phonemes, said[row.id])
        )
        assert 0.5 < len(mine) / len(theirs) < 1.5
        right += len(set(mine) & set(theirs))
        total += len(set(theirs))
    assert right / total > 0.5


def test_new_people_speak_faster_and_higher_or_slower_and_lower(own):
    before = read_manifest(own)
    assert main(["augment", str(own), "--no-heard"]) == 0
    rows = read_manifest(own)
    mel = load_part(BUILT_IN / "speaker", "speaker").mel
    store = FeatureStore(own, mel)
    made = [row for row in rows if SEPARATOR in row.id]
    assert made and rows[: len(before)] == before and {row.split for row in made} == {"train"}
    for row in made:
        id, _, factor = row.id.partition(SEPARATOR)
        frames = store.read("mel", row.id)
        old = store.read("mel", id)
        assert (
            len(frames)
            == pytest.approx(len(old) / float(factor), abs=2)
            == pytest.approx(row.seconds * mel.frames_per_second, abs=4)
        )
        assert store.read("durations", row.id).sum() == len(frames) == len(store.read("pitch", row.id))
        pitches = [
            np.median(hertz[hertz > 0]) for hertz in (store.read("pitch", row.id), store.read("pitch", id))
        ]
        assert pitches[0] / pitches[1] == pytest.approx(float(factor), rel=0.03)
    again = {(row.speaker, row.id.partition(SEPARATOR)[2]) for row in made}
    assert len({speaker for speaker, _ in again}) == len(again)  # one factor for each speaker
    required_fields = frozenset({"symbols", "durations", "mel", "pitch", "prompt", "speaker_embedding"})
    assert len(
        Dataset(
            DataConfig(manifest=str(own), prompt_frames=100, seconds=(0.1, 30.0)), mel, required_fields
        ).rows
    ) == 2 * len(made)
    assert main(["augment", str(own), "--no-heard"]) == 0 and read_manifest(own) == rows
