"""The verb that records a speaker's consent: enroll."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from soundalike.core.command_line import as_word
from soundalike.core.errors import ConfigError

from .command import App, verb
from .options import Force, ModelOptions, MoreReferences, with_adapted_prompt

if TYPE_CHECKING:
    from soundalike.core.types import Voice

EXAMPLES = """
soundalike enroll anna
soundalike enroll anna one.wav two.wav three.wav
soundalike enroll anna --reading reading.wav --scope "audiobooks" --days 180
"""
app = App()


@verb(app, "enroll", EXAMPLES)
def enroll(
    voice: Annotated[str, typer.Argument(help="name in the library, or .voice file")],
    model: ModelOptions,
    references: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[REFERENCE...]",
            help="recordings of one person that the voice is made of first, where there is none yet",
        ),
    ] = None,
    more: MoreReferences = None,
    reading: Annotated[
        str | None,
        typer.Option("--reading", metavar="FILE", help="recording of the sentence that was shown"),
    ] = None,
    scope: Annotated[
        str, typer.Option("--scope", metavar="TEXT", help="what the voice may be used for, in your words")
    ] = "personal",
    days: Annotated[int, typer.Option("--days", help="how long the consent holds")] = 365,
    force: Force = False,
) -> None:
    """Record the consent of a voice's speaker, who reads a sentence aloud.

    Without --reading the sentence is shown. With recordings the voice is made of them first.
    """
    from soundalike.core.speaking import BEST
    from soundalike.inference import voice_library
    from soundalike.provenance import consent

    consent.check_terms(scope, days)
    recordings = [*(references or []), *(more or [])]
    if recordings and reading is not None:
        raise ConfigError(
            "--reading: the sentence to read depends on the voice, which is made first. "
            f"Run `soundalike enroll {as_word(voice)}` with the recordings, "
            f"then `soundalike enroll {as_word(voice)} --reading FILE`."
        )
    found = made_of(voice, recordings, model, force) if recordings else voice_of(voice)
    if reading is None:
        print(
            f"The speaker reads this aloud, today, and records it:\n\n  {consent.request_sentence(found)}\n"
        )
        if not sys.stdin.isatty():
            print(f"Then: soundalike enroll {as_word(voice)} --reading FILE")
            return
        reading = input("The recording's path: ").strip()
    text = consent.requested_sentence(found)
    cloner = model.load()
    checked = consent.check_reading(cloner, voice_library.ready(cloner, found, voice), reading, text)
    if cloner.fits(found) and cloner.chosen_quality() == BEST:
        found = with_adapted_prompt(cloner, found)  # before the consent, which is bound to all of the voice
    agreed = consent.grant(found, checked, text, scope, days)
    keep(voice, agreed, force=True)
    consent.forget_sentence(found)
    print(
        f"{voice}: consent recorded, {consent.describe(agreed)} "
        f"(words {checked.words}, likeness {checked.likeness})"
    )


def voice_of(name: str) -> Voice:
    """The voice of a name or .voice file. Raises ConfigError where there is none."""
    from soundalike.core.types import Voice
    from soundalike.inference import voice_library

    found = voice_library.find(name)
    if not isinstance(found, Voice):
        raise ConfigError(
            f"{name}: not a voice. Give a name in the library or a .voice file; "
            "`soundalike voices add` makes one, and so do recordings behind its name here."
        )
    return found


def made_of(name: str, recordings: Sequence[str], model: ModelOptions, force: bool) -> Voice:
    """The voice of recordings of one person, kept under a name or in a .voice file. Raises ConfigError for
    what is there already, unless `force`, and for a reference that is no recording.
    """
    from soundalike.core.types import Voice
    from soundalike.inference import voice_library

    if Path(name).suffix != voice_library.ENDING:
        voice_library.check_free(name, force)
    elif Path(name).exists() and not force:
        raise ConfigError(
            f"{name}: is there already. Leave the recordings out, or give --force to replace it."
        )
    found = voice_library.find_all(recordings)
    if isinstance(found, Voice):
        raise ConfigError(
            f"{recordings[0]}: a kept voice. Run `soundalike enroll {as_word(recordings[0])}`, "
            "or give recordings."
        )
    cloner = model.load()
    keep(name, voice_library.ready(cloner, found, recordings[0]), force)
    print(f"{name}: made of {len(recordings)} recording{'s' if len(recordings) > 1 else ''}")
    return voice_of(name)


def keep(name: str, voice: Voice, force: bool) -> None:
    """Keep a voice in its .voice file, or in the library under the name it has there."""
    from soundalike.inference import voice_library

    if Path(name).suffix == voice_library.ENDING:
        voice.save(name)
    else:
        voice_library.put(voice.facts.get("name", name), voice, force)
