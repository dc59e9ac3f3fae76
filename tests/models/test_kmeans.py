"""Units of speech by k-means: planted clusters are found, saved units stay, real sound has structure."""

from __future__ import annotations

import csv

import numpy as np
import pytest
import torch
from conftest import RECIPES

from soundalike.audio.mel import MelSpec
from soundalike.checkpoints.part import load_part
from soundalike.core.contracts import Fittable
from soundalike.core.errors import DataError
from soundalike.data.collate import collate
from soundalike.data.dataset import Dataset
from soundalike.models.encoders.content.kmeans.network import (
    KMeans,
    KMeansConfig,
    lloyd_round,
    nearest,
    plus_plus,
)
from soundalike.models.encoders.content.kmeans.objective import KMeansSettings
from soundalike.training.fit import fit
from soundalike.training.loop import train
from soundalike.training.recipe import read_recipe


def planted(seed: int = 0):
    """A batch of two clips whose frames lie about five points far apart, and which of them each is of."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(5, MelSpec().n_mels)) * 4
    own = rng.permutation(np.repeat(np.arange(5), 80)).reshape(2, 200)
    mels = centres[own] + rng.normal(size=(2, 200, MelSpec().n_mels)) * 0.05
    return collate([{"id": str(i), "mel": mel} for i, mel in enumerate(mels)]), torch.from_numpy(own)


def test_planted_clusters_are_found():
    batch, own = planted()
    network = KMeans(KMeansConfig(units=5, context=0), MelSpec())
    assert isinstance(network, Fittable)
    heard = []
    measures = network.fit(iter([batch]), KMeansSettings(), lambda done, whole: heard.append((done, whole)))
    units = network(batch["mel"], batch.lengths("mel"))
    # Each unit is one of the planted points, in both clips
    pairs = {(int(unit), int(point)) for unit, point in zip(units.flatten(), own.flatten())}
    assert len(pairs) == 5 and measures["inertia"] <= measures["first_inertia"]
    assert heard and heard[0] == (1, 100)


def test_the_same_seed_gives_the_same_units():
    made = []
    for seed in (0, 0, 1):
        network = KMeans(KMeansConfig(units=12, context=1), MelSpec())
        network.fit(iter([planted()[0]]), KMeansSettings(seed=seed))
        made.append(network.centroids.clone())
    assert torch.equal(made[0], made[1]) and not torch.equal(made[0], made[2])


def test_a_centroid_without_frames_begins_again_at_the_farthest():
    points = torch.tensor([[0.0], [0.1], [10.0]])
    moved, _ = lloyd_round(points, torch.tensor([[0.0], [500.0]]))
    assert 10.0 in moved[:, 0].tolist()
    assert nearest(points, moved)[0].unique().numel() == 2


def test_more_centroids_than_different_points():
    points = torch.zeros(6, 2)
    assert plus_plus(points, 4, torch.Generator().manual_seed(0)).shape == (4, 2)


def test_too_few_frames_are_refused():
    network = KMeans(KMeansConfig(units=500), MelSpec())
    with pytest.raises(DataError, match="400 frames are too few for 500 units"):
        network.fit(iter([planted()[0]]), KMeansSettings())
    with pytest.raises(DataError, match="no clips"):
        network.fit(iter([]), KMeansSettings())


def test_units_of_real_speech_by_its_recipe(prepared, tmp_path):
    settings = [f'data.manifest="{prepared}"', "data.seconds=[0.1, 30.0]", "train.threads=1"]
    recipe = read_recipe(str(RECIPES / "content_units.toml"), "tiny", settings)
    run = train(recipe, tmp_path / "run", quiet=True)
    with open(run / "log.csv", newline="") as file:
        measured = {row["name"]: float(row["value"]) for row in csv.DictReader(file)}
    assert measured["inertia"] < 0.9 * measured["first_inertia"] and measured["rounds"] > 1
    network = load_part(run, "content").network
    data = Dataset(recipe.data, recipe.mel, network.required_fields)
    batch = data.batch(0)
    units = network(batch["mel"], batch.lengths("mel"))
    assert 10 < units.unique().numel() <= 20
    again = load_part(fit(recipe, tmp_path / "again", quiet=True)).network
    assert torch.equal(units, again(batch["mel"], batch.lengths("mel")))
