"""The log of a run: `log.csv`, and its curves as a picture."""

from __future__ import annotations

import csv
import os
from pathlib import Path

from soundalike.core.files import write_atomic

from .state import State

LOG = "log.csv"


def write_log(folder: Path, state: State, means: dict[str, float]) -> None:
    """Add a line for each value to the log of a run."""
    append_log(folder, state.step, means, state.seconds, state.frames)


def append_log(
    folder: Path, step: int, values: dict[str, float], seconds: float = 0.0, frames: int = 0
) -> None:
    """Add a line for each value of a step, after so many seconds and frames, to the log in a folder."""
    path = folder / LOG
    new = not path.is_file() or not path.stat().st_size
    with open(path, "a", newline="") as file:
        writer = csv.writer(file)
        if new and values:
            writer.writerow(["step", "seconds", "frames", "name", "value"])
        for name, value in values.items():
            writer.writerow([step, round(seconds, 1), frames, name, round(value, 6)])


def forget_after(path: Path, step: int) -> None:
    """Take out of the log what a run that was killed wrote past its last save: those steps are taken
    again.
    """
    if path.is_file():
        lines = path.read_text().splitlines(keepends=True)
        kept = [
            line
            for line in lines
            if line.endswith("\n") and not (line.split(",")[0].isdigit() and int(line.split(",")[0]) > step)
        ]
        if kept != lines:
            write_atomic(path, "".join(kept))


def plot_curves(folder: str | os.PathLike, target: str | os.PathLike) -> None:
    """Draw a run's losses against steps into a picture (needs matplotlib); none where nothing was logged
    yet.
    """
    path = Path(folder) / LOG
    if not path.is_file():
        return
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    curves: dict[str, list[tuple[int, float]]] = {}
    with open(path, newline="") as file:
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
