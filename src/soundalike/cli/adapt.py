"""The verb that learns one voice from minutes of recordings: adapt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import console
from .command import App, verb
from .options import AsrModel, Reader

if TYPE_CHECKING:
    from soundalike.training.finetune_settings import FinetuneTools

EXAMPLES = """
soundalike adapt recordings/ --name anna
soundalike adapt recordings/ --name anna --minutes 60 --method full
"""
MEASURES = ("similarity", "wer", "doubted", "naturalness")  # of an adapted voice's scorecard
app = App()


@verb(app, "adapt", EXAMPLES)
def adapt(
    recordings: Annotated[
        str,
        typer.Argument(
            help="a folder of recordings of one person, with or without texts, or whatever "
            "`soundalike data prepare` reads"
        ),
    ],
    name: Annotated[
        str,
        typer.Option(
            "--name", help="of the voice in the library; one that is there is replaced by a better one only"
        ),
    ],
    minutes: Annotated[float, typer.Option("--minutes", help="of training, at most; above 0")] = 20.0,
    method: Annotated[
        str,
        typer.Option(
            "--method", help="embedding, lora, full, or auto: by the recordings' length and the minutes"
        ),
    ] = "auto",
    work: Annotated[
        str | None,
        typer.Option(
            "--work",
            metavar="FOLDER",
            help="for everything between, to go on from",
            show_default="one in the user's cache",
        ),
    ] = None,
    reader: Reader = None,
    language: Annotated[str, typer.Option("--language", help="of the recordings")] = "en",
    asr_model: AsrModel = None,
    seed: Annotated[int, typer.Option("--seed", help="of the training")] = 0,
    model: Annotated[
        str | None,
        typer.Option(
            "--model", metavar="FOLDER", help="folder of another model", show_default="the built-in one"
        ),
    ] = None,
) -> int:
    """Train the model on minutes of one person's recordings.

    The adapted voice is kept where the scorecard says that it is better; exit code 1 where it is not.
    """
    from soundalike.core.files import cache_dir
    from soundalike.inference import voice_library
    from soundalike.training import finetune
    from soundalike.training.finetune_settings import FinetuneSettings

    path = voice_library.path_of(name)
    known = voice_library.get(name) if voice_library.has(name) else None
    found = finetune.adapt(
        recordings,
        Path(work or cache_dir() / "adapt" / path.stem),
        finetune_tools(),
        FinetuneSettings(model, method, minutes, reader, language, asr_model, seed),
        known,
        tell=console.note,
    )
    for measure in MEASURES:
        if measure in found.before and measure in found.after:
            print(f"{measure:12} {found.before[measure]:.3f} before, {found.after[measure]:.3f} adapted")
    print(f"scorecard: {found.report}")
    if not found.better:
        print(f"{name}: not kept, {found.reason}")
        return 1
    print(f"{name}: kept in {voice_library.put(name, found.voice, force=True)}")
    return 0


def finetune_tools() -> FinetuneTools:
    """What training asks of rooms beside it."""
    from soundalike.evaluate.evaluate import evaluate, open_instruments
    from soundalike.inference.cloner import Cloner
    from soundalike.prepare.lint.lint import lint
    from soundalike.prepare.pipeline import prepare_dataset
    from soundalike.training.finetune_settings import FinetuneTools

    return FinetuneTools(Cloner.load, prepare_dataset, lint, open_instruments, evaluate)
