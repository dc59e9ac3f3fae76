"""A picture of the attention of a model to the symbols of its sentences."""

from __future__ import annotations

import os
from pathlib import Path

from soundalike.core.errors import ConfigError
from soundalike.core.files import can_make, write_atomic
from soundalike.core.installation import install_command
from soundalike.core.types import Attention

ENDING = ".png"
TALLEST = 500.0  # inches of a picture of many sentences: more than 2**16 pixels are not drawn


def check_picture(path: str | os.PathLike) -> None:
    """Raise ConfigError where no picture can be drawn: another ending, a folder that cannot be
    written to, no matplotlib.
    """
    if Path(path).suffix.lower() != ENDING or not can_make(Path(path).parent):
        raise ConfigError(
            f"--attention {path}: give a name that ends in {ENDING}, in a folder you may write to."
        )
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise ConfigError(f"--attention needs matplotlib to draw: {install_command('plots')}") from None


def draw(looked: tuple[Attention, ...], path: str | os.PathLike) -> None:
    """A picture of sentences one below the other: time to the right, symbols upwards, brighter where was
    looked more (needs matplotlib).
    """
    from matplotlib.figure import Figure

    heights = [max(2.0, 0.13 * len(one.symbols)) for one in looked]
    figure = Figure(figsize=(9, min(TALLEST, sum(heights) + 0.7 * len(looked))), layout="constrained")
    axes = figure.subplots(len(looked), squeeze=False, height_ratios=heights)[:, 0]
    for axis, one in zip(axes, looked):
        extent = (0.0, len(one.weights) * one.step, -0.5, len(one.symbols) - 0.5)
        axis.imshow(
            one.weights.T,
            origin="lower",
            aspect="auto",
            cmap="magma",
            vmin=0.0,
            vmax=1.0,
            extent=extent,
            interpolation="nearest",
        )
        axis.set_yticks(range(len(one.symbols)), one.symbols, fontsize=6)
        axis.set_xlabel("seconds")
    write_atomic(path, lambda temporary: figure.savefig(temporary, dpi=90, format="png"))
