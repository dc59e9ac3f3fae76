"""What is alive in a run, saved and restored whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from soundalike.checkpoints.part import CONFIG, describe, save_part, save_state
from soundalike.core import registry
from soundalike.core.config import to_json
from soundalike.core.contracts import Objective
from soundalike.core.errors import TrainingError
from soundalike.core.types import added_later
from soundalike.nn import lora

from .recipe import Recipe, build_network


@dataclass
class State:
    """Everything alive in a run; with torch's random numbers all that is needed to go on from a step."""

    objective: Objective  # with the network, and what is trained beside it
    averaged: nn.Module  # the network with averaged weights: what is saved to ship
    torch_optimizers: dict[str, torch.optim.Optimizer]  # by the objective's names of them
    step: int = 0  # done
    seconds: float = 0.0  # trained so far, in wall time
    frames: int = 0  # seen so far


def save(recipe: Recipe, folder: Path, state: State) -> None:
    """Write the part as it would ship, what is trained beside it, and the state to go on from."""
    network = state.averaged
    if recipe.train.adapt:
        network = lora.settled(network, lambda: build_network(recipe))
    save_part(folder, recipe.part, recipe.network, recipe.mel, network)
    for name, auxiliary in state.objective.auxiliary_parts.items():
        save_part(folder / name, auxiliary.part, auxiliary.config, recipe.mel, auxiliary.network)
    facts = {
        "step": state.step,
        "seconds": state.seconds,
        "frames": state.frames,
        "said": describe(recipe.part, recipe.network, recipe.mel),
        "recipe": to_json(recipe),
    }
    save_state(folder, _tensors(state), facts)


def _tensors(state: State) -> dict[str, Tensor]:
    """Random numbers, weights, the optimizers' moments, and the averaged weights, by name."""
    tensors = {"rng": torch.get_rng_state()}
    if torch.cuda.is_available():
        tensors["rng_cuda"] = torch.cuda.get_rng_state()
    for optimizer in state.objective.optimizers:
        for name, value in state.objective.trained(optimizer).state_dict().items():
            tensors[f"{optimizer}/weights/{name}"] = value.clone()
        for index, entry in state.torch_optimizers[optimizer].state_dict()["state"].items():
            for name, value in entry.items():
                tensors[f"{optimizer}/adam/{index}/{name}"] = value.clone()
    for name, value in state.averaged.state_dict().items():
        tensors[f"average/{name}"] = value.clone()
    return tensors


def check_same(recipe: Recipe, folder: Path, facts: dict[str, Any]) -> None:
    """Stop unless a folder's run is of the recipe's part and network; say what else has changed since."""
    said = describe(recipe.part, recipe.network, recipe.mel)
    was = facts["said"]
    was = {**was, "network": {**added_later(recipe.network), **was["network"]}}
    if registry.current(was["part"]) != recipe.part:
        raise TrainingError(
            f"{folder}: holds a run of a '{was['part']}', and this recipe is for a '{recipe.part}'. "
            "Choose another --out."
        )
    differing = [
        f"{section}.{key} is {said[section].get(key)!r}, was {was[section].get(key)!r}"
        for section in ("network", "mel")
        for key in sorted({*said[section], *was[section]})
        if said[section].get(key) != was[section].get(key)
    ]
    if differing or was["alphabet"] != said["alphabet"]:
        reason = "; ".join(differing) or "its alphabet is another"
        raise TrainingError(
            f"{folder}: holds a run of another network ({reason}). "
            f"Choose another --out, or delete {folder / CONFIG} and training.*."
        )
    now = to_json(recipe)
    then = facts.get("recipe") or {}
    changed = [
        f"{section}.{key} {then[section][key]!r} -> {value!r}"
        for section in ("objective", "data", "train")
        for key, value in now[section].items()
        if section in then and key in then[section] and then[section][key] != value
    ]
    if changed:
        print(f"{folder}: going on from step {facts['step']} with another {', '.join(changed)}")


def restore(state: State, tensors: dict[str, Tensor], facts: dict[str, Any]) -> None:
    """Put a saved state back. Raises KeyError or RuntimeError where it does not fit."""

    def under(prefix: str) -> dict[str, Tensor]:
        return {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}

    for optimizer in state.objective.optimizers:
        state.objective.trained(optimizer).load_state_dict(under(f"{optimizer}/weights/"))
        torch_optimizer = state.torch_optimizers[optimizer]
        moments: dict[int, dict[str, Tensor]] = {}
        for name, value in under(f"{optimizer}/adam/").items():
            index, _, entry = name.partition("/")
            moments.setdefault(int(index), {})[entry] = value
        groups = torch_optimizer.state_dict()["param_groups"]
        torch_optimizer.load_state_dict({"state": moments, "param_groups": groups})
    state.averaged.load_state_dict(under("average/"))
    torch.set_rng_state(tensors["rng"])
    if torch.cuda.is_available() and "rng_cuda" in tensors:
        torch.cuda.set_rng_state(tensors["rng_cuda"])
    state.step = facts["step"]
    state.seconds = facts["seconds"]
    state.frames = facts["frames"]
