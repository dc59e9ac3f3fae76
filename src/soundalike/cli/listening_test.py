"""The verb of listening tests: listening-test."""

from __future__ import annotations

from typing import Annotated

import typer

from soundalike.core.errors import ConfigError
from soundalike.core.installation import install_command

from .command import App, verb
from .facts import at_least

EXAMPLES = """
soundalike listening-test ours.jsonl theirs.jsonl --test mos
soundalike listening-test --results listening-mos.sqlite
soundalike listening-test --results listening-mos.sqlite --export folder/
"""
app = App()


@verb(app, "listening-test", EXAMPLES)
def listening_test(
    jobs: Annotated[
        list[str] | None,
        typer.Argument(
            help="of each system: JSON lines with wav and text (and reference, real), "
            "or a folder of recordings",
            show_default=False,
        ),
    ] = None,
    test: Annotated[
        str | None,
        typer.Option(
            "--test",
            help="mos: judge a clip; similarity: its likeness to the speaker; ab: which of two; "
            "mushra: all beside a reference",
        ),
    ] = None,
    ratings: Annotated[
        str | None,
        typer.Option(
            "--ratings",
            metavar="FILE",
            help="where they are kept; an earlier test goes on",
            show_default="listening-TEST.sqlite",
        ),
    ] = None,
    per_rater: Annotated[
        int | None,
        typer.Option(
            "--per-rater",
            metavar="N",
            callback=at_least("--per-rater", 1),
            help="clips of systems that one listener judges, chosen by chance; 1 or more",
            show_default="all",
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", help="of the orders, of which every listener has their own")
    ] = 0,
    host: Annotated[
        str, typer.Option("--host", help="address to serve on; 127.0.0.1 is this machine only")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="0 takes a free one")] = 8001,
    results: Annotated[
        str | None,
        typer.Option(
            "--results",
            metavar="FILE",
            help="print the means with 95 % intervals of a file of ratings instead",
        ),
    ] = None,
    export: Annotated[
        str | None,
        typer.Option(
            "--export",
            metavar="FOLDER",
            help="with --results: also write ratings.csv, results.md and results.json",
        ),
    ] = None,
) -> None:
    """Let people rate recordings in a browser: opinion score, similarity, preference, MUSHRA."""
    from soundalike.evaluate.listening_test.wording import WORDINGS

    if results:
        if jobs or test:
            raise ConfigError(
                "--results reads a file of ratings, which knows its test: leave the jobs and --test out."
            )
        print_results(results, export)
        return
    if not jobs or not test:
        raise ConfigError(
            f"give jobs and --test ({', '.join(WORDINGS)}), or --results with a file of ratings."
        )
    if test not in WORDINGS:
        raise ConfigError(f"--test {test}: choose one of {', '.join(WORDINGS)}.")
    if export:
        raise ConfigError("--export goes with --results.")
    try:
        from soundalike.serve.listening_test.app import Listening, serve
    except ImportError as error:
        raise ConfigError(
            f"a listening test needs {error.name}, which is not installed: {install_command('serve')}"
        ) from None
    from soundalike.evaluate.listening_test.plan import about, make_plan
    from soundalike.evaluate.listening_test.ratings import Ratings

    plan = make_plan(test, list(jobs))
    for system, job in plan.excluded:
        print(f"left out of {system}: {job.where}: {job.reason}")
    kept = Ratings.begin(ratings or f"listening-{test}.sqlite", about(plan))
    controls = sum(trial.control for trial in plan.trials)
    print(
        f"{', '.join(plan.systems)}: {len(plan.trials)} trials, {controls} of them hidden controls; "
        f"{len(plan.excluded)} jobs left out"
    )
    serve(Listening(plan, kept, seed, per_rater), host, port)


def print_results(path: str, export: str | None) -> None:
    """Print what came of a test; write it into a folder, too, where one is given."""
    from soundalike.evaluate.listening_test.ratings import Ratings
    from soundalike.evaluate.listening_test.results import markdown, results, write_results

    ratings = Ratings.open(path)
    report = results(ratings)
    print(markdown(report), end="")
    if export:
        write_results(ratings, report, export)
