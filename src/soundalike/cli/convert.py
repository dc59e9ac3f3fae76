"""The verb that gives a recording another voice: convert."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Annotated

import typer

from .clone import shortened
from .command import App, verb
from .facts import default_from
from .options import SOUND, ModelOptions, OriginOptions, read_file

EXAMPLES = """
soundalike convert me-speaking.wav anna -o anna.wav --transcript "What I said."
soundalike convert me-speaking.wav other.wav -o other-says-it.wav
soundalike convert line.wav anna -o line.mp3 --pitch 2 --transcript-file line.txt
"""
app = App()


@verb(app, "convert", EXAMPLES)
def convert(
    source: Annotated[
        str, typer.Argument(help="recording of up to a minute of speech: words and melody stay")
    ],
    reference: Annotated[
        str,
        typer.Argument(help="the voice it gets: a recording, a .voice file, or a voice's name"),
    ],
    origin: OriginOptions,
    model: ModelOptions,
    loudness: Annotated[
        float,
        typer.Option(
            "--loudness",
            metavar="LUFS",
            default_factory=default_from("core.speaking:LOUDNESS"),
            help="of the result",
            rich_help_panel=SOUND,
        ),
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="file to write; - writes to standard output")
    ] = "out.wav",
    format: Annotated[
        str | None,
        typer.Option("--format", help="wav, flac, mp3, ogg, opus, m4a", show_default="by the name's ending"),
    ] = None,
    transcript: Annotated[
        str | None,
        typer.Option(
            "--transcript",
            help="what the recording says; without it phones are recognized, and some are wrong",
            show_default="none",
        ),
    ] = None,
    transcript_file: Annotated[
        str | None, typer.Option("--transcript-file", metavar="FILE", help="file with the transcript, UTF-8")
    ] = None,
    language: Annotated[
        str, typer.Option("--language", help="of the transcript", show_default="found from the text")
    ] = "",
    pitch: Annotated[
        float, typer.Option("--pitch", help="beside the voice's own mean pitch", rich_help_panel=SOUND)
    ] = 0.0,
    seed: Annotated[
        int, typer.Option("--seed", help="the same seed gives the same sound", rich_help_panel=SOUND)
    ] = 0,
    quality_check: Annotated[
        bool,
        typer.Option(
            "--quality-check/--no-quality-check",
            help="check the voice, and the words where there is a transcript",
            rich_help_panel=SOUND,
        ),
    ] = True,
) -> None:
    """Give a recording another voice; its words, timing and melody stay."""
    from soundalike.audio.io import check_target, format_of, write_encoded
    from soundalike.core.errors import ConfigError, TextError
    from soundalike.core.options import changed
    from soundalike.inference import voice_library
    from soundalike.provenance.metadata import today

    if transcript is not None and transcript_file is not None:
        raise TextError("give the transcript either with --transcript or with --transcript-file.")
    words = read_file(transcript_file) if transcript_file else transcript or ""
    chosen = format_of("" if output == "-" else output, format)
    if output != "-":
        check_target(output, chosen)
    origin.check(chosen)
    found = voice_library.find(reference)
    cloner = model.load()
    options_kind = cloner.ConversionOptions
    if options_kind is None:
        raise ConfigError("this family cannot convert recordings. Leave --model and --family out.")
    voice = voice_library.ready(cloner, found, reference)
    speech = cloner.convert(
        source,
        voice,
        words,
        changed(options_kind(), pitch=pitch, seed=seed, language=language),
        loudness=loudness,
        quality_check=quality_check,
        watermark=origin.watermark,
        day=today(),
    )
    for check in speech.checks:
        for doubt in check.doubts:
            warnings.warn(f"in doubt, in '{shortened(check.text or source)}': {doubt}", stacklevel=1)
    data = origin.encoded(speech, chosen)
    if output == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    write_encoded(Path(output), data)
    print(f"{output}: {speech.seconds:.2f} s")
