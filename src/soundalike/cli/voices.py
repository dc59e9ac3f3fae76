"""The commands that keep and judge voices: voices add | list | show | rename | remove | blend | export |
import, and check.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from .model_options import add_model_options, open_cloner, with_adapted_prompt


def add_voice_commands(commands: Any) -> None:
    """The parsers of `voices` and `check`, added to those of the command line."""
    parsers = commands.add_parser(
        "voices", help="voices by name: add, list, show, rename, remove, blend, export, import"
    )
    verbs = parsers.add_subparsers(title="commands", required=True, metavar="COMMAND")

    add = verbs.add_parser("add", help="keep the voice of a recording, or of a .voice file, under a name")
    add.add_argument("name", help="letters, digits, spaces, - and _")
    add.add_argument("reference", help="recording, .voice file, or the name of another voice")
    add.add_argument(
        "--no-source", action="store_false", dest="source", help="keep no clip of the recording with it"
    )
    add.add_argument(
        "--practise",
        action="store_true",
        help="practise it and keep what was learned: a larger file, ready at once for --quality best",
    )
    add.set_defaults(run=run_add)

    listing = verbs.add_parser("list", help="the names of all voices")
    listing.set_defaults(run=run_list)

    show = verbs.add_parser("show", help="what is known of a voice")
    show.add_argument("name")
    show.set_defaults(run=run_show)

    rename = verbs.add_parser("rename", help="give a voice another name")
    rename.add_argument("old")
    rename.add_argument("new")
    rename.set_defaults(run=run_rename)

    remove = verbs.add_parser("remove", help="delete a voice")
    remove.add_argument("name")
    remove.set_defaults(run=run_remove)

    blend = verbs.add_parser("blend", help="make a voice between two")
    blend.add_argument("name", help="of the new voice")
    blend.add_argument("first", help="name, .voice file or recording")
    blend.add_argument("second", help="name, .voice file or recording")
    blend.add_argument(
        "--weight", type=float, default=0.5, help="0: the first voice, 1: the second (default: %(default)s)"
    )
    blend.set_defaults(run=run_blend)

    export = verbs.add_parser("export", help="write a voice to a .voice file, to be carried elsewhere")
    export.add_argument("name")
    export.add_argument("file")
    export.add_argument(
        "--no-source", action="store_false", dest="source", help="leave out the clip of the recording"
    )
    export.set_defaults(run=run_export)

    bring = verbs.add_parser("import", help="take a .voice file into the library")
    bring.add_argument("file")
    bring.add_argument("--name", help="(default: the one in the file, else the file's)")
    bring.set_defaults(run=run_import)

    check = commands.add_parser("check", help="judge a recording as a reference, with advice")
    check.add_argument("reference", help="recording")
    check.add_argument("--transcript", help="what is said in it, to be compared")
    check.set_defaults(run=run_check)

    for parser in (add, rename, blend, export, bring):
        parser.add_argument("--force", action="store_true", help="replace what is there")
    for parser in (listing, show, check):
        parser.add_argument("--json", action="store_true", help="print JSON")
    for parser in (add, blend, check):
        add_model_options(parser)


def run_add(given: argparse.Namespace) -> None:
    from soundalike.core.types import Voice
    from soundalike.inference import voice_library

    voice_library.check_free(given.name, given.force)
    found = voice_library.find(given.reference)
    voice = found
    if given.adapt_to_prompt or not isinstance(found, Voice):
        cloner = open_cloner(given)
        voice = voice_library.ready(cloner, found, given.reference)
        voice = with_adapted_prompt(cloner, voice) if given.adapt_to_prompt else voice
    print(f"{given.name}: kept in {voice_library.put(given.name, voice, given.force, given.source)}")


def run_list(given: argparse.Namespace) -> None:
    from soundalike.inference import voice_library

    entries = voice_library.listing()
    if given.json:
        print(
            json.dumps(
                [{"name": e.name, "file": str(e.path), "fault": e.fault, "facts": e.facts} for e in entries],
                ensure_ascii=False,
                indent=1,
            )
        )
        return
    for entry in entries:
        facts = entry.facts
        pitch = (
            f"{facts['pitch_hertz']:4.0f} Hz" if isinstance(facts.get("pitch_hertz"), (int, float)) else ""
        )
        print(
            f"{entry.name:24} {pitch:8} {entry.fault or (facts.get('report') or {}).get('advice', '')}".rstrip()
        )
    if not entries:
        print(f"no voices yet in {voice_library.library()}: `soundalike voices add NAME RECORDING`")


def run_show(given: argparse.Namespace) -> None:
    from soundalike.inference import voice_library
    from soundalike.provenance import consent, metadata

    voice = voice_library.get(given.name)
    sizes = {name: list(value.shape) for name, value in voice.tensors.items()}
    if given.json:
        print(
            json.dumps(
                {"file": str(voice_library.path_of(given.name)), "tensors": sizes, "facts": voice.facts},
                ensure_ascii=False,
                indent=1,
            )
        )
        return
    print(f"file: {voice_library.path_of(given.name)}")
    print(f"id: {metadata.voice_id(voice)}")
    print(f"consent: {consent.told(voice)}")
    for name, value in voice.facts.items():
        if name == "consent":
            continue
        if name == "report" and value:
            value = ", ".join(value.get("problems", [])) or "no faults"
        print(
            f"{name}: {json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value}"
        )
    clip = f"{sizes['source'][0]} bytes" if "source" in sizes else "none"
    print(f"clip of the recording: {clip}")


def run_rename(given: argparse.Namespace) -> None:
    from soundalike.inference import voice_library

    voice_library.rename(given.old, given.new, given.force)
    print(f"{given.old}: now {given.new}")


def run_remove(given: argparse.Namespace) -> None:
    from soundalike.inference import voice_library

    voice_library.remove(given.name)
    print(f"{given.name}: removed")


def run_blend(given: argparse.Namespace) -> None:
    from soundalike.inference import voice_library
    from soundalike.provenance import consent

    voice_library.check_free(given.name, given.force)
    voice_library.check_weight(given.weight)
    found = [(voice_library.find(reference), reference) for reference in (given.first, given.second)]
    cloner = open_cloner(given)
    first, second = (voice_library.ready(cloner, voice, reference) for voice, reference in found)
    blend = voice_library.blend(cloner, first, second, given.weight)
    if "signature" in first.facts.get("consent", {}) and "signature" in second.facts.get("consent", {}):
        try:
            blend = consent.blended(blend, (first, second))
        except consent.ConsentError as error:
            print(f"warning: the blend has no consent: {error}", file=sys.stderr)
    place = voice_library.put(given.name, blend, given.force)
    print(f"{given.name}: kept in {place}")


def run_export(given: argparse.Namespace) -> None:
    from soundalike.inference import voice_library

    voice_library.export(given.name, given.file, given.force, given.source)
    print(f"{given.file}: written")


def run_import(given: argparse.Namespace) -> None:
    from soundalike.inference import voice_library

    name, place = voice_library.bring(given.file, given.name, given.force)
    print(f"{name}: kept in {place}")


def run_check(given: argparse.Namespace) -> None:

    report = open_cloner(given).check(given.reference, given.transcript)
    if given.json:
        print(json.dumps(report.to_dict(), ensure_ascii=False, indent=1))
        return
    start, stop = report.window
    print(
        f"{given.reference}: {report.speech_seconds:.1f} s of speech in {report.seconds:.1f} s; best from {start:.1f} to {stop:.1f} s"
    )
    if report.snr_db is not None:
        print(
            f"level {report.level_db:.0f} dBFS, {report.snr_db:.0f} dB over the noise, sound up to {report.bandwidth_hertz / 1000:.1f} kHz"
        )
    print(f"problems: {', '.join(report.problems) or 'none'}")
    print(report.advice)
