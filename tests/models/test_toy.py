"""The architecture that CONTRIBUTING.md adds: taken from the page, listed, trained, assembled, and heard."""

from __future__ import annotations

import re
import sys

import numpy as np
import pytest
from conftest import REFERENCE, ROOT

from soundalike import Audio, Cloner
from soundalike.checkpoints.bundle import assemble
from soundalike.checkpoints.model_store import installed_models
from soundalike.core import capabilities, registry
from soundalike.training.loop import train
from soundalike.training.recipe import read_recipe

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Add an architecture")[2]
FILE = re.compile(r"`toy/(\w+\.py)`[^`]*```python\n(.*?)```", re.S)
RECIPE = re.compile(r"```toml\n(.*?)```", re.S)
HOOK = re.compile(r"call the hook:\n\n```python\n(.*?)```", re.S)


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """The room of the page as a package, registered by the public hook; the recipe's path."""
    home = tmp_path_factory.mktemp("toy")
    (home / "toy").mkdir()
    (home / "toy" / "__init__.py").touch()
    for name, text in FILE.findall(PAGE):
        (home / "toy" / name).write_text(text, encoding="utf-8")
    recipe = home / "toy.toml"
    recipe.write_text(RECIPE.search(PAGE)[1], encoding="utf-8")
    sys.path.insert(0, str(home))
    exec(HOOK.search(PAGE)[1], {})
    yield recipe
    sys.path.remove(str(home))
    del registry.PARTS["toy"], registry.ARCHITECTURES["toy"]
    for name in [name for name in sys.modules if name.partition(".")[0] == "toy"]:
        del sys.modules[name]


def test_the_page_has_every_file_and_stays_short():
    files = dict(FILE.findall(PAGE))
    assert set(files) == {"spec.py", "network.py", "objective.py", "synthesizer.py"}
    lines = [line for text in files.values() for line in text.splitlines() if line.strip()]
    assert len(lines) <= 100


def test_it_is_listed_with_its_options(toy):
    assert "toy" in {model.family for model in installed_models()}
    assert list(registry.architecture("toy").voice_schema) == ["prompt", "prompt_pitch", "vector"]
    assert (
        registry.part("toy").writes(registry.part("toy").Config(), read_recipe(str(toy)).mel)[0].kind == "mel"
    )


def test_it_trains_is_assembled_and_speaks(toy, prepared, tmp_path):
    recipe = read_recipe(str(toy), "tiny", [f"data.manifest={prepared}", "train.log_every=1"])
    out = train(recipe, tmp_path / "run", quiet=True)
    rows = [line.split(",") for line in (out / "log.csv").read_text().splitlines()]
    losses = [float(row[4]) for row in rows if row[3] == "mel"]
    assert losses[-1] < losses[0]
    cloner = Cloner.load(assemble(tmp_path / "mine", [str(out), "builtin"]))
    model = cloner.synthesizer
    assert isinstance(model, capabilities.WritesMel) and not isinstance(model, capabilities.PredictsDurations)
    voice = cloner.listen(REFERENCE)
    pieces = list(cloner.speak("Good evening.", voice, cloner.Options(seed=2)))
    assert isinstance(pieces[0], Audio) and np.abs(pieces[0].samples).max() > 0.01
    again = list(cloner.speak("Good evening.", voice, cloner.Options(seed=2)))
    assert np.array_equal(pieces[0].samples, again[0].samples)


def test_a_name_is_taken_only_once(toy):
    from soundalike.core.errors import ConfigError

    registry.register_part("toy", "toy.objective:PART")  # the same again does no harm
    with pytest.raises(ConfigError, match="the name 'vocos' is taken"):
        registry.register_part("vocos", "toy.objective:PART")
