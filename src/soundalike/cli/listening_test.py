"""The command of listening tests: listen."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from soundalike.core.errors import ConfigError
from soundalike.evaluate.listening_test.wording import WORDINGS


def add_listen_command(commands: Any) -> None:
    """The parser of `listen`, added to those of the command line."""
    listen = commands.add_parser(
        "listen",
        help="let people rate recordings in a browser: opinion score, similarity, preference, MUSHRA",
    )
    listen.add_argument(
        "jobs",
        nargs="*",
        help="of each system: JSON lines with wav and text (and reference, real), or a folder of recordings",
    )
    listen.add_argument(
        "--test",
        choices=tuple(WORDINGS),
        help="judge a clip, its likeness to the speaker, which of two, or all beside a reference",
    )
    listen.add_argument(
        "--ratings",
        metavar="FILE",
        help="where they are kept; an earlier test goes on (default: listening-TEST.sqlite)",
    )
    listen.add_argument(
        "--per-rater",
        type=int,
        metavar="N",
        help="clips of systems that one listener judges, chosen by chance (default: all)",
    )
    listen.add_argument(
        "--seed",
        type=int,
        default=0,
        help="of the orders, of which every listener has their own (default: %(default)s)",
    )
    listen.add_argument(
        "--host", default="127.0.0.1", help="address to serve on (default: %(default)s, this machine only)"
    )
    listen.add_argument("--port", type=int, default=8001, help="0 takes a free one (default: %(default)s)")
    listen.add_argument(
        "--results", metavar="FILE", help="print the means with 95 %% intervals of a file of ratings instead"
    )
    listen.add_argument(
        "--export",
        metavar="FOLDER",
        help="with --results: also write ratings.csv, results.md and results.json",
    )
    listen.set_defaults(run=run_listen)


def run_listen(given: argparse.Namespace) -> None:
    if given.results:
        if given.jobs or given.test:
            raise ConfigError(
                "--results reads a file of ratings, which knows its test: leave the jobs and --test out."
            )
        return print_results(given.results, given.export)
    if not given.jobs or not given.test:
        raise ConfigError(
            f"give jobs and --test ({', '.join(WORDINGS)}), or --results with a file of ratings."
        )
    if given.export:
        raise ConfigError("--export goes with --results.")
    if given.per_rater is not None and given.per_rater < 1:
        raise ConfigError(f"--per-rater {given.per_rater}: give 1 or more.")
    try:
        from soundalike.evaluate.listening_test.app import serve
        from soundalike.serve.listening_test.app import Listening
    except ImportError as error:
        raise ConfigError(
            f"a listening test needs {error.name}, which is not installed: pip install 'soundalike[serve]'."
        ) from None
    from soundalike.evaluate.listening_test.plan import make_plan
    from soundalike.evaluate.listening_test.ratings import Ratings

    plan = make_plan(given.test, given.jobs)
    for system, one in plan.excluded:
        print(f"left out of {system}: {one.where}: {one.reason}")
    excluded = [[system, one.where, one.reason] for system, one in plan.excluded]
    about = {
        "test": plan.test,
        "systems": json.dumps(plan.systems),
        "digest": plan.digest,
        "excluded": json.dumps(excluded),
    }
    ratings = Ratings.begin(given.ratings or f"listening-{given.test}.sqlite", about)
    controls = sum(trial.control for trial in plan.trials)
    print(
        f"{', '.join(plan.systems)}: {len(plan.trials)} trials, {controls} of them hidden controls; {len(plan.excluded)} jobs left out"
    )
    serve(Listening(plan, ratings, given.seed, given.per_rater), given.host, given.port)


def print_results(path: str, export: str | None) -> None:
    from soundalike.core.files import write_atomic
    from soundalike.evaluate.listening_test.ratings import Ratings
    from soundalike.evaluate.listening_test.results import markdown, results

    ratings = Ratings.open(path)
    report = results(ratings)
    text = markdown(report)
    print(text, end="")
    if export:
        folder = Path(export)
        folder.mkdir(parents=True, exist_ok=True)
        ratings.write_csv(folder / "ratings.csv")
        for name, content in (
            ("results.md", text),
            ("results.json", json.dumps(report, ensure_ascii=False, indent=1) + "\n"),
        ):
            write_atomic(folder / name, content)
