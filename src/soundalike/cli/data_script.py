"""The verb that prints sentences to be read aloud: data script."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from . import console

EXAMPLES = """
soundalike data script --minutes 10
soundalike data script --minutes 5 --have data
soundalike data script --minutes 10 --seed 2 > sentences.txt
"""


def script(
    minutes: Annotated[
        float, typer.Option("--minutes", metavar="MINUTES", help="how long the reading is to take")
    ] = 10.0,
    have: Annotated[
        str | None,
        typer.Option(
            "--have",
            metavar="FOLDER",
            help="a folder that `soundalike data prepare` made: what its recordings hold need not be read",
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="another seed gives other sentences")] = 0,
) -> None:
    """Sentences to be read aloud that hold as many diphones as they can, one a line; English."""
    from soundalike.core.progress import progress_bar
    from soundalike.data.manifest import read_manifest
    from soundalike.inference.speech_length import SECONDS_A_SYMBOL
    from soundalike.prepare.reading_script import read_pool, reading_script, sentence_pool
    from soundalike.text.diphones import diphones_of

    held = []
    if have is not None:
        held = [diphone for row in read_manifest(have) for diphone in diphones_of(row.phonemes)]
    texts = sentence_pool(seed=seed)
    with progress_bar(texts, desc="script", unit="sentence", leave=False) as bar:
        pool = read_pool(bar, SECONDS_A_SYMBOL)
    chosen = reading_script(pool, minutes, held)
    for one in chosen.sentences:
        print(one.text)
    told = (
        f"{len(chosen.sentences)} sentences, about {chosen.seconds / 60:.1f} minutes, "
        f"{100 * chosen.coverage:.0f} % of {chosen.kinds:,} kinds of diphones"
    )
    if not console.is_quiet():  # beside the sentences, which may go into a file
        print(told, file=sys.stderr)
