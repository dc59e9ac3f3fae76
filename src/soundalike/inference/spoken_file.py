"""What is kept of speech that is written as it is made: of a text of any length no more sound is held in
memory than that of the sentences in hand.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from soundalike.audio.speech import Speech
from soundalike.core.languages import TextLanguage
from soundalike.core.types import Attention, QualityCheck, Timestamp, UnitTrace, Voice
from soundalike.provenance import metadata
from soundalike.text import Script


@dataclass
class SpokenFacts:
    """What is known of speech beside its samples."""

    seconds: float = 0.0
    timestamps: list[Timestamp] = field(default_factory=list)
    checks: list[QualityCheck] = field(default_factory=list)
    attention: list[Attention] = field(default_factory=list)
    units: list[UnitTrace] = field(default_factory=list)
    language: TextLanguage | None = None


def noted(
    pieces: Iterable[Speech],
    facts: SpokenFacts,
    origin: str,
    timestamps: Collection[str] = (),
    attention: bool = False,
) -> Iterator[Speech]:
    """The same pieces, each noted in `facts` as it passes: of its timestamps the kinds that are named, its
    attention where it is asked for. The first has the `origin` of them all.
    """
    samples = 0
    for number, piece in enumerate(pieces):
        at = samples / piece.rate
        facts.timestamps += [one.moved(at) for one in piece.timestamps if one.kind in timestamps]
        facts.checks += piece.checks
        facts.language = facts.language or piece.language
        facts.units += piece.units
        if attention:
            facts.attention += piece.attention
        samples += len(piece.samples)
        facts.seconds = samples / piece.rate
        yield piece if number else dataclasses.replace(piece, origin=origin)


def origin_of_script(
    script: Script,
    voice: Voice,
    others: Mapping[str, Voice],
    model: Mapping[str, Any],
    day: datetime.date | None,
    watermark: bool,
) -> str:
    """The notes of origin of a script's speech, one a line for each voice that is heard in it."""
    voices = {id(one): one for one in (others.get(part.voice, voice) for part in script.utterances)}
    return "\n".join(dict.fromkeys(metadata.note_of(one, model, day, watermark) for one in voices.values()))
