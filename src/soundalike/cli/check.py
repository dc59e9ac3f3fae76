"""The verb that judges recordings as references: check."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from soundalike.core.errors import ConfigError, SoundalikeError

from .command import App, verb
from .options import AsJson, ModelOptions

if TYPE_CHECKING:
    from soundalike.inference.reference_check import Report, Survey

EXAMPLES = """
soundalike check me.wav
soundalike check one.wav two.m4a three.mp3
soundalike check me.wav --transcript "What is said in it." --json
"""
app = App()


@verb(app, "check", EXAMPLES)
def check(
    references: Annotated[list[str], typer.Argument(metavar="FILE...", help="recordings")],
    model: ModelOptions,
    transcript: Annotated[
        str | None,
        typer.Option("--transcript", metavar="TEXT", help="what is said in it, to be compared"),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Judge recordings as references, with advice.

    The exit code is 2 where one cannot be read. --json prints a list where there are several.
    """
    if transcript is not None and len(references) > 1:
        raise ConfigError("--transcript: it is that of one recording. Check one at a time with it.")
    code = 0
    # Looked at before the model is loaded: a long recording and a model together take much memory
    looks = {} if transcript is not None else {reference: look_at(reference) for reference in references}
    cloner = model.load()
    reports = []
    for number, reference in enumerate(references):
        try:
            look = looks.get(reference)
            if isinstance(look, SoundalikeError):
                raise look
            report = cloner.check(reference, transcript) if look is None else cloner.judge(look)
        except SoundalikeError as error:
            reports.append({"file": reference, "error": str(error)})
            print(f"soundalike: {error}", file=sys.stderr)
            code = 2
            continue
        reports.append({"file": reference, **report.to_dict()})
        if not as_json:
            print("\n" * (number > 0) + as_text(reference, report))
    if as_json:
        said = reports if len(references) > 1 else reports[0]
        print(json.dumps(said, ensure_ascii=False, indent=1))
    return code


def look_at(reference: str) -> Survey | SoundalikeError:
    """A look at all of a recording, or why it cannot be read."""
    from soundalike.inference.recordings import open_recording
    from soundalike.inference.reference_check import survey
    from soundalike.inference.reference_measures import RATE

    try:
        return survey(open_recording(reference, highest_rate=RATE))
    except SoundalikeError as error:
        return error


def as_text(reference: str, report: Report) -> str:
    """A report in words, some lines."""
    start, stop = report.window
    lines = [
        f"{reference}: {report.speech_seconds:.1f} s of speech in {report.seconds:.1f} s; "
        f"best from {start:.1f} to {stop:.1f} s"
    ]
    if report.snr_db is not None:
        lines.append(
            f"level {report.level_db:.0f} dBFS, {report.snr_db:.0f} dB over the noise, "
            f"sound up to {report.bandwidth_hertz / 1000:.1f} kHz"
        )
    lines.append(f"problems: {', '.join(report.problems) or 'none'}")
    lines += [f"mended: {done}" for done in report.mended]
    return "\n".join([*lines, report.advice])
