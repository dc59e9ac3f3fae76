"""The verb that learns one voice from minutes of recordings: adapt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from soundalike.core.adapting import ADAPTED, BEFORE, RESULT
from soundalike.core.errors import ConfigError
from soundalike.core.files import can_make, write_atomic

from . import console
from .command import App, verb
from .options import AsrModel, Reader

if TYPE_CHECKING:
    from soundalike.training.finetune import FinetuneResult
    from soundalike.training.finetune_settings import FinetuneTools

EXAMPLES = """
soundalike adapt recordings/ --name anna
soundalike adapt recordings/ --name anna --minutes 60 --method full
soundalike adapt recordings/ -o anna.voice
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
        str | None,
        typer.Option(
            "--name",
            help="of the voice in the library; one that is there stays where the new one is clearly worse",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="write the voice to this file (.voice), not to the library; a voice in it stays where the "
            "new one is clearly worse",
            show_default=False,
        ),
    ] = None,
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
    keep: Annotated[
        bool,
        typer.Option(
            "--keep", help="keep the adapted voice even where it is clearly worse", show_default=False
        ),
    ] = False,
    model: Annotated[
        str | None,
        typer.Option(
            "--model", metavar="FOLDER", help="folder of another model", show_default="the built-in one"
        ),
    ] = None,
    family: Annotated[
        str | None,
        typer.Option(
            "--family",
            metavar="NAME",
            help="starling, or hybrid where it is installed",
            show_default="the built-in one",
        ),
    ] = None,
) -> None:
    """Train the model on minutes of one person's recordings.

    How long it will take is said first. The adapted voice is kept, unless sentences kept aside show clearly
    that it is worse; then the voice as the recordings give it without training.
    """
    from soundalike.checkpoints.model_store import chosen
    from soundalike.core.files import cache_dir
    from soundalike.core.types import Voice
    from soundalike.inference import voice_library
    from soundalike.training import finetune
    from soundalike.training.finetune_settings import FinetuneSettings

    place = _place(name, out)
    known = Voice.load(place) if place.is_file() else None
    work_folder = Path(work or cache_dir() / "adapt" / place.stem)
    found = finetune.adapt(
        recordings,
        work_folder,
        finetune_tools(),
        FinetuneSettings(
            chosen(model, family) if family else model,
            method,
            minutes,
            reader,
            language,
            asr_model,
            seed,
            keep,
        ),
        known,
        tell=console.note,
    )
    for measure, difference in found.differences.items():
        if measure in MEASURES:
            values = f"{found.before[measure]:.3f} before, {found.after[measure]:.3f} adapted"
            print(f"{measure:12} {values} ({difference})")
    if found.report:
        print(f"scorecard: {found.report}")
    _write_both(found, work_folder)
    if found.is_adapted or known is None:
        if out:
            found.voice.save(out)
        else:
            voice_library.put(name or "", found.voice, force=True)
    print(f"{name or place.stem}: {_kept(found, known is not None)}, in {place}")


def _place(name: str | None, out: Path | None) -> Path:
    """The file that the voice goes to. Raises ConfigError unless one of both is given, and can be written."""
    from soundalike.inference import voice_library

    if (name is None) == (out is None):
        raise ConfigError("say where the voice goes: --name NAME in the library, or -o FILE.voice.")
    if out is None:
        return voice_library.path_of(name or "")
    if out.suffix != ".voice" or not can_make(out.parent):
        raise ConfigError(
            f"-o {out}: give a file whose name ends in .voice, in a folder that can be written."
        )
    return out


def _write_both(found: FinetuneResult, work: Path) -> None:
    """Leave both voices, and what the comparison came to, in the work folder."""
    for name, voice in found.voices.items():
        voice.save(work / f"{name}.voice", source=False)
    said = {
        "kept": ADAPTED if found.is_adapted else BEFORE,
        "reason": found.verdict.reason,
        "measures": {
            measure: {BEFORE: found.before[measure], ADAPTED: found.after[measure]}
            for measure in found.differences
            if measure in MEASURES
        },
    }
    write_atomic(work / RESULT, json.dumps(said, ensure_ascii=False, indent=1) + "\n")


def _kept(found: FinetuneResult, was_there: bool) -> str:
    """Which voice is kept, and why."""
    reason = found.verdict.reason
    if found.is_adapted:
        asked = " because of --keep, although" if found.verdict.worse else ":"
        return f"the adapted voice is kept{asked} {reason}"
    plain = "the voice that was there stays" if was_there else "the plain voice is kept"
    return f"{plain}, not the adapted one (--keep would take it): {reason}"


def finetune_tools() -> FinetuneTools:
    """What training asks of rooms beside it."""
    from soundalike.evaluate.evaluate import evaluate, open_instruments
    from soundalike.evaluate.statistics import compare
    from soundalike.inference.cloner import Cloner
    from soundalike.prepare.derive.codes import write_codes
    from soundalike.prepare.duration import extent_of
    from soundalike.prepare.lint.lint import lint
    from soundalike.prepare.pipeline import prepare_dataset
    from soundalike.training.finetune_settings import FinetuneTools

    return FinetuneTools(
        Cloner.load, prepare_dataset, lint, open_instruments, evaluate, compare, extent_of, write_codes
    )
