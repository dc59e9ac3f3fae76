"""What units tell of phones and speakers, in hand-sized numbers and of a prepared folder."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import RECIPES
from content import information, measured, places_of, purity, units_of

from soundalike.audio.mel import MelSpec
from soundalike.checkpoints.part import load_part
from soundalike.data.dataset import DataConfig, Dataset
from soundalike.training.fit import fit
from soundalike.training.recipe import read_recipe


def test_purity_and_information_of_a_few_places():
    phones = np.array([1, 1, 2, 2])
    assert purity(np.array([7, 7, 9, 9]), phones) == 1.0
    assert information(np.array([7, 7, 9, 9]), phones) == pytest.approx(1.0)
    assert purity(np.array([7, 7, 7, 7]), phones) == 0.5
    assert information(np.array([7, 7, 7, 7]), phones) == pytest.approx(0.0)
    assert information(np.array([7, 9, 7, 9]), phones) == pytest.approx(0.0), "each says nothing"
    assert purity(np.array([3, 3, 3, 5]), phones) == 0.75


def test_units_are_of_what_lies_together():
    rng = np.random.default_rng(0)
    points = np.concatenate([rng.normal(size=(50, 3)) * 0.1 + place for place in (0.0, 10.0)])
    units = units_of(points, 2)
    assert len(set(units[:50])) == len(set(units[50:])) == 1 and units[0] != units[-1]


def test_places_of_a_prepared_folder(prepared, tmp_path):
    settings = [f'data.manifest="{prepared}"', "data.seconds=[0.1, 30.0]"]
    run = fit(read_recipe(str(RECIPES / "content_tokens.toml"), "tiny", settings), tmp_path, quiet=True)
    network = load_part(run, "codec").network
    fields = {"mel", "phones", "speaker", "symbols", "durations"}
    data = Dataset(DataConfig(str(prepared), seconds=(0.1, 30.0)), MelSpec(), fields)
    places = places_of(network, data, 10)
    tokens = sum(len(data.read("mel", number)) // 2 for number in range(4))
    assert 0.9 * tokens < len(places.codes) <= tokens and len(np.unique(places.speakers)) == 2
    found = measured(places.codes, places)
    assert 0 < found["phone purity"] <= 1 and found["speaker information"] <= 1.0 + 1e-9
    assert found["codes in use"] <= 16
