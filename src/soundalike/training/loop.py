"""The one loop: any Objective, plain or adversarial; resumes exactly, stops on losses that are not finite."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from soundalike.core.errors import Interrupted
from soundalike.core.progress import progress_bar
from soundalike.core.types import Batch
from soundalike.data.dataset import Dataset

from .begin import begin
from .distributed import ProcessGroup, open_processes
from .fit import fit
from .monitor import Monitor
from .recipe import Recipe, is_fitted
from .run_log import write_log
from .state import State, save
from .step import Averages, StepReport, take_step


def train(
    recipe: Recipe, out: str | os.PathLike, max_seconds: float | None = None, quiet: bool = False
) -> Path:
    """Train a part into the folder `out`, going on from the state it finds there. Returns the folder.

    Stops after the recipe's steps, or after `max_seconds` of this call, saving either way. A part that is
    fitted, not trained by gradients, is fitted in one go. Raises TrainingError when a loss is not finite; the
    batch is kept as `failed_batch.safetensors` beside the last good state.
    """
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    with _threads(recipe.train.threads):
        return _trained(recipe, folder, max_seconds, quiet)


def _trained(recipe: Recipe, folder: Path, max_seconds: float | None, quiet: bool) -> Path:
    """`train`, in a folder that is there."""
    if is_fitted(recipe):
        return fit(recipe, folder, quiet)
    processes = open_processes(recipe.train.accumulate, recipe.train.device)
    state, data = begin(recipe, folder, processes)
    if processes.first and not quiet and state.step >= recipe.train.steps > 0:
        print(
            f"{folder}: has done its {recipe.train.steps:,} steps already. More are taken with a larger "
            "train.steps; another --out begins afresh."
        )
    run = _Run(recipe, folder, state, data, processes, quiet)
    try:
        with _polite_end() as is_stopped:
            run.go(is_stopped, max_seconds)
    finally:
        run.bar.close()
    run.finish()
    if is_stopped() and state.step < recipe.train.steps:
        raise Interrupted(f"interrupted at step {state.step}; run the same command to go on")
    return folder


@contextmanager
def _threads(number: int) -> Iterator[None]:
    """Within it PyTorch computes with so many threads; with as many as before where the number is 0."""
    before = torch.get_num_threads()
    torch.set_num_threads(number or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def _polite_end() -> Iterator[Callable[[], bool]]:
    """Within it a polite kill or Ctrl-C is only noted, so that the step in hand is not done by half."""
    stopped: list[bool] = []
    before = {sign: signal.getsignal(sign) for sign in (signal.SIGINT, signal.SIGTERM)}
    is_main = threading.current_thread() is threading.main_thread()
    if is_main:
        for sign in before:
            signal.signal(sign, lambda *_: stopped.append(True))
    try:
        yield lambda: bool(stopped)
    finally:
        if is_main:
            for sign, handler in before.items():
                signal.signal(sign, handler)


class _Run:
    """The steps of one call of `train`, with what is logged and saved between them."""

    def __init__(
        self,
        recipe: Recipe,
        folder: Path,
        state: State,
        data: Dataset,
        processes: ProcessGroup,
        quiet: bool,
    ):
        self.recipe = recipe
        self.folder = folder
        self.state = state
        self.data = data
        self.processes = processes
        self.monitor = Monitor(recipe, folder, data, state.step) if processes.first else None
        self.bar = progress_bar(
            total=recipe.train.steps,
            initial=state.step,
            desc=recipe.part,
            unit="step",
            disable=quiet or not processes.first,
        )
        self.since_log = Averages()
        self.since_save = Averages()

    def go(self, is_stopped: Callable[[], bool], max_seconds: float | None) -> None:
        """Take the steps that are left, until stopped or out of time."""
        began = time.monotonic()
        earlier = self.state.seconds

        def is_over() -> bool:
            return is_stopped() or (max_seconds is not None and time.monotonic() - began > max_seconds)

        while self.state.step < self.recipe.train.steps and not self.processes.any(is_over()):
            report = take_step(self.state, self._batches(), self.recipe, self.folder, self.processes)
            self.state.step += 1
            self.state.seconds = earlier + time.monotonic() - began
            self.state.frames += report.frames
            if self.monitor:
                self.monitor.check_best(report.scores, self.state.step)
            self._log(report)
            self.bar.update(1)
            self._save(report)

    def finish(self) -> None:
        """Save, and leave."""
        if self.monitor:
            save(self.recipe, self.folder, self.state)
            self.monitor.after_save(self.state, self.since_save.means)
            self.monitor.close()
        self.processes.close()

    def _batches(self) -> list[Batch]:
        first = self.state.step * self.recipe.train.accumulate
        return [self.data.batch(first + number).to(self.processes.device) for number in self.processes.share]

    def _log(self, report: StepReport) -> None:
        t = self.recipe.train
        step = self.state.step
        self.since_log.add(report.values)
        if step % max(1, t.log_every) and step != t.steps:
            return
        means = self.since_log.means
        self.since_log = Averages()
        if self.monitor:
            write_log(self.folder, self.state, means)
            self.monitor.log(step, means)
        # Shown with the next step
        self.bar.set_postfix({name: f"{value:.3f}" for name, value in means.items()}, refresh=False)

    def _save(self, report: StepReport) -> None:
        """Save where it is time; the last save is that of `finish`."""
        t = self.recipe.train
        self.since_save.add(report.scores)
        if not t.save_every or self.state.step % t.save_every or self.state.step >= t.steps:
            return
        if self.monitor:
            save(self.recipe, self.folder, self.state)
            self.monitor.after_save(self.state, self.since_save.means)
        self.since_save = Averages()
