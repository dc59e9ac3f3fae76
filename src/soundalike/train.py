"""The one loop: any Objective, plain or adversarial; resumes exactly, stops on losses that are not finite."""

from __future__ import annotations

import copy
import csv
import os
import signal
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn
from tqdm import tqdm

from . import registry
from .checkpoint import CONFIG, adopt, describe, load_state, save_part, save_state
from .config import assignments, merge, parse, read_toml, to_json
from .contract import Batch, ConfigError, DataFacts, Objective, TrainingError
from .data import DataConfig, Dataset
from .features import MelSpec
from .nets import adapter
from .nets.adapter import Method
from .processes import Processes, open_processes
from .watch import Watch


@dataclass(frozen=True)
class TrainConfig:
    """How a part is trained."""

    steps: int = 10_000
    lr: float = 1e-3
    rates: dict[str, float] = field(default_factory=dict)  # turn -> what lr is multiplied with there
    warmup: int = 200  # steps of rising rate
    decay: float = 0.3  # last share of the steps, over which the rate falls to zero
    betas: tuple[float, float] = (0.9, 0.98)
    weight_decay: float = 0.01
    clip: float = 1.0  # largest gradient norm
    ema: float = 0.999  # weight averaging; 0 ships the last weights
    seed: int = 0
    accumulate: int = 1  # batches that make one step; with several processes they share them
    precision: Literal["full", "bf16"] = "full"  # bf16: mixed precision, for GPUs that have it
    save_every: int = 500  # steps; 0: only at the end
    keep: int = 2  # checkpoints kept beside the last one and the best one
    samples_every: int = 1000  # saves are accompanied by pictures and sounds so often, in steps; 0: never
    tensorboard: bool = False  # also log for TensorBoard
    log_every: int = 20
    threads: int = 0  # 0: leave to torch
    device: str = "cpu"
    start_from: str = ""  # a part's folder whose weights to begin with, as far as they fit
    adapt: Method = ""  # what of those may change: embedding (the voice), lora (thin matrices beside the weights), full; empty: it is a new part
    rank: int = 8  # of those matrices


@dataclass(frozen=True)
class Recipe:
    """One trainable part: everything a run needs."""

    part: str
    mel: MelSpec
    network: Any
    objective: Any
    data: DataConfig
    train: TrainConfig


LOG = "log.csv"
SIZES = ("tiny", "base", "large", "paper")  # sections of a recipe that are laid over it when asked for; without one it is the size that ships


def read_recipe(path: str, size: str = "", settings: list[str] | None = None) -> Recipe:
    """A recipe from TOML, with the section of a size (one of SIZES) and `section.key=value` settings laid over it."""
    table = read_toml(path)
    sizes = {name: table.pop(name, None) for name in SIZES}
    if size and sizes.get(size) is None:
        raise ConfigError(f"{path}: has no size '{size}'. It has {', '.join(name for name in SIZES if sizes[name] is not None) or 'one only'}.")
    table = merge(merge(table, sizes[size] if size else {}), assignments(settings or []))
    name = table.pop("part", None)
    if name is None:
        raise ConfigError(f"{path}: the key 'part' is missing. Name one of {', '.join(registry.PARTS)}.")
    kind = registry.part(name)
    if kind.objective is None:
        raise ConfigError(f"{path}: {name} has nothing to train. Give its name to `soundalike assemble` as it is.")
    known = {"mel": MelSpec, "network": kind.Config, "objective": kind.Settings, "data": DataConfig, "train": TrainConfig}
    for section in table:
        if section not in known:
            raise ConfigError(f"{path}: unknown section '[{section}]'. Valid ones: {', '.join((*known, *SIZES))}.")
    sections = {section: parse(cls, table.get(section, {}), f"{path} [{section}]") for section, cls in known.items()}
    return Recipe(part=name, **sections)


@dataclass
class State:
    """Everything alive in a run."""

    objective: Objective
    averaged: nn.Module
    optimisers: dict[str, torch.optim.Optimizer]
    step: int = 0
    seconds: float = 0.0  # trained so far, in wall time
    frames: int = 0  # seen so far


def gather_facts(data: Dataset, sample: int = 400) -> DataFacts:
    """Speakers, and mean and spread of each mel band over some clips."""
    mel = torch.cat([torch.from_numpy(data.read("mel", index)).float() for index in range(0, len(data.rows), max(1, len(data.rows) // sample))])
    return DataFacts(len(data.speakers), mel.mean(0), mel.std(0).clamp_min(0.1))


def train(recipe: Recipe, out: str | os.PathLike, max_seconds: float | None = None, quiet: bool = False) -> Path:
    """Train a part into the folder `out`, going on from the state it finds there. Returns the folder.

    Stops after the recipe's steps, or after `max_seconds` of this call, saving either way. Raises TrainingError when a
    loss is not finite; the batch is kept as `failed_batch.safetensors` beside the last good state.
    """
    folder, t = Path(out), recipe.train
    folder.mkdir(parents=True, exist_ok=True)
    if t.threads:
        torch.set_num_threads(t.threads)
    crew = open_processes(t.accumulate, t.device)
    state, data = _begin(recipe, folder, crew)
    watch = Watch(recipe, folder, data, state.step) if crew.first else None
    began, last_log, recent, since_save = time.monotonic(), state.step, {}, []
    bar = tqdm(total=t.steps, initial=state.step, desc=recipe.part, unit="step", disable=quiet or not crew.first)
    earlier, stopped = state.seconds, []
    before = {sign: signal.getsignal(sign) for sign in (signal.SIGINT, signal.SIGTERM)}
    if threading.current_thread() is threading.main_thread():
        for sign in before:  # a polite kill or Ctrl-C ends the run after the step in hand, so that nothing is done by half
            signal.signal(sign, lambda *_: stopped.append(True))
    try:
        while state.step < t.steps:
            if crew.any(bool(stopped) or (max_seconds is not None and time.monotonic() - began > max_seconds)):
                break
            batches = [data.batch(state.step * t.accumulate + number).to(crew.device) for number in crew.share]
            named = _step(state, batches, recipe, folder, crew)
            state.step += 1
            state.seconds = earlier + time.monotonic() - began
            state.frames += int(named.pop("frames"))
            since_save.append(sum(value for name, value in named.items() if not name.startswith("norm_")))
            for name, value in named.items():
                recent[name] = recent.get(name, 0.0) + value
            if state.step % max(1, t.log_every) == 0 or state.step == t.steps:
                means = {name: value / (state.step - last_log) for name, value in recent.items()}
                if watch:
                    _log(folder, state, means)
                    watch.log(state.step, means)
                bar.set_postfix({name: f"{value:.3f}" for name, value in means.items()})
                last_log, recent = state.step, {}
            bar.update(1)
            if watch and t.save_every and state.step % t.save_every == 0 and state.step < t.steps:
                _save(recipe, folder, state)
                watch.look(state, since_save)
            if t.save_every and state.step % t.save_every == 0:
                since_save = since_save if state.step == t.steps else []
    finally:
        bar.close()
        if threading.current_thread() is threading.main_thread():
            for sign, handler in before.items():
                signal.signal(sign, handler)
    if watch:
        _save(recipe, folder, state)
        watch.look(state, since_save)
        watch.close()
    crew.close()
    if stopped:
        print(f"interrupted at step {state.step}; run the same command to go on")
    return folder


def _begin(recipe: Recipe, folder: Path, crew: Processes) -> tuple[State, Dataset]:
    t = recipe.train
    kind = registry.part(recipe.part)
    saved = load_state(folder)
    if saved is not None:
        _check_same(recipe, folder, saved[1])
    torch.manual_seed(t.seed)
    network = kind.build(recipe.network, recipe.mel)
    if t.start_from:
        fresh = adopt(network, t.start_from)
        if fresh:
            print(f"{t.start_from}: holds nothing for {len(fresh)} tensors, which begin afresh ({', '.join(fresh[:4])}...)")
    known = DataFacts(1, network.mean.clone(), network.std.clone()) if t.adapt and hasattr(network, "mean") else None
    if t.adapt:
        if not t.start_from:
            raise ConfigError("[train] adapt changes a trained part: name its folder in start_from.")
        adapter.prepare(network, t.adapt, t.rank)
    probe = kind.objective(network, recipe.objective, DataFacts(1, torch.zeros(recipe.mel.n_mels), torch.ones(recipe.mel.n_mels)))
    data = Dataset(recipe.data, recipe.mel, probe.wants, t.seed)
    torch.manual_seed(t.seed)
    objective = kind.objective(network, recipe.objective, known or gather_facts(data))
    for name, (_, _, companion) in getattr(objective, "companions", {}).items():
        if t.start_from and (Path(t.start_from) / name).is_dir():
            adopt(companion, Path(t.start_from) / name)
    for turn in objective.turns:
        objective.trained(turn).to(crew.device)
    optimisers = {
        turn: torch.optim.AdamW(
            [p for p in objective.trained(turn).parameters() if p.requires_grad], lr=t.lr, betas=t.betas, weight_decay=t.weight_decay
        )
        for turn in objective.turns
    }
    for turn in set(t.rates) - set(objective.turns):
        raise ConfigError(f"[train] rates names '{turn}', but the turns of this objective are {', '.join(objective.turns)}.")
    state = State(objective, copy.deepcopy(network).eval(), optimisers)
    if saved is not None:
        try:
            _restore(state, *saved)
        except (RuntimeError, KeyError) as error:
            reason = str(error).splitlines()[0]
            raise TrainingError(f"{folder}: its state does not fit this recipe ({reason}). Begin in another --out with train.start_from.") from None
        if crew.first:
            _forget_after(folder / LOG, state.step)
    return state, data


def _step(state: State, batches: list[Batch], recipe: Recipe, folder: Path, crew: Processes) -> dict[str, float]:
    """One step of every turn on this process's share of its batches; returns the mean losses of all, the gradients' norms, and `frames`."""
    t, objective = recipe.train, state.objective
    rate = t.lr * _schedule(state.step, t)
    for turn in objective.turns:
        objective.trained(turn).train()
    mixed = torch.autocast(crew.device.type, torch.bfloat16, enabled=t.precision == "bf16")
    named: dict[str, float] = {"frames": sum(float(batch.mel_lengths.sum()) for batch in batches if batch.mel_lengths is not None) * t.accumulate}
    outputs = []
    for number, batch in zip(crew.share, batches):
        if t.accumulate > 1:  # the same numbers are drawn for a batch whichever process has it
            torch.manual_seed((t.seed * 1_000_003 + state.step) * t.accumulate + number)
        with mixed:
            outputs.append(objective.forward(batch))
    for turn in objective.turns:
        optimiser = state.optimisers[turn]
        optimiser.zero_grad(set_to_none=True)
        for batch, output in zip(batches, outputs):
            with mixed:
                losses = objective.losses(turn, batch, output)
            total = torch.stack(list(losses.values())).sum()
            shown = {name: float(value.detach()) for name, value in losses.items()}
            if not torch.isfinite(total):
                raise _not_finite(state.step, f"loss is not finite ({shown})", batch, folder)
            (total / t.accumulate if t.accumulate > 1 else total).backward()
            for name, value in shown.items():
                named[name] = named.get(name, 0.0) + value
        crew.add_up([parameter.grad for parameter in objective.trained(turn).parameters() if parameter.grad is not None])
        norm = nn.utils.clip_grad_norm_(objective.trained(turn).parameters(), t.clip)
        if not torch.isfinite(norm):
            raise _not_finite(state.step, f"gradients of the {turn} are not finite", batches[-1], folder)
        for group in optimiser.param_groups:
            group["lr"] = rate * t.rates.get(turn, 1.0)
        optimiser.step()
        named[f"norm_{turn}"] = float(norm) * t.accumulate / crew.size  # of all; only the losses are added up below
        crew.agree(objective.trained(turn))
    for output in outputs:
        for name, value in output.get("measures", {}).items():
            named[name] = named.get(name, 0.0) + float(value)
    named = {name: value / t.accumulate for name, value in crew.sums(named).items()}
    keep = min(t.ema, (1 + state.step) / (10 + state.step)) if t.ema else 0.0
    with torch.no_grad():
        for mean, now in zip(state.averaged.state_dict().values(), objective.network().state_dict().values()):
            if mean.is_floating_point():
                mean.lerp_(now.to(mean.device), 1 - keep)
            else:
                mean.copy_(now)
    return named


def _not_finite(step: int, what: str, batch: Batch, folder: Path) -> TrainingError:
    """The error of a step that failed; its batch is kept."""
    from safetensors.torch import save_file

    save_file({name: value for name, value in vars(batch).items() if isinstance(value, Tensor)}, folder / "failed_batch.safetensors")
    return TrainingError(f"step {step}: {what}; clips {batch.ids[:4]}... Lower train.lr or mend the clips.")


def _schedule(step: int, t: TrainConfig) -> float:
    rising = min(1.0, (step + 1) / max(1, t.warmup))
    falling = min(1.0, (t.steps - step) / max(1.0, t.decay * t.steps))
    return rising * falling


def _save(recipe: Recipe, folder: Path, state: State) -> None:
    network = state.averaged
    if recipe.train.adapt:
        network = adapter.settled(network, lambda: registry.part(recipe.part).build(recipe.network, recipe.mel))
    save_part(folder, recipe.part, recipe.network, recipe.mel, network)
    for name, (part, config, companion) in getattr(state.objective, "companions", {}).items():
        save_part(folder / name, part, config, recipe.mel, companion)
    tensors = {"rng": torch.get_rng_state()}
    if torch.cuda.is_available():
        tensors["rng_cuda"] = torch.cuda.get_rng_state()
    for turn in state.objective.turns:
        for name, value in state.objective.trained(turn).state_dict().items():
            tensors[f"{turn}/weights/{name}"] = value.clone()
        for index, entry in state.optimisers[turn].state_dict()["state"].items():
            for name, value in entry.items():
                tensors[f"{turn}/adam/{index}/{name}"] = value.clone()
    for name, value in state.averaged.state_dict().items():
        tensors[f"average/{name}"] = value.clone()
    said = describe(recipe.part, recipe.network, recipe.mel)
    save_state(folder, tensors, {"step": state.step, "seconds": state.seconds, "frames": state.frames, "said": said, "recipe": to_json(recipe)})


def _check_same(recipe: Recipe, folder: Path, facts: dict[str, Any]) -> None:
    """Stop unless a folder's run is of the recipe's part and network; say what else has changed since."""
    said, was = describe(recipe.part, recipe.network, recipe.mel), facts["said"]
    if was["part"] != recipe.part:
        raise TrainingError(f"{folder}: holds a run of a '{was['part']}', and this recipe is for a '{recipe.part}'. Choose another --out.")
    differing = [
        f"{section}.{key} is {said[section].get(key)!r}, was {was[section].get(key)!r}"
        for section in ("network", "mel")
        for key in sorted({*said[section], *was[section]})
        if said[section].get(key) != was[section].get(key)
    ]
    if differing or was["alphabet"] != said["alphabet"]:
        reason = "; ".join(differing) or "its alphabet is another"
        raise TrainingError(f"{folder}: holds a run of another network ({reason}). Choose another --out, or delete {folder / CONFIG} and training.*.")
    now, then = to_json(recipe), facts.get("recipe") or {}
    changed = [
        f"{section}.{key} {then[section][key]!r} -> {value!r}"
        for section in ("objective", "data", "train")
        for key, value in now[section].items()
        if section in then and key in then[section] and then[section][key] != value
    ]
    if changed:
        print(f"{folder}: going on from step {facts['step']} with another {', '.join(changed)}")


def _restore(state: State, tensors: dict[str, Tensor], facts: dict[str, Any]) -> None:
    def under(prefix: str) -> dict[str, Tensor]:
        return {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}

    for turn in state.objective.turns:
        state.objective.trained(turn).load_state_dict(under(f"{turn}/weights/"))
        optimiser = state.optimisers[turn]
        moments: dict[int, dict[str, Tensor]] = {}
        for name, value in under(f"{turn}/adam/").items():
            index, _, entry = name.partition("/")
            moments.setdefault(int(index), {})[entry] = value
        optimiser.load_state_dict({"state": moments, "param_groups": optimiser.state_dict()["param_groups"]})
    state.averaged.load_state_dict(under("average/"))
    torch.set_rng_state(tensors["rng"])
    if torch.cuda.is_available() and "rng_cuda" in tensors:
        torch.cuda.set_rng_state(tensors["rng_cuda"])
    state.step, state.seconds, state.frames = facts["step"], facts["seconds"], facts["frames"]


def _log(folder: Path, state: State, means: dict[str, float]) -> None:
    path = folder / LOG
    new = not path.is_file() or not path.stat().st_size
    with open(path, "a", newline="") as file:
        writer = csv.writer(file)
        for name, value in means.items():
            if new:
                writer.writerow(["step", "seconds", "frames", "name", "value"])
                new = False
            writer.writerow([state.step, round(state.seconds, 1), state.frames, name, round(value, 6)])


def _forget_after(path: Path, step: int) -> None:
    """Take out of the log what a run that was killed wrote past its last save: those steps are taken again."""
    if path.is_file():
        lines = path.read_text().splitlines(keepends=True)
        kept = [line for line in lines if line.endswith("\n") and not (line.split(",")[0].isdigit() and int(line.split(",")[0]) > step)]
        if kept != lines:
            temporary = path.with_suffix(".part")
            temporary.write_text("".join(kept))
            os.replace(temporary, path)


def plot_curves(folder: str | os.PathLike, target: str | os.PathLike) -> None:
    """Draw a run's losses against steps into a picture (needs matplotlib)."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    curves: dict[str, list[tuple[int, float]]] = {}
    with open(Path(folder) / LOG, newline="") as file:
        for row in csv.DictReader(file):
            if not row["name"].startswith("norm_"):
                curves.setdefault(row["name"], []).append((int(row["step"]), float(row["value"])))
    figure, axes = pyplot.subplots(1, len(curves), figsize=(3.2 * len(curves), 2.6), squeeze=False)
    for axis, (name, points) in zip(axes[0], curves.items()):
        axis.plot(*zip(*points))
        axis.set_title(name)
        axis.set_xlabel("step")
    figure.tight_layout()
    figure.savefig(target, dpi=80)
    pyplot.close(figure)
