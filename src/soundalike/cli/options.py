"""Options that several verbs share, and what they stand for: the model, the text, where the speech comes
from.
"""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from soundalike.core.backends import BackendName
from soundalike.core.command_line import as_word
from soundalike.core.errors import ConfigError, TextError
from soundalike.core.text_options import CodeBlocks, Emoji, TextFormat, TextOptions

from . import console, facts
from .command import OptionGroup
from .facts import at_least, default_from

if TYPE_CHECKING:
    from soundalike.audio.speech import Speech
    from soundalike.core.types import Voice
    from soundalike.inference.cloner import Cloner
    from soundalike.inference.script_request import ScriptRequest
    from soundalike.provenance.written import Credentials

VOICE = "Voice and pace"
SOUND = "Sound and checks"
READING = "How the text is read"
ORIGIN = "Provenance"
MODEL = "Model"
WORKERS = "Workers"

AsJson = Annotated[bool, typer.Option("--json", help="print JSON", show_default=False)]
Force = Annotated[bool, typer.Option("--force", help="replace what is there", show_default=False)]
Data = Annotated[str, typer.Argument(metavar="DATA", help="folder made by `soundalike data prepare`")]
Reader = Annotated[
    str | None,
    typer.Option("--reader", metavar="NAME", help="how to read it", show_default="told by its files"),
]
AsrModel = Annotated[
    str | None,
    typer.Option(
        "--asr-model",
        metavar="MODEL",
        help="Whisper model: a CTranslate2 folder or a size such as small",
        show_default="Whisper base, where installed",
    ),
]
MoreReferences = Annotated[
    list[str] | None,
    typer.Option(
        "--reference",
        metavar="FILE",
        help="a further recording of the same person; may be given several times",
        show_default="none",
        rich_help_panel=VOICE,
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        "--threads",
        metavar="N",
        callback=at_least("--threads", 1),
        help="sentences made side by side at most, each by one thread of the processor",
        show_default="as many as there are idle cores; OMP_NUM_THREADS goes before",
        rich_help_panel=WORKERS,
    ),
]
Backend = Annotated[
    BackendName,
    typer.Option(
        "--backend",
        help="what runs the networks, ONNX Runtime or PyTorch; auto: onnx for a model with graphs",
        rich_help_panel=MODEL,
    ),
]
Engine = Annotated[
    str,
    typer.Option(
        "--engine",
        help="local, or ray: the cluster that RAY_ADDRESS names, else one begun here",
        rich_help_panel=WORKERS,
    ),
]


def _architectures() -> list[str]:
    from soundalike.core import registry

    return list(registry.ARCHITECTURES)


@dataclass(frozen=True, kw_only=True)
class ModelOptions(OptionGroup):
    """Which model is loaded."""

    family: Annotated[
        str | None,
        typer.Option(
            "--family",
            metavar="NAME",
            autocompletion=_architectures,
            help="a trained architecture: `soundalike models list` shows those there are",
            show_default="the built-in one",
            rich_help_panel=MODEL,
        ),
    ] = None
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="FOLDER",
            help="folder of another model",
            show_default="the built-in one",
            rich_help_panel=MODEL,
        ),
    ] = None
    threads: Threads = None
    backend: Backend = "auto"

    def load(self, device: str = "auto") -> Cloner:
        """The model, on the device. Raises ConfigError and CheckpointError where it cannot be used."""
        from soundalike.core.threads import wait_passively

        wait_passively()  # before PyTorch is imported
        from soundalike.inference.cloner import Cloner

        return Cloner.load(self.model, device, self.family, threads=self.threads, backend=self.backend)


@dataclass(frozen=True)
class ArchitectureOptions(OptionGroup):
    """The options of the architectures that were given, by name."""

    given: tuple[tuple[str, float | str], ...] = ()

    @classmethod
    def parameters(cls) -> list[inspect.Parameter]:
        """One for each option that an architecture has; None where it is not given."""
        found = []
        for option in facts.architecture_options():
            info = typer.Option(
                f"--{option.option.name}",
                help=option.help,
                show_default=option.shown_default,
                metavar="NAME" if option.option.choices else None,
                rich_help_panel=VOICE,
            )
            hint: Any = option.option.kind | None
            note: Any = Annotated[hint, info]
            keyword = inspect.Parameter.KEYWORD_ONLY
            found.append(inspect.Parameter(option.option.name, keyword, default=None, annotation=note))
        return found

    @classmethod
    def collected(cls, values: dict[str, Any]) -> ArchitectureOptions:
        """Those that were given."""
        return cls(tuple((name, value) for name, value in values.items() if value is not None))


@dataclass(frozen=True, kw_only=True)
class ReadingOptions(OptionGroup):
    """How a text is read."""

    language: Annotated[
        str | None,
        typer.Option(
            "--language", help="such as en or de", show_default="found from the text", rich_help_panel=READING
        ),
    ] = None
    lexicon: Annotated[
        str | None,
        typer.Option(
            "--lexicon",
            metavar="FILE",
            help="your own pronunciations: lines of a word, a tab and IPA or ARPAbet; or a PLS file",
            rich_help_panel=READING,
        ),
    ] = None
    ssml: Annotated[
        bool,
        typer.Option(
            "--ssml",
            help="take the text as SSML even if it does not begin with <speak",
            show_default=False,
            rich_help_panel=READING,
        ),
    ] = False

    text_format: Annotated[
        TextFormat,
        typer.Option(
            "--text-format",
            help="how the text is written; auto tells it by its marks",
            rich_help_panel=READING,
        ),
    ] = "auto"
    code_blocks: Annotated[
        CodeBlocks,
        typer.Option("--code-blocks", help="what is done with blocks of code", rich_help_panel=READING),
    ] = "announce"
    emoji: Annotated[
        Emoji,
        typer.Option("--emoji", help="whether emoji are left out or said by name", rich_help_panel=READING),
    ] = "drop"

    @property
    def text_options(self) -> TextOptions:
        """How the text is written. Raises ConfigError where --ssml says otherwise than --text-format."""
        if self.ssml and self.text_format not in ("auto", "ssml"):
            raise ConfigError(f"--ssml and --text-format {self.text_format}: give one of them.")
        return TextOptions(self.text_format, self.code_blocks, self.emoji)

    def request(self, text: str, source: str = "text", voices: Collection[str] = ()) -> ScriptRequest:
        """What is asked of a text. Raises TextError for a lexicon that cannot be read."""
        from soundalike.inference.script_request import ScriptRequest
        from soundalike.text import Lexicon

        lexicon = Lexicon.read(self.lexicon) if self.lexicon else None
        ssml = self.ssml or None
        return ScriptRequest(text, self.language, lexicon, ssml, source, voices, self.text_options)


@dataclass(frozen=True, kw_only=True)
class SpeakingOptions(OptionGroup):
    """How speech is made and checked."""

    quality: Annotated[
        Literal["fast", "best"] | None,
        typer.Option(
            "--quality",
            help="best adapts to the voice for some seconds, the first time, makes each sentence three times "
            "and keeps the clearest",
            rich_help_panel=SOUND,
        ),
    ] = None
    quality_check: Annotated[
        bool,
        typer.Option(
            "--quality-check/--no-quality-check",
            help="listen to each sentence again, and make it anew where a word is in doubt",
            rich_help_panel=SOUND,
        ),
    ] = True
    loudness: Annotated[
        float,
        typer.Option(
            "--loudness",
            metavar="LUFS",
            default_factory=default_from("core.speaking:LOUDNESS"),
            help="of what is spoken: -23 as broadcast, -18 to -14 for podcasts",
            rich_help_panel=SOUND,
        ),
    ]
    emotion_from: Annotated[
        str | None,
        typer.Option(
            "--emotion-from",
            metavar="FILE",
            help="take the emotion that is heard in a recording, in place of --emotion",
            show_default="none",
            rich_help_panel=VOICE,
        ),
    ] = None
    device: Annotated[
        str,
        typer.Option(
            "--device",
            help="cpu, cuda, mps, or auto, which is cpu: the built-in model is fast there",
            rich_help_panel=MODEL,
        ),
    ] = "auto"

    def with_emotion(self, given: tuple[tuple[str, float | str], ...]) -> tuple[tuple[str, float | str], ...]:
        """The options that were given, with the emotion of a recording where one is to be heard. Raises
        ConfigError where an emotion is given too, AudioError where nobody speaks in the recording.
        """
        if self.emotion_from is None:
            return given
        if "emotion" in dict(given):
            raise ConfigError("--emotion and --emotion-from: give one of them.")
        from soundalike.inference.emotion_reading import read_emotion

        heard = read_emotion(self.emotion_from)
        console.note(f"emotion {heard} ({self.emotion_from})")
        return (*given, ("emotion", heard.name))


@dataclass(frozen=True, kw_only=True)
class OriginOptions(OptionGroup):
    """What is written into speech on where it comes from."""

    watermark: Annotated[
        bool,
        typer.Option(
            "--watermark/--no-watermark",
            help="an inaudible mark in the sound; the metadata say so where it is left out",
            rich_help_panel=ORIGIN,
        ),
    ] = True
    c2pa_cert: Annotated[
        str | None,
        typer.Option(
            "--c2pa-cert",
            metavar="FILE",
            help="also sign Content Credentials: the certificate chain, PEM (wav, mp3, flac)",
            rich_help_panel=ORIGIN,
        ),
    ] = None
    c2pa_key: Annotated[
        str | None,
        typer.Option("--c2pa-key", metavar="FILE", help="its private key, PEM", rich_help_panel=ORIGIN),
    ] = None

    def check(self, format: str) -> None:
        """Raise ConfigError unless Content Credentials can be signed as asked."""
        from soundalike.provenance import c2pa

        c2pa.check_request(self.c2pa_cert, self.c2pa_key, format)

    def credentials(self) -> Credentials:
        """The files that Content Credentials are signed with."""
        from soundalike.provenance.written import Credentials

        return Credentials(self.c2pa_cert, self.c2pa_key)

    def encoded(self, audio: Speech, format: str) -> bytes:
        """The bytes of a file of speech, its Content Credentials in it where they are asked for."""
        from soundalike.provenance import metadata

        return metadata.encoded(audio, format, self.c2pa_cert, self.c2pa_key)


LONGEST_NAME = 250  # characters of a file's name


def text_of(text: str | None, file: str | None) -> str:
    """The text that was given as an argument, in a file or on standard input ("-"). Raises TextError."""
    if (text is None) == (file is None):
        raise TextError("give the text either as an argument or with --text-file.")
    if file is not None:
        return read_file(file)
    if text == "-":
        return decode(sys.stdin.buffer.read(), "standard input")
    words = str(text)
    if len(words) < LONGEST_NAME and Path(words).is_file():
        warnings.warn(
            f"'{words}' is a file, and its name is spoken. "
            f"To speak what is in it: --text-file {as_word(words)}.",
            stacklevel=2,
        )
    return words


def read_file(path: str) -> str:
    """A text file. Raises TextError naming it when it cannot be read or is not UTF-8."""
    try:
        return decode(Path(path).read_bytes(), path)
    except OSError as error:
        raise TextError(f"{path}: cannot be read ({error.strerror}). Give a text file.") from None


def decode(data: bytes, where: str) -> str:
    """UTF-8 as text. Raises TextError naming where it comes from."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TextError(f"{where}: not UTF-8 text. Save it as UTF-8.") from None


def with_adapted_prompt(cloner: Cloner, voice: Voice) -> Voice:
    """The voice after prompt adaptation, with a progress bar where it is not known from before."""
    from soundalike.core.progress import progress_bar

    bar = None

    def progress(done: int, of: int) -> None:
        nonlocal bar
        if bar is None:
            bar = progress_bar(total=of, desc="adapt", unit="step", leave=False)
        bar.update(done - bar.n)

    try:
        return cloner.adapt_to_prompt(voice, progress)
    finally:
        if bar is not None:
            bar.close()
