"""One step of a run: the forward pass, each optimizer's turn, the averaged weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn

from soundalike.core.contracts import Objective
from soundalike.core.errors import TrainingError
from soundalike.core.types import Batch, Output

from .distributed import ProcessGroup
from .precision import is_mixed
from .recipe import Recipe, TrainConfig
from .state import State

SHARE = "share"  # of a group of parameters: what the rate is multiplied with
NORM = "norm_"  # before an optimizer's name: the norm of its gradients


@dataclass
class StepReport:
    """What a step came to: means over its batches, by name."""

    values: dict[str, float]  # losses, the norms of the gradients, and what else is measured
    measures: frozenset[str] = field(default_factory=frozenset)  # which of these are neither losses nor norms
    frames: int = 0  # of all batches

    @property
    def losses(self) -> dict[str, float]:
        """The losses among the values."""
        return {
            name: value
            for name, value in self.values.items()
            if not name.startswith(NORM) and name not in self.measures
        }

    @property
    def scores(self) -> dict[str, float]:
        """What `best` may be chosen by: "loss", the sum of all losses, and each loss and measure by name."""
        shown = {name: value for name, value in self.values.items() if not name.startswith(NORM)}
        return {"loss": sum(self.losses.values()), **shown}


class Averages:
    """Means of named values over steps."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = {}
        self._count = 0

    def add(self, values: dict[str, float]) -> None:
        """Take in the values of one step."""
        self._count += 1
        for name, value in values.items():
            self._sums[name] = self._sums.get(name, 0.0) + value

    @property
    def means(self) -> dict[str, float]:
        """The mean of each value; none where no step was taken."""
        return {name: value / self._count for name, value in self._sums.items()}


def take_step(
    state: State, batches: list[Batch], recipe: Recipe, folder: Path, processes: ProcessGroup
) -> StepReport:
    """One step of every optimizer on this process's share of the batches. Raises TrainingError where a loss
    or a gradient is not finite.
    """
    t = recipe.train
    objective = state.objective
    active = [name for name in objective.optimizers if state.step >= t.delays.get(name, 0)]
    for optimizer in active:
        objective.trained(optimizer).train()
    sums = {"frames": sum(float(batch.lengths("mel").sum()) for batch in batches if "mel" in batch)}
    outputs = _forward(state, batches, t, processes)
    for optimizer in active:
        with only_trained(objective, optimizer):
            _take_turn(state, optimizer, batches, outputs, t, processes, sums, folder)
    measures = [output.get("measures", {}) for output in outputs]
    for table in measures:
        for name, value in table.items():
            sums[name] = sums.get(name, 0.0) + float(value)
    means = {name: value / t.accumulate for name, value in processes.sums(sums).items()}
    _average_weights(state, t.ema)
    frames = round(means.pop("frames") * t.accumulate)
    return StepReport(means, frozenset(name for table in measures for name in table), frames)


@contextmanager
def only_trained(objective: Objective, optimizer: str) -> Iterator[None]:
    """Within it, parameters that other optimizers change, and this one does not, get no gradient."""
    own = {id(parameter) for parameter in objective.trained(optimizer).parameters()}
    others = [
        parameter
        for other in objective.optimizers
        if other != optimizer
        for parameter in objective.trained(other).parameters()
        if parameter.requires_grad and id(parameter) not in own
    ]
    for parameter in others:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in others:
            parameter.requires_grad_(True)


def _mixed(t: TrainConfig, device: torch.device) -> torch.autocast:
    return torch.autocast(device.type, torch.bfloat16, enabled=is_mixed(t.precision, device))


def _forward(state: State, batches: list[Batch], t: TrainConfig, processes: ProcessGroup) -> list[Output]:
    outputs = []
    for number, batch in zip(processes.share, batches):
        if t.accumulate > 1:  # the same numbers are drawn for a batch whichever process has it
            torch.manual_seed((t.seed * 1_000_003 + state.step) * t.accumulate + number)
        with _mixed(t, processes.device):
            outputs.append(state.objective.forward(batch))
    return outputs


def _take_turn(
    state: State,
    optimizer: str,
    batches: list[Batch],
    outputs: list[Output],
    t: TrainConfig,
    processes: ProcessGroup,
    sums: dict[str, float],
    folder: Path,
) -> None:
    """One optimizer's step; adds its losses and the norm of its gradients to the sums."""
    objective = state.objective
    trained = objective.trained(optimizer)
    torch_optimizer = state.torch_optimizers[optimizer]
    torch_optimizer.zero_grad(set_to_none=True)
    for batch, output in zip(batches, outputs):
        with _mixed(t, processes.device):
            losses = objective.losses(optimizer, batch, output, state.step)
        total = torch.stack(list(losses.values())).sum()
        shown = {name: float(value.detach()) for name, value in losses.items()}
        if not torch.isfinite(total):
            raise _not_finite(state.step, f"loss is not finite ({shown})", batch, folder)
        (total / t.accumulate if t.accumulate > 1 else total).backward()
        for name, value in shown.items():
            sums[name] = sums.get(name, 0.0) + value
    processes.add_up([parameter.grad for parameter in trained.parameters() if parameter.grad is not None])
    norm = nn.utils.clip_grad_norm_(trained.parameters(), t.clip)
    if not torch.isfinite(norm):
        raise _not_finite(state.step, f"gradients of the {optimizer} are not finite", batches[-1], folder)
    rate = t.lr * schedule(state.step, t, t.delays.get(optimizer, 0)) * t.rates.get(optimizer, 1.0)
    for group in torch_optimizer.param_groups:
        group["lr"] = rate * group[SHARE]
    torch_optimizer.step()
    # The norm is that of all batches of all processes already; only the losses are added up later
    sums[f"{NORM}{optimizer}"] = float(norm) * t.accumulate / processes.size
    processes.agree(trained)


def _average_weights(state: State, ema: float) -> None:
    """Move the averaged weights towards those of now, faster in the beginning."""
    keep = min(ema, (1 + state.step) / (10 + state.step)) if ema else 0.0
    network = state.objective.network()
    with torch.no_grad():
        for mean, now in zip(state.averaged.state_dict().values(), network.state_dict().values()):
            if mean.is_floating_point():
                mean.lerp_(now.to(mean.device), 1 - keep)
            else:
                mean.copy_(now)


def _not_finite(step: int, what: str, batch: Batch, folder: Path) -> TrainingError:
    """The error of a step that failed; its batch is kept."""
    from safetensors.torch import save_file

    tensors: dict[str, Tensor] = {}
    for name, (values, lengths) in batch.fields.items():
        tensors[name] = values.contiguous()
        if lengths is not None:
            tensors[f"{name}_lengths"] = lengths
    save_file(tensors, folder / "failed_batch.safetensors")
    return TrainingError(f"step {step}: {what}; clips {batch.ids[:4]}... Lower train.lr or mend the clips.")


def schedule(step: int, t: TrainConfig, delay: int = 0) -> float:
    """What the learning rate is multiplied with at a step: it rises from step `delay` on, holds, and falls to
    zero.
    """
    rising = min(1.0, (step - delay + 1) / max(1, t.warmup))
    falling = min(1.0, (t.steps - step) / max(1.0, t.decay * t.steps))
    return rising * falling
