"""Looking at a training run from outside, changing nothing of it: its loss on dev clips, its best and last
checkpoints, pictures, sounds, TensorBoard.
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
from soundalike.core.contracts import Objective
from soundalike.core.errors import ConfigError
from soundalike.core.files import link_atomic, write_atomic
from soundalike.core.types import Batch
from soundalike.data.collate import collate
from soundalike.data.dataset import Dataset

if TYPE_CHECKING:
    from .recipe import Recipe
    from .state import State

BATCHES = 4  # of dev clips that are judged at every save
SHOWN = 2  # clips that are drawn and heard
SCORE = "score.json"


class Monitor:
    """What a maker of voices sees of a run."""

    def __init__(self, recipe: Recipe, folder: Path, data: Dataset, step: int):
        self.recipe = recipe
        self.folder = folder
        self.board = None
        self.dev = None
        if (
            "speaker" not in data.required_fields
        ):  # what tells its training speakers apart has no answer for others
            with suppress(ConfigError):  # none of the clips is held out
                self.dev = Dataset(recipe.data, recipe.mel, data.required_fields, recipe.train.seed, "dev")
        self.clips = self.dev or data
        if recipe.train.tensorboard:
            try:
                from torch.utils.tensorboard import SummaryWriter
            except ImportError:
                raise ConfigError(
                    "train.tensorboard: TensorBoard is not installed (pip install 'soundalike[tensorboard]')."
                ) from None
            self.board = SummaryWriter(str(folder / "tensorboard"), purge_step=step + 1)

    def log(self, step: int, means: dict[str, float]) -> None:
        """Tell TensorBoard of the losses."""
        for name, value in means.items():
            if self.board:
                self.board.add_scalar(
                    name.replace("norm_", "norm/") if name.startswith("norm_") else f"train/{name}",
                    value,
                    step,
                )

    def look(self, state: State, since_save: list[float]) -> None:
        """After a save: judge the weights, keep them, draw and sound them where it is time. The run's random
        numbers stay as they are.
        """
        t = self.recipe.train
        objective = _as_shipped(state)
        with torch.random.fork_rng(), torch.no_grad():
            torch.manual_seed(t.seed)
            loss, kind = (
                (self._dev_loss(objective, state.step), "dev")
                if self.dev
                else (float(np.mean(since_save or [np.inf])), "train")
            )
            self._keep(state.step, loss, kind)
            if t.samples_every and (
                state.step % t.samples_every == 0 or (state.step >= t.steps > t.samples_every)
            ):
                self._sample(objective, state.step)

    def close(self) -> None:
        if self.board:
            self.board.close()

    def _dev_loss(self, objective: Objective, step: int) -> float:
        totals: dict[str, list[float]] = {}
        for number in range(min(BATCHES, len(self.dev.epoch(0)))):
            batch = self.dev.batch(number).to(_device(objective))
            for name, value in objective.losses(
                objective.optimizers[-1], batch, objective.forward(batch)
            ).items():
                totals.setdefault(name, []).append(float(value))
        for name, values in totals.items():
            if self.board:
                self.board.add_scalar(f"dev/{name}", np.mean(values), step)
        return float(sum(np.mean(values) for values in totals.values()))

    def _keep(self, step: int, loss: float, kind: str) -> None:
        """Link the part just saved into `checkpoints/`, the oldest there making room, and into `best/` if
        none was better.
        """
        score = self.folder / "best" / SCORE
        best = json.loads(score.read_text()) if score.is_file() else {}
        if best.get("by") != kind or loss < best["loss"]:
            _link(self.folder, self.folder / "best", {"step": step, "loss": loss, "by": kind})
        if self.recipe.train.keep:
            _link(
                self.folder,
                self.folder / "checkpoints" / f"step-{step:08d}",
                {"step": step, "loss": loss, "by": kind},
            )
        for old in sorted((self.folder / "checkpoints").glob("step-*"))[: -self.recipe.train.keep or None]:
            shutil.rmtree(old)

    def _sample(self, objective: Objective, step: int) -> None:
        """Mels and sounds of the same few clips, as pictures and wav files under `samples/`; where the part
        makes any.
        """
        from soundalike.audio.plots import drawn

        items = [
            self.clips.item(index, np.random.default_rng([self.recipe.train.seed, index]))
            for index in range(min(SHOWN, len(self.clips.rows)))
        ]
        for item in items:
            batch = collate([item]).to(_device(objective))
            made = self._made(objective, batch)
            if made is None:
                return
            mel, sound = made
            place = self.folder / "samples" / item["id"].replace("/", "_")
            place.mkdir(parents=True, exist_ok=True)
            for name, picture in (("real", batch.mel[0].cpu().numpy()), (f"step-{step:08d}", mel)):
                if name != "real" or not (place / "real.png").is_file():
                    (place / f"{name}.png").write_bytes(drawn(picture))
            if sound is not None:
                Audio(sound, self.recipe.mel.sample_rate).write(place / f"step-{step:08d}.wav")
                if self.board:
                    self.board.add_audio(place.name, sound[None], step, self.recipe.mel.sample_rate)
            if self.board:
                span = (mel.T[::-1] - mel.min()) / max(1e-6, mel.max() - mel.min())
                self.board.add_image(place.name, span[None].copy(), step)

    def _made(self, objective: Objective, batch: Batch) -> tuple[np.ndarray, np.ndarray | None] | None:
        """The mel (T, M) and the samples (N,) a part makes of a batch of one; None for a part that makes
        neither.
        """
        from soundalike.nn.spectral import log_mel

        output = objective.forward(batch)
        network = objective.network()
        frames = int(batch.mel_lengths[0])
        if "samples" in output:
            samples = output["samples"][:1, : (frames - 1) * self.recipe.mel.hop_length].float().cpu()
            return log_mel(samples, self.recipe.mel)[0].numpy(), samples[0].numpy()
        if "mel" not in output:
            return None
        mel = (output["mel"][:1, :frames].float() * network.std + network.mean).cpu()
        vocoder = self._vocoder()
        pitch = None if batch.pitch is None else batch.pitch[:1, :frames].cpu()
        return mel[0].numpy(), None if vocoder is None else vocoder(mel, torch.tensor([frames]), pitch)[
            0
        ].numpy()

    def _vocoder(self) -> nn.Module | None:
        """The built-in vocoder where it takes this recipe's mel."""
        from soundalike.checkpoints.bundle import BUILT_IN

        part = load_part(BUILT_IN / "vocoder", "vocoder")
        return None if part.mel.differences(self.recipe.mel) else part.network


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
