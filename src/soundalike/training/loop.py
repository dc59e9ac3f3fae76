"""The one loop: any Objective, plain or adversarial; resumes exactly, stops on losses that are not finite."""

from __future__ import annotations

import copy
import os
import signal
import threading
import time
from pathlib import Path

import torch
from torch import Tensor, nn
from tqdm import tqdm

from soundalike.checkpoints.part import adopt, load_state
from soundalike.core import registry
from soundalike.core.errors import ConfigError, TrainingError
from soundalike.core.types import Batch, DataFacts
from soundalike.data.dataset import Dataset
from soundalike.nn import lora as adapter
from soundalike.training.state import State

from .distributed import ProcessGroup, open_processes
from .monitor import Monitor
from .recipe import Recipe, TrainConfig
from .run_log import LOG, _forget_after, _log
from .state import _check_same, _restore, _save


def gather_facts(data: Dataset, sample: int = 400) -> DataFacts:
    """Speakers, and mean and spread of each mel band over some clips."""
    mel = torch.cat(
        [
            torch.from_numpy(data.read("mel", index)).float()
            for index in range(0, len(data.rows), max(1, len(data.rows) // sample))
        ]
    )
    return DataFacts(len(data.speakers), mel.mean(0), mel.std(0).clamp_min(0.1))


def train(
    recipe: Recipe, out: str | os.PathLike, max_seconds: float | None = None, quiet: bool = False
) -> Path:
    """Train a part into the folder `out`, going on from the state it finds there. Returns the folder.

    Stops after the recipe's steps, or after `max_seconds` of this call, saving either way. Raises
    TrainingError when a loss is not finite; the batch is kept as `failed_batch.safetensors` beside the last
    good state.
    """
    folder = Path(out)
    t = recipe.train
    folder.mkdir(parents=True, exist_ok=True)
    if t.threads:
        torch.set_num_threads(t.threads)
    crew = open_processes(t.accumulate, t.device)
    state, data = _begin(recipe, folder, crew)
    watch = Monitor(recipe, folder, data, state.step) if crew.first else None
    began = time.monotonic()
    last_log = state.step
    recent = {}
    since_save = []
    bar = tqdm(
        total=t.steps, initial=state.step, desc=recipe.part, unit="step", disable=quiet or not crew.first
    )
    earlier = state.seconds
    stopped = []
    before = {sign: signal.getsignal(sign) for sign in (signal.SIGINT, signal.SIGTERM)}
    if threading.current_thread() is threading.main_thread():
        # A polite kill or Ctrl-C ends the run after the step in hand, so that nothing is done by half
        for sign in before:
            signal.signal(sign, lambda *_: stopped.append(True))
    try:
        while state.step < t.steps:
            if crew.any(
                bool(stopped) or (max_seconds is not None and time.monotonic() - began > max_seconds)
            ):
                break
            batches = [
                data.batch(state.step * t.accumulate + number).to(crew.device) for number in crew.share
            ]
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
                last_log = state.step
                recent = {}
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


def _begin(recipe: Recipe, folder: Path, crew: ProcessGroup) -> tuple[State, Dataset]:
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
            print(
                f"{t.start_from}: holds nothing for {len(fresh)} tensors, which begin afresh ({', '.join(fresh[:4])}...)"
            )
    known = (
        DataFacts(1, network.mean.clone(), network.std.clone())
        if t.adapt and hasattr(network, "mean")
        else None
    )
    if t.adapt:
        if not t.start_from:
            raise ConfigError("[train] adapt changes a trained part: name its folder in start_from.")
        adapter.prepare(network, t.adapt, t.rank)
    probe = kind.objective(
        network, recipe.objective, DataFacts(1, torch.zeros(recipe.mel.n_mels), torch.ones(recipe.mel.n_mels))
    )
    data = Dataset(recipe.data, recipe.mel, probe.required_fields, t.seed)
    torch.manual_seed(t.seed)
    objective = kind.objective(network, recipe.objective, known or gather_facts(data))
    for name, (_, _, auxiliary) in getattr(objective, "auxiliary_parts", {}).items():
        if t.start_from and (Path(t.start_from) / name).is_dir():
            adopt(auxiliary, Path(t.start_from) / name)
    for optimizer in objective.optimizers:
        objective.trained(optimizer).to(crew.device)
    torch_optimizers = {
        optimizer: torch.optim.AdamW(
            [p for p in objective.trained(optimizer).parameters() if p.requires_grad],
            lr=t.lr,
            betas=t.betas,
            weight_decay=t.weight_decay,
        )
        for optimizer in objective.optimizers
    }
    for optimizer in set(t.rates) - set(objective.optimizers):
        raise ConfigError(
            f"[train] rates names '{optimizer}', but the turns of this objective are {', '.join(objective.optimizers)}."
        )
    state = State(objective, copy.deepcopy(network).eval(), torch_optimizers)
    if saved is not None:
        try:
            _restore(state, *saved)
        except (RuntimeError, KeyError) as error:
            reason = str(error).splitlines()[0]
            raise TrainingError(
                f"{folder}: its state does not fit this recipe ({reason}). Begin in another --out with train.start_from."
            ) from None
        if crew.first:
            _forget_after(folder / LOG, state.step)
    return state, data


def _step(
    state: State, batches: list[Batch], recipe: Recipe, folder: Path, crew: ProcessGroup
) -> dict[str, float]:
    """One step of every turn on this process's share of its batches; returns the mean losses of all, the
    gradients' norms, and `frames`.
    """
    t = recipe.train
    objective = state.objective
    rate = t.lr * _schedule(state.step, t)
    for optimizer in objective.optimizers:
        objective.trained(optimizer).train()
    mixed = torch.autocast(crew.device.type, torch.bfloat16, enabled=t.precision == "bf16")
    named: dict[str, float] = {
        "frames": sum(float(batch.mel_lengths.sum()) for batch in batches if batch.mel_lengths is not None)
        * t.accumulate
    }
    outputs = []
    for number, batch in zip(crew.share, batches):
        if t.accumulate > 1:  # the same numbers are drawn for a batch whichever process has it
            torch.manual_seed((t.seed * 1_000_003 + state.step) * t.accumulate + number)
        with mixed:
            outputs.append(objective.forward(batch))
    for optimizer in objective.optimizers:
        torch_optimizer = state.torch_optimizers[optimizer]
        torch_optimizer.zero_grad(set_to_none=True)
        for batch, output in zip(batches, outputs):
            with mixed:
                losses = objective.losses(optimizer, batch, output)
            total = torch.stack(list(losses.values())).sum()
            shown = {name: float(value.detach()) for name, value in losses.items()}
            if not torch.isfinite(total):
                raise _not_finite(state.step, f"loss is not finite ({shown})", batch, folder)
            (total / t.accumulate if t.accumulate > 1 else total).backward()
            for name, value in shown.items():
                named[name] = named.get(name, 0.0) + value
        crew.add_up(
            [
                parameter.grad
                for parameter in objective.trained(optimizer).parameters()
                if parameter.grad is not None
            ]
        )
        norm = nn.utils.clip_grad_norm_(objective.trained(optimizer).parameters(), t.clip)
        if not torch.isfinite(norm):
            raise _not_finite(state.step, f"gradients of the {optimizer} are not finite", batches[-1], folder)
        for group in torch_optimizer.param_groups:
            group["lr"] = rate * t.rates.get(optimizer, 1.0)
        torch_optimizer.step()
        # Of all; only the losses are added up below
        named[f"norm_{optimizer}"] = float(norm) * t.accumulate / crew.size
        crew.agree(objective.trained(optimizer))
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

    save_file(
        {name: value for name, value in vars(batch).items() if isinstance(value, Tensor)},
        folder / "failed_batch.safetensors",
    )
    return TrainingError(f"step {step}: {what}; clips {batch.ids[:4]}... Lower train.lr or mend the clips.")


def _schedule(step: int, t: TrainConfig) -> float:
    rising = min(1.0, (step + 1) / max(1, t.warmup))
    falling = min(1.0, (t.steps - step) / max(1.0, t.decay * t.steps))
    return rising * falling
