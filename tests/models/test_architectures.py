"""What every registered architecture promises, asked of each alike."""

from __future__ import annotations

import dataclasses
import io
import json
import shutil

import numpy as np
import pytest
import torch
from conftest import HERE, REFERENCE, ROOT, save_tiny

from soundalike import Audio, Cloner
from soundalike.audio.speech import join
from soundalike.checkpoints import inventory_store, model_store
from soundalike.checkpoints.bundle import BUILT_IN, assemble
from soundalike.checkpoints.part import load_part, save_part
from soundalike.core import capabilities, registry
from soundalike.core.errors import CheckpointError, ConfigError
from soundalike.core.options import check_options, options_of
from soundalike.inference import bundled_voices

NAMES = sorted(registry.ARCHITECTURES)
TEXT = "Good evening."


@pytest.fixture
def loaded(request, tiny_shelf, tmp_path) -> Cloner:
    """An architecture with weights: the built-in one's own, an inventory of a synthetic voice, tiny untrained
    ones of the others.
    """
    name = request.param
    if name == "unit_selection":
        store_linnet()
        return Cloner.load(ROOT / "models" / name)
    if name == model_store.built_in():
        return Cloner.load()
    if (tiny_shelf / name).is_dir():
        return Cloner.load(tiny_shelf / name)
    return Cloner.load(assemble(tmp_path / name, save_tiny(name, tmp_path / "parts")))


def store_linnet() -> None:
    """Another inventory: as the shipped one, but for whose it is said to be."""
    part = load_part(ROOT / "models" / "unit_selection" / "inventory")
    linnet = bundled_voices.load("linnet")
    for name, array in (("identity", "vector"), ("prompt", "prompt"), ("prompt_pitch", "prompt_pitch")):
        setattr(part.network, name, torch.from_numpy(linnet.tensors[array].astype(np.float32)))
    config = dataclasses.replace(part.config, name="linnet")
    save_part(inventory_store.place_of("linnet"), part.name, config, part.mel, part.network, bits=16)


def references(loaded: Cloner) -> list:
    """Recordings of two people that the architecture can speak like."""
    if registry.current(loaded.model["family"]) != "unit_selection":
        return [REFERENCE, HERE / "data" / "ben_1.flac"]
    sources = [bundled_voices.load(name).tensors["source"] for name in ("wren", "linnet")]
    return [Audio.read(io.BytesIO(source.tobytes())) for source in sources]


each = pytest.mark.parametrize("loaded", NAMES, indirect=True)


def spoken(cloner: Cloner, voice, seed: int = 1) -> np.ndarray:
    options = cloner.Options(seed=seed)
    return join(
        list(cloner.speak(TEXT, voice, options, quality_check=False, watermark=False, quality="fast"))
    ).samples


@pytest.mark.parametrize("name", NAMES)
def test_a_spec_names_parts_and_options_that_exist(name):
    spec = registry.architecture(name)
    assert spec.name == name and spec.main_slot in spec.slots
    roles = {registry.part(part).role for part in registry.PARTS}
    for slot in spec.slots.values():
        assert slot.role in roles and (slot.part is None or registry.part(slot.part).role == slot.role)
    assert set(spec.capabilities) <= set(capabilities.CAPABILITIES)
    for option in options_of(spec.Options).values():
        assert option.help, f"{name}: {option.name} says nothing of itself"
        if option.range is not None:
            assert option.range.low <= option.default <= option.range.high
            with pytest.raises(ConfigError, match=f"{option.name} = .* is out of range"):
                check_options(dataclasses.replace(spec.Options(), **{option.name: option.range.high + 1}))


def test_one_option_has_one_meaning_everywhere():
    known = {}
    for name in NAMES:
        for option in options_of(registry.architecture(name).Options).values():
            kept = known.setdefault(option.name, option)
            assert (kept.kind, kept.range, kept.help) == (option.kind, option.range, option.help), option.name


@each
def test_its_models_can_what_the_spec_says(loaded):
    spec = registry.architecture(registry.current(loaded.model["family"]))
    can = {name for name, kind in capabilities.CAPABILITIES.items() if isinstance(loaded.synthesizer, kind)}
    assert can == set(spec.capabilities)


@each
def test_a_voice_follows_the_schema_and_is_read_back(loaded, tmp_path):
    from soundalike import Voice

    spec = registry.architecture(registry.current(loaded.model["family"]))
    voice = loaded.listen(references(loaded)[0])
    for name, wanted in spec.voice_schema.items():
        if not wanted.required and name not in voice.tensors:
            continue
        value = voice.tensors[name]
        assert value.ndim == wanted.dimensions and str(value.dtype) in wanted.kinds
    voice.save(tmp_path / "one.voice")
    again = Voice.load(tmp_path / "one.voice")
    assert np.array_equal(spoken(loaded, voice), spoken(loaded, again))


# Each inventory of unit selection is one voice: see test_unit_selection
@pytest.mark.parametrize("loaded", [name for name in NAMES if name != "unit_selection"], indirect=True)
def test_another_voice_and_only_it_changes_the_sound(loaded):
    first, second = (loaded.listen(recording) for recording in references(loaded))
    assert np.array_equal(spoken(loaded, first), spoken(loaded, first))
    one, other = spoken(loaded, first), spoken(loaded, second)
    size = min(len(one), len(other))
    assert not np.array_equal(one[:size], other[:size])


@each
def test_another_model_s_voice_is_refused(loaded):
    voice = loaded.listen(references(loaded)[0])
    with pytest.raises(CheckpointError, match="made for another model"):
        loaded.synthesizer.check(dataclasses.replace(voice, facts={"mel": "other"}))


def test_files_of_the_first_format_are_read(cloner, voice, tmp_path):
    """Names and keys of former versions: regression, mel_adversary, hears, parts without reads and writes."""
    folder = tmp_path / "old"
    shutil.copytree(BUILT_IN, folder)
    former = {now: then for then, now in registry.FORMER_NAMES.items()}
    for file in folder.rglob("config.json"):
        said = json.loads(file.read_text(encoding="utf-8"))
        del said["reads"], said["writes"]
        said |= {"format": "soundalike-part-1", "part": former.get(said["part"], said["part"])}
        file.write_text(json.dumps(said), encoding="utf-8")
    said = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    (folder / "model.json").write_text(json.dumps({**said, "family": "regression"}), encoding="utf-8")
    old = Cloner.load(folder)
    assert old.model == cloner.model and np.array_equal(spoken(old, voice), spoken(cloner, voice))
