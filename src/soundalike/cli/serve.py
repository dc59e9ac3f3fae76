"""The verb that serves: HTTP and the web page."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from soundalike.core.errors import ConfigError
from soundalike.core.installation import install_command

from . import console
from .command import App, OptionGroup, verb
from .facts import default_from
from .options import ModelOptions

EXAMPLES = """
soundalike serve
soundalike serve --host 0.0.0.0 --port 80 --api-key-file keys
soundalike serve --new-key anna --api-key-file keys
soundalike serve --selftest
"""
ADDRESS = "Address"
ACCESS = "Who may use it"
LOAD = "Load"
PLACES = "Where voices and jobs are kept"
app = App()


@dataclass(frozen=True, kw_only=True)
class AddressOptions(OptionGroup):
    """Where it listens."""

    host: Annotated[
        str,
        typer.Option(
            "--host",
            default_factory=default_from("serve.settings:Settings.host"),
            help="address to listen at; 0.0.0.0 lets other machines in",
            rich_help_panel=ADDRESS,
        ),
    ]
    port: Annotated[
        int,
        typer.Option(
            "--port",
            default_factory=default_from("serve.settings:Settings.port"),
            help="0 to 65535",
            rich_help_panel=ADDRESS,
        ),
    ]
    host_name: Annotated[
        list[str] | None,
        typer.Option(
            "--host-name",
            metavar="NAME",
            help="answer requests to this name and localhost alone; may be given again",
            show_default="any name, where it listens to all addresses",
            rich_help_panel=ADDRESS,
        ),
    ] = None

    def settings(self) -> dict[str, Any]:
        """As the server's Settings have it."""
        return {"host": self.host, "port": self.port, "names": tuple(self.host_name or ())}


@dataclass(frozen=True, kw_only=True)
class AccessOptions(OptionGroup):
    """Who may use it."""

    api_key_file: Annotated[
        str | None,
        typer.Option(
            "--api-key-file",
            metavar="FILE",
            help="only let holders of these keys in",
            rich_help_panel=ACCESS,
        ),
    ] = None
    require_consent: Annotated[
        bool,
        typer.Option(
            "--require-consent/--no-require-consent",
            help="speak only in kept voices whose speakers have consented (`soundalike enroll`)",
            rich_help_panel=ACCESS,
        ),
    ] = False
    cors: Annotated[
        list[str] | None,
        typer.Option(
            "--cors",
            metavar="ORIGIN",
            help="let pages of https://... use the server; may be given again",
            rich_help_panel=ACCESS,
        ),
    ] = None

    def settings(self) -> dict[str, Any]:
        """As the server's Settings have it."""
        return {
            "key_file": self.api_key_file,
            "require_consent": self.require_consent,
            "cors": tuple(self.cors or ()),
        }


@dataclass(frozen=True, kw_only=True)
class LoadOptions(OptionGroup):
    """How much it does at once."""

    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            help="texts spoken at once, 1 or more",
            show_default="the number of cores",
            rich_help_panel=LOAD,
        ),
    ] = None
    queue: Annotated[
        int,
        typer.Option(
            "--queue",
            default_factory=default_from("serve.settings:Settings.waiting"),
            help="requests that may wait beside, 0 or more",
            rich_help_panel=LOAD,
        ),
    ]
    max_speech: Annotated[
        float,
        typer.Option(
            "--max-speech",
            metavar="SECONDS",
            default_factory=default_from("serve.settings:Settings.speech_seconds"),
            help="refuse texts that would take longer to say, except as jobs; above 0",
            rich_help_panel=LOAD,
        ),
    ]
    max_memory: Annotated[
        int,
        typer.Option(
            "--max-memory",
            metavar="MB",
            default_factory=default_from("serve.settings:Settings.memory"),
            help="refuse requests above it; 0: never",
            rich_help_panel=LOAD,
        ),
    ]
    lease: Annotated[
        float,
        typer.Option(
            "--lease",
            metavar="SECONDS",
            default_factory=default_from("serve.settings:Settings.lease"),
            help="a job goes to another server when its own is silent so long; above 0",
            rich_help_panel=LOAD,
        ),
    ]

    def settings(self) -> dict[str, Any]:
        """As the server's Settings have it."""
        workers = {} if self.workers is None else {"workers": self.workers}
        return {
            **workers,
            "waiting": self.queue,
            "speech_seconds": self.max_speech,
            "memory": self.max_memory,
            "lease": self.lease,
        }


@dataclass(frozen=True, kw_only=True)
class PlaceOptions(OptionGroup):
    """Where voices and jobs are kept."""

    database: Annotated[
        str | None,
        typer.Option(
            "--database",
            metavar="URL",
            help="of jobs; postgresql://... for several servers",
            show_default="SQLite in the data folder",
            rich_help_panel=PLACES,
        ),
    ] = None
    voices: Annotated[
        str | None,
        typer.Option(
            "--voices",
            help="library or database",
            show_default="library; with PostgreSQL: database",
            rich_help_panel=PLACES,
        ),
    ] = None
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="FOLDER",
            help="for jobs and their results",
            show_default="in the user's data folder",
            rich_help_panel=PLACES,
        ),
    ] = None

    def settings(self) -> dict[str, Any]:
        """As the server's Settings have it."""
        place = {} if self.data is None else {"data": self.data}
        return {"database": self.database, "voices": self.voices, **place}


def tell_address(url: str) -> None:
    """Say, for people, where the server is."""
    console.note(f"Soundalike is at {url} (the page); {url}/docs lists its routes. Ctrl-C ends it.")
    sys.stdout.flush()


@verb(app, "serve", EXAMPLES)
def serve(
    address: AddressOptions,
    access: AccessOptions,
    load: LoadOptions,
    places: PlaceOptions,
    model: ModelOptions,
    new_key: Annotated[
        str | None,
        typer.Option(
            "--new-key", metavar="NAME", help="print a new key, add its hash to --api-key-file, and end"
        ),
    ] = None,
    log: Annotated[
        Literal["auto", "json", "text"],
        typer.Option(
            "--log",
            help="lines of JSON, or of words, on standard error; auto: words where that is a terminal",
        ),
    ] = "auto",
    selftest: Annotated[
        bool,
        typer.Option(
            "--selftest",
            help="start, speak 64 texts in 8 voices at once, check each answer, and end",
            show_default=False,
        ),
    ] = False,
) -> int:
    """HTTP server with OpenAI's speech route, voices, jobs and a web page."""
    from soundalike.checkpoints import model_store

    try:
        from soundalike.serve import run, settings
        from soundalike.serve.middleware import keys
    except ImportError as error:
        raise ConfigError(f"the server needs {error.name}: {install_command('serve')}") from None

    if new_key:
        if not access.api_key_file:
            raise ConfigError("--new-key needs --api-key-file, where the key's hash is kept.")
        print(keys.new_key(access.api_key_file, new_key))
        return 0
    folder = str(model_store.chosen(model.model, model.family)) if model.family else model.model
    at_once = {} if model.threads is None else {"workers": model.threads}  # a text is spoken by one thread
    chosen = settings.Settings(
        model=folder,
        backend=model.backend,
        **address.settings(),
        **access.settings(),
        **{**at_once, **load.settings()},
        **places.settings(),
    )
    if not selftest:
        plain = log == "text" or (log == "auto" and sys.stderr.isatty())
        run.serve(chosen, plain, tell_address if plain or sys.stdout.isatty() else None)
        return 0
    from soundalike.serve.selftest import selftest as tested

    result = tested(chosen)
    print(result)
    return 0 if result.passed else 1
