"""One trainable part as a TOML recipe: everything a run needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Annotated, Any, Literal

from torch import nn

from soundalike.audio.mel import MelSpec
from soundalike.core import registry
from soundalike.core.config import assignments, merge, parse, read_toml
from soundalike.core.contracts import Fittable
from soundalike.core.errors import ConfigError
from soundalike.core.options import Count, Number, Range, Share
from soundalike.data.dataset import DataConfig
from soundalike.nn.lora import Method

from .precision import Precision
from .shipped_recipes import find_recipe

Memory = Annotated[float, Range(0, 0.999999)]  # the share of what was before in a moving average


@dataclass(frozen=True)
class TrainConfig:
    """How a part is trained."""

    steps: Count = 10_000
    lr: Number = 1e-3
    rates: dict[str, Number] = field(default_factory=dict)  # optimizer -> what lr is multiplied with there
    # Beginnings of names of parameters, and what their rate is multiplied with beside that
    slow: dict[str, Number] = field(default_factory=dict)
    delays: dict[str, Count] = field(default_factory=dict)  # optimizer -> first steps that it sits out
    warmup: Count = 200  # steps of rising rate
    decay: Share = 0.3  # last share of the steps, over which the rate falls to zero
    betas: tuple[Memory, Memory] = (0.9, 0.98)
    # Optimizer -> its own
    optimizer_betas: dict[str, tuple[Memory, Memory]] = field(default_factory=dict)
    weight_decay: Number = 0.01
    clip: Number = 1.0  # largest gradient norm
    ema: Memory = 0.999  # weight averaging; 0 ships the last weights
    seed: Count = 0
    # Batches that make one step; with several processes they share them
    accumulate: Annotated[int, Range(1, inf)] = 1
    # bf16: mixed precision; auto: that where the device has instructions for it
    precision: Precision = "full"
    save_every: Count = 500  # steps; 0: only at the end
    # What `best/` is chosen by: "loss", the sum of all losses, or the name of one loss or measure
    best: str = "loss"
    best_is: Literal["lowest", "highest"] = "lowest"
    keep: Count = 2  # checkpoints kept beside the last one and the best one
    samples_every: Count = 1000  # saves are accompanied by pictures and sounds so often, in steps; 0: never
    tensorboard: bool = False  # also log for TensorBoard
    log_every: Count = 20
    threads: Count = 0  # 0: leave to torch
    device: str = "cpu"
    # A part's folder whose weights to begin with, as far as they fit; "builtin": the built-in model's part
    start_from: str = ""
    # What of those may change: embedding (the voice), lora (thin matrices beside the weights), full; empty:
    # it is a new part
    adapt: Method = ""
    rank: Annotated[int, Range(1, inf)] = 8  # of those matrices


@dataclass(frozen=True)
class Recipe:
    """One trainable part: everything a run needs."""

    part: str
    mel: MelSpec
    network: Any
    objective: Any
    data: DataConfig
    train: TrainConfig


# Keys of [data] that recipes of former versions use.
FORMER_DATA_KEYS = {"retold": "gta"}
# Sections of a recipe that are laid over it when asked for; without one it is the size that ships
SIZES = ("tiny", "base", "large", "paper")


def read_recipe(path: str, size: str = "", settings: list[str] | None = None) -> Recipe:
    """A recipe from TOML, by its path or the name of a shipped one, with the section of a size (one of SIZES)
    and `section.key=value` settings laid over it.

    A recipe that `extends` another, named by its path from the recipe's folder, is laid over that.
    """
    path = str(find_recipe(path))
    table = _laid_over(path, size, settings or [])
    name = table.pop("part", None)
    if name is None:
        raise ConfigError(f"{path}: the key 'part' is missing. Name one of {', '.join(registry.PARTS)}.")
    name = registry.current(name)
    kind = registry.part(name)
    data = table.get("data")
    if isinstance(data, dict):
        table["data"] = {FORMER_DATA_KEYS.get(key, key): value for key, value in data.items()}
    known = {
        "mel": MelSpec,
        "network": kind.Config,
        "objective": kind.Settings,
        "data": DataConfig,
        "train": TrainConfig,
    }
    for section in table:
        if section not in known:
            raise ConfigError(
                f"{path}: unknown section '[{section}]'. Valid ones: {', '.join((*known, *SIZES))}."
            )
    sections = {
        section: parse(cls, table.get(section, {}), f"{path} [{section}]") for section, cls in known.items()
    }
    recipe = Recipe(part=name, **sections)
    if kind.objective is None and not is_fitted(recipe):
        raise ConfigError(
            f"{path}: {name} has nothing to train. Give its name to `soundalike models assemble` as it is."
        )
    return recipe


def is_fitted(recipe: Recipe) -> bool:
    """Whether the recipe's part is fitted in one go (core.contracts.Fittable), not trained by gradients."""
    kind = registry.part(recipe.part)
    return kind.objective is None and isinstance(build_network(recipe), Fittable)


def build_network(recipe: Recipe) -> nn.Module:
    """The network of a recipe, with the weights it is born with. Raises ConfigError where its sizes make
    none.
    """
    try:
        return registry.part(recipe.part).build(recipe.network, recipe.mel)
    except (ArithmeticError, IndexError, ValueError, RuntimeError) as error:
        raise ConfigError(
            f"[network] of {recipe.part}: no network can be made of these sizes "
            f"({str(error).splitlines()[0]}). Take back what was changed in it."
        ) from error


def _extended(path: str, heirs: tuple[str, ...] = ()) -> dict[str, Any]:
    """A recipe's table laid over that of the recipe it extends."""
    table = read_toml(path)
    parent = table.pop("extends", None)
    if parent is None:
        return table
    if not isinstance(parent, str) or path in heirs:
        raise ConfigError(f"{path}: extends = {parent!r}: give the path of another recipe.")
    return merge(_extended(str(Path(path).parent / parent), (*heirs, path)), table)


def _laid_over(path: str, size: str, settings: list[str]) -> dict[str, Any]:
    """A recipe's table with the section of a size and settings laid over it."""
    table = _extended(path)
    sizes = {name: table.pop(name, None) for name in SIZES}
    if size and sizes.get(size) is None:
        there = ", ".join(name for name in SIZES if sizes[name] is not None) or "one only"
        raise ConfigError(f"{path}: has no size '{size}'. It has {there}.")
    chosen = sizes[size] if size else None
    return merge(merge(table, chosen or {}), assignments(settings))
