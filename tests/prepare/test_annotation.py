"""Durations and embeddings by instruments that hear by a mel of their own."""

from __future__ import annotations

import numpy as np
import pytest

from soundalike.audio.mel import MelSpec
from soundalike.checkpoints.bundle import BUILT_IN
from soundalike.checkpoints.part import load_part
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import read_manifest, write_manifest
from soundalike.prepare.derive.augment import add_recognized_phones, add_resampled
from soundalike.prepare.pipeline import prepare_dataset

OTHER = MelSpec(sample_rate=22_050, n_fft=2048, hop_length=512, n_mels=80, fmax=8000.0)


@pytest.fixture(scope="module")
def aligner():
    return load_part(BUILT_IN / "aligner", "aligner").instrument


@pytest.fixture(scope="module")
def encoder():
    return load_part(BUILT_IN / "speaker", "speaker").instrument


@pytest.fixture(scope="module")
def folders(corpus, aligner, encoder, tmp_path_factory):
    """The miniature corpus, prepared for the instruments' own mel and for another."""
    own, other = (tmp_path_factory.mktemp(name) for name in ("own", "other"))
    prepare_dataset(corpus, own, aligner, encoder, workers=1)
    prepare_dataset(corpus, other, aligner, encoder, mel=OTHER, workers=1)
    return own, other


def ends(durations: np.ndarray, mel: MelSpec) -> np.ndarray:
    """When each symbol ends, in seconds."""
    return durations.astype(np.int64).cumsum() / mel.frames_per_second


def test_durations_are_in_the_frames_of_the_folder(folders, aligner):
    own, other = (FeatureStore(folder, mel) for folder, mel in zip(folders, (aligner.mel, OTHER)))
    rows = read_manifest(folders[1])
    assert len(rows) == 4
    for row in rows:
        durations = other.read("durations", row.id)
        assert durations.sum() == len(other.read("mel", row.id))
        theirs = ends(other.read("durations", row.id), OTHER)
        ours = ends(own.read("durations", row.id), aligner.mel)
        # Within a frame of the coarser: .023 s; a few symbols' borders are uncertain by themselves
        apart = np.abs(theirs - ours)
        assert np.median(apart) < 1 / OTHER.frames_per_second
        assert (apart < 1 / OTHER.frames_per_second + 1e-9).mean() > 0.95


def test_embeddings_are_those_of_the_sound_whatever_the_folder_s_mel(folders, encoder):
    own, other = (FeatureStore(folder, mel) for folder, mel in zip(folders, (encoder.mel, OTHER)))
    for row in read_manifest(folders[1]):
        first, second = (store.read("speaker_embedding", row.id).astype(np.float32) for store in (own, other))
        assert first @ second > 0.98


def test_a_folder_of_another_mel_is_annotated_and_augmented(corpus, aligner, encoder, tmp_path):
    folder = tmp_path / "data"
    rows = prepare_dataset(corpus, folder, aligner, encoder, mel=OTHER, workers=1)
    write_manifest(folder, [*rows[1:]])
    store = FeatureStore(folder, OTHER)
    assert add_resampled(str(folder), OTHER, encoder) == 3
    made = read_manifest(folder)[-1]
    frames = len(store.read("mel", made.id))
    assert store.read("durations", made.id).sum() == frames == len(store.read("pitch", made.id))
    assert len(store.read("samples", made.id)) // OTHER.hop_length + 1 == frames, "its sound is kept too"
    write_manifest(folder, [row.__class__(**{**vars(row), "phonemes": []}) for row in rows])
    assert add_recognized_phones(str(folder), aligner, OTHER) >= 2
    for row in read_manifest(folder):
        if row.phonemes:
            assert store.read("durations", row.id).sum() == len(store.read("mel", row.id))
            assert len(store.read("durations", row.id)) == len(row.phonemes)


def test_without_instruments_a_folder_has_neither(corpus, aligner, encoder, tmp_path):
    rows = prepare_dataset(corpus, tmp_path / "data", aligner, encoder, align=False, embed=False, workers=1)
    store = FeatureStore(tmp_path / "data", MelSpec())
    assert not any(store.has(kind, row.id) for row in rows for kind in ("durations", "speaker_embedding"))
