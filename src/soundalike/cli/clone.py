"""The verb that speaks one text: clone."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from soundalike.core.errors import ConfigError

from . import console
from .command import App, OptionGroup, verb
from .options import (
    ArchitectureOptions,
    ModelOptions,
    MoreReferences,
    OriginOptions,
    ReadingOptions,
    SpeakingOptions,
    text_of,
    with_adapted_prompt,
)

if TYPE_CHECKING:
    from soundalike.audio.speech import Speech
    from soundalike.inference.cloner import Cloner
    from soundalike.inference.spoken_file import SpokenFacts

EXAMPLES = """
soundalike clone me.wav "Good evening." -o out.wav
soundalike clone me.wav --text-file story.txt -o story.mp3 --speed 0.9
soundalike clone anna "We will be there by noon, I promise." -o dub.wav --fit 2.5
soundalike clone a.wav b.wav c.wav "One voice from three recordings."
soundalike clone me.wav "Yes. [pause 1s] No." --timestamps out.srt
soundalike clone me.wav "You are here!" --emotion happy --intensity 1.2
soundalike clone me.wav "[happy] You are here! [sad] And you must go."
echo "From a pipe." | soundalike clone me.wav - -o - > piped.wav
soundalike clone me.wav --text-file story.txt --stream -o - | aplay
"""
app = App()


@dataclass(frozen=True, kw_only=True)
class OutputOptions(OptionGroup):
    """What is written, and where."""

    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="file to write; - writes to standard output")
    ] = "out.wav"
    format: Annotated[
        str | None,
        typer.Option("--format", help="wav, flac, mp3, ogg, opus, m4a", show_default="by the name's ending"),
    ] = None
    stream: Annotated[
        bool,
        typer.Option(
            "--stream",
            help="with -o -: write the sound as it is made, as wav of open length. Of the first sentence "
            "only the mel is checked before it is heard; what the check of its sound doubts is told then",
            show_default=False,
        ),
    ] = False
    timestamps: Annotated[
        str | None,
        typer.Option(
            "--timestamps", metavar="FILE", help="also write when each word is said: .srt, .vtt or .json"
        ),
    ] = None
    report: Annotated[
        str | None,
        typer.Option(
            "--report", metavar="FILE", help="also write the quality check of each sentence, as JSON"
        ),
    ] = None
    attention: Annotated[
        str | None,
        typer.Option(
            "--attention",
            metavar="FILE",
            help="also draw where the model looked in the text, as .png; for architectures with attention",
        ),
    ] = None
    units: Annotated[
        str | None,
        typer.Option(
            "--units",
            metavar="FILE",
            help="also write a page of which recordings were joined, as .html; for unit_selection",
        ),
    ] = None
    save_voice: Annotated[
        str | None,
        typer.Option("--save-voice", metavar="FILE", help="also keep the voice in a .voice file"),
    ] = None
    source: Annotated[
        bool, typer.Option("--source/--no-source", help="keep a clip of the recording in that file")
    ] = True
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="let --save-voice replace a voice of other recordings", show_default=False
        ),
    ] = False

    def check(self, inputs: Iterable[str]) -> str:
        """The format to write. Raises SoundalikeError where a file cannot be written as asked, or is one of
        those that are read.
        """
        from soundalike.audio.io import check_target, format_of
        from soundalike.core.files import can_make, check_apart
        from soundalike.inference import attention_plot, unit_page
        from soundalike.inference.timestamps import check_timestamp_file

        beside = {"--timestamps": self.timestamps, "--report": self.report, "--attention": self.attention}
        beside |= {"--units": self.units, "--save-voice": self.save_voice}
        check_apart({"-o": self.output, **beside}, inputs)
        format = format_of("" if self.output == "-" else self.output, self.format)
        if self.output != "-":
            check_target(self.output, format)
        if self.stream and (self.output != "-" or format != "wav"):
            raise ConfigError("--stream: only with -o -, and only as wav. Leave it out, or add -o -.")
        if self.timestamps:
            check_timestamp_file(self.timestamps)
        if self.attention:
            attention_plot.check_picture(self.attention)
        if self.units:
            unit_page.check_page(self.units)
        if self.report and not can_make(Path(self.report).parent):
            raise ConfigError(f"--report {self.report}: choose a file in a folder you may write to.")
        voice = self.save_voice
        if voice and not (voice.endswith(".voice") and can_make(Path(voice).parent)):
            raise ConfigError(
                f"--save-voice {voice}: give a name that ends in .voice, in a folder you may write to."
            )
        return format


@verb(app, "clone", EXAMPLES)
def clone(
    reference: Annotated[
        str,
        typer.Argument(
            help="recording of the voice (wav, flac, mp3, m4a, ogg, webm, a video), a .voice file, "
            "or a voice's name"
        ),
    ],
    output: OutputOptions,
    architecture: ArchitectureOptions,
    speaking: SpeakingOptions,
    reading: ReadingOptions,
    origin: OriginOptions,
    model: ModelOptions,
    rest: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[REFERENCE...] [TEXT]",
            help="further recordings of the same person, then what to say; - reads it from standard input",
            show_default=False,
        ),
    ] = None,
    more: MoreReferences = None,
    text_file: Annotated[
        str | None, typer.Option("--text-file", metavar="FILE", help="file with the text, UTF-8")
    ] = None,
    fit: Annotated[
        float | None, typer.Option("--fit", metavar="SECONDS", help="make the whole last so long")
    ] = None,
) -> None:
    """Speak a text in the voice of a recording."""
    from soundalike.text.gruut_reading import open_ahead

    open_ahead("en")  # while the rest is imported; texts in other languages have English words, too
    from soundalike.core.speaking import BEST
    from soundalike.core.types import Voice
    from soundalike.inference import voice_library
    from soundalike.inference.option_table import check_named
    from soundalike.inference.options import chosen_options
    from soundalike.inference.recordings import check_recordings
    from soundalike.inference.script_request import called_voices, known_voices, read_script
    from soundalike.inference.spoken_file import origin_of_script
    from soundalike.provenance.metadata import today

    references, text = references_and_text(reference, rest or [], more or [], text_file)
    words = text_of(text, text_file)
    format = output.check([*references, *([text_file] if text_file else [])])
    origin.check(format)
    if output.stream and origin.c2pa_cert:
        raise ConfigError("--stream: Content Credentials can only be signed in a whole file. Leave it out.")
    found = voice_library.find_all(references)
    known = known_voices(words, voice_library.all_names)
    request = reading.request(words, text_file or "text", known)
    kept = found if isinstance(found, Voice) else None
    script = read_script(request, kept)
    given = speaking.with_emotion(architecture.given)
    check_named(dict(given))
    check_recordings(found)
    began = time.monotonic()
    cloner = model.load(speaking.device)
    options = chosen_options(cloner, dict(given))
    if output.attention:
        check_capability(cloner, "attention")
    if output.units:
        check_capability(cloner, "units")
    voice = voice_library.ready(cloner, found, reference)
    if output.save_voice:
        voice_library.check_file_free(output.save_voice, voice, output.force)
    others = called_voices(
        script, known, lambda name: voice_library.ready(cloner, voice_library.get(name), name)
    )
    quality = cloner.chosen_quality(speaking.quality)
    speaker = with_adapted_prompt(cloner, voice) if quality == BEST else voice
    day = today()
    notes = origin_of_script(script, voice, others, cloner.model, day, origin.watermark)
    with progress_of(len(script.utterances)) as bar:
        pieces = cloner.speak(
            script,
            speaker,
            options,
            fit=fit,
            loudness=speaking.loudness,
            others=others,
            quality=quality,
            quality_check=speaking.quality_check,
            progress=lambda done, of: bar.update(1),
            watermark=origin.watermark,
            day=day,
            stream=output.stream,
        )
        spoken = write_speech(pieces, output, origin, format, notes)
    took = time.monotonic() - began
    for check in spoken.checks:
        for doubt in check.doubts:
            warnings.warn(f"in doubt, in '{shortened(check.text)}': {doubt}", stacklevel=1)
    if output.output != "-":
        console.note(f"{output.output}: {spoken.seconds:.1f} s of speech in {took:.1f} s")
        named = voice.facts.get("name") or reference
        console.note(f"voice {named}, language {spoken.language}, quality {quality}")
    write_beside(spoken, output)
    if output.save_voice:
        lexicon = {"lexicon": request.lexicon.to_dict()} if request.lexicon else {}
        # A consent is bound to the arrays it was given for
        saved = voice if voice.facts.get("consent") else speaker
        Voice(saved.tensors, {**saved.facts, **lexicon}).save(output.save_voice, output.source)


def references_and_text(
    first: str, rest: list[str], more: list[str], text_file: str | None
) -> tuple[list[str], str | None]:
    """The references among the arguments and the options, and the text: the last argument, unless it is in a
    file.
    """
    if rest and " " in first and not Path(first).exists() and Path(rest[-1]).is_file():
        raise ConfigError(f"'{first}' is no recording. Give the recording first, then the text.")
    if text_file is not None and all(Path(one).is_file() for one in rest):
        return [first, *rest, *more], None
    return [first, *rest[:-1], *more], rest[-1] if rest else None


def progress_of(sentences: int) -> Any:
    """A bar over the sentences, where there are several."""
    from soundalike.core.progress import progress_bar

    return progress_bar(total=sentences, unit="sentence", disable=sentences < 2)


def write_speech(
    pieces: Iterable[Speech], output: OutputOptions, origin: OriginOptions, format: str, notes: str
) -> SpokenFacts:
    """Write the sound as it is made, to a file that appears when it is whole, or to standard output when it
    is, or as it is made where that is to stream; what is known of it. `notes` are those of its origin.
    """
    from soundalike.inference.spoken_file import SpokenFacts, noted
    from soundalike.inference.timestamps import kinds_in
    from soundalike.provenance.written import encode_pieces, stream_pieces, write_pieces

    facts = SpokenFacts()
    kinds = kinds_in(output.timestamps) if output.timestamps else ()
    passing = noted(pieces, facts, notes, kinds, bool(output.attention))
    with leaving_nothing_when_killed():
        if output.output != "-":
            write_pieces(Path(output.output), passing, format, origin.credentials())
            return facts
        if output.stream:
            stream_pieces(sys.stdout.buffer, passing)
            return facts
        with tempfile.TemporaryFile() as file:
            encode_pieces(file, passing, format, origin.credentials())
            file.seek(0)
            shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.buffer.flush()
    return facts


@contextlib.contextmanager
def leaving_nothing_when_killed() -> Iterator[None]:
    """Meanwhile a polite kill ends the process as an error does, so that an unfinished file is taken away."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def write_beside(spoken: SpokenFacts, output: OutputOptions) -> None:
    """Write whatever was asked for beside the sound."""
    from soundalike.core.files import write_atomic
    from soundalike.inference import attention_plot, unit_page
    from soundalike.inference.quality_check import report
    from soundalike.inference.timestamps import write_timestamps

    if output.timestamps:
        write_timestamps(output.timestamps, tuple(spoken.timestamps))
    if output.attention:
        attention_plot.draw(tuple(spoken.attention), output.attention)
    if output.units:
        unit_page.write_page(tuple(spoken.units), output.units)
    if output.report:
        write_atomic(output.report, json.dumps(report(spoken.checks), ensure_ascii=False, indent=1) + "\n")


def shortened(text: str, size: int = 40) -> str:
    """The beginning of a text that is longer."""
    return text if len(text) <= size else text[: size - 3].rstrip() + "..."


def check_capability(cloner: Cloner, name: str) -> None:
    """Raise ConfigError for an architecture without what the option of that name shows (a key of
    capabilities.CAPABILITIES), naming those with it.
    """
    from soundalike.core import registry
    from soundalike.core.capabilities import CAPABILITIES

    if not isinstance(cloner.synthesizer, CAPABILITIES[name]):
        own = registry.current(cloner.model["family"])
        others = ", ".join(
            other for other in registry.ARCHITECTURES if name in registry.architecture(other).capabilities
        )
        shown = "none to draw" if name == "attention" else "none to show"
        raise ConfigError(f"--{name}: the family {own} has {shown}. Give --family {others}, or leave it out.")
