"""The verb that measures recordings: evaluate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .command import App, verb
from .facts import at_least
from .options import AsrModel

EXAMPLES = """
soundalike batch jobs.jsonl --report ours.jsonl
soundalike evaluate ours.jsonl --out report/
soundalike evaluate ours.jsonl --against theirs.jsonl --out report/
"""
app = App()


@verb(app, "evaluate", EXAMPLES)
def evaluate(
    jobs: Annotated[
        str,
        typer.Argument(
            help="JSON lines with wav and text (and reference, real, seconds), or a folder of recordings "
            "with .txt files"
        ),
    ],
    out: Annotated[
        str,
        typer.Option(
            "--out",
            metavar="FOLDER",
            help="where to write the report; going on where an earlier run stopped",
        ),
    ],
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="OTHER_JOBS",
            help="a second system's recordings of the same texts and references, to compare",
        ),
    ] = None,
    language: Annotated[str, typer.Option("--language", help="of the texts")] = "en",
    asr_model: AsrModel = None,
    words: Annotated[
        bool, typer.Option("--words/--no-words", help="count wrong words with a recogniser")
    ] = True,
    naturalness: Annotated[
        bool, typer.Option("--naturalness/--no-naturalness", help="predict naturalness")
    ] = True,
    emotion: Annotated[
        bool,
        typer.Option(
            "--emotion",
            help="also tell the emotion of each recording, beside the one in its job's field emotion",
            show_default=False,
        ),
    ] = False,
    players: Annotated[
        int,
        typer.Option(
            "--players",
            callback=at_least("--players", 0),
            help="jobs to listen to in the page, the worst first; 0 or more",
        ),
    ] = 12,
    seed: Annotated[
        int, typer.Option("--seed", callback=at_least("--seed", 0), help="of the intervals; 0 or more")
    ] = 0,
) -> None:
    """Measure recordings that any system made, and compare two systems.

    Words, similarity, naturalness, melody, signal and speed, with intervals, in one report.
    """
    from soundalike.evaluate.evaluate import evaluate as measure
    from soundalike.evaluate.evaluate import open_instruments
    from soundalike.evaluate.report import counted

    tools = open_instruments(language, asr_model, words, naturalness, emotion)
    report = measure(jobs, out, tools, against, players, seed)
    for line in (*report["notes"], *(counted(system) for system in report["systems"])):
        print(line)
    print(f"{Path(out) / 'report.html'}: written, with report.md and report.json beside it")
