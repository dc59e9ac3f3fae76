"""Whether parts fit: what one reads must be written by another, detail by detail."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from soundalike.core import registry
from soundalike.core.contracts import ArchitectureSpec
from soundalike.core.errors import CheckpointError
from soundalike.core.types import Interface

if TYPE_CHECKING:
    from .part import LoadedPart

GIVEN = ("alphabet", "waveform")  # what the text front end and a reference give: nobody need write it


def another_part(folder: str | os.PathLike, name: str, role: str, needed: str) -> CheckpointError:
    """The refusal of a folder that holds another part than is needed."""
    return CheckpointError(f"{folder}: holds '{name}', of the role {role}. What is needed here: {needed}.")


def interfaces_of(part: LoadedPart) -> tuple[tuple[Interface, ...], tuple[Interface, ...]]:
    """What a part reads and what it writes."""
    kind = registry.part(part.name)
    return kind.reads(part.config, part.mel), kind.writes(part.config, part.mel)


def check_slots(spec: ArchitectureSpec, parts: Mapping[str, LoadedPart], where: str) -> None:
    """Raise CheckpointError unless every required slot of an architecture holds a part that may stand
    there.
    """
    required = [name for name, slot in spec.slots.items() if slot.required]
    for name in required:
        if name not in parts:
            raise CheckpointError(
                f"{where}: no {name} among the parts ({', '.join(parts) or 'none'}). "
                f"Give {_listed(required)} part."
            )
    main = spec.slots[spec.main_slot]
    if main.part is not None and parts[spec.main_slot].name != main.part:
        raise CheckpointError(
            f"{where}: the family is {spec.name}, the {spec.main_slot} model is one of "
            f"{parts[spec.main_slot].name}. Name that family."
        )
    for name, part in parts.items():
        slot = spec.slots.get(name)
        if slot is None:
            raise CheckpointError(f"{where}: {spec.name} has no slot '{name}', only {', '.join(spec.slots)}.")
        role = registry.part(part.name).role
        if role != slot.role or (slot.part is not None and part.name != slot.part):
            raise another_part(part.folder, part.name, role, slot.part or slot.role)


def check_pairing(spec: ArchitectureSpec, parts: Mapping[str, LoadedPart]) -> None:
    """Raise CheckpointError, with the differing details side by side, unless everything a part reads is
    written by another as it reads it.
    """
    paired = {name: part for name, part in parts.items() if spec.slots[name].paired}
    for name, part in paired.items():
        for wanted in interfaces_of(part)[0]:
            if wanted.kind not in GIVEN:
                _check_read(wanted, part, [other for key, other in paired.items() if key != name])


def _check_read(wanted: Interface, reader: LoadedPart, others: list[LoadedPart]) -> None:
    """Raise CheckpointError unless one of the others writes what a part reads."""
    written = [
        (other, made) for other in others for made in interfaces_of(other)[1] if made.kind == wanted.kind
    ]
    if not written:
        raise CheckpointError(
            f"{reader.folder}: reads a {wanted.kind}, which no other part writes. Give one that does."
        )
    if any(not wanted.differences(made) for _, made in written):
        return
    writer, made = written[0]
    raise CheckpointError(mismatch(writer, reader, made, wanted))


def mismatch(first: LoadedPart, second: LoadedPart, ours: Interface, theirs: Interface) -> str:
    """What differs between two parts, side by side, as a sentence with a table."""
    rows = [f"  {name:12} {mine!s:>12} {other!s:>12}" for name, mine, other in ours.differences(theirs)]
    head = f"  {'':12} {first.name:>12} {second.name:>12}"
    kind = ours.kind
    return (
        f"{first.folder} and {second.folder} do not fit: their {kind}s differ.\n"
        + "\n".join([head, *rows])
        + f"\nPair parts trained with one [{kind.split()[-1]}]."
    )


def _listed(names: list[str]) -> str:
    """Names as a phrase: "an acoustic, a vocoder and a speaker"."""
    articles = [f"{'an' if name[0] in 'aeiou' else 'a'} {name}" for name in names]
    return " and ".join([", ".join(articles[:-1]), articles[-1]]) if len(articles) > 1 else articles[0]
