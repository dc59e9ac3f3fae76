"""The command that serves: HTTP and the web page."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from soundalike.core.errors import ConfigError

from .model_options import add_model_options


def add_serve_command(commands: Any) -> None:
    """The parser of `serve`, added to those of the command line."""
    serve = commands.add_parser(
        "serve", help="HTTP server with OpenAI's speech route, voices, jobs and a web page"
    )
    serve.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen at; 0.0.0.0 lets other machines in (default: %(default)s)",
    )
    serve.add_argument("--port", type=int, default=8000, help="(default: %(default)s)")
    serve.add_argument(
        "--host-name",
        action="append",
        metavar="NAME",
        help="answer requests to this name and localhost alone; may be given again",
    )
    add_model_options(serve)
    serve.add_argument("--workers", type=int, help="texts spoken at once (default: the number of cores)")
    serve.add_argument(
        "--queue",
        type=int,
        default=64,
        dest="waiting",
        help="requests that may wait beside (default: %(default)s)",
    )
    serve.add_argument(
        "--api-key-file", dest="key_file", metavar="FILE", help="only let holders of these keys in"
    )
    serve.add_argument(
        "--new-key", metavar="NAME", help="print a new key, add its hash to --api-key-file, and end"
    )
    serve.add_argument(
        "--require-consent",
        action="store_true",
        help="speak only in kept voices whose speakers have consented (`soundalike enroll`)",
    )
    serve.add_argument(
        "--cors",
        action="append",
        metavar="ORIGIN",
        help="let pages of https://... use the server; may be given again",
    )
    serve.add_argument(
        "--database",
        metavar="URL",
        help="of jobs; postgresql://... for several servers (default: SQLite in the data folder)",
    )
    serve.add_argument(
        "--voices",
        choices=("library", "database"),
        help="where voices are kept (default: library; with PostgreSQL: database)",
    )
    serve.add_argument(
        "--data",
        type=Path,
        metavar="FOLDER",
        help="for jobs and their results (default: in the user's data folder)",
    )
    serve.add_argument(
        "--max-memory",
        type=int,
        dest="memory",
        metavar="MB",
        help="refuse requests above it; 0: never (default: 4096)",
    )
    serve.add_argument(
        "--lease",
        type=float,
        metavar="SECONDS",
        help="a job goes to another server when its own is silent so long (default: 15)",
    )
    serve.add_argument(
        "--selftest",
        action="store_true",
        help="start, speak 64 texts in 8 voices at once, check each answer, and end",
    )
    serve.set_defaults(run=run_serve)


def run_serve(given: argparse.Namespace) -> int | None:
    from soundalike.checkpoints import model_store

    try:
        from soundalike.serve import run, settings
        from soundalike.serve.middleware import keys
    except ImportError as error:
        raise ConfigError(f"the server needs {error.name}: pip install 'soundalike[serve]'") from None

    if given.new_key:
        if not given.key_file:
            raise ConfigError("--new-key needs --api-key-file, where the key's hash is kept.")
        print(keys.new_key(given.key_file, given.new_key))
        return None
    names = (
        "host",
        "port",
        "model",
        "workers",
        "waiting",
        "key_file",
        "cors",
        "database",
        "voices",
        "data",
        "memory",
        "lease",
        "require_consent",
    )
    told = {name: getattr(given, name) for name in names if getattr(given, name) is not None}
    if given.family:
        told["model"] = str(model_store.chosen(given.model, given.family))
    chosen = settings.Settings(
        **{**told, "cors": tuple(given.cors or ()), "names": tuple(given.host_name or ())}
    )
    if given.selftest:
        from soundalike.serve.selftest import selftest

        result = selftest(chosen)
        print(result)
        return 0 if result.passed else 1
    run.serve(chosen)
    return None
