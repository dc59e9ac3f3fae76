"""The verb that speaks without a recording: say."""

from __future__ import annotations

from typing import Annotated

import typer

from .clone import OutputOptions, clone
from .command import App, verb
from .facts import default_from
from .options import ArchitectureOptions, ModelOptions, OriginOptions, ReadingOptions, SpeakingOptions

EXAMPLES = """
soundalike say "Hello."
soundalike say "Good evening." --voice rook -o evening.mp3
soundalike say --voice anna --text-file story.txt -o story.wav
"""
app = App()


@verb(app, "say", EXAMPLES)
def say(
    output: OutputOptions,
    architecture: ArchitectureOptions,
    speaking: SpeakingOptions,
    reading: ReadingOptions,
    origin: OriginOptions,
    model: ModelOptions,
    voice: Annotated[
        str,
        typer.Option(
            "--voice",
            metavar="NAME",
            default_factory=default_from("inference.bundled_voices:DEFAULT"),
            help="a voice that `soundalike voices list` shows, a .voice file, or a recording",
        ),
    ],
    text: Annotated[
        list[str] | None,
        typer.Argument(help="what to say; - reads it from standard input", show_default=False),
    ] = None,
    text_file: Annotated[
        str | None, typer.Option("--text-file", metavar="FILE", help="file with the text, UTF-8")
    ] = None,
) -> None:
    """Speak a text in a voice that comes with the program, or any other."""
    clone(
        reference=voice,
        output=output,
        architecture=architecture,
        speaking=speaking,
        reading=reading,
        origin=origin,
        model=model,
        rest=[" ".join(text)] if text else None,
        text_file=text_file,
    )
