"""The verbs of those who bring recordings: data script | prepare | align | embed | encode | lint | augment |
gta | distill | rate.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from . import data_prepare, data_script
from .command import App, verb
from .facts import at_least
from .options import AsJson, Data, ModelOptions, Reader

if TYPE_CHECKING:
    from soundalike.audio.mel import MelSpec

EXAMPLES = """
soundalike data lint recordings/
soundalike data prepare recordings/ data
soundalike data rate data
"""
app = App(help="Recordings to a folder for training.", epilog=EXAMPLES)

Part = Annotated[
    str | None,
    typer.Option(
        "--part", metavar="FOLDER", help="folder of a trained part", show_default="the built-in one"
    ),
]
MelOf = Annotated[
    str | None,
    typer.Option(
        "--recipe",
        metavar="RECIPE",
        help="for the features at the mel of this recipe (a name or a file)",
        show_default="those at the usual mel",
    ),
]
Corpora = Annotated[
    list[str] | None,
    typer.Option(
        "--corpora",
        metavar="NAME",
        help="only corpora whose names begin so; may be given again",
        show_default="all",
    ),
]


@app.callback()
def data() -> None:
    """Recordings to a folder for training."""


verb(app, "script", data_script.EXAMPLES)(data_script.script)
verb(app, "prepare", data_prepare.EXAMPLES)(data_prepare.prepare)


def mel_of(recipe: str | None) -> MelSpec:
    """The mel of a recipe, the usual one where none is named."""
    from soundalike.audio.mel import MelSpec
    from soundalike.training.recipe import read_recipe

    return read_recipe(recipe).mel if recipe else MelSpec()


@verb(app, "align", "soundalike data align data\nsoundalike data align data --part runs/aligner")
def align(data: Data, part: Part = None, recipe: MelOf = None) -> None:
    """Add durations of every symbol to a prepared folder, by an aligner."""
    from soundalike.checkpoints.bundle import BUILT_IN
    from soundalike.checkpoints.part import load_part
    from soundalike.data.left_out import UNALIGNED, read_left_out
    from soundalike.prepare.derive.durations import write_durations

    aligner = load_part(part or BUILT_IN / "aligner", "aligner")
    mel = mel_of(recipe) if recipe else aligner.mel
    agreements = write_durations(data, aligner.instrument, mel)
    aligned = set(agreements) - {entry["id"] for entry in read_left_out(data, UNALIGNED)}
    print(f"{data}: {len(aligned)} clips aligned")
    data_prepare.print_unaligned(data)


@verb(app, "embed", "soundalike data embed data\nsoundalike data embed data --part runs/speaker")
def embed(data: Data, part: Part = None, recipe: MelOf = None) -> None:
    """Add speaker embeddings to a prepared folder, by a speaker encoder."""
    from soundalike.checkpoints.bundle import BUILT_IN
    from soundalike.checkpoints.part import load_part
    from soundalike.prepare.derive.embeddings import write_speaker_embeddings

    encoder = load_part(part or BUILT_IN / "speaker", "speaker")
    print(f"{data}: {write_speaker_embeddings(data, encoder.instrument, mel_of(recipe))} clips embedded")


@verb(app, "encode", "soundalike data encode data\nsoundalike data encode data --part runs/codec")
def encode(
    data: Data,
    part: Annotated[
        str | None,
        typer.Option(
            "--part",
            metavar="FOLDER",
            help="folder of a trained codec",
            show_default="`codec` in the model store",
        ),
    ] = None,
) -> None:
    """Add codes to a prepared folder, by a codec, for a language model to learn from."""
    from soundalike.audio.mel import MelSpec
    from soundalike.checkpoints.part import load_part
    from soundalike.inference.codec import find
    from soundalike.prepare.derive.codes import write_codes

    codec = load_part(part or find(), "codec").instrument
    print(f"{data}: {write_codes(data, codec, MelSpec())} clips encoded by the codec {codec.digest}")


@verb(app, "lint", "soundalike data lint recordings/\nsoundalike data lint data --fast --json")
def lint(
    dataset: Annotated[str, typer.Argument(help="what `soundalike data prepare` reads, or a folder it made")],
    reader: Reader = None,
    language: Annotated[str, typer.Option("--language", help="of clips whose corpus does not tell")] = "en",
    fast: Annotated[
        bool,
        typer.Option("--fast", help="do without the aligner and the speaker encoder", show_default=False),
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Look for faults in recordings and their texts; exit code 1 where there are any."""
    from soundalike.prepare.lint.lint import lint as findings_in

    findings = findings_in(dataset, reader, language, fast)
    if as_json:
        print(json.dumps([vars(finding) for finding in findings], ensure_ascii=False, indent=1))
        return int(bool(findings))
    for finding in findings:
        print(finding)
    count = f"{len(findings)} finding{'s' * (len(findings) != 1)}" if findings else "nothing found"
    print(f"{dataset}: {count}")
    return int(bool(findings))


@verb(app, "augment", "soundalike data augment data\nsoundalike data augment data --no-recognize")
def augment(
    data: Data,
    recognize: Annotated[
        bool,
        typer.Option(
            "--recognize/--no-recognize",
            help="give clips whose language has no lexicon the phones that the aligner hears",
        ),
    ] = True,
    resample: Annotated[
        bool, typer.Option("--resample/--no-resample", help="make new speakers by resampling")
    ] = True,
) -> None:
    """Add voices to a prepared folder: clips of languages without a lexicon, people made by resampling."""
    from soundalike.checkpoints.bundle import BUILT_IN
    from soundalike.checkpoints.part import load_part
    from soundalike.prepare.derive.augment import add_recognized_phones, add_resampled

    if recognize:
        aligner = load_part(BUILT_IN / "aligner", "aligner")
        count = add_recognized_phones(data, aligner.instrument, aligner.mel)
        print(f"{data}: phones recognized in {count} clips")
    if resample:
        encoder = load_part(BUILT_IN / "speaker", "speaker")
        print(f"{data}: {add_resampled(data, encoder.mel, encoder.instrument)} clips of new people")


@verb(app, "degrade", "soundalike data degrade data")
def degrade(data: Data) -> None:
    """Add to every training clip what a poor recording of it would be (noise, room, telephone, lossy coding),
    to condition on.
    """
    from soundalike.checkpoints.bundle import BUILT_IN
    from soundalike.checkpoints.part import load_part
    from soundalike.prepare.derive.degrade import write_degraded

    encoder = load_part(BUILT_IN / "speaker", "speaker")
    print(f"{data}: degraded copies of {write_degraded(data, encoder.mel, encoder.instrument)} clips")


@verb(app, "gta", "soundalike data gta data --part runs/acoustic")
def gta(
    data: Data,
    part: Annotated[str, typer.Option("--part", metavar="FOLDER", help="folder of a trained acoustic model")],
    corpora: Corpora = None,
) -> None:
    """Add an acoustic model's ground-truth-aligned mels to a prepared folder, to train a vocoder on."""
    from soundalike.prepare.derive.gta import write_gta_of_part

    print(f"{data}: ground-truth-aligned mels of {write_gta_of_part(data, part, tuple(corpora or ()))} clips")


@verb(
    app,
    "distill",
    "soundalike data distill data distilled\n"
    "soundalike data distill data out --family fastspeech2 --exclude ravdess",
)
def distill(
    data: Data,
    out: Annotated[str, typer.Argument(help="folder to write; going on where an earlier run stopped")],
    model: ModelOptions,
    corpora: Corpora = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            "--exclude",
            metavar="NAME",
            help="none of the corpora whose names begin so; may be given again",
            show_default="none",
        ),
    ] = None,
    languages: Annotated[
        list[str] | None,
        typer.Option(
            "--languages", metavar="CODE", help="of the clips; may be given again", show_default="en"
        ),
    ] = None,
    emotions: Annotated[
        bool,
        typer.Option(
            "--emotions", help="each clip in an emotion drawn for it, which its row names", show_default=False
        ),
    ] = False,
) -> None:
    """A prepared folder as a model says it, in its own time, for another model to learn from.

    Sequence-level distillation (Kim and Rush 2016).
    """
    from soundalike.prepare.derive.distill import distill_clips

    count = distill_clips(
        data,
        out,
        model.load().synthesizer,
        tuple(corpora or ()),
        tuple(exclude or ()),
        ("en",) if languages is None else tuple(languages),
        emotions,
    )
    print(f"{out}: {count} clips distilled")


@verb(app, "rate", "soundalike data rate data\nsoundalike data rate data --sample 600")
def rate(
    data: Data,
    sample: Annotated[
        int,
        typer.Option(
            "--sample",
            callback=at_least("--sample", 1),
            help="clips listened to, 1 or more; the others are judged by their likeness to these",
        ),
    ] = 1500,
) -> None:
    """Add the predicted quality of every clip to a prepared folder."""
    from soundalike.audio.mel import MelSpec
    from soundalike.prepare.derive.quality import write_quality

    facts = write_quality(data, MelSpec(), sample)
    print(
        f"{data}: {facts['clips']} clips rated from {facts['measured']} "
        f"(correlation on clips kept aside {facts['correlation']:.2f})"
    )
