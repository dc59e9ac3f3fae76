"""Shared fixtures: a miniature corpus of two synthetic voices, prepared once; a tiny trained model."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from soundalike.audio import Audio
from soundalike.data import FeatureStore, read_manifest
from soundalike.features import MelSpec
from soundalike.prepare import prepare
from soundalike.text.alphabet import encode, phone_classes
from soundalike.train import read_recipe

HERE = Path(__file__).parent
ROOT = HERE.parent
CORPUS = Path(os.environ.get("SOUNDALIKE_CORPUS", ROOT.parent / "shared" / "corpus"))  # recordings of people, where there are any
RECIPES = ROOT / "recipes"
REFERENCE = ROOT / "docs" / "demo" / "reference.flac"
sys.path.insert(0, str(ROOT / "benchmarks"))  # tests share their measuring
torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", 2)))


def sentences() -> list[tuple[Path, str]]:
    """The bundled recordings and what they say."""
    lines = (HERE / "data" / "texts.tsv").read_text(encoding="utf-8").splitlines()
    return [(HERE / "data" / name, text) for name, text in (line.split("\t") for line in lines)]


@pytest.fixture(scope="module")
def cloner():
    """The built-in model."""
    from soundalike import Cloner

    return Cloner.load()


@pytest.fixture(scope="module")
def voice(cloner):
    """The demo's voice."""
    return cloner.listen(REFERENCE)


@pytest.fixture(scope="session")
def corpus(tmp_path_factory) -> Path:
    """A folder in the layout of `read_table`: two speakers, two clips each."""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "audio").mkdir()
    lines = ["\t".join(("file", "speaker", "language", "emotion", "seconds", "rate", "split", "corpus", "licence", "text_source", "text"))]
    for path, text in sentences():
        audio = Audio.read(path)
        audio.write(folder / "audio" / path.name)
        lines.append("\t".join((path.name, path.stem[:-2], "en", "", f"{audio.seconds:.2f}", str(audio.rate), "train", "made", "CC0", "human", text)))
    (folder / "metadata.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def prepared(corpus, tmp_path_factory) -> Path:
    """The miniature corpus prepared, with even durations and made-up vectors: enough for every Objective."""
    folder = tmp_path_factory.mktemp("prepared")
    prepare(str(corpus), str(folder), workers=1)
    prepare(str(corpus), str(folder), mel=read_recipe(str(RECIPES / "ge2e.toml")).mel, kinds=("mel",), workers=1)
    store, classes = FeatureStore(folder, MelSpec()), np.array(phone_classes())
    for number, row in enumerate(read_manifest(folder)):
        frames = len(store.read("mel", row.id))
        weight = 0.05 + (classes[encode(row.phonemes)] > 0)
        ends = np.round(np.cumsum(weight) / weight.sum() * frames)
        store.write("durations", row.id, np.diff(ends, prepend=0).astype(np.int16))
        vector = np.random.default_rng(number // 2).normal(size=256)
        store.write("vector", row.id, (vector / np.linalg.norm(vector)).astype(np.float16))
        store.write("teacher", row.id, (vector / np.linalg.norm(vector)).astype(np.float16))
    return folder
