"""Parts that are fitted to data in one go (core.contracts.Fittable), by the same recipes and into the same
folders as those that are trained.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from soundalike.checkpoints.part import save_part
from soundalike.core.contracts import Fittable
from soundalike.core.errors import ConfigError
from soundalike.core.progress import progress_bar
from soundalike.core.types import Batch
from soundalike.data.dataset import Dataset

from .recipe import Recipe, build_network
from .run_log import append_log


def fit(recipe: Recipe, out: str | os.PathLike, quiet: bool = False) -> Path:
    """Fit a part to one epoch of the recipe's clips, and save it in the folder `out`; returns the folder.

    `train.seed` chooses the order of the clips; `train.steps`, where it is less than the epoch has, how many
    batches are taken. The measures of the fit are in `log.csv`. Raises ConfigError for a part that is not
    fitted.
    """
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(recipe.train.seed)
    module = build_network(recipe)
    network: Any = module
    if not isinstance(network, Fittable):
        raise ConfigError(f"{recipe.part} is not fitted but trained by gradients: train it.")
    data = Dataset(recipe.data, recipe.mel, network.required_fields, recipe.train.seed)
    if data.left_out and not quiet:
        print(f"{data.name}: {data.left_out}")
    with progress_bar(desc=recipe.part, unit="round", disable=quiet) as bar:

        def progress(done: int, whole: int) -> None:
            bar.total = whole
            bar.update(done - bar.n)

        measures = network.fit(_batches(data, recipe.train.steps), recipe.objective, progress)
    save_part(folder, recipe.part, recipe.network, recipe.mel, module.eval())
    append_log(folder, 1, measures)
    return folder


def _batches(data: Dataset, most: int) -> Iterator[Batch]:
    for number in range(min(most, len(data.epoch(0)))):
        yield data.batch(number)
