"""The verb that makes a folder for training: data prepare."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from soundalike.core.errors import ConfigError

from .command import OptionGroup
from .facts import above_zero, default_from
from .options import WORKERS, AsrModel, Engine, Reader

if TYPE_CHECKING:
    from soundalike.data.manifest import Row

EXAMPLES = """
soundalike data prepare recordings/ data
soundalike data prepare LJSpeech-1.1 data --workers 8
soundalike data prepare recordings/ data --language auto --denoise
soundalike data prepare CORPUS data --recipe ge2e
"""
SHOWN = 5  # of what was left out, by name
SPEAKERS = "Speakers"
CUTTING = "Long recordings"
STEPS = "Steps"


def cores() -> int:
    """The number of processors."""
    return os.cpu_count() or 1


@dataclass(frozen=True, kw_only=True)
class SoundPreparation(OptionGroup):
    """What is done to the sound of every clip."""

    denoise: Annotated[
        bool, typer.Option("--denoise/--no-denoise", help="take steady noise (hiss, fans, hum) out first")
    ] = False
    trim: Annotated[bool, typer.Option("--trim/--no-trim", help="cut the silence at the ends of clips")] = (
        True
    )
    longest: Annotated[
        float,
        typer.Option(
            "--longest",
            metavar="SECONDS",
            callback=above_zero("--longest"),
            default_factory=default_from("prepare.defaults:LONGEST"),
            help="of a piece; above 0",
            rich_help_panel=CUTTING,
        ),
    ]
    shortest: Annotated[
        float,
        typer.Option(
            "--shortest",
            metavar="SECONDS",
            callback=above_zero("--shortest"),
            default_factory=default_from("prepare.defaults:SHORTEST"),
            help="shorter pieces are rejected; above 0, under --longest",
            rich_help_panel=CUTTING,
        ),
    ]
    vad: Annotated[
        str,
        typer.Option(
            "--vad",
            help="what finds pauses: silero, activity, or auto: silero where installed",
            rich_help_panel=CUTTING,
        ),
    ] = "auto"

    def check(self) -> None:
        """Raise ConfigError where no piece could be of a length that is kept."""
        if self.shortest >= self.longest:
            raise ConfigError(
                f"--shortest {self.shortest:g} is not under --longest {self.longest:g}. Give a smaller one."
            )


@dataclass(frozen=True, kw_only=True)
class SpeakerOptions(OptionGroup):
    """Who speaks, and how speakers are dealt to the splits."""

    speaker: Annotated[
        str,
        typer.Option(
            "--speaker",
            metavar="NAME",
            help="who speaks in all clips",
            show_default="as the corpus tells",
            rich_help_panel=SPEAKERS,
        ),
    ] = ""
    dev: Annotated[
        float | None,
        typer.Option(
            "--dev",
            metavar="SHARE",
            help="of the speakers, for choosing among models; 0 or more, under 1",
            show_default="0.05, none of under 20",
            rich_help_panel=SPEAKERS,
        ),
    ] = None
    test: Annotated[
        float | None,
        typer.Option(
            "--test",
            metavar="SHARE",
            help="of the speakers, for the last word; 0 or more, under 1",
            show_default="0.05, none of under 20",
            rich_help_panel=SPEAKERS,
        ),
    ] = None

    def shares(self) -> tuple[float, float] | None:
        """The shares of dev and test; None where neither was given. Raises ConfigError for no share."""
        if any(share is not None and not 0 <= share < 1 for share in (self.dev, self.test)):
            raise ConfigError("--dev and --test: give shares of 0 or more, under 1.")
        return None if self.dev is None and self.test is None else (self.dev or 0.0, self.test or 0.0)


@dataclass(frozen=True, kw_only=True)
class WorkOptions(OptionGroup):
    """Who does the work."""

    workers: Annotated[
        int,
        typer.Option(
            "--workers",
            callback=above_zero("--workers"),
            default_factory=cores,
            help="processes, 1 or more",
            rich_help_panel=WORKERS,
        ),
    ]
    engine: Engine = "local"


def prepare(
    source: Annotated[
        str,
        typer.Argument(
            help="a corpus, a folder of recordings, or a list of clips (.csv, .tsv, .list, .jsonl, .json)"
        ),
    ],
    out: Annotated[str, typer.Argument(help="folder to write; going on where an earlier run stopped")],
    sound: SoundPreparation,
    speakers: SpeakerOptions,
    work: WorkOptions,
    reader: Reader = None,
    language: Annotated[
        str, typer.Option("--language", help="of clips whose corpus does not tell: a code, a name, or auto")
    ] = "en",
    transcribe: Annotated[
        bool,
        typer.Option("--transcribe/--no-transcribe", help="write down what is said in clips without a text"),
    ] = True,
    asr_model: AsrModel = None,
    align: Annotated[
        bool,
        typer.Option(
            "--align/--no-align",
            help="add durations, as `soundalike data align` does",
            rich_help_panel=STEPS,
        ),
    ] = True,
    embed: Annotated[
        bool,
        typer.Option(
            "--embed/--no-embed",
            help="add speaker embeddings, as `soundalike data embed` does",
            rich_help_panel=STEPS,
        ),
    ] = True,
    recipe: Annotated[
        str | None,
        typer.Option(
            "--recipe",
            metavar="RECIPE",
            help="only add the mels that this recipe (a name or a file) asks for, where they are not "
            "the usual ones; with them the samples and pitch that it asks for",
            rich_help_panel=STEPS,
        ),
    ] = None,
) -> None:
    """Recordings to a folder for training: manifest, phonemes, features, durations, speaker embeddings."""
    from soundalike.checkpoints.bundle import BUILT_IN
    from soundalike.checkpoints.part import load_part
    from soundalike.prepare.clip_worker import KINDS
    from soundalike.prepare.pipeline import prepare_dataset
    from soundalike.training.begin import required_fields
    from soundalike.training.recipe import read_recipe

    sound.check()
    shares = speakers.shares()
    chosen = read_recipe(recipe) if recipe else None
    mel = chosen.mel if chosen else None
    asked = {"mel"} | required_fields(chosen) if chosen else frozenset(KINDS)
    rows = prepare_dataset(
        source,
        out,
        load_part(BUILT_IN / "aligner", "aligner").instrument,
        load_part(BUILT_IN / "speaker", "speaker").instrument,
        align=align and mel is None,
        embed=embed and mel is None,
        layout=reader,
        mel=mel,
        kinds=tuple(kind for kind in KINDS if kind in asked),
        workers=work.workers,
        shares=shares,
        speaker=speakers.speaker,
        engine=work.engine,
        denoise=sound.denoise,
        trim=sound.trim,
        longest=sound.longest,
        shortest=sound.shortest,
        language=language,
        vad=sound.vad,
        transcribe=transcribe,
        asr_model=asr_model,
    )
    print_prepared(out, rows)


def print_prepared(out: str, rows: list[Row]) -> None:
    """Say what a prepared folder holds, and what was left out of it."""
    from soundalike.data.left_out import REJECTED

    splits = {
        split: len({row.speaker for row in rows if row.split == split}) for split in ("train", "dev", "test")
    }
    counts = ", ".join(f"{count} in {split}" for split, count in splits.items() if count)
    print(
        f"{out}: {len(rows)} clips, {sum(row.seconds for row in rows) / 3600:.2f} hours, speakers: {counts}"
    )
    _print_wordless(rows)
    _print_left_out(out, REJECTED, "rows or recordings were left out")
    print_unaligned(out)


def print_unaligned(folder: str) -> None:
    """Say which clips of a prepared folder the aligner gave no durations, and why."""
    from soundalike.data.left_out import UNALIGNED

    _print_left_out(folder, UNALIGNED, "clips have no durations")


def _print_wordless(rows: list[Row]) -> None:
    """Say which clips have no phonemes, and why."""
    from soundalike.prepare.readers.languages import name_of_language

    languages = Counter(
        name_of_language(row.language.partition("-")[0]) if row.text else "without a text"
        for row in rows
        if not row.phonemes
    )
    if languages:
        kinds = ", ".join(f"{name} ({count})" for name, count in languages.most_common())
        print(
            f"{languages.total()} clips have no phonemes: {kinds}. "
            "Vocoders and speaker encoders can learn from them, acoustic models cannot."
        )


def _print_left_out(folder: str, name: str, what: str) -> None:
    """Say how many entries a list of what was left out has, and the first of them."""
    from soundalike.data.left_out import line_of, read_left_out

    entries = read_left_out(folder, name)
    if not entries:
        return
    print(f"{len(entries)} {what}:")
    for entry in entries[:SHOWN]:
        print(f"  {line_of(entry)}")
    if len(entries) > SHOWN:
        print(f"  ... and {len(entries) - SHOWN} more")
    print(f"all with their reasons: {Path(folder) / name}")
