"""The verb that gives a recording another voice: convert."""

from __future__ import annotations

import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from soundalike.core.errors import ConfigError, TextError

from . import console
from .clone import shortened
from .command import App, verb
from .facts import default_from
from .live import LiveOptions
from .options import SOUND, ModelOptions, MoreReferences, OriginOptions, read_file

if TYPE_CHECKING:
    from soundalike.audio.speech import Speech
    from soundalike.core.types import Voice
    from soundalike.inference.cloner import Cloner
    from soundalike.provenance.written import Credentials, Written

EXAMPLES = """
soundalike convert me-speaking.wav anna -o anna.wav
soundalike convert interview.mp4 other.wav -o other.mp3 --keep-breaths
soundalike convert me-singing.wav a.wav b.wav c.wav --pitch keep
soundalike convert line.wav anna -o between.wav --strength 0.7 --pitch +2
soundalike convert --live anna
"""
BAR_FROM = 10  # seconds of a source from which on its progress is shown
app = App()


@verb(app, "convert", EXAMPLES)
def convert(
    recordings: Annotated[
        list[str],
        typer.Argument(
            metavar="[SOURCE] REFERENCE",
            help="the recording (a video's sound too), none with --live; then the voice it gets: a recording "
            "or several of one person, a .voice file, or a voice's name",
        ),
    ],
    origin: OriginOptions,
    model: ModelOptions,
    live: LiveOptions,
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
    more: MoreReferences = None,
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
            help="what a recording of up to a minute says; its words are then checked",
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
        str,
        typer.Option(
            "--pitch",
            metavar="auto|keep|SEMITONES",
            help="auto: the voice's own mean pitch; keep: that of the recording; +3: semitones beside auto",
            rich_help_panel=SOUND,
        ),
    ] = "auto",
    strength: Annotated[
        float,
        typer.Option(
            "--strength",
            help="how far the voice goes from the recording's speaker to the other: 1 is all the way",
            rich_help_panel=SOUND,
        ),
    ] = 1.0,
    keep_breaths: Annotated[
        bool,
        typer.Option(
            "--keep-breaths/--no-keep-breaths",
            help="keep the recording's own sound, breaths too, in its pauses, which are otherwise made quiet",
            rich_help_panel=SOUND,
        ),
    ] = False,
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
    from soundalike.audio.io import check_target, format_of
    from soundalike.core.files import check_apart
    from soundalike.inference.conversion import ConversionRequest, check_conversion, read_pitch
    from soundalike.provenance.metadata import today
    from soundalike.provenance.written import Credentials, write_pieces

    words = transcript_of(transcript, transcript_file)
    source, references = source_and_references(recordings, more or [], live.live)
    request = ConversionRequest(
        pitch=read_pitch(pitch),
        strength=strength,
        keep_breaths=keep_breaths,
        transcript=words,
        loudness=loudness,
        quality_check=quality_check,
        watermark=origin.watermark,
        day=today(),
    )
    check_conversion(request)
    if source is None:
        live.run(*loaded(model, references), request, seed)
        return
    chosen = format_of("" if output == "-" else output, format)
    check_apart({"-o": output}, [source, *references, *([transcript_file] if transcript_file else [])])
    if output != "-":
        check_target(output, chosen)
    origin.check(chosen)
    cloner, voice = loaded(model, references)
    options = cloner.conversion_options(seed=seed, language=language)
    with SecondsBar() as bar:
        pieces = cloner.convert_in_pieces(source, voice, options, progress=bar.show, **vars(request))
        credentials = Credentials(origin.c2pa_cert, origin.c2pa_key)
        if output == "-":
            made = to_standard_output(pieces, chosen, credentials)
        else:
            made = write_pieces(Path(output), pieces, chosen, credentials)
    for check in made.checks:
        for doubt in check.doubts:
            warnings.warn(f"in doubt, in '{shortened(check.text or source)}': {doubt}", stacklevel=1)
    if output != "-":
        console.note(f"{output}: {made.seconds:.2f} s")


def transcript_of(transcript: str | None, file: str | None) -> str:
    """The transcript that was given, if any. Raises TextError for two, and for a file that cannot be read."""
    if transcript is not None and file is not None:
        raise TextError("give the transcript either with --transcript or with --transcript-file.")
    return read_file(file) if file else transcript or ""


def source_and_references(words: list[str], more: list[str], live: bool) -> tuple[str | None, list[str]]:
    """The source, None with --live, and what names the voice. Raises ConfigError where either is missing."""
    source, references = (None, words) if live else (words[0], words[1:])
    if not references and not more:
        raise ConfigError(
            "give the recording and the voice it gets, such as `soundalike convert me-speaking.wav anna`; "
            "with --live the voice alone."
        )
    return source, [*references, *more]


def loaded(model: ModelOptions, references: list[str]) -> tuple[Cloner, Voice]:
    """The model and the voice. Raises SoundalikeError where either cannot be used."""
    from soundalike.inference import voice_library

    found = voice_library.find_all(references)
    cloner = model.load()
    cloner.conversion_options()  # refuses a model that cannot convert before it listens
    return cloner, voice_library.ready(cloner, found, references[0])


def to_standard_output(pieces: Iterator[Speech], format: str, credentials: Credentials) -> Written:
    """Write the pieces to standard output, once their file is whole."""
    from soundalike.provenance.written import encode_pieces

    with tempfile.TemporaryFile() as file:
        made = encode_pieces(file, pieces, format, credentials)
        file.seek(0)
        shutil.copyfileobj(file, sys.stdout.buffer)
    sys.stdout.buffer.flush()
    return made


class SecondsBar:
    """A bar over the seconds of a source, where it is a long one."""

    def __init__(self) -> None:
        self._bar: Any = None

    def show(self, done: int, of: int) -> None:
        """So many whole seconds are done."""
        from soundalike.core.progress import progress_bar

        if self._bar is None:
            short = of < BAR_FROM
            self._bar = progress_bar(total=of, desc="convert", unit="s", disable=short)
        self._bar.update(done - self._bar.n)

    def __enter__(self) -> SecondsBar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()
