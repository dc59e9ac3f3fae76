"""The verb that speaks many texts: batch."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from .command import App, verb
from .facts import at_least
from .options import (
    WORKERS,
    ArchitectureOptions,
    Engine,
    ModelOptions,
    OriginOptions,
    ReadingOptions,
    SpeakingOptions,
)

EXAMPLES = """
soundalike batch jobs.jsonl
soundalike batch jobs.jsonl --report done.jsonl --workers 8
soundalike batch jobs.jsonl --engine ray --quality fast
a line of jobs.jsonl: {"reference": "me.wav", "text": "One.", "wav": "1.wav"}
{"reference": "me.wav", "text": "Two.", "wav": "3.wav", "emotion": "happy", "intensity": 1.2}
or a recording to convert: {"reference": "anna", "source": "line.wav", "wav": "2.wav", "pitch": "keep"}
"""
app = App()


@verb(app, "batch", EXAMPLES)
def batch(
    jobs: Annotated[str, typer.Argument(help="file of jobs, JSON lines")],
    architecture: ArchitectureOptions,
    speaking: SpeakingOptions,
    reading: ReadingOptions,
    origin: OriginOptions,
    model: ModelOptions,
    overwrite: Annotated[
        bool,
        typer.Option("--overwrite", help="make all files again that are already there", show_default=False),
    ] = False,
    report: Annotated[
        str | None,
        typer.Option(
            "--report",
            metavar="FILE",
            help="write the jobs done, with the seconds each took and what is in doubt, as JSON lines",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            metavar="N",
            callback=at_least("--workers", 1),
            help="processes, 1 or more; several have one thread each",
            show_default="1; with Ray one a core",
            rich_help_panel=WORKERS,
        ),
    ] = None,
    engine: Engine = "local",
) -> int:
    """Speak many texts: one JSON object a line with reference, text, wav.

    A job may have options of its own, by the names they have here (`"speed": 0.9`, `"emotion": "happy"`),
    which go before those of the command line.

    With `source` in place of `text` a recording is converted; then `pitch`, `strength`, `keep_breaths` and
    `transcript` may stand there too.

    Files that are there already are left as they are, unless the text, voice or options of their job have
    changed since. Exit code 2 where a job was not done.
    """
    from soundalike.inference.batch import BatchSettings, run_batch

    settings = BatchSettings(
        options=speaking.with_emotion(architecture.given),
        model=model.model,
        family=model.family,
        device=speaking.device,
        backend=model.backend,
        threads=model.threads,
        language=reading.language,
        lexicon=reading.lexicon,
        ssml=reading.ssml or None,
        text_options=reading.text_options,
        quality=speaking.quality,
        quality_check=speaking.quality_check,
        loudness=speaking.loudness,
        watermark=origin.watermark,
        c2pa_cert=origin.c2pa_cert,
        c2pa_key=origin.c2pa_key,
    )
    result = run_batch(Path(jobs), settings, complain, overwrite, report, workers, engine)
    print(f"{result.total - result.failed} of {result.total} jobs done ({result.done} now)")
    if result.again:
        print(f"files made again, as text, voice or options had changed: {result.again}")
    return 2 if result.failed else 0


def complain(message: str) -> None:
    """Tell of a job that cannot be done, beside the progress bar."""
    from tqdm import tqdm

    tqdm.write(f"soundalike: {message}", file=sys.stderr)
