"""The commands of those who bring recordings: prepare, lint."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from soundalike.core.errors import ConfigError


def add_data_commands(commands: Any) -> None:
    """The parsers of these commands, added to those of the command line."""
    prepare = commands.add_parser(
        "prepare",
        help="recordings to a folder for training: manifest, phonemes, features, durations, speaker vectors",
    )
    prepare.add_argument(
        "source", help="a corpus, a folder of recordings, or a list of clips (.csv, .list, .jsonl)"
    )
    prepare.add_argument("out", help="folder to write; going on where an earlier run stopped")
    prepare.add_argument(
        "--reader",
        "--layout",
        dest="reader",
        metavar="NAME",
        help="how to read the source (default: told by its files)",
    )
    prepare.add_argument(
        "--language",
        default="en",
        help="of clips whose corpus does not tell: a code, or auto (default: %(default)s)",
    )
    prepare.add_argument("--speaker", default="", help="name of the one who speaks in all clips")
    prepare.add_argument(
        "--denoise", action="store_true", help="take steady noise (hiss, fans, hum) out first"
    )
    prepare.add_argument(
        "--no-trim", action="store_false", dest="trim", help="leave the silence at the ends of clips"
    )
    prepare.add_argument(
        "--longest",
        type=float,
        default=12.0,
        metavar="SECONDS",
        help="of a piece of a long recording (default: %(default)g)",
    )
    prepare.add_argument(
        "--shortest",
        type=float,
        default=1.0,
        metavar="SECONDS",
        help="shorter pieces are rejected (default: %(default)g)",
    )
    prepare.add_argument(
        "--vad",
        default="auto",
        help="what finds pauses: silero, activity, or auto: silero where installed (default: auto)",
    )
    prepare.add_argument(
        "--no-transcribe",
        action="store_false",
        dest="transcribe",
        help="keep clips without a text as they are",
    )
    prepare.add_argument(
        "--asr-model",
        metavar="MODEL",
        help="Whisper model that writes missing texts: a CTranslate2 folder or a size such as small",
    )
    prepare.add_argument(
        "--dev",
        type=float,
        metavar="SHARE",
        help="of the speakers, for choosing among models (default: 0.05, none of under 20)",
    )
    prepare.add_argument(
        "--test",
        type=float,
        metavar="SHARE",
        help="of the speakers, for the last word (default: 0.05, none of under 20)",
    )
    prepare.add_argument(
        "--no-align", action="store_false", dest="align", help="leave the durations to `soundalike align`"
    )
    prepare.add_argument(
        "--no-embed",
        action="store_false",
        dest="embed",
        help="leave the speaker vectors to `soundalike embed`",
    )
    prepare.add_argument(
        "--recipe",
        help="only add the mels that this recipe asks for, where its [mel] is another than the usual one",
    )
    prepare.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, help="processes (default: %(default)s)"
    )
    prepare.add_argument(
        "--engine",
        default="local",
        help="local, or ray: the cluster that RAY_ADDRESS names, else one begun here (default: local)",
    )
    prepare.set_defaults(run=run_prepare)

    lint = commands.add_parser(
        "lint", help="look for faults in recordings and their texts; exit code 1 where there are any"
    )
    lint.add_argument("dataset", help="what `soundalike prepare` reads, or a folder it made")
    lint.add_argument("--reader", metavar="NAME", help="how to read it (default: told by its files)")
    lint.add_argument(
        "--language", default="en", help="of clips whose corpus does not tell (default: %(default)s)"
    )
    lint.add_argument("--fast", action="store_true", help="do without the aligner and the speaker encoder")
    lint.add_argument("--json", action="store_true", help="findings as JSON")
    lint.set_defaults(run=run_lint)


def run_prepare(given: argparse.Namespace) -> None:
    from soundalike.checkpoints.bundle import BUILT_IN
    from soundalike.checkpoints.part import load_part
    from soundalike.prepare.clip_worker import KINDS
    from soundalike.prepare.derive.durations import write_durations
    from soundalike.prepare.derive.embeddings import write_speaker_embeddings
    from soundalike.prepare.pipeline import REJECTED, prepare
    from soundalike.training.recipe import read_recipe

    for name in ("longest", "shortest", "workers"):
        if getattr(given, name) <= 0:
            raise ConfigError(f"--{name} {getattr(given, name):g}: give more than 0.")
    if given.shortest >= given.longest:
        raise ConfigError(
            f"--shortest {given.shortest:g} is not under --longest {given.longest:g}. Give a smaller one."
        )
    if any(share is not None and not 0 <= share < 1 for share in (given.dev, given.test)):
        raise ConfigError("--dev and --test: give shares of 0 or more, under 1.")
    aligner = load_part(BUILT_IN / "aligner", "aligner")
    shares = None if given.dev is None and given.test is None else (given.dev or 0.0, given.test or 0.0)
    mel = read_recipe(given.recipe).mel if given.recipe else None
    rows = prepare(
        given.source,
        given.out,
        given.reader,
        mel,
        ("mel",) if mel else KINDS,
        given.workers,
        shares,
        speaker=given.speaker,
        aligner=aligner.network,
        engine=given.engine,
        denoise=given.denoise,
        trim=given.trim,
        longest=given.longest,
        shortest=given.shortest,
        language=given.language,
        vad=given.vad,
        transcribe=given.transcribe,
        asr_model=given.asr_model,
    )
    if given.align and not mel:
        write_durations(given.out, aligner.network, aligner.mel, again=False)
    if given.embed and not mel:
        encoder = load_part(BUILT_IN / "speaker", "speaker")
        write_speaker_embeddings(given.out, encoder.network, encoder.mel, again=False)
    splits = {
        split: len({row.speaker for row in rows if row.split == split}) for split in ("train", "dev", "test")
    }
    told = ", ".join(f"{count} in {split}" for split, count in splits.items() if count)
    print(
        f"{given.out}: {len(rows)} clips, {sum(row.seconds for row in rows) / 3600:.2f} hours, speakers: {told}"
    )
    for name, what in ((REJECTED, "rejected"), ("unaligned.jsonl", "whose text and sound disagree")):
        path = Path(given.out) / name
        count = len(path.read_text(encoding="utf-8").splitlines()) if path.is_file() else 0
        if count:
            print(f"{path}: {count} clips {what}, with reasons")


def run_lint(given: argparse.Namespace) -> int:
    from soundalike.prepare.lint.lint import lint

    findings = lint(given.dataset, given.reader, given.language, given.fast)
    if given.json:
        print(json.dumps([vars(finding) for finding in findings], ensure_ascii=False, indent=1))
        return int(bool(findings))
    for finding in findings:
        print(finding)
    print(
        f"{given.dataset}: {len(findings)} finding{'s' * (len(findings) != 1)}"
        if findings
        else f"{given.dataset}: nothing found"
    )
    return int(bool(findings))
