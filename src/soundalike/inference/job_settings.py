"""What a job of a batch says of itself beside its options: settings of all jobs that it has of its own, and
fields that are probably misspelt.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from soundalike.core.options import Option, Range, check_value
from soundalike.core.speaking import FAST, LOUDEST, LOUDNESS, QUALITIES, SOFTEST

from .batch_conversion import WISHES
from .option_table import option_table

if TYPE_CHECKING:
    from .batch import BatchSettings

OWN_SETTINGS = {
    "quality": Option("quality", str, FAST, choices=QUALITIES),
    "quality_check": Option("quality_check", bool, True),
    "loudness": Option("loudness", float, LOUDNESS, Range(SOFTEST, LOUDEST, "LUFS")),
}
FIELDS = ("reference", "text", "source", "wav", "language", "text_format", "seconds", *OWN_SETTINGS, *WISHES)
ALIKE = 0.75  # how alike a field's name is to a known one that was probably meant


def own_settings(job: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that a job has of its own. Raises ConfigError for a value that cannot be."""
    own = {name: job[name] for name in OWN_SETTINGS if job.get(name) is not None}
    for name, value in own.items():
        check_value(OWN_SETTINGS[name], value)
    return own


def settings_of(job: Mapping[str, Any], settings: BatchSettings) -> BatchSettings:
    """The settings a job is done with: those of all, and before them its own."""
    return dataclasses.replace(settings, **own_settings(job))


def misspelt(job: Mapping[str, Any]) -> list[str]:
    """What to say of fields that are nearly those of a job, and are none."""
    known = [*FIELDS, *option_table()]
    found = []
    for name in job:
        near = difflib.get_close_matches(name, known, 1, ALIKE)
        if name not in known and near:
            found.append(f"the field '{name}' is unknown and has no effect. Did you mean '{near[0]}'?")
    return found
