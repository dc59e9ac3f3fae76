"""The verb that trains a part: train."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from soundalike.core.errors import ConfigError
from soundalike.core.installation import install_command

from . import console
from .command import App, verb
from .facts import above_zero

EXAMPLES = """
soundalike train --list
soundalike train vocoder --data data
soundalike train vocoder --tiny --out runs/try
soundalike train starling --size base --set train.device=cuda --set train.steps=50000
soundalike train my/recipe.toml
"""
app = App()


@verb(app, "train", EXAMPLES)
def train(
    recipe: Annotated[
        str | None,
        typer.Argument(
            help="name of a shipped recipe (--list shows them), or a TOML file", show_default=False
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            "--out", metavar="FOLDER", help="folder of the run", show_default="runs/ and the recipe's name"
        ),
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option(
            "--data",
            metavar="FOLDER",
            help="folder that `soundalike data prepare` made; may be given again",
            show_default="the recipe's",
        ),
    ] = None,
    size: Annotated[
        str,
        typer.Option(
            "--size",
            help="lay a section of the recipe over it: tiny (a minute on a CPU), base, large or paper "
            "(for a GPU)",
            show_default="the recipe as it is",
        ),
    ] = "",
    tiny: Annotated[bool, typer.Option("--tiny", help="the same as --size tiny", show_default=False)] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="SECTION.KEY=VALUE",
            help="change one value of the recipe; may be given again",
            show_default=False,
        ),
    ] = None,
    max_seconds: Annotated[
        float | None,
        typer.Option(
            "--max-seconds",
            metavar="SECONDS",
            help="stop, and save, after so long; above 0",
            callback=above_zero("--max-seconds"),
        ),
    ] = None,
    show_list: Annotated[
        bool, typer.Option("--list", help="show the shipped recipes", show_default=False)
    ] = False,
) -> None:
    """Train a part by a recipe; going on where an earlier run stopped.

    The curves of its losses are drawn into curves.png in the folder of the run.
    """
    from soundalike.training.shipped_recipes import find_recipe, shipped_recipes, title_of

    if tiny and size not in ("", "tiny"):
        raise ConfigError(f"--tiny is --size tiny, and --size {size} is given too. Give one of the two.")
    if show_list:
        for name, path in shipped_recipes().items():
            print(f"{name:28} {title_of(path)}")
        return
    if recipe is None:
        raise ConfigError(
            f"name a recipe: {', '.join(shipped_recipes())}, or a TOML file. "
            "`soundalike train --list` says what each is for."
        )
    from soundalike.training.loop import train as run
    from soundalike.training.recipe import read_recipe
    from soundalike.training.run_log import plot_curves

    own = list(settings or ())
    if data:
        own.insert(0, f"data.manifest={json.dumps(data if len(data) > 1 else data[0])}")
    place = out or str(Path("runs") / find_recipe(recipe).stem)
    folder = run(read_recipe(recipe, "tiny" if tiny else size, own), place, max_seconds)
    try:
        plot_curves(folder, folder / "curves.png")
    except ImportError:
        console.note(f"matplotlib is not installed: no curves.png ({install_command('plots')})")
    console.note(f"{folder}: saved")
