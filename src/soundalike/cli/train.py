"""The commands of makers and measurers: align, embed, rate, retell, tell, train, adapt, assemble,
evaluate.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from soundalike.core.errors import ConfigError

from .model_options import add_model_options, open_cloner

SHOWN = ("similarity", "wer", "doubted", "naturalness")  # of an adapted voice's scorecard


def add_training_commands(commands: Any) -> None:
    """The parsers of these commands, added to those of the command line."""
    for name, role, what in (
        ("align", "aligner", "durations of every symbol"),
        ("embed", "speaker", "speaker vectors"),
    ):
        annotate = commands.add_parser(name, help=f"add {what} to a prepared folder")
        annotate.add_argument("data", help="folder made by `soundalike prepare`")
        annotate.add_argument("--part", help=f"folder of a trained {role} (default: the built-in one)")
        annotate.set_defaults(run=run_annotate, role=role)

    rate = commands.add_parser("rate", help="add the predicted quality of every clip to a prepared folder")
    rate.add_argument("data", help="folder made by `soundalike prepare`")
    rate.add_argument(
        "--sample",
        type=int,
        default=1500,
        help="clips listened to; the others are judged by their likeness to these",
    )
    rate.set_defaults(run=run_rate)

    augment = commands.add_parser(
        "augment",
        help="add voices to a prepared folder: clips of languages without a lexicon, people made by resampling",
    )
    augment.add_argument("data", help="folder made by `soundalike prepare`, with durations")
    augment.add_argument(
        "--no-heard",
        action="store_false",
        dest="heard",
        help="leave clips whose language has no lexicon as they are",
    )
    augment.add_argument("--no-resampled", action="store_false", dest="resampled", help="make no new people")
    augment.set_defaults(run=run_augment)

    retell = commands.add_parser(
        "retell",
        help="add the mels an acoustic model makes of the clips to a prepared folder, for a vocoder to learn from",
    )
    retell.add_argument("data", help="folder made by `soundalike prepare`")
    retell.add_argument("--part", required=True, help="folder of a trained acoustic model")
    retell.add_argument("--corpora", nargs="*", default=[], help="only corpora whose names begin so")
    retell.set_defaults(run=run_retell)

    tell = commands.add_parser(
        "tell",
        help="a prepared folder as a family says it, in its own time, for another family to learn from",
    )
    tell.add_argument("data", help="folder made by `soundalike prepare`")
    tell.add_argument("out", help="folder to write; going on where an earlier run stopped")
    add_model_options(tell)
    tell.add_argument("--corpora", nargs="*", default=[], help="only corpora whose names begin so")
    tell.add_argument("--exclude", nargs="*", default=[], help="none of the corpora whose names begin so")
    tell.add_argument("--languages", nargs="*", default=["en"], help="of the clips (default: en)")
    tell.set_defaults(run=run_tell)

    train = commands.add_parser(
        "train", help="train a part by a recipe; going on where an earlier run stopped"
    )
    train.add_argument("recipe", help="TOML file, as in recipes/")
    train.add_argument("--out", required=True, help="folder of the run")
    train.add_argument(
        "--size",
        default="",
        help="lay a section of the recipe over it: tiny (a minute on a CPU), base, large or paper (for a GPU)",
    )
    train.add_argument(
        "--tiny", action="store_const", const="tiny", dest="size", help="the same as --size tiny"
    )
    train.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        metavar="SECTION.KEY=VALUE",
        help="change one value of the recipe",
    )
    train.add_argument("--max-seconds", type=float, help="stop, and save, after so long")
    train.set_defaults(run=run_train)

    adapt = commands.add_parser(
        "adapt",
        help="teach the model one voice from minutes of recordings; kept where the scorecard says it is better",
    )
    adapt.add_argument(
        "recordings",
        help="a folder of recordings of one person, with or without texts, or whatever `soundalike prepare` reads",
    )
    adapt.add_argument(
        "--name",
        required=True,
        help="of the voice in the library; one that is there is replaced by a better one only",
    )
    adapt.add_argument(
        "--minutes", type=float, default=20.0, help="of training, at most (default: %(default)g)"
    )
    adapt.add_argument(
        "--method",
        default="auto",
        help="embedding, lora, full, or auto: by the recordings' length and the minutes (default: auto)",
    )
    adapt.add_argument(
        "--work",
        metavar="FOLDER",
        help="for everything between, to go on from (default: one in the user's cache)",
    )
    adapt.add_argument(
        "--reader", metavar="NAME", help="how to read the recordings (default: told by their files)"
    )
    adapt.add_argument("--language", default="en", help="of the recordings (default: %(default)s)")
    adapt.add_argument(
        "--asr-model",
        metavar="MODEL",
        help="Whisper model that writes missing texts and judges words: CTranslate2 folder or size",
    )
    adapt.add_argument("--seed", type=int, default=0)
    adapt.add_argument("--model", help="folder of another model; the built-in one is used otherwise")
    adapt.set_defaults(run=run_adapt)

    assemble = commands.add_parser("assemble", help="trained parts to a model folder, in half precision")
    assemble.add_argument("out", help="folder to write")
    parts = "folders of an acoustic model, a vocoder (or the word griffin_lim, which has no weights), a speaker encoder, an aligner"
    assemble.add_argument(
        "parts",
        nargs="+",
        help=f"{parts}; the word builtin: for all others those of the built-in model, which are not copied",
    )
    assemble.add_argument("--family", help="(default: the acoustic model's)")
    assemble.set_defaults(run=run_assemble)

    average = commands.add_parser(
        "average", help="the mean of the weights of runs that came of one another, as one part"
    )
    average.add_argument("out", help="folder to write")
    average.add_argument(
        "parts",
        nargs="+",
        help="folders of trained parts of one kind and size; what was trained beside the last comes with it",
    )
    average.set_defaults(run=run_average)

    judge = commands.add_parser(
        "evaluate",
        help="measure recordings that any system made: words, similarity, naturalness, melody, signal, speed",
    )
    judge.add_argument(
        "jobs",
        help="JSON lines with wav and text (and reference, real, seconds), or a folder of recordings with .txt files",
    )
    judge.add_argument(
        "--out",
        required=True,
        metavar="FOLDER",
        help="where to write the report; going on where an earlier run stopped",
    )
    judge.add_argument(
        "--against",
        metavar="OTHER_JOBS",
        help="a second system's recordings of the same texts and references, to compare",
    )
    judge.add_argument("--language", default="en", help="of the texts (default: en)")
    judge.add_argument(
        "--asr-model",
        metavar="FOLDER",
        help="a CTranslate2 Whisper model to listen with (default: Whisper base, where installed)",
    )
    judge.add_argument("--no-words", action="store_true", help="do without a recogniser")
    judge.add_argument("--no-naturalness", action="store_true", help="do without a predictor of naturalness")
    judge.add_argument(
        "--players",
        type=int,
        default=12,
        help="jobs to listen to in the page, the worst first (default: %(default)s)",
    )
    judge.add_argument("--seed", type=int, default=0, help="of the intervals (default: %(default)s)")
    judge.set_defaults(run=run_evaluate)


def run_annotate(given: argparse.Namespace) -> None:
    from soundalike.audio.mel import MelSpec
    from soundalike.checkpoints.bundle import BUILT_IN
    from soundalike.checkpoints.part import load_part
    from soundalike.prepare.derive.durations import write_durations
    from soundalike.prepare.derive.embeddings import write_speaker_embeddings

    part = load_part(given.part or BUILT_IN / given.role, given.role)
    if given.role == "aligner":
        print(f"{given.data}: {len(write_durations(given.data, part.network, part.mel))} clips aligned")
    else:
        print(f"{given.data}: {write_speaker_embeddings(given.data, part.network, MelSpec())} clips embedded")


def run_rate(given: argparse.Namespace) -> None:
    from soundalike.audio.mel import MelSpec
    from soundalike.prepare.derive.quality import write_quality

    facts = write_quality(given.data, MelSpec(), given.sample)
    print(
        f"{given.data}: {facts['clips']} clips rated from {facts['measured']} (correlation on clips kept aside {facts['correlation']:.2f})"
    )


def run_augment(given: argparse.Namespace) -> None:
    from soundalike.checkpoints.bundle import BUILT_IN
    from soundalike.checkpoints.part import load_part
    from soundalike.prepare.derive.augment import add_recognized_phones, add_resampled

    aligner = load_part(BUILT_IN / "aligner", "aligner")
    encoder = load_part(BUILT_IN / "speaker", "speaker")
    if given.heard:
        print(
            f"{given.data}: heard phones in {add_recognized_phones(given.data, aligner.network, aligner.mel)} clips"
        )
    if given.resampled:
        print(f"{given.data}: {add_resampled(given.data, encoder.mel, encoder.network)} clips of new people")


def run_retell(given: argparse.Namespace) -> None:
    from soundalike.checkpoints.part import load_part
    from soundalike.core import registry
    from soundalike.core.types import DataFacts
    from soundalike.data.dataset import DataConfig
    from soundalike.prepare.derive.gta import write_gta

    part = load_part(given.part, "acoustic")
    kind = registry.part(part.name)
    objective = kind.objective(
        part.network, kind.Settings(), DataFacts(1, part.network.mean.clone(), part.network.std.clone())
    )
    settings = DataConfig(given.data, corpora=tuple(given.corpora), seconds=(0.5, 20.0), prompt_frames=400)
    print(f"{given.data}: {write_gta(given.data, objective, settings, part.mel)} clips retold")


def run_tell(given: argparse.Namespace) -> None:
    from soundalike.data.dataset import DataConfig
    from soundalike.prepare.derive.distill import distill

    family = open_cloner(given).family
    if not hasattr(family, "frames"):
        raise ConfigError(
            "this family makes sound without knowing its mel and durations beforehand. Name one that does: starling or fastspeech2."
        )
    chosen = {name: tuple(getattr(given, name)) for name in ("corpora", "exclude", "languages")}
    print(
        f"{given.out}: {distill(given.data, given.out, family, DataConfig(given.data, seconds=(0.5, 20.0), **chosen))} clips told"
    )


def run_train(given: argparse.Namespace) -> None:
    from soundalike.training.loop import train
    from soundalike.training.recipe import read_recipe
    from soundalike.training.run_log import plot_curves

    folder = train(read_recipe(given.recipe, given.size, given.settings), given.out, given.max_seconds)
    try:
        plot_curves(folder, folder / "curves.png")
    except ImportError:
        print("matplotlib is not installed: no curves.png (pip install soundalike[plots])")
    print(f"{folder}: saved")


def run_adapt(given: argparse.Namespace) -> int:
    from soundalike.core.files import cache_dir
    from soundalike.inference import voice_library
    from soundalike.training.finetune import adapt
    from soundalike.training.finetune_settings import FinetuneSettings

    path = voice_library.path_of(given.name)
    work = Path(given.work or cache_dir() / "adapt" / path.stem)
    found = adapt(
        given.recordings,
        work,
        finetune_tools(),
        FinetuneSettings(
            given.model,
            given.method,
            given.minutes,
            given.reader,
            given.language,
            given.asr_model,
            given.seed,
        ),
        voice_library.get(given.name) if voice_library.has(given.name) else None,
    )
    for name in SHOWN:
        if name in found.before and name in found.after:
            print(f"{name:12} {found.before[name]:.3f} before, {found.after[name]:.3f} adapted")
    print(f"scorecard: {found.report}")
    if not found.better:
        print(f"{given.name}: not kept, {found.reason}")
        return 1
    print(f"{given.name}: kept in {voice_library.put(given.name, found.voice, force=True)}")
    return 0


def finetune_tools() -> Any:
    """What `training.finetune.adapt` asks of other rooms."""
    from soundalike.evaluate.evaluate import evaluate, open_instruments
    from soundalike.inference.cloner import Cloner
    from soundalike.prepare.derive.augment import add_recognized_phones
    from soundalike.prepare.derive.durations import write_durations
    from soundalike.prepare.derive.embeddings import write_speaker_embeddings
    from soundalike.prepare.lint.lint import lint
    from soundalike.prepare.pipeline import prepare
    from soundalike.training.finetune_settings import FinetuneTools

    return FinetuneTools(
        load=Cloner.load,
        prepare=prepare,
        add_recognized_phones=add_recognized_phones,
        write_durations=write_durations,
        write_speaker_embeddings=write_speaker_embeddings,
        lint=lint,
        open_instruments=open_instruments,
        evaluate=evaluate,
    )


def run_assemble(given: argparse.Namespace) -> None:
    from soundalike.checkpoints.bundle import assemble

    print(f"{assemble(given.out, given.parts, given.family)}: assembled")


def run_average(given: argparse.Namespace) -> None:
    from soundalike.checkpoints.bundle import average

    print(f"{average(given.out, given.parts)}: the mean of {len(given.parts)}")


def run_evaluate(given: argparse.Namespace) -> None:
    from soundalike.evaluate.evaluate import evaluate, open_instruments
    from soundalike.evaluate.report import counted

    if given.players < 0 or given.seed < 0:
        raise ConfigError("--players and --seed: give 0 or more.")
    tools = open_instruments(given.language, given.asr_model, not given.no_words, not given.no_naturalness)
    report = evaluate(given.jobs, given.out, tools, given.against, given.players, given.seed)
    for line in (*report["notes"], *(counted(system) for system in report["systems"])):
        print(line)
    print(f"{Path(given.out) / 'report.html'}: written, with report.md and report.json beside it")
