"""The verbs that keep voices by name: add, list, show, rename, remove, blend, export, import."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from .command import App, verb
from .options import AsJson, Force, ModelOptions, MoreReferences, with_adapted_prompt

EXAMPLES = """
soundalike voices add anna me.wav
soundalike voices list
soundalike voices blend both anna ben --weight 0.3
soundalike clone anna "Good evening." -o out.wav
"""
BUNDLED = "bundled, synthetic: nobody's voice"  # beside such a voice in the list
app = App(epilog=EXAMPLES)

Name = Annotated[str, typer.Argument(help="name of a voice in the library")]
Source = Annotated[
    bool, typer.Option("--source/--no-source", help="keep a clip of the recording with the voice")
]


@app.callback()
def voices() -> None:
    """Voices by name: add, list, show, rename, remove, blend, export, import."""


@verb(
    app,
    "add",
    "soundalike voices add anna me.wav\nsoundalike voices add anna one.wav two.wav three.wav\n"
    "soundalike voices add anna me.wav --no-adapt-prompt --force",
)
def add(
    name: Annotated[str, typer.Argument(help="letters, digits, spaces, - and _")],
    references: Annotated[
        list[str],
        typer.Argument(
            metavar="REFERENCE...",
            help="recording, .voice file, or the name of another voice; or several recordings of one person",
        ),
    ],
    model: ModelOptions,
    more: MoreReferences = None,
    source: Source = True,
    adapt_prompt: Annotated[
        bool | None,
        typer.Option(
            "--adapt-prompt/--no-adapt-prompt",
            help="adapt to it and keep what was learned, ready at once for --quality best",
            show_default="--adapt-prompt, where best is the quality by default",
        ),
    ] = None,
    force: Force = False,
) -> None:
    """Keep the voice of a recording, or of a .voice file, under a name."""
    from soundalike.core.speaking import BEST
    from soundalike.core.types import Voice
    from soundalike.inference import voice_library

    voice_library.check_free(name, force)
    found = voice_library.find_all([*references, *(more or [])])
    if isinstance(found, Voice) and (
        adapt_prompt is False or (adapt_prompt is None and found.facts.get("consent"))
    ):
        voice = found  # as it is: a consent is bound to its arrays
    else:
        cloner = model.load()
        voice = voice_library.ready(cloner, found, references[0])
        adapts = cloner.chosen_quality() == BEST if adapt_prompt is None else adapt_prompt
        voice = with_adapted_prompt(cloner, voice) if adapts else voice
    print(f"{name}: kept in {voice_library.put(name, voice, force, source)}")


@verb(app, "list", "soundalike voices list\nsoundalike voices list --json")
def list_voices(as_json: AsJson = False) -> None:
    """The names of all voices."""
    from soundalike.inference import voice_library

    entries = voice_library.all_voices()
    if as_json:
        table = [
            {
                "name": entry.name,
                "file": str(entry.path),
                "fault": entry.fault,
                "bundled": entry.bundled,
                "facts": entry.facts,
            }
            for entry in entries
        ]
        print(json.dumps(table, ensure_ascii=False, indent=1))
        return
    for entry in entries:
        advice = (entry.facts.get("report") or {}).get("advice", "")
        remark = BUNDLED if entry.bundled else entry.fault or advice
        print(f"{entry.name:24} {_pitch(entry.facts):8} {remark}".rstrip())
    if all(entry.bundled for entry in entries):
        place = voice_library.library()
        print(f"no voices of your own yet in {place}: `soundalike voices add NAME RECORDING`")


def _pitch(facts: dict[str, Any]) -> str:
    hertz = facts.get("pitch_hertz")
    return f"{hertz:4.0f} Hz" if isinstance(hertz, int | float) else ""


@verb(app, "show", "soundalike voices show anna\nsoundalike voices show anna --json")
def show(name: Name, as_json: AsJson = False) -> None:
    """What is known of a voice."""
    from soundalike.inference import voice_library
    from soundalike.provenance import consent, metadata

    voice = voice_library.get(name)
    path = voice_library.file_of(name)
    sizes = {tensor: list(value.shape) for tensor, value in voice.tensors.items()}
    if as_json:
        told = {"file": str(path), "tensors": sizes, "facts": voice.facts}
        print(json.dumps(told, ensure_ascii=False, indent=1))
        return
    print(f"file: {path}")
    print(f"id: {metadata.voice_id(voice)}")
    print(f"consent: {consent.describe(voice)}")
    for fact, value in voice.facts.items():
        if fact == "consent":
            continue
        if fact == "report" and value:
            value = ", ".join(value.get("problems", [])) or "no faults"
        if isinstance(value, dict | list):
            value = json.dumps(value, ensure_ascii=False)
        print(f"{fact}: {value}")
    clip = f"{sizes['source'][0]} bytes" if "source" in sizes else "none"
    print(f"clip of the recording: {clip}")


@verb(app, "rename", 'soundalike voices rename anna "Anna Maria"')
def rename(
    old: Annotated[str, typer.Argument(help="name of a voice in the library")],
    new: Annotated[str, typer.Argument(help="its new name")],
    force: Force = False,
) -> None:
    """Give a voice another name."""
    from soundalike.inference import voice_library

    voice_library.rename(old, new, force)
    print(f"{old}: now {new}")


@verb(app, "remove", "soundalike voices remove anna")
def remove(name: Name) -> None:
    """Delete a voice."""
    from soundalike.inference import voice_library

    voice_library.remove(name)
    print(f"{name}: removed")


@verb(app, "blend", "soundalike voices blend both anna ben.wav --weight 0.3")
def blend(
    name: Annotated[str, typer.Argument(help="of the new voice")],
    first: Annotated[str, typer.Argument(help="name, .voice file or recording")],
    second: Annotated[str, typer.Argument(help="name, .voice file or recording")],
    model: ModelOptions,
    weight: Annotated[float, typer.Option("--weight", help="0: the first voice, 1: the second")] = 0.5,
    force: Force = False,
) -> None:
    """Make a voice between two."""
    from soundalike.inference import voice_library
    from soundalike.provenance import consent

    voice_library.check_free(name, force)
    voice_library.check_weight(weight)
    found = [(voice_library.find(reference), reference) for reference in (first, second)]
    cloner = model.load()
    parents = [voice_library.ready(cloner, voice, reference) for voice, reference in found]
    made = voice_library.blend(cloner, parents[0], parents[1], weight)
    if all("signature" in parent.facts.get("consent", {}) for parent in parents):
        try:
            made = consent.grant_blend(made, parents)
        except consent.ConsentError as error:
            print(f"warning: the blend has no consent: {error}", file=sys.stderr)
    print(f"{name}: kept in {voice_library.put(name, made, force)}")


@verb(app, "export", "soundalike voices export anna anna.voice --no-source")
def export(
    name: Name,
    file: Annotated[str, typer.Argument(help="file to write, whose name ends in .voice")],
    source: Source = True,
    force: Force = False,
) -> None:
    """Write a voice to a .voice file, to be carried elsewhere."""
    from soundalike.inference import voice_library

    voice_library.export(name, file, force, source)
    print(f"{file}: written")


@verb(app, "import", "soundalike voices import anna.voice --name Anna")
def import_voice(
    file: Annotated[str, typer.Argument(help=".voice file")],
    name: Annotated[
        str | None,
        typer.Option("--name", help="in the library", show_default="the one in the file, else the file's"),
    ] = None,
    force: Force = False,
) -> None:
    """Take a .voice file into the library."""
    from soundalike.inference import voice_library

    name, place = voice_library.bring(file, name, force)
    print(f"{name}: kept in {place}")
