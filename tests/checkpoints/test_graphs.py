"""A model run as ONNX graphs: each graph against its network, and the whole against PyTorch."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import warnings

import numpy as np
import pytest
import torch
from conftest import HERE, save_tiny

from soundalike import Audio, Cloner
from soundalike.checkpoints import graph_model, graph_part, onnx_export
from soundalike.checkpoints.bundle import BUILT_IN, assemble, load_bundle, part_folder, read_model
from soundalike.checkpoints.graph_part import load_graph_part
from soundalike.checkpoints.part import load_part
from soundalike.core import low_rank, registry
from soundalike.core.errors import CheckpointError, ConfigError
from soundalike.core.types import Voice
from soundalike.models.common import prompt_adaptation
from soundalike.nn import lora

SLOTS = ("acoustic", "vocoder", "speaker", "aligner", "content", "adversary")
TEXT = "Nobody was surprised when the old bridge fell. Was it 1907?"
LOUD = 0.06  # RMS of speech at the level it is given out


def same_sound(one: np.ndarray, other: np.ndarray) -> None:
    """Both backends say the same: within a thousandth, but for single samples where the vocoder's source has
    one harmonic more, a sample earlier by one backend.
    """
    assert one.shape == other.shape
    difference = np.abs(one - other)
    assert np.sqrt(np.square(difference).mean()) < 1e-3 * LOUD * 2
    assert (difference > 1e-3).mean() < 1e-3 and difference.max() < 0.02


@pytest.fixture(scope="module")
def by_graphs() -> Cloner:
    return Cloner.load(backend="onnx", cache=False)


@pytest.fixture(scope="module")
def wren(cloner) -> Voice:
    return cloner.voice("wren")


@pytest.mark.parametrize("slot", SLOTS)
def test_the_built_in_graphs_are_those_of_its_networks(slot):
    """At other lengths than they were exported at; where this fails, export them again."""
    folder = part_folder(BUILT_IN, slot, read_model(BUILT_IN)["parts"][slot])
    part = load_part(folder)
    weights = load_graph_part(folder, slot).weights
    plans = registry.part(part.name).graphs(part.network)
    assert [plan.name for plan in plans] == list(weights.said["graphs"])
    for plan in plans:
        inputs = {name: longer(value, plan.free.get(name, {})) for name, value in plan.inputs.items()}
        with torch.inference_mode():
            found = plan.module(*inputs.values())
        found = found if isinstance(found, tuple) else (found,)
        made = weights.graph(plan.name)(**{name: value.numpy() for name, value in inputs.items()})
        for ours, theirs in zip(made, found, strict=True):
            assert ours.shape == theirs.shape
            np.testing.assert_allclose(ours, theirs.numpy(), atol=2e-4, rtol=1e-4)


def longer(value: torch.Tensor, free: dict[int, str]) -> torch.Tensor:
    """An example with each axis that may have any length three times as long."""
    for axis in free:
        value = torch.cat([value, value, value], axis)
    return value + 0.1 * torch.randn_like(value) if value.is_floating_point() else value


def test_both_backends_say_the_same(cloner, by_graphs, wren):
    one = cloner.clone(wren, TEXT, quality="fast", seed=5)
    other = by_graphs.clone(wren, TEXT, quality="fast", seed=5)
    same_sound(one.samples, other.samples)
    assert [t.text for t in one.timestamps] == [t.text for t in other.timestamps]
    assert [check.doubts for check in one.checks] == [check.doubts for check in other.checks]
    assert by_graphs.model == cloner.model, "voices and marks name the same model"
    assert by_graphs.synthesizer.weights == cloner.synthesizer.weights


@pytest.mark.parametrize("wish", [{"speed": 1.3}, {"pitch": -3.0}, {"emotion": "happy"}, {"seconds": 3.0}])
def test_options_mean_the_same_by_both(cloner, by_graphs, wren, wish):
    said = [
        one.clone(wren, "A short one.", quality="fast", quality_check=False, watermark=False, **wish)
        for one in (cloner, by_graphs)
    ]
    same_sound(*(speech.samples for speech in said))


def test_the_same_seed_is_the_same_to_the_bit(by_graphs, wren):
    one, again, other = (by_graphs.clone(wren, TEXT, quality="fast", seed=seed).samples for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, again)
    assert one.shape != other.shape or np.abs(one - other).max() > 0.01
    side_by_side = Cloner.load(backend="onnx", cache=False, threads=2)
    np.testing.assert_array_equal(side_by_side.clone(wren, TEXT, quality="fast", seed=3).samples, one)


def test_both_take_the_same_voice_from_a_recording(cloner, by_graphs):
    reference = Audio.read(HERE / "data" / "ben_1.flac")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        one, other = cloner.listen(reference), by_graphs.listen(reference)
    np.testing.assert_allclose(one.identity.astype(float), other.identity, atol=2e-3)
    for name in ("prompt", "prompt_pitch"):
        np.testing.assert_array_equal(one.tensors[name], other.tensors[name])
    assert one.facts == other.facts
    same_sound(*(c.clone(one, "Again.", quality="fast").samples for c in (cloner, by_graphs)))


def test_an_adapted_voice_is_adapted_by_both(cloner, by_graphs, wren):
    rng = np.random.default_rng(0)
    change = {
        "decoder.0.wide.weight.up": rng.normal(0, 0.2, (960, 4)).astype(np.float16),
        "decoder.0.wide.weight.down": rng.normal(0, 0.2, (4, 320)).astype(np.float16),
        "hear.mix.2.bias": rng.normal(0, 0.1, 256).astype(np.float16),
    }
    adapted = wren.with_adapter(change, {"weights": cloner.synthesizer.weights})
    said = [c.clone(adapted, "Yes, indeed.", quality="fast").samples for c in (cloner, by_graphs)]
    same_sound(*said)
    plain = by_graphs.clone(wren, "Yes, indeed.", quality="fast").samples
    assert plain.shape != said[1].shape or np.abs(plain - said[1]).max() > 0.01
    odd = wren.with_adapter({"nothing.weight": change["hear.mix.2.bias"]}, adapted.facts["adapter"])
    with pytest.raises(CheckpointError, match="does not fit the model"):
        by_graphs.clone(odd, "Yes.", quality="fast")


def test_both_learn_the_same_of_a_prompt(cloner, by_graphs, whole_adaptation):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        voice = cloner.listen(HERE / "data" / "ben_1.flac")
    recognized = cloner.aligner.recognize_mel(voice.tensors["prompt"])
    assert recognized == by_graphs.aligner.recognize_mel(voice.tensors["prompt"])
    models = [cloner.synthesizer, by_graphs.synthesizer]
    names = {type(model).adaptation.func(model) for model in models}  # what is kept is shared
    assert len(names) == 1
    steps = [model.gradient_step(prompt_adaptation.RANK) for model in models]
    assert steps[0].shapes == steps[1].shapes and steps[0].noise == steps[1].noise
    windows = prompt_adaptation.PromptWindows(voice, recognized)
    items = [windows.item() for _ in range(prompt_adaptation.TOGETHER)]
    rng = np.random.default_rng(0)
    factors = prompt_adaptation.begun(steps[0].shapes, rng)
    for value in factors.values():
        value += rng.normal(0, 0.01, value.shape).astype(np.float32)
    noise = rng.normal(size=(2, prompt_adaptation.WINDOW, steps[0].noise)).astype(np.float32)
    ours, theirs = (step(factors, items, noise) for step in steps)
    assert set(ours) == set(theirs) == set(factors)
    assert cosine(ours, theirs) > 0.98  # graphs show the discriminator the padding of short windows too
    learned = [model.adapt_to_prompt(voice, cloner.aligner) for model in models]
    assert cosine(*learned) > 0.98


def cosine(one: dict, other: dict) -> float:
    """Of all arrays of two, as vectors."""
    first, second = (np.concatenate([d[n].ravel() for n in sorted(d)]).astype(float) for d in (one, other))
    return float(first @ second / np.linalg.norm(first) / np.linalg.norm(second))


@pytest.mark.parametrize("transcript", ["", "Hello there, how are you today?"])
def test_both_convert_a_recording_alike(cloner, by_graphs, wren, transcript):
    source = Audio.read(HERE / "data" / "ben_1.flac")
    options = cloner.ConversionOptions(transcript=transcript)
    one, other = (c.synthesizer.convert(source, wren, options) for c in (cloner, by_graphs))
    same_sound(one.samples, other.samples)


def test_differences_are_added_as_pytorch_adds_them():
    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Linear(30, 40), torch.nn.LayerNorm(40))
    change = {
        "0.weight.up": np.random.default_rng(1).normal(size=(40, 3)).astype(np.float16),
        "0.weight.down": np.random.default_rng(2).normal(size=(3, 30)).astype(np.float16),
        "1.bias": np.full(40, 0.5, np.float16),
    }
    theirs = lora.applied(network, {name: torch.from_numpy(value) for name, value in change.items()})
    weights = {name: value.numpy() for name, value in network.state_dict().items()}
    for name, value in low_rank.changed(weights, change).items():
        np.testing.assert_array_equal(value, theirs.state_dict()[name].numpy())


def test_what_needs_pytorch_says_so(by_graphs, wren, tmp_path, monkeypatch):
    model = assemble(tmp_path / "other", save_tiny("fastspeech2", tmp_path / "parts"))
    with pytest.raises(CheckpointError, match="fastspeech2, has no graphs of its acoustic.*models export"):
        Cloner.load(model, backend="onnx")
    with pytest.raises(CheckpointError, match="fastspeech2 cannot be exported"):
        onnx_export.export_model(model, tmp_path / "out")
    monkeypatch.setattr(graph_model, "torch_is_installed", lambda: False)
    with pytest.raises(CheckpointError, match="It needs PyTorch. Run:"):
        Cloner.load(model)
    with pytest.raises(ConfigError, match="PyTorch is not installed"):
        Cloner.load(backend="torch")
    assert graph_model.pick_backend("auto", BUILT_IN) == "onnx"


def test_bad_choices_name_the_good_ones(tmp_path):
    with pytest.raises(ConfigError, match="unknown backend 'tpu'. Choose one of auto, torch, onnx"):
        Cloner.load(backend="tpu")
    with pytest.raises(ConfigError, match="computes on the CPU"):
        Cloner.load(backend="onnx", device="cuda")
    with pytest.raises(ConfigError, match="choose one of float32, int8"):
        onnx_export.export_model(BUILT_IN, tmp_path / "out", "int4")
    with pytest.raises(ConfigError, match="there already"):
        onnx_export.export_model(BUILT_IN, tmp_path)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A tiny untrained starling with the built-in model's other parts."""
    return assemble(
        tmp_path_factory.mktemp("tiny") / "model",
        save_tiny("starling", tmp_path_factory.mktemp("tiny_parts")),
        "starling",
    )


@pytest.mark.parametrize("precision", onnx_export.PRECISIONS)
def test_an_exported_model_speaks_by_itself(tiny, wren, tmp_path, precision):
    import onnx

    files = onnx_export.export_model(tiny, tmp_path / "out", precision)
    assert {file.parent.name for file in files} == {"acoustic", "vocoder", "speaker", "aligner"}
    assert (tmp_path / "out" / "acoustic" / "adapt.onnx").exists() == (precision == "float32")
    found = onnx.load(tmp_path / "out" / "acoustic" / "decode.onnx")  # with the weights it names
    facts = {entry.key: entry.value for entry in found.metadata_props}
    model = load_bundle(tiny)
    assert facts["opset"] == "18" == str(found.opset_import[0].version)
    assert facts["precision"] == precision
    exported = Cloner.load(tmp_path / "out", backend="onnx", cache=False)
    plain = Cloner.load(tiny, cache=False)
    assert facts["weights"] == plain.synthesizer.weights == exported.synthesizer.weights
    assert exported.model == plain.model and len(model.parts) == 4
    said = [one.clone(wren, "Yes.", quality="fast", quality_check=False) for one in (plain, exported)]
    if precision == "float32":
        same_sound(*(speech.samples for speech in said))
        assert graph_model.pick_backend("auto", tmp_path / "out") == "onnx"
    else:
        assert said[1].seconds == pytest.approx(said[0].seconds, abs=0.2)
        assert graph_model.pick_backend("auto", tmp_path / "out") == "onnx"
        adapted = wren.with_adapter({"embed.weight": np.ones(4)}, {"weights": facts["weights"]})
        with pytest.warns(UserWarning, match="weights are quantized"):
            exported.clone(adapted, "Yes.", quality="fast", quality_check=False)


def test_graphs_beside_the_weights_follow_them(tiny, wren, tmp_path):
    model = shutil.copytree(tiny, tmp_path / "model")
    files = onnx_export.add_graphs(model)
    names = {"condition.onnx", "encode.onnx", "intone.onnx", "decode.onnx", "adapt.onnx"}
    assert {file.name for file in files} == names
    assert read_model(model)["digests"] == {}
    with pytest.raises(ConfigError, match="has graphs already"):
        onnx_export.add_graphs(model)
    said = [Cloner.load(model, backend=name, cache=False).clone(wren, "Yes.") for name in ("torch", "onnx")]
    same_sound(*(speech.samples for speech in said))


def test_graphs_of_another_network_are_refused(tiny, tmp_path):
    model = shutil.copytree(tiny, tmp_path / "model")
    onnx_export.add_graphs(model)
    config = json.loads((model / "acoustic" / "config.json").read_text())
    config["network"]["noise"] = 8
    (model / "acoustic" / "config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match="its graphs were made of another network"):
        Cloner.load(model, backend="onnx")
    (model / "acoustic" / graph_part.GRAPHS).write_text("{}")
    with pytest.raises(CheckpointError, match="does not say what it is"):
        Cloner.load(model, backend="onnx")
    (model / "acoustic" / graph_part.GRAPHS).unlink()
    with pytest.raises(CheckpointError, match="has no graphs of its acoustic"):
        Cloner.load(model, backend="onnx")


# Runs the command line as if PyTorch were not installed
WITHOUT_TORCH = """
import sys

class NoTorch:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "torch":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NoTorch())
from soundalike.__main__ import main

code = main()
assert "torch" not in sys.modules
sys.exit(code)
"""


def without_torch(*arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", WITHOUT_TORCH, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_say_and_clone_need_no_pytorch(cloner, wren, tmp_path):
    day = {"quality": "fast", "watermark": False}
    run = without_torch("say", TEXT, "--quality", "fast", "--no-watermark", "-o", tmp_path / "say.wav")
    assert run.returncode == 0, run.stderr
    heard = Audio.read(tmp_path / "say.wav").samples
    same_sound(heard, cloner.clone(wren, TEXT, **day).samples)
    reference = HERE / "data" / "ben_1.flac"
    run = without_torch(
        *("clone", reference, "Another voice.", "--quality", "fast"),
        *("--no-watermark", "-o", tmp_path / "clone.wav"),
    )
    assert run.returncode == 0, run.stderr
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = cloner.clone(reference, "Another voice.", **day).samples
    same_sound(Audio.read(tmp_path / "clone.wav").samples, theirs)


def test_a_voice_is_adapted_and_a_recording_converted_without_pytorch(tmp_path):
    reference = HERE / "data" / "ben_1.flac"
    run = without_torch("clone", reference, "Yes.", "--quality", "best", "-o", tmp_path / "clone.wav")
    assert run.returncode == 0 and "PyTorch" not in run.stderr, run.stderr
    run = without_torch("convert", reference, "rook", "-o", tmp_path / "convert.wav")
    assert run.returncode == 0, run.stderr
    size = len(Audio.read(reference).resample(24_000).samples)
    assert len(Audio.read(tmp_path / "convert.wav").samples) == size


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("verify", "{say}"), 1, "no mark of soundalike found"),
        (
            ("train", "tdnn", "--data", "{say}", "--out", "{out}"),
            2,
            "this needs PyTorch, which is not installed",
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_other_verbs_without_pytorch(arguments, code, said, tmp_path):
    sound = Audio(np.sin(np.arange(48_000) * 0.05).astype(np.float32) / 4, 24_000)
    sound.write(tmp_path / "say.wav")
    given = [one.format(say=tmp_path / "say.wav", out=tmp_path / "out.wav") for one in arguments]
    run = without_torch(*given)
    assert said in run.stdout + run.stderr and "Traceback" not in run.stderr
    assert run.returncode == code
