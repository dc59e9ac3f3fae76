"""A model's parts as ONNX graphs, for ONNX Runtime and whatever else reads ONNX. Needs PyTorch and `onnx`.

By PyTorch's older exporter, by tracing: it is there from PyTorch 2.4 to 2.13 at least, takes half a second a
graph, and keeps the names of the weights. The newer one (dynamo) takes ten seconds and `onnxscript`, and
gives the same operators. Every graph is traced at one length and names the axes that may have any.
"""

from __future__ import annotations

import json
import logging
import shutil
import warnings
from collections.abc import Mapping
from inspect import signature
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from soundalike import __version__
from soundalike.core import registry
from soundalike.core.array_digest import weights_digest
from soundalike.core.errors import CheckpointError, ConfigError
from soundalike.core.files import whole_folder
from soundalike.core.graphs import GraphPlan
from soundalike.core.installation import install_command

from .bundle import BUILTIN, DIGESTS, Bundle, load_bundle, part_folder, read_model, write_model
from .bundle import digest as identity_digest
from .graph_part import FLOAT, GRAPHS, GRAPHS_FORMAT, INT8, TURNED, has_graphs, network_digest
from .part import CARD, CONFIG, WEIGHTS, LoadedPart

if TYPE_CHECKING:
    import onnx

OPSET = 18  # of what is written; every ONNX Runtime since 1.14 reads it
NETWORK = "network."  # before the names of weights in a GraphPlan's module
PRECISIONS = (FLOAT, INT8)


def export_model(folder: Path, out: Path, precision: str = FLOAT, force: bool = False) -> list[Path]:
    """Write a model whose parts are graphs: a model folder that `--model` takes. Returns the graphs' files.

    "float32": the weights lie beside each part's graphs in one file, which the graphs name, in float32.
    "int8": the graphs hold the weights, those of matrix products in eight bits, a scale a column, and the
    products' other side is quantized as it comes (dynamic quantization). Parts that have no graphs, and
    serve training or conversion, are left out. Raises ConfigError where `onnx` is not installed or something
    is there already, CheckpointError for an architecture whose parts have none, OSError where the disk is
    full.
    """
    check_exporter(precision)
    if out.exists() and not force:
        raise ConfigError(f"{out}: there already. Give --force to replace it.")
    bundle = load_bundle(folder)
    said = read_model(folder)
    kept = exported_parts(bundle)
    places = {slot: slot for slot in kept}
    told = {key: value for key, value in said.items() if key not in ("parts", "version")}
    others = digests_of_others(bundle, kept)
    names = []
    with whole_folder(out) as new:
        for slot, part in kept.items():
            target = new / slot
            target.mkdir()
            source = part_folder(folder, slot, said["parts"][slot])
            for name in (CONFIG, CARD):
                if (source / name).is_file():
                    shutil.copyfile(source / name, target / name)
            names += [Path(slot) / file for file in export_part(part, target, precision)]
        write_model(new, {**told, "version": __version__, "parts": places, DIGESTS: others})
    return [out / name for name in names]


def check_exporter(precision: str = FLOAT) -> None:
    """Raise ConfigError where `onnx` is not installed, and for an unknown precision."""
    from importlib.util import find_spec

    if precision not in PRECISIONS:
        raise ConfigError(f"precision '{precision}': choose one of {', '.join(PRECISIONS)}.")
    for package in ("onnx", "onnxruntime"):
        if find_spec(package) is None:
            raise ConfigError(
                f"to export, the package {package} is needed too. Run: {install_command('export')}"
            )


def export_part(part: LoadedPart, folder: Path, precision: str = FLOAT) -> list[str]:
    """Write a part's graphs into a folder that holds its config.json, with the weights they take; returns the
    names of the files. Raises CheckpointError for a part that has no graphs.
    """
    weights = _arrays_of(part.network)
    taken: dict[str, list[str]] = {}
    if precision == FLOAT:
        _save_weights(weights, folder)
    places = _places(folder / WEIGHTS) if precision == FLOAT else {}
    held: set[str] = set()
    for plan in plans_of(part):
        if plan.learns and precision != FLOAT:
            continue
        model = graph_of(plan, weights)
        _describe(model, plan, part, folder, {"precision": precision, "weights": _weights_digest(part)})
        names = [one.name for one in model.graph.initializer if one.name in weights]
        held |= set(names)
        if precision == INT8:
            model = _quantized(_with_values(model, weights), folder)
        else:
            _with_places(model, places)
        taken[plan.name] = names if precision == FLOAT else []
        (folder / f"{plan.name}.onnx").write_bytes(model.SerializeToString())
    if precision == INT8:
        _save_weights({name: value for name, value in weights.items() if name not in held}, folder)
    write_graphs_file(part, folder, taken, precision)
    return [f"{name}.onnx" for name in taken]


def add_graphs(folder: Path, force: bool = False) -> list[Path]:
    """Write the graphs of a model's own parts beside their weights, which they take from there in whatever
    precision; returns the graphs' files. Raises as `export_model` does.
    """
    check_exporter()
    bundle = load_bundle(folder)
    said = read_model(folder)
    kept = exported_parts(bundle)
    own = {slot: part for slot, part in kept.items() if said["parts"][slot] != BUILTIN}
    there = [part.folder for part in own.values() if has_graphs(part.folder)]
    if there and not force:
        raise ConfigError(f"{there[0]}: has graphs already. Give --force to write them anew.")
    files = [part.folder / name for part in own.values() for name in _add_to_part(part)]
    write_model(folder, {**said, DIGESTS: digests_of_others(bundle, kept)})
    return files


def _add_to_part(part: LoadedPart) -> list[str]:
    """Write a part's graphs into its folder, without weights; returns the names of the files."""
    weights = _arrays_of(part.network)
    taken = {}
    for plan in plans_of(part):
        model = graph_of(plan, weights)
        if not plan.learns:  # which takes weights both ways
            model = _with_turned(model)
        taken[plan.name] = [one.name for one in model.graph.initializer if one.external_data]
        _describe(model, plan, part, part.folder)
        (part.folder / f"{plan.name}.onnx").write_bytes(model.SerializeToString())
    write_graphs_file(part, part.folder, taken, FLOAT)
    return [f"{name}.onnx" for name in taken]


def exported_parts(bundle: Bundle) -> dict[str, LoadedPart]:
    """The parts of a bundle that have graphs, by slot. Raises CheckpointError where one that is needed has
    none.
    """
    kept = {slot: part for slot, part in bundle.parts.items() if part.name in registry.GRAPHS}
    missing = [name for name, slot in bundle.spec.slots.items() if slot.required and name not in kept]
    if missing:
        able = ", ".join(sorted(registry.GRAPHS))
        raise CheckpointError(
            f"the family {bundle.family} cannot be exported: there are no graphs of its "
            f"{' and '.join(missing)}; these parts have them: {able}. "
            "Speak with it through PyTorch (--backend torch)."
        )
    return kept


def digests_of_others(bundle: Bundle, kept: Mapping[str, LoadedPart]) -> dict[str, str]:
    """The digests of the parts without graphs, so that voices and marks name the same model."""
    return {slot: identity_digest(part) for slot, part in bundle.parts.items() if slot not in kept}


def plans_of(part: LoadedPart) -> tuple[GraphPlan, ...]:
    """The graphs of a part. Raises CheckpointError for one that has none."""
    graphs = registry.part(part.name).graphs
    if graphs is None:
        raise CheckpointError(f"{part.folder}: a {part.name} cannot be exported as graphs.")
    return graphs(part.network)


def write_graphs_file(part: LoadedPart, folder: Path, taken: Mapping[str, list[str]], precision: str) -> None:
    """Write graphs.json (see graph_part)."""
    said: dict[str, Any] = {
        "format": GRAPHS_FORMAT,
        "opset": OPSET,
        "network": network_digest(folder),
        "precision": precision,
        "graphs": {name: sorted(names) for name, names in taken.items()},
    }
    if precision != FLOAT:  # else the weights beside the graphs say it
        said |= {"weights": _weights_digest(part), "identity": identity_digest(part)}
    (folder / GRAPHS).write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


def graph_of(plan: GraphPlan, weights: Mapping[str, np.ndarray]) -> onnx.ModelProto:
    """A graph whose initializers of the weights' names hold no values."""
    import io

    import onnx
    import torch

    file = io.BytesIO()
    export: Any = torch.onnx.export
    # From PyTorch 2.5 on the exporter must be chosen
    older = {"dynamo": False} if "dynamo" in signature(export).parameters else {}
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")  # of lengths taken for constants: tests run others
        export(
            plan.module.eval(),
            tuple(plan.inputs.values()),
            file,
            input_names=list(plan.inputs),
            output_names=list(plan.outputs),
            dynamic_axes={name: dict(axes) for name, axes in plan.free.items()},
            opset_version=OPSET,
            do_constant_folding=False,
            **older,
        )
    model = onnx.load_from_string(file.getvalue())
    _without_values(model, weights)
    return model


def _without_values(model: onnx.ModelProto, weights: Mapping[str, np.ndarray]) -> None:
    """Call the weights in a graph by their own names, and take their values out."""
    import onnx

    names = {}
    for tensor in model.graph.initializer:
        name = tensor.name.removeprefix(NETWORK)
        if name in weights:
            names[tensor.name] = name
            sizes, kind = list(tensor.dims), tensor.data_type
            tensor.Clear()
            tensor.name = name
            tensor.dims.extend(sizes)
            tensor.data_type = kind
            tensor.data_location = onnx.TensorProto.EXTERNAL
            tensor.external_data.add(key="location", value=WEIGHTS)
    for node in model.graph.node:
        node.ClearField("doc_string")
        node.ClearField("metadata_props")
        node.ClearField("name")
        for place, name in enumerate(node.input):
            node.input[place] = names.get(name, name)


def _with_turned(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph with the weights that it turns before a product taken in already turned, under names that end
    in TURNED: ONNX Runtime would hold them both ways.
    """
    held = {tensor.name: tensor for tensor in model.graph.initializer if tensor.external_data}
    turned = {}
    nodes = []
    for node in model.graph.node:
        facts = {entry.name: entry for entry in node.attribute}
        if node.op_type == "Transpose" and node.input[0] in held and list(facts["perm"].ints) == [1, 0]:
            turned[node.output[0]] = node.input[0]
            continue
        if node.op_type == "Gemm" and node.input[1] in held and facts["transB"].i:
            turned[node.input[1]] = node.input[1]
            facts["transB"].i = 0
        nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    for node in model.graph.node:
        for place, name in enumerate(node.input):
            if name in turned:
                node.input[place] = turned[name] + TURNED
    for name in set(turned.values()):
        sizes = list(held[name].dims)
        held[name].name = name + TURNED
        held[name].ClearField("dims")
        held[name].dims.extend(reversed(sizes))
    return model


def _with_places(model: onnx.ModelProto, places: Mapping[str, tuple[int, int]]) -> None:
    """Say of each weight where in the weights file it lies, as other readers of ONNX want to know."""
    for tensor in model.graph.initializer:
        if tensor.external_data:
            offset, length = places[tensor.name]
            tensor.external_data.add(key="offset", value=str(offset))
            tensor.external_data.add(key="length", value=str(length))


def _with_values(model: onnx.ModelProto, weights: Mapping[str, np.ndarray]) -> onnx.ModelProto:
    """The graph with the values of its weights in it."""
    from onnx import numpy_helper

    for tensor in model.graph.initializer:
        if tensor.external_data:
            tensor.CopyFrom(numpy_helper.from_array(weights[tensor.name], tensor.name))
    return model


def _quantized(model: onnx.ModelProto, folder: Path) -> onnx.ModelProto:
    """The graph with the weights of its matrix products in eight bits."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    plain, small = folder / "plain.tmp", folder / "small.tmp"
    onnx.save(_with_plain_products(model), plain)
    logging.disable(logging.WARNING)  # it advises to run a step that a traced graph does not need
    try:
        quantize_dynamic(
            plain,
            small,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True},
        )
    finally:
        logging.disable(logging.NOTSET)
    made = onnx.load(small)
    made.metadata_props.extend(entry for entry in model.metadata_props)
    plain.unlink()
    small.unlink()
    return made


def _with_plain_products(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph with every product by weights a plain one (MatMul), of weights turned beforehand, as only
    such are quantized.
    """
    import onnx
    from onnx import numpy_helper

    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    nodes = []

    def turned(name: str, order: list[int], out: str) -> None:
        value = numpy_helper.to_array(weights[name]).transpose(order)
        model.graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(value), out))

    for node in model.graph.node:
        facts = {entry.name: entry for entry in node.attribute}
        if node.op_type == "Transpose" and node.input[0] in weights:
            turned(node.input[0], list(facts["perm"].ints), node.output[0])
        elif node.op_type == "Gemm" and node.input[1] in weights and facts["transB"].i:
            own = f"{node.input[1]}.turned"
            turned(node.input[1], [1, 0], own)
            product = f"{node.output[0]}.product"
            nodes.append(onnx.helper.make_node("MatMul", [node.input[0], own], [product]))
            nodes.append(onnx.helper.make_node("Add", [product, node.input[2]], [node.output[0]]))
        else:
            nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    used = {name for node in nodes for name in node.input}
    for tensor in weights.values():
        if tensor.name not in used:
            model.graph.initializer.remove(tensor)
    return model


def _describe(
    model: onnx.ModelProto,
    plan: GraphPlan,
    part: LoadedPart,
    folder: Path,
    more: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write into a graph what it is."""
    model.producer_name = "soundalike"
    model.producer_version = __version__
    facts = {
        "part": part.name,
        "graph": plan.name,
        "opset": str(OPSET),
        "network": network_digest(folder),
        **more,
    }
    for key, value in facts.items():
        model.metadata_props.add(key=key, value=value)


def _arrays_of(network: Any) -> dict[str, np.ndarray]:
    return {name: value.cpu().numpy() for name, value in network.state_dict().items()}


def _weights_digest(part: LoadedPart) -> str:
    return weights_digest(_arrays_of(part.network))


def _save_weights(weights: Mapping[str, Any], folder: Path) -> None:
    from safetensors.numpy import save

    (folder / WEIGHTS).write_bytes(save({name: np.ascontiguousarray(own) for name, own in weights.items()}))


def _places(file: Path) -> dict[str, tuple[int, int]]:
    """Where each tensor of a safetensors file lies in it: its first byte, and how many there are."""
    with file.open("rb") as stream:
        size = int.from_bytes(stream.read(8), "little")
        header = json.loads(stream.read(size))
    spans = {name: one["data_offsets"] for name, one in header.items() if name != "__metadata__"}
    return {name: (8 + size + first, last - first) for name, (first, last) in spans.items()}
