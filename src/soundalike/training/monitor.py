"""Monitoring of a training run, without changing it: loss on dev clips, best and last checkpoints, pictures,
sounds, TensorBoard.
"""

from __future__ import annotations

import copy
import json
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from soundalike.audio.audio import Audio
from soundalike.checkpoints.part import CONFIG, WEIGHTS, load_part
from soundalike.core.contracts import Objective, Preview
from soundalike.core.errors import ConfigError, TrainingError
from soundalike.core.files import link_atomic, write_atomic
from soundalike.core.installation import install_command
from soundalike.core.types import Batch
from soundalike.data.collate import collate
from soundalike.data.dataset import Dataset

from .step import Averages, StepReport

if TYPE_CHECKING:
    from .recipe import Recipe
    from .state import State

BATCHES = 4  # of dev clips that are judged at every save
SHOWN = 2  # clips of which pictures and sounds are written
SCORE = "score.json"


class Monitor:
    """What is written of a run beside its checkpoints: losses, pictures, sounds."""

    def __init__(self, recipe: Recipe, folder: Path, data: Dataset, step: int):
        self.recipe = recipe
        self.folder = folder
        self.board: Any = None
        self.dev: Dataset | None = None
        # A classifier of the training speakers has no answer for others
        if "speaker" not in data.required_fields:
            with suppress(ConfigError):  # none of the clips is held out
                self.dev = Dataset(recipe.data, recipe.mel, data.required_fields, recipe.train.seed, "dev")
        self.clips = self.dev or data
        if recipe.train.tensorboard:
            try:
                from torch.utils.tensorboard import SummaryWriter
            except ImportError:
                raise ConfigError(
                    f"train.tensorboard: TensorBoard is not installed ({install_command('tensorboard')})."
                ) from None
            self.board = SummaryWriter(str(folder / "tensorboard"), purge_step=step + 1)

    def log(self, step: int, means: dict[str, float]) -> None:
        """Give the losses to TensorBoard."""
        for name, value in means.items():
            if self.board:
                self.board.add_scalar(
                    name.replace("norm_", "norm/") if name.startswith("norm_") else f"train/{name}",
                    value,
                    step,
                )

    def after_save(self, state: State, since_save: dict[str, float]) -> None:
        """After a save: score the weights, keep them, and write samples where it is time. The run's random
        numbers stay as they are.
        """
        t = self.recipe.train
        objective = _as_shipped(state)
        with torch.random.fork_rng(), torch.no_grad():
            torch.manual_seed(t.seed)
            scores = self._dev_scores(objective, state.step) or since_save
            self._keep(state.step, self._chosen(scores, state.step), "dev" if self.dev else "train")
            is_time = state.step % t.samples_every == 0 if t.samples_every else False
            is_last = state.step >= t.steps > t.samples_every > 0
            if is_time or is_last:
                self._sample(objective, state.step)

    def close(self) -> None:
        """Write out what TensorBoard was given."""
        if self.board:
            self.board.close()

    def _dev_scores(self, objective: Objective, step: int) -> dict[str, float]:
        """Means over some batches of dev clips: "loss", the sum of the losses, each loss, and each measure;
        nothing where no clips are held out.
        """
        if self.dev is None:
            return {}
        averages = Averages()
        for number in range(min(BATCHES, len(self.dev.epoch(0)))):
            batch = self.dev.batch(number).to(_device(objective))
            output = objective.forward(batch)
            losses = objective.losses(objective.optimizers[-1], batch, output, step)
            measures = output.get("measures", {})
            values = {name: float(value) for name, value in (losses | measures).items()}
            averages.add(StepReport(values, frozenset(measures)).scores)
        scores = averages.means
        for name, value in scores.items():
            if self.board and name != "loss":
                self.board.add_scalar(f"dev/{name}", value, step)
        return scores

    def check_best(self, scores: dict[str, float], step: int) -> None:
        """Raise ConfigError where the best is to be chosen by what a step does not measure: told at the first
        step, not at the first save.
        """
        self._chosen(scores, step)

    def _chosen(self, scores: dict[str, float], step: int) -> float:
        """The score that the best is chosen by; the worst there is where no step was taken, or none yet of
        the optimizer that has it. Raises ConfigError for one that is not measured.
        """
        name = self.recipe.train.best
        is_waiting = step <= max(self.recipe.train.delays.values(), default=0)
        if not scores or (name not in scores and is_waiting):
            return -np.inf if self.recipe.train.best_is == "highest" else np.inf
        if name not in scores:
            raise ConfigError(f"train.best = '{name}' is not measured. Choose one of {', '.join(scores)}.")
        return scores[name]

    def _keep(self, step: int, score: float, kind: str) -> None:
        """Link the part just saved into `checkpoints/`, the oldest there making room, and into `best/` if
        none was better by the measure that the recipe names.
        """
        t = self.recipe.train
        file = self.folder / "best" / SCORE
        best = json.loads(file.read_text()) if file.is_file() else {}
        facts = {"step": step, t.best: score, "by": kind}
        is_comparable = best.get("by") == kind and t.best in best
        if not is_comparable or _is_better(score, best[t.best], t.best_is):
            _link(self.folder, self.folder / "best", facts)
        if t.keep:
            _link(self.folder, self.folder / "checkpoints" / f"step-{step:08d}", facts)
        for old in sorted((self.folder / "checkpoints").glob("step-*"))[: -t.keep or None]:
            shutil.rmtree(old)

    def _sample(self, objective: Objective, step: int) -> None:
        """Mels and sounds of the same few clips, as pictures and wav files under `samples/`; where the part
        makes any.
        """
        for index in range(min(SHOWN, len(self.clips.rows))):
            item = self.clips.item(index, np.random.default_rng([self.recipe.train.seed, index]))
            batch = collate([item]).to(_device(objective))
            preview = objective.preview(batch)
            if preview is None:
                return
            mel, sound = self._seen_and_heard(preview, batch)
            self._show(item["id"].replace("/", "_"), step, batch["mel"][0].cpu().numpy(), mel, sound)

    def _show(
        self, name: str, step: int, real: np.ndarray, mel: np.ndarray, sound: np.ndarray | None
    ) -> None:
        """The pictures and the sound of one clip."""
        from soundalike.audio.plots import drawn

        place = self.folder / "samples" / name
        place.mkdir(parents=True, exist_ok=True)
        if not (place / "real.png").is_file():
            (place / "real.png").write_bytes(drawn(real))
        (place / f"step-{step:08d}.png").write_bytes(drawn(mel))
        rate = self.recipe.mel.sample_rate
        if sound is not None:
            Audio(sound, rate).write(place / f"step-{step:08d}.wav")
        if self.board:
            if sound is not None:
                self.board.add_audio(name, sound[None], step, rate)
            span = (mel.T[::-1] - mel.min()) / max(1e-6, mel.max() - mel.min())
            self.board.add_image(name, span[None].copy(), step)

    def _seen_and_heard(self, preview: Preview, batch: Batch) -> tuple[np.ndarray, np.ndarray | None]:
        """The mel (T, M) and the samples (N,) of a preview: the one is read off the other, or made of it by
        the built-in vocoder where that takes it.
        """
        from soundalike.nn.spectral import log_mel

        if preview.samples is not None:
            samples = preview.samples.float().cpu()
            return log_mel(samples[None], self.recipe.mel)[0].numpy(), samples.numpy()
        if preview.mel is None:
            raise TrainingError(f"the preview of a {self.recipe.part} holds neither mel nor samples.")
        mel = preview.mel.float().cpu()
        vocoder = self._vocoder()
        if vocoder is None:
            return mel.numpy(), None
        pitch = batch["pitch"][:1, : len(mel)].cpu() if "pitch" in batch else None
        return mel.numpy(), vocoder(mel[None], torch.tensor([len(mel)]), pitch)[0].numpy()

    def _vocoder(self) -> nn.Module | None:
        """The built-in vocoder where it takes this recipe's mel."""
        from soundalike.checkpoints.bundle import BUILT_IN

        part = load_part(BUILT_IN / "vocoder", "vocoder")
        return None if part.mel.differences(self.recipe.mel) else part.network


def _is_better(score: float, best: float, best_is: str) -> bool:
    return score > best if best_is == "highest" else score < best


def _as_shipped(state: State) -> Objective:
    """A copy of the objective with the averaged weights, for judging."""
    objective = copy.deepcopy(state.objective)
    objective.network().load_state_dict(state.averaged.state_dict())
    for optimizer in objective.optimizers:
        objective.trained(optimizer).eval()
    return objective


def _device(objective: Objective) -> torch.device:
    return next(objective.network().parameters()).device


def _link(source: Path, target: Path, score: dict[str, Any]) -> None:
    """The part's files at another place too, without a second copy where the disk can do so."""
    target.mkdir(parents=True, exist_ok=True)
    for name in (CONFIG, WEIGHTS):
        link_atomic(source / name, target / name)
    # A run killed here finds the old score whole
    write_atomic(target / SCORE, json.dumps(score) + "\n")
