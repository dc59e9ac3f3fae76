"""The verb that trains a part: train."""

from __future__ import annotations

from typing import Annotated

import typer

from . import console
from .command import App, verb

EXAMPLES = """
soundalike train recipes/vocoder.toml --out runs/vocoder
soundalike train recipes/vocoder.toml --out runs/try --tiny
soundalike train recipes/starling.toml --out runs/base --size base \\
    --set train.device=cuda --set train.steps=50000
"""
app = App()


@verb(app, "train", EXAMPLES)
def train(
    recipe: Annotated[str, typer.Argument(help="TOML file, as in recipes/")],
    out: Annotated[str, typer.Option("--out", metavar="FOLDER", help="folder of the run")],
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
        typer.Option("--max-seconds", metavar="SECONDS", help="stop, and save, after so long"),
    ] = None,
) -> None:
    """Train a part by a recipe; going on where an earlier run stopped.

    The curves of its losses are drawn into curves.png in the folder of the run.
    """
    from soundalike.training.loop import train as run
    from soundalike.training.recipe import read_recipe
    from soundalike.training.run_log import plot_curves

    folder = run(read_recipe(recipe, "tiny" if tiny else size, list(settings or ())), out, max_seconds)
    try:
        plot_curves(folder, folder / "curves.png")
    except ImportError:
        console.note("matplotlib is not installed: no curves.png (pip install soundalike[plots])")
    console.note(f"{folder}: saved")
