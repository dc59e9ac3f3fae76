"""The commands of trust: verify, enroll; and the options of what is written on where it comes from."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from soundalike.core.errors import ConfigError, SoundalikeError
from soundalike.core.types import Voice

from .model_options import add_model_options, open_cloner


def add_trust_commands(commands: Any) -> None:
    """The parsers of `verify` and `enroll`, added to those of the command line."""
    verify = commands.add_parser(
        "verify", help="tell whether files were made by soundalike, with which voice and when"
    )
    verify.add_argument("files", nargs="+", metavar="FILE", help="recordings")
    verify.add_argument("--json", action="store_true", help="print JSON")
    verify.set_defaults(run=run_verify)

    enroll = commands.add_parser(
        "enroll", help="record the consent of a voice's speaker, who reads a sentence aloud"
    )
    enroll.add_argument("voice", help="name in the library, or .voice file")
    enroll.add_argument("--reading", metavar="FILE", help="recording of the sentence that was shown")
    enroll.add_argument(
        "--scope",
        default="personal",
        help="what the voice may be used for, in your words (default: %(default)s)",
    )
    enroll.add_argument(
        "--days", type=int, default=365, help="how long the consent holds (default: %(default)s)"
    )
    add_model_options(enroll)
    enroll.set_defaults(run=run_enroll)


def add_origin_options(parser: argparse.ArgumentParser) -> None:
    """Options of every command that writes speech."""
    parser.add_argument(
        "--no-watermark",
        action="store_false",
        dest="watermark",
        help="put no inaudible mark into the sound; the metadata say so",
    )
    parser.add_argument(
        "--c2pa-cert",
        metavar="FILE",
        help="also sign Content Credentials: the certificate chain, PEM (wav, mp3, flac)",
    )
    parser.add_argument("--c2pa-key", metavar="FILE", help="its private key, PEM")


def check_origin_options(given: argparse.Namespace, format: str) -> None:
    """Raise ConfigError unless Content Credentials can be signed as asked."""
    if bool(given.c2pa_cert) != bool(given.c2pa_key):
        raise ConfigError("--c2pa-cert and --c2pa-key: give both or neither.")
    if given.c2pa_cert:
        from soundalike.provenance import c2pa

        c2pa.check(given.c2pa_cert, given.c2pa_key, format)


def encoded(audio: Any, format: str, given: argparse.Namespace) -> bytes:
    """The bytes of a file of speech, its Content Credentials in it where they are asked for."""
    data = audio.encode(format)
    if not given.c2pa_cert:
        return data
    from soundalike.provenance import c2pa, metadata

    return c2pa.sign(data, format, given.c2pa_cert, given.c2pa_key, metadata.notes_in(audio.origin))


def run_verify(given: argparse.Namespace) -> int:
    """The worst of the files' codes: 0 ours, 1 nothing found, 2 unreadable."""
    from soundalike.provenance import metadata

    told = []
    code = 0
    for name in given.files:
        try:
            origin = metadata.origin_of(name)
        except SoundalikeError as error:
            told.append({"file": name, "error": str(error)})
            print(f"soundalike: {error}", file=sys.stderr)
            code = 2
            continue
        code = max(code, 0 if origin.found else 1)
        told.append(_as_dict(name, origin))
        if not given.json:
            _print_origin(told[-1])
    if given.json:
        print(json.dumps(told, ensure_ascii=False, indent=1))
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


def _print_origin(told: dict[str, Any]) -> None:
    print(f"{told['file']}: {'made by soundalike' if told['found'] else 'no mark of soundalike found'}")
    for mark in told["watermarks"]:
        model = "the built-in model" if mark["built_in_model"] else "another model"
        print(
            f"  watermark: voice {mark['voice']}{_called(mark)}, model {mark['model']} ({model}), {mark['day'] or 'day not told'}"
        )
        print(
            f"    found from {mark['start']:.1f} to {mark['stop']:.1f} s, strength {mark['strength']:.1f}, confidence {mark['confidence']:.2%}"
        )
    for note in told["notes"]:
        mark = {True: "with a watermark", False: "without a watermark"}.get(note.get("watermark"), "")
        says = [
            f"voice {note.get('voice')}{_called(note)}",
            f"model {note.get('model')}",
            note.get("date"),
            mark,
        ]
        print(f"  metadata: {note['synthesised_by']}, {', '.join(word for word in says if word)}")
    credentials = told["content_credentials"]
    if credentials:
        whole = "intact" if credentials["intact"] else f"broken ({', '.join(credentials['faults'])})"
        signer = f"signed by {credentials['signer']}" + (
            "" if credentials["trusted"] else ", whom nobody here vouches for"
        )
        print(
            f"  Content Credentials: {whole}, {signer}{'; says it is synthesised' if credentials['synthetic'] else ''}"
        )


def _called(said: dict[str, Any]) -> str:
    return f" ({' or '.join(said['names'])} in the library)" if said["names"] else ""


def _names(beginning: str) -> list[str]:
    """The voices of the library whose ids begin so."""
    from soundalike.inference import voice_library
    from soundalike.provenance import metadata

    names = []
    for entry in voice_library.listing():
        if entry.fault is None and metadata.voice_id(Voice.load(entry.path)).startswith(beginning):
            names.append(entry.name)
    return names


def _is_built_in(model: int) -> bool:
    from soundalike.inference.cloner import Cloner
    from soundalike.provenance import metadata

    return int(metadata.model_id(Cloner.load().model)[:2], 16) >> 2 == model


def run_enroll(given: argparse.Namespace) -> None:
    from soundalike.inference import voice_library
    from soundalike.provenance import consent

    found = voice_library.find(given.voice)
    if not isinstance(found, Voice):
        raise ConfigError(
            f"{given.voice}: not a voice. Give a name in the library or a .voice file; `soundalike voices add` makes one."
        )
    consent.check_terms(given.scope, given.days)
    if given.reading is None:
        print(f"The speaker reads this aloud, today, and records it:\n\n  {consent.ask(found)}\n")
        if not sys.stdin.isatty():
            print(f"Then: soundalike enroll {given.voice} --reading FILE")
            return
        given.reading = input("The recording's path: ").strip()
    text = consent.asked(found)
    cloner = open_cloner(given)
    heard = consent.hear(cloner, voice_library.ready(cloner, found, given.voice), given.reading, text)
    agreed = consent.grant(found, heard, text, given.scope, given.days)
    if Path(given.voice).suffix == voice_library.ENDING:
        agreed.save(given.voice)
    else:
        voice_library.put(found.facts.get("name", given.voice), agreed, force=True)
    consent.answered(found)
    print(
        f"{given.voice}: consent recorded, {consent.told(agreed)} (words {heard.words}, likeness {heard.likeness})"
    )
