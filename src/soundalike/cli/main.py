"""The command line: which verbs there are, each loaded when it is called, and how a command ends."""

from __future__ import annotations

import errno
import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from soundalike import __version__
from soundalike.core.errors import INTERRUPTED, ConfigError, Interrupted, SoundalikeError
from soundalike.core.installation import install_command

from . import console
from .command import Group, built
from .former import former_command

NAME = "soundalike"
COMPLETION = "_SOUNDALIKE_COMPLETE"  # environment variable by which a shell asks for completions
SPEAK = "Speak"
VOICES = "Voices"
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # a disk, a share of it or a file that is full
CHECK = "Check and measure"
MAKE = "Make models"
EXAMPLES = """
soundalike say "Hello."
soundalike clone me.wav "Good evening." -o out.wav
soundalike voices add anna me.wav
soundalike serve
soundalike COMMAND --help
"""
# What Typer's refusals derive from: BadParameter is a UsageError, which is a ClickException
REFUSAL: Any = typer.BadParameter.__mro__[2]


@dataclass(frozen=True)
class Entry:
    """A verb, or a group of them, as the help lists it; `soundalike.cli.MODULE` holds its Typer as `app`."""

    module: str
    panel: str
    help: str


COMMANDS = {
    "say": Entry("say", SPEAK, "Speak a text in a voice that comes with the program, or any other."),
    "clone": Entry("clone", SPEAK, "Speak a text in the voice of a recording."),
    "convert": Entry("convert", SPEAK, "Give a recording another voice; its words, timing and melody stay."),
    "batch": Entry("batch", SPEAK, "Speak many texts: one JSON object a line with reference, text, wav."),
    "serve": Entry("serve", SPEAK, "HTTP server with OpenAI's speech route, voices, jobs and a web page."),
    "explain": Entry("explain", SPEAK, "Show how a text will be said, word by word, without speaking it."),
    "voices": Entry(
        "voices", VOICES, "Voices by name: add, list, show, rename, remove, blend, export, import."
    ),
    "check": Entry("check", VOICES, "Judge recordings as references, with advice."),
    "enroll": Entry("enroll", VOICES, "Record the consent of a voice's speaker, who reads a sentence aloud."),
    "adapt": Entry("adapt", VOICES, "Train the model on minutes of one person's recordings."),
    "verify": Entry(
        "verify", CHECK, "Tell whether files were made by soundalike, with which voice and when."
    ),
    "evaluate": Entry("evaluate", CHECK, "Measure recordings that any system made, and compare two systems."),
    "listening-test": Entry("listening_test", CHECK, "Let people rate recordings in a browser."),
    "codec": Entry("codec", MAKE, "Speech as codes, a few whole numbers a moment, and back."),
    "data": Entry("data", MAKE, "Recordings to a folder for training: prepare, align, embed, lint and more."),
    "train": Entry("train", MAKE, "Train a part by a recipe; going on where an earlier run stopped."),
    "models": Entry("models", MAKE, "Trained models: list, fit, import, assemble, average."),
    "languages": Entry("languages", MAKE, "Languages of your own, by their spelling: add, list, remove."),
}


class Root(Group):
    """The verbs of COMMANDS, each imported when it is called; a listing imports none."""

    listing = False

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A verb by name; None for one that is not there."""
        if cmd_name not in COMMANDS:
            return None
        entry = COMMANDS[cmd_name]
        if self.listing:
            return TyperCommand(cmd_name, help=entry.help, rich_help_panel=entry.panel)
        module = importlib.import_module(f"soundalike.cli.{entry.module}")
        command = built(module.app)
        command.name = cmd_name
        return command

    def unknown_command(self, ctx: Any, name: str) -> str:
        """Why a verb is refused: what it is called now, or which may be meant."""
        if now := former_command(name):
            return f"`soundalike {name}` of former versions is now `soundalike {now}`."
        return super().unknown_command(ctx, name)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The help of all verbs."""
        with self._listing():
            super().format_help(ctx, formatter)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """The names that begin so."""
        with self._listing():
            return super().shell_complete(ctx, incomplete)

    @contextmanager
    def _listing(self) -> Iterator[None]:
        self.listing = True
        try:
            yield
        finally:
            self.listing = False


app = typer.Typer(
    cls=Root,
    name=NAME,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:
    if value:
        print(f"soundalike {__version__}")
        raise typer.Exit


@app.callback(epilog=EXAMPLES)
def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, show_default=False, help="show the version"
        ),
    ] = False,
) -> None:
    """Clone a voice from a few seconds of speech, offline, on a CPU."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit code: 0 done, 2 refused with one sentence on stderr, 130
    interrupted; other codes are the verbs' own.
    """
    words = sys.argv[1:] if arguments is None else arguments
    with console.session():
        try:
            return _run(words)
        except SoundalikeError as error:
            console.complain(str(error))
            return 2
        except ModuleNotFoundError as error:
            if (error.name or "").split(".")[0] != "torch":
                raise
            console.complain(f"this needs PyTorch, which is not installed. Run: {install_command('train')}")
            return 2
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        except OSError as error:
            console.complain(_told_by_system(error))
            return 2
        except (KeyboardInterrupt, typer.Abort) as stop:
            print(f"soundalike: {stop if isinstance(stop, Interrupted) else 'interrupted'}", file=sys.stderr)
            return INTERRUPTED


def _told_by_system(error: OSError) -> str:
    """An error of the operating system, with what can be done about it."""
    name = f"{error.filename}: " if error.filename else ""
    remedy = "Make room, or choose another place." if error.errno in NO_ROOM else "Choose another place."
    return f"{name}{error.strerror or error}. {remedy}"


def _run(words: list[str]) -> int:
    """The exit code of a command. Raises SoundalikeError for words that cannot be understood."""
    command: Any = typer.main.get_command(app)
    if COMPLETION in os.environ:
        command.main(words, prog_name=NAME)
    try:
        with command.make_context(NAME, list(words)) as context:
            return command.invoke(context) or 0
    except typer.Exit as done:
        return done.exit_code
    except REFUSAL as error:
        raise ConfigError(_refusal(error, words)) from None


def _refusal(error: Any, words: list[str]) -> str:
    """Typer's message as one of ours: with the value that was given, and the help that tells more."""
    path = error.ctx.command_path if error.ctx else NAME
    message = " ".join(error.format_message().split()).replace("Value error, ", "")
    if isinstance(error, typer.BadParameter) and error.param is not None:
        for option in error.param.opts:
            if option in words[:-1]:
                told = error.message.removeprefix("Value error, ")
                message = f"{option} {words[words.index(option) + 1]}: {told}"
    return f"{message[:1].lower()}{message[1:].rstrip('.')}. See `{path} --help`."
