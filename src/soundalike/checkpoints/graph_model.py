"""Model folder <-> parts made of graphs, for a model that speaks without PyTorch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from soundalike.core import registry
from soundalike.core.backends import AUTO, ONNX, TORCH, check_backend, torch_is_installed
from soundalike.core.errors import CheckpointError, ConfigError
from soundalike.core.installation import install_command

from .bundle import DIGESTS, check_encoder, facts_of, identity, part_folder, read_model
from .graph_part import GraphPart, has_graphs, load_graph_part, read_graphs


def pick_backend(asked: str, folder: Path, device: str = AUTO) -> str:
    """What runs a model on a device: what was asked for; by itself ONNX Runtime, which begins sooner and is
    faster on a processor, where every part of the model has graphs, or PyTorch is not installed. Raises
    ConfigError for a backend that there is not, and where PyTorch is asked for and not installed.
    """
    check_backend(asked)
    if asked == AUTO:
        on_processor = device in (AUTO, "cpu")
        return ONNX if not torch_is_installed() or (on_processor and has_all_graphs(folder)) else TORCH
    if asked == TORCH and not torch_is_installed():
        raise ConfigError(f"backend torch: PyTorch is not installed. Run: {install_command('train')}")
    return asked


def has_all_graphs(folder: Path) -> bool:
    """Whether every part of a model has graphs, made of the network that it is."""
    parts = read_model(folder)["parts"]
    for slot, place in parts.items():
        where = part_folder(folder, slot, place)
        try:
            if not (has_graphs(where) and read_graphs(where)["fits"]):
                return False
        except (CheckpointError, OSError, ValueError, KeyError):
            return False
    return bool(parts)


def open_graph_model(folder: Path) -> tuple[Any, dict[str, Any]]:
    """The model of a folder, assembled of its graphs, and what its voices keep of it. Optional parts without
    graphs, which serve adaptation and conversion, stay out.

    Raises CheckpointError where a part that is needed has none, ConfigError where ONNX Runtime is missing.
    """
    said = read_model(folder)
    spec = registry.architecture(said["family"])
    parts: dict[str, GraphPart] = {}
    for slot, place in said["parts"].items():
        where = part_folder(folder, slot, place)
        if has_graphs(where):
            parts[slot] = load_graph_part(where, spec.slots[slot].role)
    missing = [slot for slot, kind in spec.slots.items() if kind.required and slot not in parts]
    if missing:
        remedy = (
            "Write them: `soundalike models export MODEL --onnx -o FOLDER`."
            if torch_is_installed()
            else f"It needs PyTorch. Run: {install_command('train')}"
        )
        raise CheckpointError(
            f"backend onnx: {folder}, of the family {spec.name}, has no graphs of its "
            f"{' and '.join(missing)}. {remedy}"
        )
    digests = said.get(DIGESTS, {}) | {slot: identity_of(part) for slot, part in parts.items()}
    borrowed = [slot for slot, place in said["parts"].items() if place == "builtin"]
    if "speaker" in borrowed and "speaker" in digests:
        check_encoder(said, digests["speaker"], folder, borrowed)
    return spec.assemble(parts), facts_of(spec, parts[spec.main_slot].mel, digests)


def check_plain_device(name: str) -> str:
    """The device of graphs: the CPU. Raises ConfigError for another."""
    if name not in ("auto", "cpu"):
        raise ConfigError(f"device '{name}': the backend onnx computes on the CPU. Use --device cpu.")
    return "cpu"


def identity_of(part: GraphPart) -> str:
    """The digest of a part, as `bundle.digest` has it."""
    if part.weights.is_quantized:
        return part.weights.said["identity"]
    weights = part.weights.tensors() if part.kind.role == "speaker" else {}
    return identity(part.name, part.config, part.kind.role, weights)
