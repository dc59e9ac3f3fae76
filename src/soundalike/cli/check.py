"""The verb that judges a recording as a reference: check."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from .command import App, verb
from .options import AsJson, ModelOptions

EXAMPLES = """
soundalike check me.wav
soundalike check me.wav --transcript "What is said in it." --json
"""
app = App()


@verb(app, "check", EXAMPLES)
def check(
    reference: Annotated[str, typer.Argument(help="recording")],
    model: ModelOptions,
    transcript: Annotated[
        str | None, typer.Option("--transcript", metavar="TEXT", help="what is said in it, to be compared")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge a recording as a reference, with advice."""
    report = model.load().check(reference, transcript)
    if as_json:
        print(json.dumps(report.to_dict(), ensure_ascii=False, indent=1))
        return
    start, stop = report.window
    print(
        f"{reference}: {report.speech_seconds:.1f} s of speech in {report.seconds:.1f} s; "
        f"best from {start:.1f} to {stop:.1f} s"
    )
    if report.snr_db is not None:
        print(
            f"level {report.level_db:.0f} dBFS, {report.snr_db:.0f} dB over the noise, "
            f"sound up to {report.bandwidth_hertz / 1000:.1f} kHz"
        )
    print(f"problems: {', '.join(report.problems) or 'none'}")
    print(report.advice)
