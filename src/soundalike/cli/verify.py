"""The verb that reads watermarks and notes of origin: verify."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from soundalike.core.errors import SoundalikeError

from .command import App, verb
from .options import AsJson

EXAMPLES = """
soundalike verify out.wav
soundalike verify one.mp3 two.flac --json
"""
app = App()


@verb(app, "verify", EXAMPLES)
def verify(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="recordings")],
    as_json: AsJson = False,
) -> int:
    """Tell whether files were made by soundalike, with which voice and when.

    The exit code is the worst of the files': 0 ours, 1 nothing found, 2 unreadable.
    """
    from soundalike.provenance import metadata

    entries = []
    code = 0
    for name in files:
        try:
            origin = metadata.origin_of(name)
        except SoundalikeError as error:
            entries.append({"file": name, "error": str(error)})
            print(f"soundalike: {error}", file=sys.stderr)
            code = 2
            continue
        code = max(code, 0 if origin.found else 1)
        entries.append(_as_dict(name, origin))
        if not as_json:
            _print_origin(entries[-1])
    if as_json:
        print(json.dumps(entries, ensure_ascii=False, indent=1))
    return code


def _as_dict(name: str, origin: Any) -> dict[str, Any]:
    marks = []
    for found in origin.marks:
        mark = found.mark
        marks.append(
            {
                "voice": f"{mark.voice:04x}",
                "model": f"{mark.model:02x}",
                "day": mark.day.isoformat() if mark.day else None,
                "start": found.start,
                "stop": found.stop,
                "strength": found.strength,
                "confidence": round(found.confidence, 6),
                "names": _names(f"{mark.voice:04x}"),
                "built_in_model": _is_built_in(mark.model),
            }
        )
    notes = [{**note, "names": _names(note.get("voice", "?"))} for note in origin.notes]
    return {
        "file": name,
        "found": origin.found,
        "watermarks": marks,
        "notes": notes,
        "content_credentials": origin.credentials,
    }


def _print_origin(entry: dict[str, Any]) -> None:
    print(f"{entry['file']}: {'made by soundalike' if entry['found'] else 'no mark of soundalike found'}")
    for mark in entry["watermarks"]:
        model = "the built-in model" if mark["built_in_model"] else "another model"
        print(
            f"  watermark: voice {mark['voice']}{_called(mark)}, model {mark['model']} ({model}), "
            f"{mark['day'] or 'day not told'}"
        )
        print(
            f"    found from {mark['start']:.1f} to {mark['stop']:.1f} s, strength {mark['strength']:.1f}, "
            f"confidence {mark['confidence']:.2%}"
        )
    for note in entry["notes"]:
        mark = {True: "with a watermark", False: "without a watermark"}.get(note.get("watermark"), "")
        says = [
            f"voice {note.get('voice')}{_called(note)}",
            f"model {note.get('model')}",
            note.get("date"),
            mark,
        ]
        print(f"  metadata: {note['synthesised_by']}, {', '.join(word for word in says if word)}")
    credentials = entry["content_credentials"]
    if credentials:
        whole = "intact" if credentials["intact"] else f"broken ({', '.join(credentials['faults'])})"
        signer = f"signed by {credentials['signer']}" + (
            "" if credentials["trusted"] else ", whom nobody here vouches for"
        )
        print(
            f"  Content Credentials: {whole}, {signer}"
            f"{'; says it is synthesised' if credentials['synthetic'] else ''}"
        )


def _called(said: dict[str, Any]) -> str:
    from soundalike.provenance.metadata import COPY

    if COPY.startswith(said.get("voice", "?")):
        return " (none: a copy that a codec made of a recording)"
    return f" ({' or '.join(said['names'])} in the library)" if said["names"] else ""


def _names(beginning: str) -> list[str]:
    """The voices of the library whose ids begin so."""
    from soundalike.core.types import Voice
    from soundalike.inference import voice_library
    from soundalike.provenance import metadata

    names = []
    for entry in voice_library.all_voices():
        if entry.fault is None and metadata.voice_id(Voice.load(entry.path)).startswith(beginning):
            names.append(entry.name)
    return names


def _is_built_in(model: int) -> bool:
    from soundalike.inference.cloner import Cloner
    from soundalike.provenance import metadata

    return int(metadata.model_id(Cloner.load().model)[:2], 16) >> 2 == model
