"""The verb that records a speaker's consent: enroll."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from soundalike.core.errors import ConfigError

from .command import App, verb
from .options import ModelOptions, with_adapted_prompt

EXAMPLES = """
soundalike enroll anna
soundalike enroll anna --reading reading.wav --scope "audiobooks" --days 180
"""
app = App()


@verb(app, "enroll", EXAMPLES)
def enroll(
    voice: Annotated[str, typer.Argument(help="name in the library, or .voice file")],
    model: ModelOptions,
    reading: Annotated[
        str | None,
        typer.Option("--reading", metavar="FILE", help="recording of the sentence that was shown"),
    ] = None,
    scope: Annotated[
        str, typer.Option("--scope", metavar="TEXT", help="what the voice may be used for, in your words")
    ] = "personal",
    days: Annotated[int, typer.Option("--days", help="how long the consent holds")] = 365,
) -> None:
    """Record the consent of a voice's speaker, who reads a sentence aloud.

    Without --reading the sentence is shown.
    """
    from soundalike.core.speaking import BEST
    from soundalike.core.types import Voice
    from soundalike.inference import voice_library
    from soundalike.provenance import consent

    found = voice_library.find(voice)
    if not isinstance(found, Voice):
        raise ConfigError(
            f"{voice}: not a voice. Give a name in the library or a .voice file; "
            "`soundalike voices add` makes one."
        )
    consent.check_terms(scope, days)
    if reading is None:
        print(
            f"The speaker reads this aloud, today, and records it:\n\n  {consent.request_sentence(found)}\n"
        )
        if not sys.stdin.isatty():
            print(f"Then: soundalike enroll {voice} --reading FILE")
            return
        reading = input("The recording's path: ").strip()
    text = consent.requested_sentence(found)
    cloner = model.load()
    checked = consent.check_reading(cloner, voice_library.ready(cloner, found, voice), reading, text)
    if cloner.fits(found) and cloner.chosen_quality() == BEST:
        found = with_adapted_prompt(cloner, found)  # before the consent, which is bound to all of the voice
    agreed = consent.grant(found, checked, text, scope, days)
    if Path(voice).suffix == voice_library.ENDING:
        agreed.save(voice)
    else:
        voice_library.put(found.facts.get("name", voice), agreed, force=True)
    consent.forget_sentence(found)
    print(
        f"{voice}: consent recorded, {consent.describe(agreed)} "
        f"(words {checked.words}, likeness {checked.likeness})"
    )
