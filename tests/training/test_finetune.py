"""Adapting to one voice: what changes, what is kept, what is refused."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from conftest import RECIPES

from soundalike import Voice
from soundalike.audio.speech import join
from soundalike.checkpoints.bundle import BUILT_IN
from soundalike.checkpoints.part import load_part
from soundalike.cli.adapt import finetune_tools
from soundalike.cli.main import main
from soundalike.core.errors import AudioError, CheckpointError, ConfigError
from soundalike.core.types import ADAPTER
from soundalike.nn import lora as adapter
from soundalike.training import finetune as adapt
from soundalike.training.loop import train
from soundalike.training.recipe import read_recipe

START = BUILT_IN / "acoustic"
TEXTS = [
    "The weather turned colder towards the evening, and we went home early.",
    "She asked whether the train from the coast had already left the station.",
    "Nobody could explain where the old map in the drawer came from.",
    "We should finish the work in the garden before the others return.",
    "A small boat was waiting under the bridge, although it was late.",
    "He opened the window and listened to the rain for a long time.",
    "They sold the house by the river in the first week of March.",
    "The teacher wrote three questions on the board and sat down again.",
    "Every morning the baker carried his bread across the narrow street.",
    "It is easier to begin a long journey with a good pair of shoes.",
]


def changed(before: torch.nn.Module, after: torch.nn.Module) -> dict[str, torch.Tensor]:
    """The tensors of two networks that differ, as their difference."""
    old = before.state_dict()
    return {
        name: value - old[name]
        for name, value in after.state_dict().items()
        if value.is_floating_point() and not torch.equal(value, old[name])
    }


def adapted_by(method: str, prepared, folder) -> tuple[torch.nn.Module, torch.nn.Module]:
    """The built-in acoustic model, and what two steps on the miniature corpus make of it."""
    settings = [
        f"data.manifest={prepared}",
        f"train.start_from={START}",
        f"train.adapt={method}",
        "train.rank=4",
        "train.steps=2",
        "train.lr=0.01",
    ]
    recipe = read_recipe(
        str(RECIPES / "starling.toml"),
        "",
        [*settings, "train.ema=0", "train.warmup=1", "train.decay=0", "data.batch_frames=800"],
    )
    train(recipe, folder, quiet=True)
    return load_part(START).network, load_part(folder).network


def test_embedding_changes_what_is_added_to_the_voice_and_nothing_else(prepared, tmp_path):
    before, after = adapted_by("embedding", prepared, tmp_path)
    assert set(changed(before, after)) == {"hear.mix.2.bias"}


def test_lora_changes_weights_by_matrices_of_its_rank(prepared, tmp_path):
    before, after = adapted_by("lora", prepared, tmp_path)
    found = changed(before, after)
    assert "hear.mix.2.bias" not in found and "mean" not in found
    assert any(name.startswith("decoder.") for name in found) and any(
        name.startswith("encoder.") for name in found
    )
    for name, value in found.items():
        assert torch.linalg.matrix_rank(value.flatten(1), rtol=1e-3) <= 4, name


def test_full_changes_biases_too_but_not_the_statistics(prepared, tmp_path):
    before, after = adapted_by("full", prepared, tmp_path)
    found = changed(before, after)
    assert "hear.mix.2.bias" in found and "decoder_out.conv.weight" in found or "decoder_out.weight" in found
    assert "mean" not in found and "std" not in found


def test_a_run_of_lora_goes_on_where_it_stopped(prepared, tmp_path):
    settings = [
        f"data.manifest={prepared}",
        f"train.start_from={START}",
        "train.adapt=lora",
        "train.steps=4",
        "data.batch_frames=800",
    ]
    recipe = read_recipe(str(RECIPES / "starling.toml"), "", [*settings, "train.save_every=1"])
    train(recipe, tmp_path / "whole", quiet=True)
    train(recipe, tmp_path / "parts", max_seconds=0.0, quiet=True)
    train(recipe, tmp_path / "parts", quiet=True)
    whole, parts = (load_part(tmp_path / name).network.state_dict() for name in ("whole", "parts"))
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_adapting_nothing_is_refused(prepared, tmp_path):
    recipe = read_recipe(
        str(RECIPES / "starling.toml"), "tiny", [f"data.manifest={prepared}", "train.adapt=lora"]
    )
    with pytest.raises(ConfigError, match="start_from"):
        train(recipe, tmp_path, quiet=True)


def test_a_difference_added_again_gives_the_network_that_was_taught():
    before = load_part(START).network
    after = copy.deepcopy(before)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, value in after.named_parameters():
            flat = value.flatten(1) if value.dim() > 1 else None
            if flat is None or min(flat.shape) <= 16:
                value += 0.01 * torch.randn(value.shape, generator=generator)
            elif name.startswith("decoder"):
                thin = torch.randn(len(flat), 3, generator=generator) @ torch.randn(
                    3, flat.shape[1], generator=generator
                )
                value += 0.01 * thin.view_as(value)
    again = adapter.applied(before, adapter.difference(before, after, 8))
    for name, value in again.state_dict().items():
        assert torch.allclose(value.float(), after.state_dict()[name].float(), atol=2e-4), name


def test_a_difference_of_another_network_is_refused():
    network = torch.nn.Linear(3, 4)
    with pytest.raises(ValueError, match="elsewhere"):
        adapter.applied(network, {"elsewhere": torch.zeros(4)})
    with pytest.raises(ValueError, match="weight"):
        adapter.applied(network, {"weight.up": torch.zeros(4, 2), "weight.down": torch.zeros(2, 5)})


@pytest.fixture(scope="module")
def adapted(cloner, voice) -> Voice:
    """The demo's voice with a made-up adapter, a strong one."""
    change = {
        ADAPTER + "hear.mix.2.bias": 2.0
        * torch.randn(cloner.synthesizer.acoustic.config.voice, generator=torch.Generator().manual_seed(0))
        .half()
        .numpy()
    }
    return Voice(
        {**voice.tensors, **change},
        {**voice.facts, "adapter": {"method": "embedding", "weights": cloner.synthesizer.weights}},
    )


def test_an_adapted_voice_speaks_otherwise_and_alike_from_its_file(cloner, voice, adapted, tmp_path):
    adapted.save(tmp_path / "a.voice")
    reopened = Voice.load(tmp_path / "a.voice")
    said = [
        join(list(cloner.speak("Good morning.", one, quality_check=False, quality="fast"))).samples
        for one in (voice, adapted, reopened)
    ]
    assert len(said[1]) == len(said[2]) and (said[1] == said[2]).all()
    assert len(said[0]) != len(said[1]) or (said[0] != said[1]).any()


def test_an_adapter_for_other_weights_is_left_out_with_a_warning(cloner, voice, adapted):
    old = Voice(adapted.tensors, {**adapted.facts, "adapter": {"method": "embedding", "weights": "0" * 12}})
    with pytest.warns(UserWarning, match="adapted to other weights"):
        said = join(list(cloner.speak("Good morning.", old, quality_check=False, quality="fast")))
    assert (
        said.samples
        == join(list(cloner.speak("Good morning.", voice, quality_check=False, quality="fast"))).samples
    ).all()


@pytest.mark.parametrize("name", [ADAPTER + "../etc", ADAPTER + "a" * 130, "adapter", ADAPTER])
def test_odd_names_in_a_voice_file_are_refused(adapted, name, tmp_path):
    Voice({**adapted.tensors, name: np.zeros(3, np.float16)}, adapted.facts).save(tmp_path / "odd.voice")
    with pytest.raises(CheckpointError, match="is none of"):
        Voice.load(tmp_path / "odd.voice")


def test_an_adapter_that_does_not_fit_is_refused(cloner, adapted):
    odd = Voice({**adapted.tensors, ADAPTER + "nowhere": np.zeros(3, np.float16)}, adapted.facts)
    with pytest.raises(CheckpointError, match="does not fit"):
        list(cloner.speak("Good morning.", odd, quality="fast"))


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ({"similarity": 0.6, "wer": 0.05}, {"similarity": 0.7, "wer": 0.055}, ""),
        ({"similarity": 0.6, "wer": 0.05}, {"similarity": 0.59, "wer": 0.0}, "no more alike"),
        ({"similarity": 0.6, "wer": 0.05}, {"similarity": 0.7, "wer": 0.07}, "words are wrong"),
        ({"similarity": 0.6, "doubted": 0.0}, {"similarity": 0.7, "doubted": 0.25}, "in doubt"),
        (
            {"similarity": 0.6, "wer": 0.0, "naturalness": 3.1},
            {"similarity": 0.7, "wer": 0.0, "naturalness": 2.9},
            "less natural",
        ),
        (
            {"similarity": 0.6, "wer": 0.0, "naturalness": 3.1},
            {"similarity": 0.7, "wer": 0.0, "naturalness": 3.05},
            "",
        ),
    ],
)
def test_what_makes_an_adapted_voice_worse(before, after, why):
    found = adapt.fault(before, after)
    assert (why in found) if why else not found


def test_the_method_follows_the_length_and_the_time():
    assert adapt.choose("auto", 40, 20).method == "embedding"
    assert adapt.choose("auto", 180, 20).method != "embedding"
    assert adapt.choose("lora", 40, 20).method == "lora"
    with pytest.raises(ConfigError, match="auto, embedding, lora, full"):
        adapt.choose("magic", 40, 20)


@pytest.fixture(scope="module")
def recordings(cloner, voice, tmp_path_factory):
    """A folder of recordings of the demo's voice, made by the model, with their texts beside them."""
    folder = tmp_path_factory.mktemp("recordings")
    for number, text in enumerate(TEXTS):
        join(
            list(
                cloner.speak(
                    text,
                    voice,
                    cloner.Options(speed=0.55),
                    quality_check=False,
                    watermark=False,
                    quality="fast",
                )
            )
        ).write(folder / f"{number}.wav")
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    return folder


def test_recordings_become_a_voice_of_the_library_or_are_said_to_be_no_better(
    recordings, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("SOUNDALIKE_VOICES", str(tmp_path / "voices"))
    work = tmp_path / "work"
    code = main(
        [
            "adapt",
            str(recordings),
            "--name",
            "anna",
            "--minutes",
            "0.1",
            "--work",
            str(work),
            "--method",
            "lora",
        ]
    )
    printed, told = capsys.readouterr()
    assert (
        code in (0, 1)
        and "kept aside" in printed
        and "similarity" in printed
        and (work / "scorecard" / "report.html").is_file()
    ), told
    if code == 0:
        assert any(
            name.startswith(ADAPTER) for name in Voice.load(tmp_path / "voices" / "anna.voice").tensors
        )
    else:
        assert code == 1 and "not kept" in printed and not (tmp_path / "voices").exists()


def test_too_little_speech_is_refused(recordings, tmp_path):
    few = tmp_path / "few"
    few.mkdir()
    for name in ("0.wav", "0.txt", "1.wav", "1.txt"):
        (few / name).write_bytes((recordings / name).read_bytes())
    with pytest.raises(AudioError, match="at least 30 s"):
        adapt.adapt(few, tmp_path / "work", finetune_tools(), tell=lambda line: None)
