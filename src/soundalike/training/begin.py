"""The beginning of a run: network, data, objective and optimizers, as new or as they were saved."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from soundalike.checkpoints.bundle import BUILT_IN, BUILTIN, part_folder, read_model
from soundalike.checkpoints.model_store import held
from soundalike.checkpoints.part import adopt, load_state
from soundalike.core import registry
from soundalike.core.contracts import Fittable, Objective
from soundalike.core.errors import ConfigError, TrainingError
from soundalike.core.types import DataFacts
from soundalike.data.codes_facts import codec_of
from soundalike.data.dataset import Dataset
from soundalike.nn import lora

from .distributed import ProcessGroup
from .recipe import Recipe, TrainConfig, build_network
from .run_log import LOG, forget_after
from .state import State, check_same, restore
from .step import SHARE


def gather_facts(data: Dataset, sample: int = 400) -> DataFacts:
    """Speakers and languages, mean and spread of each mel band over some clips, and whose codes there are."""
    mel = torch.cat(
        [
            torch.from_numpy(data.read("mel", index)).float()
            for index in range(0, len(data.rows), max(1, len(data.rows) // sample))
        ]
    )
    languages = tuple(sorted({row.language.split("-")[0] for row in data.rows}))
    facts = DataFacts(len(data.speakers), mel.mean(0), mel.std(0).clamp_min(0.1), languages)
    codec = codec_of(data.config.folders)
    if codec is None:
        return facts
    return replace(facts, codec=codec.digest, codebooks=torch.from_numpy(codec.codebooks))


def begin(recipe: Recipe, folder: Path, processes: ProcessGroup) -> tuple[State, Dataset]:
    """What is alive in a run, and its data: from the folder's saved state where there is one. Raises
    TrainingError where that is of another recipe.
    """
    t = recipe.train
    saved = load_state(folder)
    if saved is not None:
        check_same(recipe, folder, saved[1])
    torch.manual_seed(t.seed)
    network, known = _network(recipe)
    data = Dataset(recipe.data, recipe.mel, _required_fields(recipe, network), t.seed)
    if processes.first:
        _tell_of_data(recipe, data)
    torch.manual_seed(t.seed)
    objective = _objective(recipe, network, known or gather_facts(data))
    start = _start(recipe)
    for name, auxiliary in objective.auxiliary_parts.items():
        if start and (start / name).is_dir():
            adopt(auxiliary.network, start / name)
    for optimizer in objective.optimizers:
        objective.trained(optimizer).to(processes.device)
    state = State(objective, copy.deepcopy(network).eval(), _optimizers(objective, t))
    if saved is not None:
        try:
            restore(state, *saved)
        except (RuntimeError, KeyError) as error:
            reason = str(error).splitlines()[0]
            raise TrainingError(
                f"{folder}: its state does not fit this recipe ({reason}). "
                "Begin in another --out with train.start_from."
            ) from None
        if processes.first:
            forget_after(folder / LOG, state.step)
    return state, data


def _tell_of_data(recipe: Recipe, data: Dataset) -> None:
    """Say which clips are not trained on, and what a recipe hopes for that the folder has none of."""
    if data.left_out:
        print(f"{data.name}: {data.left_out}")
    if recipe.data.gta and not any(data.has("gta", index) for index in range(len(data.rows))):
        print(
            f"{data.name}: no clip has a ground-truth-aligned mel, so recordings are learned from alone "
            "(`soundalike data gta` makes them)"
        )


def _network(recipe: Recipe) -> tuple[nn.Module, DataFacts | None]:
    """The network to be trained, with the weights it starts from; under adaptation also the facts of the data
    it was trained on, which stay.
    """
    t = recipe.train
    network = build_network(recipe)
    start = _start(recipe)
    if start:
        fresh = adopt(network, start)
        if fresh:
            names = ", ".join(fresh[:4])
            print(
                f"{t.start_from}: holds nothing, or fewer rows, for {len(fresh)} tensors ({names}...); "
                "what it has not begins afresh"
            )
    if not t.adapt:
        return network, None
    if not t.start_from:
        raise ConfigError("[train] adapt changes a trained part: name its folder in start_from.")
    buffers = dict(network.named_buffers())
    known = None
    if "mean" in buffers and "std" in buffers:
        known = DataFacts(1, buffers["mean"].clone(), buffers["std"].clone())
    lora.prepare(network, t.adapt, t.rank)
    return network, known


def _start(recipe: Recipe) -> Path | None:
    """The folder of the part whose weights a recipe begins with; none where it begins afresh. Raises
    ConfigError where there is no such folder.
    """
    named = recipe.train.start_from
    if not named:
        return None
    if named != BUILTIN:
        if not Path(named).is_dir():
            raise ConfigError(
                f"[train] start_from = {named!r}: there is no such folder. Train the stage before, "
                "name the folder of its run with --set train.start_from=FOLDER, "
                "or begin afresh with --set train.start_from=''."
            )
        return Path(named)
    places = [part_folder(BUILT_IN, role, at) for role, at in read_model(BUILT_IN)["parts"].items()]
    folders = {held(place).name: place for place in places}
    if recipe.part not in folders:
        raise ConfigError(
            f"[train] start_from = 'builtin': the built-in model has no part '{recipe.part}'. It has "
            f"{', '.join(folders)}; or name a folder."
        )
    return folders[recipe.part]


def required_fields(recipe: Recipe) -> frozenset[str]:
    """What a recipe asks of the data: names of fields."""
    network = build_network(recipe)
    return network.required_fields if isinstance(network, Fittable) else _required_fields(recipe, network)


def _required_fields(recipe: Recipe, network: nn.Module) -> frozenset[str]:
    """What an objective by these settings asks of the data."""
    blank = DataFacts(1, torch.zeros(recipe.mel.n_mels), torch.ones(recipe.mel.n_mels))
    return _objective(recipe, network, blank).required_fields


def _objective(recipe: Recipe, network: nn.Module, facts: DataFacts) -> Objective:
    make = registry.part(recipe.part).objective
    if make is None:
        raise ConfigError(f"{recipe.part} is not trained by gradients.")
    return make(network, recipe.objective, facts)


def _optimizers(objective: Objective, t: TrainConfig) -> dict[str, torch.optim.Optimizer]:
    """AdamW for each of the objective's optimizers."""
    for section, table in (("rates", t.rates), ("delays", t.delays), ("optimizer_betas", t.optimizer_betas)):
        for name in set(table) - set(objective.optimizers):
            raise ConfigError(
                f"[train] {section} names '{name}', but the optimizers of this objective are "
                f"{', '.join(objective.optimizers)}."
            )
    return {
        name: torch.optim.AdamW(
            _groups(objective.trained(name), t.slow),
            lr=t.lr,
            betas=t.optimizer_betas.get(name, t.betas),
            weight_decay=t.weight_decay,
        )
        for name in objective.optimizers
    }


def _groups(network: nn.Module, slow: dict[str, float]) -> list[dict[str, Any]]:
    """The parameters that are trained, by what their rate is multiplied with: those that begin with no name
    of `slow` first.
    """
    shares: dict[float, list[nn.Parameter]] = {1.0: []}
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            share = next((factor for begin, factor in slow.items() if name.startswith(begin)), 1.0)
            shares.setdefault(share, []).append(parameter)
    return [{"params": parameters, SHARE: share} for share, parameters in shares.items()]
