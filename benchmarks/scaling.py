"""How time and memory grow with the length of the text and of the reference: the built-in model, a process of
its own for every point.

usage: python benchmarks/scaling.py [--threads 2] [--out scaling.json] [--picture docs/images/scaling.png]

Prints one JSON object: seconds and peak megabytes of each point, and over the upper half of the lengths the
exponent of their growth (1 is linear, 0 is flat). Pieces of sound are let go of as they come, as a server
does.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from robustness import STORY
from stopwatch import machine, peak_megabytes, start

from soundalike import Audio, Cloner

HERE = Path(__file__).resolve().parent
REFERENCE = HERE.parent / "docs" / "demo" / "reference.flac"
CHARACTERS = (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000)
# A reference holds a second of speech or more
SECONDS = (1.5, 3.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
LABELS = {"text": "characters of text", "reference": "seconds of reference"}


def point(kind: str, size: float, reference: str, threads: int) -> dict[str, Any]:
    """Seconds and peak megabytes of speaking a text of so many characters, or of listening to a reference,
    which is of so many seconds.
    """
    torch.set_num_threads(threads)
    cloner = Cloner.load()
    text = (STORY * math.ceil(size / len(STORY)))[: int(size)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the shortest are poor references
        began = time.monotonic()
        voice = cloner.listen(reference)
        if kind == "text":
            began = time.monotonic()
            for _ in cloner.speak(text, voice, quality="fast"):
                pass
        return {"size": size, "seconds": time.monotonic() - began, "megabytes": peak_megabytes()}


def write_reference(path: Path, seconds: float) -> None:
    """The demo's recording over and over."""
    audio = Audio.read(REFERENCE).trim()
    Audio(np.resize(audio.samples, round(seconds * audio.rate)), audio.rate).write(path)


def exponent(points: list[dict[str, Any]], name: str) -> float:
    """The slope of a measure against size, both as logarithms, over the upper half of the points."""
    upper = points[len(points) // 2 :]
    return float(
        np.polyfit(np.log([one["size"] for one in upper]), np.log([one[name] for one in upper]), 1)[0]
    )


def draw(report: dict[str, Any], path: str) -> None:
    """Time and memory against both lengths, on logarithmic axes."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(2, 2, figsize=(11, 6), sharex="col")
    for column, (kind, label) in enumerate(LABELS.items()):
        points = report[kind]["points"]
        for axis, name, unit in zip(axes[:, column], ("seconds", "megabytes"), ("s", "MB")):
            axis.loglog([one["size"] for one in points], [one[name] for one in points], marker="o")
            axis.set(title=f"{name}: grows with power {report[kind][name]:.2f}", ylabel=unit)
            axis.grid(alpha=0.3)
        ends = (points[len(points) // 2]["size"], points[-1]["size"])
        last = points[-1]["seconds"]
        axes[0, column].plot(
            ends, [last * end / ends[1] for end in ends], color="gray", linestyle=":", label="linear"
        )
        axes[0, column].legend()
        axes[1, column].set(xlabel=label, ylim=(100, 4000))
    figure.tight_layout()
    figure.savefig(path, dpi=90, pil_kwargs={"optimize": True})
    pyplot.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--characters", type=int, nargs="+", default=CHARACTERS)
    parser.add_argument("--seconds", type=float, nargs="+", default=SECONDS)
    parser.add_argument("--out", help="a file for the JSON")
    parser.add_argument("--picture", help="a file for the plots, .png")
    parser.add_argument("--point", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.point:
        order = json.load(sys.stdin)
        found = point(order["kind"], order["size"], order["reference"], order["threads"])
        Path(order["result"]).write_text(json.dumps(found), encoding="utf-8")
        return
    report: dict[str, Any] = {
        "machine": machine(),
        "threads": given.threads,
        "date": time.strftime("%Y-%m-%d"),
    }
    command = [sys.executable, __file__, "--point"]
    environment = {**os.environ, "OMP_NUM_THREADS": str(given.threads)}
    with tempfile.TemporaryDirectory() as folder:
        for kind, sizes in (("text", given.characters), ("reference", given.seconds)):
            points = []
            for size in sizes:
                reference = REFERENCE
                if kind == "reference":  # written here, so that the memory it takes is not the point's
                    reference = Path(folder) / "reference.wav"
                    write_reference(reference, size)
                points.append(
                    start(
                        command,
                        environment,
                        kind=kind,
                        size=size,
                        reference=str(reference),
                        threads=given.threads,
                    )
                )
            report[kind] = {
                "points": points,
                **{name: exponent(points, name) for name in ("seconds", "megabytes")},
            }
    text = json.dumps(report, indent=1)
    if given.out:
        Path(given.out).write_text(text + "\n", encoding="utf-8")
    if given.picture:
        draw(report, given.picture)
    print(text)


if __name__ == "__main__":
    main()
