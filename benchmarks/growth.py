"""How preparing and training grow with the amount of data: the same corpus at several sizes, a process of its
own for each.

usage: python benchmarks/growth.py CORPUS [--clips 64 256 1024] [--recipe recipes/starling.toml] [--steps 8]

CORPUS is whatever `soundalike data prepare` reads. Prints the table of docs/scale.md and by how much each
column grew. Times are of the processor, one thread, so that what else the machine does counts little.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from stopwatch import machine, peak_megabytes, spread, start

from soundalike.checkpoints.bundle import BUILT_IN
from soundalike.checkpoints.part import load_part
from soundalike.core.registry import part
from soundalike.data.dataset import Dataset
from soundalike.prepare.derive.durations import write_durations
from soundalike.prepare.derive.embeddings import write_speaker_embeddings
from soundalike.prepare.pipeline import prepare
from soundalike.prepare.readers.clips import Clip
from soundalike.prepare.readers.formats import find_reader
from soundalike.training.begin import gather_facts
from soundalike.training.loop import train
from soundalike.training.recipe import Recipe, read_recipe

RECIPE = Path(__file__).resolve().parent.parent / "recipes" / "starling.toml"
SETTINGS = (
    "data.seconds=[0.5,20.0]",
    "data.exclude=[]",
    "data.corpora=[]",
    "train.threads=1",
    "train.save_every=0",
    "train.samples_every=0",
)
COLUMNS = {  # of the table, with how each is written
    "clips": "{:,}",
    "speech": "{:,.0f} s",
    "prepare": "{:.1f} s",
    "align": "{:.1f} s",
    "again": "{:.3f} s",
    "open": "{:.2f} s",
    "step": "{:.2f} s",
    "memory": "{:,.0f} MB",
    "disk": "{:,.1f} MB",
}
HEADS = {
    "prepare": "prepare: features",
    "align": "durations, vectors",
    "again": "features again",
    "open": "open for training",
    "step": "a step of it",
    "disk": "on disk",
}


def chosen(corpus: str, language: str) -> list[dict[str, str]]:
    """The clips of a corpus that can be trained on, as lines of a list, in an order of which every beginning
    is spread over the whole.
    """
    _, read = find_reader(Path(corpus))
    clips = [
        clip
        for clip in read(Path(corpus))
        if isinstance(clip, Clip) and clip.text and not clip.long and clip.language in ("", language)
    ]
    lines = [
        {name: getattr(clip, name) for name in ("id", "audio", "text", "speaker", "corpus")}
        | {"language": language}
        for clip in clips
        if clip.split in ("", "train") and Path(clip.audio).is_file()
    ]
    return spread(lines)


def spent(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of processor time that some work takes, and what it gives."""
    began = time.process_time()
    made = work()
    return time.process_time() - began, made


def point(listed: str, folder: str, recipe: str, steps: int) -> dict[str, float]:
    """What each stage costs for the clips of a list."""
    torch.set_num_threads(1)
    data = Path(folder) / "data"
    run = Path(folder) / "run"
    aligner = load_part(BUILT_IN / "aligner", "aligner").instrument
    encoder = load_part(BUILT_IN / "speaker", "speaker").instrument
    asked = read_recipe(recipe, "", [f"data.manifest={json.dumps(str(data))}", *SETTINGS])
    first, rows = spent(lambda: prepare(listed, data, mel=asked.mel, workers=1, shares=(0.0, 0.0)))
    again, _ = spent(lambda: prepare(listed, data, mel=asked.mel, workers=1, shares=(0.0, 0.0)))
    align, _ = spent(
        lambda: [
            write_durations(str(data), aligner, asked.mel),
            write_speaker_embeddings(str(data), encoder, asked.mel),
        ]
    )
    opening, _ = spent(lambda: opened(asked))
    train(to_steps(asked, 1), run, quiet=True)  # the first is slower than those after it
    one, _ = spent(lambda: train(to_steps(asked, 2), run, quiet=True))
    # Opens and saves as the one did
    more, _ = spent(lambda: train(to_steps(asked, 3 + steps), run, quiet=True))
    disk = sum(path.stat().st_size for path in data.rglob("*") if path.is_file()) / 1e6
    speech = sum(row.seconds for row in rows)
    step = (more - one) / steps
    return {
        "clips": len(rows),
        "speech": speech,
        "prepare": first,
        "align": align,
        "again": again,
        "open": opening,
        "step": step,
        "memory": peak_megabytes(),
        "disk": disk,
    }


def opened(recipe: Recipe) -> None:
    """What a run does before its first step: the manifest, mean and spread of the mels, a batch."""
    data = Dataset(recipe.data, recipe.mel, part(recipe.part).objective.required_fields)
    gather_facts(data)
    data.batch(0)


def to_steps(recipe: Recipe, steps: int) -> Recipe:
    return replace(recipe, train=replace(recipe.train, steps=steps))


def table(points: list[dict[str, float]]) -> str:
    """The points in Markdown, and by how much each column grew over them."""
    last = {name: points[-1][name] / points[0][name] for name in COLUMNS}
    rows = ["| " + " | ".join(HEADS.get(name, name) for name in COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    rows += [
        "| " + " | ".join(form.format(one[name]) for name, form in COLUMNS.items()) + " |" for one in points
    ]
    return "\n".join([*rows, "| " + " | ".join(f"x {last[name]:.1f}" for name in COLUMNS) + " |"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", help="whatever `soundalike data prepare` reads")
    parser.add_argument("--clips", type=int, nargs="+", default=(64, 256, 1024))
    parser.add_argument("--language", default="en")
    parser.add_argument("--recipe", default=str(RECIPE))
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--point", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.point:
        order = json.load(sys.stdin)
        with contextlib.redirect_stdout(sys.stderr):
            found = point(*(order[name] for name in ("listed", "folder", "recipe", "steps")))
        Path(order["result"]).write_text(json.dumps(found), encoding="utf-8")
        return
    lines = chosen(given.corpus, given.language)
    if len(lines) < max(given.clips):
        parser.error(
            f"{given.corpus} has {len(lines)} clips to train on in '{given.language}', "
            f"under {max(given.clips)}: give smaller --clips"
        )
    points = []
    for count in sorted(given.clips):
        with tempfile.TemporaryDirectory() as folder:
            listed = Path(folder) / "list.jsonl"
            listed.write_text("".join(json.dumps(line) + "\n" for line in lines[:count]), encoding="utf-8")
            command = [sys.executable, __file__, given.corpus, "--point"]
            environment = {**os.environ, "OMP_NUM_THREADS": "1"}
            points.append(
                start(
                    command,
                    environment,
                    listed=str(listed),
                    folder=folder,
                    recipe=given.recipe,
                    steps=given.steps,
                )
            )
    print(f"{machine()}; {time.strftime('%Y-%m-%d')}\n\n{table(points)}")


if __name__ == "__main__":
    main()
